"""What a car of Town carries: cameras with their calibration and a LiDAR; nuScenes' own car by default.

nuScenes' cameras and their places are typical ones: the means of its two cars (Caesar et al., 2020), to the centimetre, the
tenth of a degree and the pixel.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from editor.cameras import fit
from editor.geometry import Array, Rigid, quaternion_from_matrix
from editor.scene import View

# channel: place in the ego frame; degrees to the left of ahead, upwards, and of its left side upwards; focal length, centre
CAMERAS = {
    "CAM_FRONT": ((1.71, 0.01, 1.50), (0.4, 0.1, 0.3), 1260.0, (821.0, 481.0)),
    "CAM_FRONT_RIGHT": ((1.57, -0.50, 1.51), (-57.0, -0.2, 0.7), 1259.0, (813.0, 474.0)),
    "CAM_BACK_RIGHT": ((1.04, -0.47, 1.56), (-111.7, -0.1, 0.4), 1255.0, (816.0, 482.0)),
    "CAM_BACK": ((0.04, 0.01, 1.57), (179.7, 0.7, -0.2), 803.0, (843.0, 479.0)),
    "CAM_BACK_LEFT": ((1.04, 0.48, 1.58), (108.6, 0.1, 0.0), 1256.0, (811.0, 480.0)),
    "CAM_FRONT_LEFT": ((1.55, 0.50, 1.51), (55.2, 0.6, 0.2), 1265.0, (827.0, 465.0)),
}
NATIVE = (1600, 900)
T_EGO_LIDAR = Rigid((0.94, 0.0, 1.84), (math.sqrt(0.5), 0.0, 0.0, -math.sqrt(0.5)))  # x right, y ahead, as nuScenes mounts it
BEAMS = np.radians(np.linspace(-30.67, 10.67, 32))
LIDAR_RANGE_M = 90.0


@dataclass(frozen=True, slots=True)
class Rig:
    """Cameras, at the size that they are calibrated for, and where the LiDAR is."""

    views: tuple[View, ...]
    T_ego_lidar: Rigid = T_EGO_LIDAR

    def at(self, size: tuple[int, int] | None) -> tuple[View, ...]:
        """The cameras at a picture size (width, height), fitted as recorded pictures are; as they are for None."""
        return self.views if size is None else tuple(fit(view, *size).view for view in self.views)


@cache
def nuscenes_rig() -> Rig:
    """nuScenes' six cameras and its LiDAR."""
    return Rig(tuple(_camera(name, *facts) for name, facts in CAMERAS.items()))


def _camera(
    name: str,
    place: tuple[float, float, float],
    angles: tuple[float, float, float],
    focal: float,
    centre: tuple[float, float],
) -> View:
    yaw, pitch, roll = (math.radians(a) for a in angles)
    ahead = np.array([math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch)])
    level = np.array([math.sin(yaw), -math.cos(yaw), 0.0])
    down = np.cross(ahead, level)
    right = math.cos(roll) * level + math.sin(roll) * down
    turn = np.stack([right, np.cross(ahead, right), ahead], 1)
    return View(name, *NATIVE, (focal, focal, *centre, 0.0), Rigid(place, quaternion_from_matrix(turn)))


def lidar_rays(columns: int) -> Array:
    """Unit directions (32 * columns, 3) in the LiDAR's frame."""
    azimuth = np.linspace(-math.pi, math.pi, columns, endpoint=False)
    e, a = np.meshgrid(BEAMS, azimuth, indexing="ij")
    return np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1).reshape(-1, 3)
