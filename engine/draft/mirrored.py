"""What the ground would mirror if it were wet, told from a picture itself, as games do (screen-space reflection)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.surfaces import STATIC, Surfaces

Colours = NDArray[np.float32]  # (h, w, 3)
Mask = NDArray[np.bool_]

ABOVE = 0.03  # of its depth: what is nearer than the ground by more stands on it
FILL = ((3, 3), (5, 9), (11, 31))  # pixels around, wider and wider, from which gaps in what is mirrored are filled


def ground_of(backdrop: Backdrop, seen: Surfaces) -> Mask:
    """Which pixels (h, w) show bare ground."""
    below = backdrop.ground.depth(seen.camera, seen.block.pixels())
    return (seen.actor == STATIC) & (below < FAR_M) & (seen.depth > below * (1 - ABOVE))


def mirrored(backdrop: Backdrop, seen: Surfaces, colours: Colours, is_ground: Mask) -> tuple[Colours, Mask]:
    """What every pixel of ground would mirror (h, w, 3), and where that is known: each thing seen above it, as it is seen from
    as far below the ground that it stands on, the nearer before the farther. 0 where nothing is known."""
    h, w = is_ground.shape
    points = seen.points()[~is_ground]
    points[:, 2] = 2 * backdrop.ground.at(points[None, :, :2])[0] - points[:, 2]
    is_far = seen.depth[~is_ground] >= FAR_M
    points[is_far] = seen.camera.eye + FAR_M * seen.rays[~is_ground][is_far] * (1, 1, -1)
    at, depth = seen.camera.pixels(points)
    column, row = np.rint(at[:, 0]), np.rint(at[:, 1])
    shown = (depth > 0.1) & (column >= 0) & (column < w) & (row >= 0) & (row < h)
    order = np.flatnonzero(shown)[np.argsort(-depth[shown], kind="stable")]
    where = row[order].astype(int), column[order].astype(int)
    out, known = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
    out[where], known[where] = colours[~is_ground][order], 1
    return _filled(out * is_ground[..., None], known * is_ground)


def _filled(colours: Colours, known: NDArray[np.float32]) -> tuple[Colours, Mask]:
    """Colours with their gaps filled from what is known around, and where they are known then."""
    out, have = colours.copy(), known > 0
    for size in FILL:
        share = cv2.blur(known, size)
        near = (share > 0) & ~have
        out[near] = (cv2.blur(colours, size) / np.maximum(share, 1e-6)[..., None])[near]
        have |= near
    return out, have
