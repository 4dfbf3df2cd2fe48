"""The cameras and the LiDAR of Town's car: nuScenes' own places and fields of view, at any picture size."""

import math

import numpy as np

from editor.geometry import Array, Rigid, quaternion_from_matrix
from editor.scene import View

# channel: place in the ego frame, azimuth in degrees, focal length as a share of the picture's width
CAMERAS = {
    "CAM_FRONT": ((1.70, 0.016, 1.51), 0.0, 0.7913),
    "CAM_FRONT_RIGHT": ((1.55, -0.49, 1.50), -56.0, 0.7880),
    "CAM_BACK_RIGHT": ((1.01, -0.48, 1.56), -110.0, 0.7870),
    "CAM_BACK": ((0.03, 0.003, 1.57), 180.0, 0.5058),
    "CAM_BACK_LEFT": ((1.03, 0.48, 1.59), 108.5, 0.7855),
    "CAM_FRONT_LEFT": ((1.52, 0.49, 1.51), 55.3, 0.7953),
}
T_EGO_LIDAR = Rigid((0.94, 0.0, 1.84), (math.sqrt(0.5), 0.0, 0.0, -math.sqrt(0.5)))  # x right, y ahead, as nuScenes mounts it
BEAMS = np.radians(np.linspace(-30.67, 10.67, 32))
LIDAR_RANGE_M = 90.0


def views(size: tuple[int, int]) -> tuple[View, ...]:
    """The six cameras at a picture size (width, height)."""
    width, height = size
    out = []
    for name, (place, azimuth, focal) in CAMERAS.items():
        a = math.radians(azimuth)
        ahead, right = np.array([math.cos(a), math.sin(a), 0.0]), np.array([math.sin(a), -math.cos(a), 0.0])
        turn = np.stack([right, np.array([0.0, 0.0, -1.0]), ahead], 1)
        f = focal * width
        intrinsics = (f, f, (width - 1) / 2, (height - 1) / 2, 0.0)
        out.append(View(name, width, height, intrinsics, Rigid(place, quaternion_from_matrix(turn))))
    return tuple(out)


def lidar_rays(columns: int) -> Array:
    """Unit directions (32 * columns, 3) in the LiDAR's frame."""
    azimuth = np.linspace(-math.pi, math.pi, columns, endpoint=False)
    e, a = np.meshgrid(BEAMS, azimuth, indexing="ij")
    return np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1).reshape(-1, 3)
