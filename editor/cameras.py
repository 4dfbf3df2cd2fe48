"""The pinhole camera: projecting, clipping at the near plane, and fitting a picture to a size.

Pixel centres are at integers: the pixel in column 3 covers u from 2.5 to 3.5. Distortion does not appear: nuScenes pictures
come rectified.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import BOX_EDGES, Array, Rigid
from editor.scene import View

NEAR_M = 0.1  # nothing nearer to the camera than this is drawn


def matrix_of(view: View) -> Array:
    """The 3x3 intrinsic matrix."""
    fx, fy, cx, cy, skew = view.intrinsics
    return np.array([[fx, skew, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])


def project(view: View, points_camera: Array) -> tuple[Array, Array]:
    """Pixels (..., 2) and depths (...) of points (..., 3) in the camera frame; NaN pixels nearer than `NEAR_M`."""
    depth = points_camera[..., 2]
    visible = np.where(depth >= NEAR_M, depth, np.nan)
    return (points_camera @ matrix_of(view).T)[..., :2] / visible[..., None], depth


def rays(view: View, pixels: Array) -> Array:
    """Directions (..., 3) in the camera frame, with depth 1, of pixels (..., 2)."""
    fx, fy, cx, cy, skew = view.intrinsics
    y = (pixels[..., 1] - cy) / fy
    x = (pixels[..., 0] - cx - skew * y) / fx
    return np.stack([x, y, np.ones_like(x)], axis=-1)


def clipped_edges(corners_camera: Array) -> Array:
    """The visible ends (n, 3) of a box's edges, cut at the near plane; n is 0 for a box that is wholly behind it."""
    if corners_camera[:, 2].min() >= NEAR_M:
        return corners_camera
    kept = [corner for corner in corners_camera if corner[2] >= NEAR_M]
    for i, j in BOX_EDGES:
        a, b = corners_camera[i], corners_camera[j]
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            kept.append(a + (b - a) * ((NEAR_M - a[2]) / (b[2] - a[2])))
    return np.array(kept).reshape(-1, 3)


def cut(polygon: Array, above: Array) -> Array:
    """The part (m, d) of a polygon (n, d) on the side of a line or plane that its points are `above` (n,) by >= 0."""
    keep = above >= 0
    if keep.all():
        return polygon
    crosses = keep != np.roll(keep, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (above / (above - np.roll(above, -1)))[:, None]
        crossings = polygon + (np.roll(polygon, -1, axis=0) - polygon) * share
    both = np.stack([polygon, crossings], axis=1).reshape(-1, polygon.shape[1])
    return both[np.stack([keep, crosses], axis=1).reshape(-1)]


def clipped_polygon(points_camera: Array) -> Array:
    """The part (m, 3) of a flat polygon (n, 3) that is not nearer than the near plane; m is 0 where all of it is nearer."""
    return cut(points_camera, points_camera[:, 2] - NEAR_M)


def clipped_outline(pixels: Array, low: tuple[float, float], high: tuple[float, float]) -> Array:
    """The part (m, 2) of a convex outline (n, 2) inside a rectangle; m is 0 where there is none."""
    for axis in (0, 1):
        pixels = cut(pixels, pixels[:, axis] - low[axis])
        pixels = cut(pixels, high[axis] - pixels[:, axis])
    return pixels


def clipped_segments(starts_camera: Array, ends_camera: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Segments (n, 3) to (n, 3) cut at the near plane, and which of them are left; the others come back as they were."""
    near_start, near_end = starts_camera[:, 2] < NEAR_M, ends_camera[:, 2] < NEAR_M
    left = ~(near_start & near_end)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (NEAR_M - starts_camera[:, 2]) / (ends_camera[:, 2] - starts_camera[:, 2])
        cut = starts_camera + share[:, None] * (ends_camera - starts_camera)
    starts = np.where((near_start & left)[:, None], cut, starts_camera)
    ends = np.where((near_end & left)[:, None], cut, ends_camera)
    return starts, ends, left


def box_hull(view: View, corners_camera: Array) -> NDArray[np.float32] | None:
    """The convex outline (n, 2) in pixels of a box's corners (8, 3), or None where the picture holds none of it."""
    points = clipped_edges(corners_camera)
    if len(points) < 3:
        return None
    pixels = (points @ matrix_of(view).T)[:, :2] / np.maximum(points[:, 2:], NEAR_M)
    hull = drawable(view, cv2.convexHull(pixels.astype(np.float32))[:, 0])
    return hull if len(hull) >= 3 and shows(view, hull) else None


def drawable(view: View, outline: Array) -> NDArray[np.float32]:
    """An outline without what is over ten picture sizes off: what passes the camera is long, and OpenCV counts in 16 bits."""
    far = 10 * max(view.width, view.height)
    return (
        outline.astype(np.float32)
        if np.abs(outline).max() <= far
        else clipped_outline(outline, (-far, -far), (far, far)).astype(np.float32)
    )


def shows(view: View, outline: Array) -> bool:
    """Whether a convex outline (n, 2) covers anything of the picture."""
    right, bottom = view.width - 0.5, view.height - 0.5
    (left_most, top_most), (right_most, bottom_most) = outline.min(0), outline.max(0)
    if left_most >= -0.5 and top_most >= -0.5 and right_most <= right and bottom_most <= bottom:
        return True
    if right_most < -0.5 or bottom_most < -0.5 or left_most > right or top_most > bottom:
        return False
    return len(clipped_outline(outline, (-0.5, -0.5), (right, bottom))) >= 3


@dataclass(frozen=True, slots=True)
class Fit:
    """How a recorded picture becomes one of the asked-for size: scaled by `scale`, then cropped from (left, top)."""

    view: View  # the view with the intrinsics of the fitted picture
    scaled: tuple[int, int]  # width, height after scaling
    left: int
    top: int


def fit(view: View, width: int, height: int) -> Fit:
    """Scale to cover width x height, then crop the middle: 16:9 becomes 448x256 by way of 455x256."""
    if width <= 0 or height <= 0:
        raise ValueError(f"picture size {width}x{height}; wanted positive width and height")
    scale = max(width / view.width, height / view.height)
    scaled = (max(width, math.floor(view.width * scale)), max(height, math.floor(view.height * scale)))
    left, top = (scaled[0] - width) // 2, (scaled[1] - height) // 2
    sx, sy = scaled[0] / view.width, scaled[1] / view.height
    fx, fy, cx, cy, skew = view.intrinsics
    # Pixel centres are at integers, so the picture's edge, not its first centre, is what scaling leaves in place.
    intrinsics = (fx * sx, fy * sy, (cx + 0.5) * sx - 0.5 - left, (cy + 0.5) * sy - 0.5 - top, skew * sx)
    return Fit(replace(view, width=width, height=height, intrinsics=intrinsics), scaled, left, top)


def fit_picture(picture: NDArray[np.uint8], view: View, width: int, height: int) -> tuple[NDArray[np.uint8], View]:
    """A picture (H, W, 3) of a view at another size, and the view with the intrinsics that go with it."""
    if picture.shape[:2] != (view.height, view.width):
        got = f"{picture.shape[1]}x{picture.shape[0]}"
        raise ValueError(f"a picture of {got} for view {view.name}, which is {view.width}x{view.height}")
    how = fit(view, width, height)
    if how.scaled == (view.width, view.height):
        scaled = picture
    else:
        scaled = cv2.resize(picture, how.scaled, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(scaled[how.top : how.top + height, how.left : how.left + width]), how.view


def T_camera_world(T_world_ego: Rigid, view: View) -> Rigid:
    """The world as the camera of an ego pose sees it."""
    return (T_world_ego @ view.T_ego_camera).inverse()
