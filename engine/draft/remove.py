"""What an edit uncovers: which pixels an actor and its shadow took, and what stands behind them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Rigid, Vec3, box_corners
from engine.draft.backdrop import FAR_M
from engine.draft.blend import Gathered, merge
from engine.draft.crowd import Crowd, hulls
from engine.draft.gather import Source, Witnesses, choose, depth_step, look_up, nearby
from engine.draft.inpaint import inpainted
from engine.draft.onward import continued
from engine.draft.sources import Camera, coarser
from engine.draft.surfaces import STATIC, Surfaces, block_around, surfaces

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


def fill(witnesses: Witnesses, crowd: Crowd, camera: Camera, picture: NDArray[np.uint8], hole: Mask, here: Source) -> Filled:
    """The hole in a picture filled with what stands there: `crowd` are those who stay."""
    block = block_around(hole, round(RING_PX * camera.view.width / 448))
    target = surfaces(witnesses.backdrop, camera, crowd, block)
    out, unknown = picture.copy(), hole.copy()
    _take_over(out, unknown, unknown, witnesses, target, here)
    # A box is larger than who stands in it: what its face could not tell may be told by what is behind it.
    behind = unknown.copy()
    behind[block.slices] &= target.actor != STATIC
    if behind.sum() > 20:
        _take_over(out, unknown, behind, witnesses, target.emptied(), here)
    if not unknown.any():
        return Filled(out, unknown)
    ground = ground_mask(witnesses, camera)
    out, left = continued(witnesses, camera, out, hole, unknown, ground, here)
    return Filled(inpainted(out, left, ground, nobody_there(crowd, camera)), unknown)


def ground_mask(witnesses: Witnesses, camera: Camera) -> Mask:
    """The pixels that show ground once everyone is gone; looked at in every `depth_step`-th pixel."""
    step = depth_step(camera)
    small, pixels = coarser(camera, step)
    depth, ground = witnesses.backdrop.depths(small, pixels)
    flat = (depth > ground - 0.5) & (ground < FAR_M)
    size = camera.view.width, camera.view.height
    whole = cv2.resize(flat.astype(np.uint8), (flat.shape[1] * step, flat.shape[0] * step), interpolation=cv2.INTER_NEAREST)
    return whole[: size[1], : size[0]].astype(bool)


def nobody_there(crowd: Crowd, camera: Camera) -> Mask:
    """The pixels outside everyone's hull: inpainting copies no cars."""
    taken = np.zeros((camera.view.height, camera.view.width), np.uint8)
    for outline, _ in hulls(crowd, camera).values():
        cv2.fillConvexPoly(taken, np.round(outline).astype(np.int32), 1)
    return taken == 0


def _take_over(out: NDArray[np.uint8], unknown: Mask, want: Mask, witnesses: Witnesses, target: Surfaces, here: Source) -> None:
    """Writes what other frames and views saw of the wanted ones among the unknown pixels, and takes those off them."""
    part = target.block.slices
    gathered = gather(witnesses, target, want[part].copy(), out[part], ~unknown[part], here)
    if gathered is not None:
        out[part][gathered.known] = gathered.colours[gathered.known].round().astype(np.uint8)
        unknown[part] &= ~gathered.known


def gather(
    witnesses: Witnesses, target: Surfaces, want: Mask, around: NDArray[np.uint8], ring: Mask, here: Source
) -> Gathered | None:
    """What other frames and views show of the wanted pixels; None where nobody saw any."""
    names = [view.name for view in witnesses.recording.scene.views]
    asked = [s for s in nearby(witnesses.recording, here.frame, names) if s != here]

    def worth(source: Source) -> float:
        return (1.0 if source.view == here.view else 0.7) / (1 + abs(source.frame - here.frame) / 15)

    chosen = choose(witnesses, target, want, asked, worth)
    witnesses.recording.read_ahead([(s.frame, s.view) for s in chosen])
    looks = [look for source in chosen if (look := look_up(witnesses, target, source)) is not None]
    return merge(looks, around, ring, want) if looks else None
