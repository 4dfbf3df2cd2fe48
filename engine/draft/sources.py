"""The recorded pictures at the asked-for size, and the cameras that took them; what was read once is kept."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from pathlib import Path
from threading import Lock

import cv2
import numpy as np
from cachetools import cachedmethod
from numpy.typing import NDArray

from editor.cameras import fit, fit_picture, matrix_of
from editor.datasets.recorded import read_lidar, read_picture
from editor.geometry import Array, Rigid
from editor.scene import LidarSweep, Picture, Scene, View
from engine.draft.room import room_for

Picture8 = NDArray[np.uint8]  # (H, W, 3) RGB
Reader = Callable[[Path, Picture, View], Picture8 | None]

PICTURES_BYTES = 250 * 2**20


@dataclass(frozen=True)
class Camera:
    """A view at the size that is drawn, standing somewhere in the world at a time."""

    view: View
    T_world_camera: Rigid
    t_us: int

    @cached_property
    def eye(self) -> Array:
        """Where in the world it is."""
        return np.asarray(self.T_world_camera.translation)

    @cached_property
    def from_world(self) -> Array:
        """T_camera_world as a 4x4 matrix."""
        return self.T_world_camera.inverse().matrix()

    @cached_property
    def ahead(self) -> Array:
        """Where in the world it looks."""
        return self.T_world_camera.matrix()[:3, 2]

    def rays_world(self, pixels: Array) -> Array:
        """Directions (..., 3) in the world, of depth 1 in the camera, of pixels (..., 2)."""
        return pixels_to_rays(self.view, pixels) @ self.T_world_camera.matrix()[:3, :3].T

    def pixels(self, points_world: Array) -> tuple[Array, Array]:
        """Pixels (..., 2) and depths (...) of points of the world; depths below 0.1 m have no meaningful pixel."""
        T = self.from_world
        points = points_world @ T[:3, :3].T + T[:3, 3]
        depth = points[..., 2]
        on_sensor = points @ matrix_of(self.view).T
        return on_sensor[..., :2] / np.maximum(depth, 0.1)[..., None], depth


def pixels_to_rays(view: View, pixels: Array) -> Array:
    """Directions in the camera frame, of depth 1."""
    inverse = np.linalg.inv(matrix_of(view))
    return np.concatenate([pixels, np.ones_like(pixels[..., :1])], axis=-1) @ inverse.T


def coarser(camera: Camera, step: int) -> tuple[Camera, Array]:
    """The camera as one of larger pixels, each `step` of its own across, and where those are (h, w, 2)."""
    fx, fy, cx, cy, skew = camera.view.intrinsics
    half = (step - 1) / 2
    intrinsics = (fx / step, fy / step, (cx - half) / step, (cy - half) / step, skew / step)
    h, w = -(-camera.view.height // step), -(-camera.view.width // step)
    small = replace(camera, view=replace(camera.view, width=w, height=h, intrinsics=intrinsics))
    return small, np.stack(np.meshgrid(np.arange(w, dtype=np.float64), np.arange(h, dtype=np.float64)), axis=-1)


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
        self._cameras: dict[tuple[int, str], Camera | None] = {}
        self._shown, self._glanced = (room_for(PICTURES_BYTES) for _ in range(2))
        self._lock = Lock()  # two threads may read the same picture: they get the same pixels

    @cachedmethod(attrgetter("_shown"), lock=attrgetter("_lock"))
    def picture(self, frame: int, view_name: str) -> Picture8 | None:
        """One recorded picture as it is shown; None where the data set has none. Not to be written to."""
        recorded = self.scene.frames[frame].picture(view_name)
        if recorded is None or not recorded.exists:
            return None
        view = self.scene.view(view_name)
        raw = self._reader(self.dataroot, recorded, view)
        if raw is None or self.size is None:
            return raw
        return fit_picture(raw, view, *self.size)[0]

    @cachedmethod(attrgetter("_glanced"), lock=attrgetter("_lock"))
    def glance(self, frame: int, view_name: str) -> Picture8 | None:
        """The same for a source that pixels are taken from: decoded at half size where that is still large enough.

        A few levels off the picture as it is shown, and twice as fast; what is shown unchanged never comes from here.
        """
        recorded = self.scene.frames[frame].picture(view_name)
        view = self.scene.view(view_name)
        small = self._reader is read_picture and self.size is not None and 2 * self.size[0] <= view.width
        if not small or recorded is None or not recorded.exists or view.width % 2 or view.height % 2:
            return self.picture(frame, view_name)
        half = cv2.imread(str(self.dataroot / recorded.file), cv2.IMREAD_REDUCED_COLOR_2 | cv2.IMREAD_IGNORE_ORIENTATION)
        if half is None or half.shape[:2] != (view.height // 2, view.width // 2):
            return self.picture(frame, view_name)
        how = fit(view, *self.size)
        scaled = cv2.resize(half, how.scaled, interpolation=cv2.INTER_AREA)
        crop = scaled[how.top : how.top + how.view.height, how.left : how.left + how.view.width]
        return cv2.cvtColor(crop, cv2.COLOR_BGR2RGB)

    def read_ahead(self, pictures: Sequence[tuple[int, str]]) -> None:
        """Read what will be glanced at, two at a time."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda p: self.glance(*p), pictures))

    def camera(self, frame: int, view_name: str) -> Camera | None:
        """The camera as it was recorded; None where that frame has no picture of the view."""
        if (frame, view_name) not in self._cameras:
            self._cameras[frame, view_name] = self._camera(frame, view_name)
        return self._cameras[frame, view_name]

    def taken_at(self, camera: Camera) -> int | None:
        """The frame whose picture of the camera's view was taken at the camera's time; None where there is none."""
        return self._frames_at.get((camera.t_us, camera.view.name))

    @cached_property
    def _frames_at(self) -> dict[tuple[int, str], int]:
        return {(p.t_us, p.view): k for k, frame in enumerate(self.scene.frames) for p in frame.pictures}

    def _camera(self, frame: int, view_name: str) -> Camera | None:
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
