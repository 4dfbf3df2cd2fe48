"""Setting a lifted actor into a picture: behind what is nearer, with the dark under it, in the light of the place."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.geometry import box_corners
from engine.draft.lift import Lifted
from engine.draft.picks import Wanted
from engine.draft.remove import footprint_mask

Share = NDArray[np.float32]  # (h, w) of a block, 0 to 1

SHADE = 0.5  # how much light the ground under an actor keeps at its middle


@dataclass(frozen=True, eq=False)
class Placed:
    """A picture with an actor set in, and how much of each pixel (H, W) is not what was there before."""

    picture: NDArray[np.uint8]
    changed: NDArray[np.float32]


def composite(picture: NDArray[np.uint8], lifted: Lifted, free: Share, wanted: Wanted, kept: Share | float = 0.0) -> Placed:
    """The picture with the shadow and the actor in it; `free` (h, w) is how much of each pixel nothing nearer covers, `kept`
    how much is to be left as it is around an actor that has stayed."""
    part, shape = lifted.block.slices, picture.shape[:2]
    # Ground that only a side which nobody saw would cover stays as light as it is.
    columns = cv2.GaussianBlur(
        (lifted.alpha > 0.5).any(axis=0).astype(np.float32)[None], (0, 0), max(1.0, 0.015 * lifted.alpha.shape[1])
    )[0]
    out = picture.copy()
    crop = out[part].astype(np.float32)
    if lifted.stayed:
        shade = np.zeros_like(lifted.alpha)
        alpha = np.maximum(lifted.alpha, _around(wanted, shape)[part] * lifted.seen * (1 - kept)) * free
    else:
        shade = np.clip(_shade(wanted, shape)[part] * columns * free, 0, 1)
        under = _under(wanted, shape)[part] * columns * lifted.seen * free
        alpha = lifted.alpha * free
        bare = lifted.alpha < 0.1
        lit = _in_light_of(crop, lifted.colours, (under > 0.1) & bare, (shade > 0.02) & bare)
        crop = crop * (1 - (1 - SHADE) * shade[..., None])
        crop = crop * (1 - under[..., None]) + np.minimum(lit, crop / SHADE) * under[..., None]
        shade = np.maximum(shade, under)
    out[part] = np.clip(crop * (1 - alpha[..., None]) + lifted.colours * alpha[..., None], 0, 255).round().astype(np.uint8)
    changed = np.zeros(shape, np.float32)
    changed[part] = np.maximum(alpha, shade)
    return Placed(out, changed)


def _in_light_of(
    crop: NDArray[np.float32], colours: NDArray[np.float32], under: NDArray[np.bool_], ring: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The lifted ground in the brightness of the ground that it comes to."""
    rim = ring & ~under
    if rim.sum() < 8:
        return colours
    gain = np.median(crop[rim], axis=0) / np.maximum(np.median(colours[rim], axis=0), 4.0)
    return colours * np.clip(gain, 0.3, 2.5)


def _around(wanted: Wanted, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The whole outline of the box with a soft rim: where an actor still stands, its surroundings go with it."""
    corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
    hull = box_hull(wanted.camera.view, corners)
    mask = np.zeros(shape, np.float32)
    if hull is not None:
        cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1.0)
    soft = max(0.8, 1.2 * wanted.camera.view.width / 448)
    return cv2.GaussianBlur(cv2.dilate(mask, np.ones((3, 3), np.uint8)), (0, 0), soft)


def _under(wanted: Wanted, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The ground right under the box with a soft rim: its dark comes along from where the actor was lifted."""
    inner = footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, -0.05).astype(np.float32)
    return 0.8 * cv2.GaussianBlur(inner, (0, 0), max(0.8, 1.5 * wanted.camera.view.width / 448))


def _shade(wanted: Wanted, shape: tuple[int, int]) -> NDArray[np.float32]:
    """The soft dark on the ground under a box: full under its middle, gone a little beyond its edge."""
    inner = footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, -0.1).astype(np.float32)
    outer = footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, 0.2).astype(np.float32)
    away = max(
        float(np.linalg.norm(np.subtract(wanted.T_world_box.translation, wanted.camera.T_world_camera.translation))), 1.0
    )
    sigma = max(0.7, 0.12 * wanted.camera.view.intrinsics[0] / away)
    return cv2.GaussianBlur(0.6 * inner + 0.4 * outer, (0, 0), sigma)
