"""The made-up drive with plain pictures: grey ground, and everybody as a box of his own colour."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from editor.cameras import box_hull
from editor.datasets.nuscenes import open_data_set
from editor.geometry import Rigid, box_corners, multiply, yaw_quaternion
from editor.scene import Scene, View
from tests.small_drive import EGO_MPS, HEADINGS, LOOKING_AHEAD, SIZE, STEP_US, Actors, write_small_drive

GREY, RED = 120, (0, 0, 255)  # BGR
INTRINSICS = (120.0, 120.0, 79.5, 44.5, 0.0)


def outline(channel: str, index: int, at_m: tuple[float, float], size_lwh: tuple[float, float, float]) -> np.ndarray:
    """The pixels of a box that stands so far ahead of and to the left of where the drive begins."""
    T_ego_camera = Rigid((0.0, 0.0, 1.6), multiply(yaw_quaternion(HEADINGS[channel]), LOOKING_AHEAD))
    ego = Rigid((EGO_MPS * index * STEP_US * 1e-6, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))
    box = Rigid((*at_m, size_lwh[2] / 2), (1.0, 0.0, 0.0, 0.0))
    corners = (ego @ T_ego_camera).inverse().apply(box_corners(box, size_lwh))
    hull = box_hull(View(channel, *SIZE, INTRINSICS, T_ego_camera), corners)
    mask = np.zeros(SIZE[::-1], np.uint8)
    if hull is not None:
        cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    return mask > 0


def write_painted_drive(
    dataroot: Path, actors: Actors, bonnet: np.ndarray | None = None, ground: Callable[[int], int] = lambda index: GREY
) -> tuple[Path, Scene]:
    """All of them red, on grey ground, and a bonnet somewhat darker than ground by day."""

    def picture(channel: str, index: int) -> np.ndarray:
        painted = np.full((*SIZE[::-1], 3), ground(index), np.uint8)
        for _, size_lwh, x, y, speed in actors.values():
            painted[outline(channel, index, (x + speed * index * STEP_US * 1e-6, y), size_lwh)] = RED
        if bonnet is not None:
            painted[bonnet] = max(ground(index) - 20, 0)
        return painted

    root = write_small_drive(dataroot, actors, picture)
    data = open_data_set(root)
    return root, data.scene(data.summaries()[0].name)
