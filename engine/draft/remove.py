"""What an edit uncovers: which pixels an actor and its shadow took, and what stands behind them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3, box_corners
from engine.draft.backdrop import Backdrop
from engine.draft.crowd import Crowd
from engine.draft.gather import Gathered, Source, Witnesses, choose, look_up, merge, nearby
from engine.draft.inpaint import inpainted
from engine.draft.sources import Camera
from engine.draft.surfaces import block_around, surfaces

Mask = NDArray[np.bool_]

RING_PX = 14  # of the surroundings that a filling must meet
SHADOW_M = 0.35  # by which the dark under an actor reaches beyond its box


@dataclass(frozen=True, eq=False)
class Filled:
    """A picture with a place filled, and where in that place nobody knew."""

    picture: NDArray[np.uint8]
    unknown: Mask


def footprint_mask(T_world_box: Rigid, size_lwh: Vec3, camera: Camera, margin_m: float) -> NDArray[np.uint8]:
    """Where the picture shows the ground under a box, and some more around it."""
    length, width, height = size_lwh
    bottom = box_corners(T_world_box, (length + 2 * margin_m, width + 2 * margin_m, height))[[3, 7, 6, 2]]
    mask = np.zeros((camera.view.height, camera.view.width), np.uint8)
    dense = np.concatenate(
        [a + (b - a) * np.linspace(0, 1, 12)[:, None] for a, b in zip(bottom, np.roll(bottom, -1, 0), strict=True)]
    )
    pixels, depth = camera.pixels(dense)
    ahead = depth > 0.3
    if ahead.sum() >= 3:
        outline = cv2.convexHull(np.clip(pixels[ahead], -4000, 8000).astype(np.float32))
        cv2.fillConvexPoly(mask, np.round(outline).astype(np.int32), 1)
    return mask


def fill(
    witnesses: Witnesses, backdrop: Backdrop, crowd: Crowd, camera: Camera, picture: NDArray[np.uint8], hole: Mask, here: Source
) -> Filled:
    """The hole in a picture filled with what stands there: `crowd` are those who stay."""
    scale = camera.view.width / 448
    block = block_around(hole, round(RING_PX * scale))
    target = surfaces(backdrop, camera, crowd, block)
    want, around = hole[block.slices], picture[block.slices]
    gathered = gather(witnesses, target, want, around, here)
    out, unknown = picture.copy(), hole.copy()
    if gathered is not None:
        out[block.slices][gathered.known] = gathered.colours[gathered.known].round().astype(np.uint8)
        unknown[block.slices] &= ~gathered.known
    return Filled(inpainted(out, unknown), unknown)


def gather(witnesses: Witnesses, target: "Array", want: Mask, around: NDArray[np.uint8], here: Source) -> Gathered | None:
    """What other frames and views show of the wanted pixels; None where nobody saw any."""
    names = [view.name for view in witnesses.recording.scene.views]
    asked = [s for s in nearby(witnesses.recording, here.frame, names) if s != here]

    def worth(source: Source) -> float:
        return (1.0 if source.view == here.view else 0.7) / (1 + abs(source.frame - here.frame) / 15)

    chosen = choose(witnesses, target, want, asked, worth)
    looks = [look for source in chosen if (look := look_up(witnesses, target, source)) is not None]
    return merge(looks, around, ~want, want) if looks else None
