"""The recorded pictures at the asked-for size, and the cameras that took them; what was read once is kept."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit, fit_picture, matrix_of
from editor.datasets.recorded import read_lidar, read_picture
from editor.geometry import Array, Rigid
from editor.scene import LidarSweep, Picture, Scene, View

Picture8 = NDArray[np.uint8]  # (H, W, 3) RGB
Reader = Callable[[Path, Picture, View], Picture8 | None]

KEPT_BYTES = 400 * 2**20


@dataclass(frozen=True, slots=True)
class Camera:
    """A view at the size that is drawn, standing somewhere in the world at a time."""

    view: View
    T_world_camera: Rigid
    t_us: int

    def rays_world(self, pixels: Array) -> Array:
        """Directions (..., 3) in the world, of depth 1 in the camera, of pixels (..., 2)."""
        return pixels_to_rays(self.view, pixels) @ self.T_world_camera.matrix()[:3, :3].T

    def pixels(self, points_world: Array) -> tuple[Array, Array]:
        """Pixels (..., 2) and depths (...) of points of the world; depths below 0.1 m have no meaningful pixel."""
        T = self.T_world_camera.inverse().matrix()
        points = points_world @ T[:3, :3].T + T[:3, 3]
        depth = points[..., 2]
        on_sensor = points @ matrix_of(self.view).T
        return on_sensor[..., :2] / np.maximum(depth, 0.1)[..., None], depth


def pixels_to_rays(view: View, pixels: Array) -> Array:
    """Directions in the camera frame, of depth 1."""
    inverse = np.linalg.inv(matrix_of(view))
    return np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=-1) @ inverse.T


@lru_cache(maxsize=64)
def fitted_view(view: View, size: tuple[int, int] | None) -> View:
    """The view with the intrinsics of the size that is drawn."""
    return view if size is None else fit(view, *size).view


class Recording:
    """What was recorded, as the draft reads it: pictures by frame and view, at one size."""

    def __init__(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None, reader: Reader = read_picture) -> None:
        """Nothing is read yet."""
        self.dataroot, self.scene, self.size = dataroot, scene, size
        self._reader = reader
        self._kept: OrderedDict[tuple[int, str], Picture8 | None] = OrderedDict()
        self._bytes = 0

    def picture(self, frame: int, view_name: str) -> Picture8 | None:
        """One recorded picture at the drawn size; None where the data set has none. Not to be written to."""
        key = frame, view_name
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._kept[key] = fresh = self._read(frame, view_name)
        self._bytes += 0 if fresh is None else fresh.nbytes
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= 0 if oldest is None else oldest.nbytes
        return fresh

    def _read(self, frame: int, view_name: str) -> Picture8 | None:
        recorded = self.scene.frames[frame].picture(view_name)
        if recorded is None or not recorded.exists:
            return None
        view = self.scene.view(view_name)
        raw = self._reader(self.dataroot, recorded, view)
        if raw is None or self.size is None:
            return raw
        return fit_picture(raw, view, *self.size)[0]

    def camera(self, frame: int, view_name: str) -> Camera | None:
        """The camera as it was recorded; None where that frame has no picture of the view."""
        recorded = self.scene.frames[frame].picture(view_name)
        if recorded is None:
            return None
        view = fitted_view(self.scene.view(view_name), self.size)
        return Camera(view, recorded.T_world_ego @ view.T_ego_camera, recorded.t_us)

    def lidar_world(self, sweep: LidarSweep) -> NDArray[np.float32] | None:
        """One sweep's points (n, 3) in the world; None where its file is missing."""
        points = read_lidar(self.dataroot, sweep) if sweep.exists else None
        if points is None:
            return None
        T = sweep.T_world_lidar.matrix().astype(np.float32)
        return points[:, :3] @ T[:3, :3].T + T[:3, 3]
