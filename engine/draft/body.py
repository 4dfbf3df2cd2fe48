"""Which part of its box an actor's body fills: of a car, no air above the bonnet; of a person, a column. Ours."""

from dataclasses import dataclass

import numpy as np

from editor.cameras import box_hull
from editor.geometry import CORNER_SIGNS, Array, Rigid
from engine.draft.crowd import Hull
from engine.draft.sources import Camera

TALLEST_M = 1.85  # cars that are taller are vans and the like, which are not known to be less than their boxes


@dataclass(frozen=True, slots=True)
class Body:
    """Outlines in a picture: the body lies within the `around` ones, if there are any, and fills the `sure` ones."""

    around: tuple[Hull, ...]
    sure: tuple[Hull, ...]


Range = tuple[float, float]


def _part(foot: Range, top: Range, widths: Range, heights: Range) -> Array:
    """A box's corners (8, 3) drawn in, in its halves: from behind to ahead at the foot and at the top, to the sides, and up."""
    ahead, _, up = (CORNER_SIGNS > 0).astype(int).T
    along, across = np.array((foot, top)), np.array(widths)
    return np.stack([along[up, ahead], CORNER_SIGNS[:, 1] * across[up], np.array(heights)[up]], axis=1)


AROUND = (
    _part((-1.0, 1.0), (-1.0, 1.0), (1.0, 1.0), (-1.0, 0.3)),
    _part((-1.0, 0.55), (-0.9, 0.25), (1.0, 0.9), (0.25, 1.0)),
)
SURE = (
    _part((-0.8, 0.75), (-0.8, 0.7), (0.8, 0.8), (-0.5, 0.05)),
    _part((-0.5, 0.2), (-0.4, 0.0), (0.7, 0.6), (0.0, 0.7)),
)
AROUND_PERSON = (_part((-0.55, 0.55), (-0.55, 0.55), (0.55, 0.55), (-1.0, 0.97)),)
SURE_PERSON = (_part((-0.2, 0.2), (-0.2, 0.2), (0.2, 0.2), (-0.1, 0.7)),)
SURE_TALL = (
    _part((-0.85, 0.75), (-0.85, 0.75), (0.8, 0.8), (-0.5, 0.05)),
    _part((-0.8, 0.3), (-0.75, 0.05), (0.75, 0.65), (0.0, 0.75)),
)


def body_of(category: str, T_world_box: Rigid, halves: Array, camera: Camera) -> Body | None:
    """Of a car or a person; None of whatever else."""
    if category != "vehicle.car" and not category.startswith("human."):
        return None
    is_tall = 2 * halves[2] > TALLEST_M
    T_camera_box = camera.T_world_camera.inverse() @ T_world_box

    def outlines(parts: tuple[Array, ...]) -> tuple[Hull, ...]:
        found = (box_hull(camera.view, T_camera_box.apply(part * halves)) for part in parts)
        return tuple(hull for hull in found if hull is not None)

    if category.startswith("human."):
        return Body(outlines(AROUND_PERSON), outlines(SURE_PERSON))
    return Body((), outlines(SURE_TALL)) if is_tall else Body(outlines(AROUND), outlines(SURE))
