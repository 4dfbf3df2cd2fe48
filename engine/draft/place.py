"""Setting a lifted actor into a picture: behind what is nearer, with the dark under it, in the light of the place."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.lift import Lifted, Wanted
from engine.draft.remove import footprint_mask

SHADE = 0.5  # how much light the ground under an actor keeps at its middle


@dataclass(frozen=True, eq=False)
class Placed:
    """A picture with an actor set in, and how much of each pixel (H, W) is not what was there before."""

    picture: NDArray[np.uint8]
    changed: NDArray[np.float32]


def composite(picture: NDArray[np.uint8], lifted: Lifted, free: NDArray[np.float32], wanted: Wanted) -> Placed:
    """The picture with the shadow and the actor in it; `free` (h, w) is how much of each pixel nothing nearer covers."""
    shade = _shade(wanted, picture.shape[:2])[lifted.block.slices] * free
    alpha = lifted.alpha * free
    # Ground that only a side which nobody saw would cover stays as light as it is.
    columns = cv2.GaussianBlur(lifted.alpha.max(axis=0)[None], (0, 0), max(1.0, 0.015 * alpha.shape[1]))[0]
    shade = shade * columns
    out = picture.copy()
    crop = out[lifted.block.slices].astype(np.float32)
    dark = crop * (1 - (1 - SHADE) * shade[..., None])
    out[lifted.block.slices] = (
        np.clip(dark * (1 - alpha[..., None]) + lifted.colours * alpha[..., None], 0, 255).round().astype(np.uint8)
    )
    changed = np.zeros(picture.shape[:2], np.float32)
    changed[lifted.block.slices] = np.maximum(alpha, shade)
    return Placed(out, changed)


def _shade(wanted: Wanted, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The soft dark on the ground under a box: full under its middle, gone a little beyond its edge."""
    inner = footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, -0.1).astype(np.float32)
    outer = footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, 0.2).astype(np.float32)
    away = max(
        float(np.linalg.norm(np.subtract(wanted.T_world_box.translation, wanted.camera.T_world_camera.translation))), 1.0
    )
    sigma = max(0.7, 0.12 * wanted.camera.view.intrinsics[0] / away)
    return cv2.GaussianBlur(0.6 * inner + 0.4 * outer, (0, 0), sigma)
