"""Instance masks of a picture: which pixels are whose box, with and without what hides what.

A mask is an (H, W) array of whole numbers: 0 where there is no box, i + 1 where there is that of `scenario.actors[i]`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.boxes import SeenBox, seen_boxes
from editor.cameras import NEAR_M, rays
from editor.geometry import BOX_FACES, Array
from editor.scene import Picture, Scenario, View

SUBPIXEL_BITS = 4  # of OpenCV's fixed-point coordinates
Mask = NDArray[np.int32]


def instance_mask(scenario: Scenario, picture: Picture, view: View, *, exact: bool = True) -> Mask:
    """Whose box each pixel (H, W) shows. `exact` casts a ray through each pixel's centre; otherwise outlines are painted,
    farthest first, which is quicker and wrong where boxes' corners reach past each other."""
    boxes = seen_boxes(scenario, picture, view)
    return cast_mask(boxes, view)[0] if exact else painted_mask(boxes, view)


def painted_mask(boxes: tuple[SeenBox, ...], view: View) -> Mask:
    """Outlines filled in the order given."""
    mask = np.zeros((view.height, view.width), np.int32)
    for box in boxes:
        fill(mask, box.hull, box.index + 1)
    return mask


def hull_masks(boxes: tuple[SeenBox, ...], view: View) -> NDArray[np.bool_]:
    """Each box's own outline filled (n, H, W), whatever stands before it."""
    masks = np.zeros((len(boxes), view.height, view.width), np.uint8)
    for mask, box in zip(masks, boxes, strict=True):
        fill(mask, box.hull, 1)
    return masks.view(bool)


def fill(image: NDArray, polygon: Array, value: int) -> None:
    """Fill a convex polygon (n, 2) in place: every pixel whose centre lies in it, and those that its edge runs through."""
    if len(polygon) < 3:
        return
    points = np.round(polygon * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.fillConvexPoly(image, points, value, lineType=cv2.LINE_8, shift=SUBPIXEL_BITS)


def cast_mask(boxes: tuple[SeenBox, ...], view: View) -> tuple[Mask, NDArray[np.float32]]:
    """Whose box a ray through each pixel's centre meets first, and at what depth in metres (inf where it meets none)."""
    mask, depth = np.zeros((view.height, view.width), np.int32), np.full((view.height, view.width), np.inf, np.float32)
    rows, columns = np.nonzero(_near_outlines(boxes, view))  # no ray beside them meets anything
    if not len(rows):
        return mask, depth
    from open3d import core, t

    scene = t.geometry.RaycastingScene()
    for box in boxes:
        scene.add_triangles(core.Tensor(box.corners_camera.astype(np.float32)), core.Tensor(TRIANGLES))
    directions = rays(view, np.stack([columns, rows], axis=-1).astype(np.float64))
    # From the near plane on, so that what is nearer is as invisible here as in the outlines.
    hits = scene.cast_rays(core.Tensor(np.concatenate([directions * NEAR_M, directions], axis=-1).astype(np.float32)))
    geometry = hits["geometry_ids"].numpy()
    owners = np.array([box.index + 1 for box in boxes] + [0], np.int32)
    mask[rows, columns] = owners[np.where(geometry == scene.INVALID_ID, len(boxes), geometry)]
    depth[rows, columns] = hits["t_hit"].numpy() + np.float32(NEAR_M)
    return mask, depth


def _near_outlines(boxes: tuple[SeenBox, ...], view: View) -> NDArray[np.uint8]:
    """1 inside the boxes' outlines and two pixels around them, for the rounding of both."""
    inside = np.zeros((view.height, view.width), np.uint8)
    for box in boxes:
        fill(inside, box.hull, 1)
    return cv2.dilate(inside, np.ones((5, 5), np.uint8))


TRIANGLES = np.array([[f[0], f[i], f[i + 1]] for f in BOX_FACES for i in (1, 2)], np.uint32)
