"""A recorded drive as tasks need it: opened once, at the size that is drawn, with what is worked out of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from pathlib import Path

import cv2
import numpy as np
from cachetools import cachedmethod
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.datasets.nuscenes import expanded_streets, open_data_set
from editor.geometry import Rigid, Vec3, box_corners
from editor.map import StreetMap
from editor.scene import Scene
from engine.draft.backdrop import Backdrop, backdrop_of
from engine.draft.crowd import Cast, Hull
from engine.draft.gather import Witnesses
from engine.draft.sources import Camera, Recording

Mask = NDArray[np.bool_]
Picture8 = NDArray[np.uint8]

SIZE = (448, 256)
PAINT = (255, 0, 255)  # hardly anything has this colour, so that a leak would show


class Veiled(Recording):
    """A recording with a part of its pictures painted over, for whoever reads it."""

    def __init__(
        self,
        seen: Recording,
        hidden: Callable[[int, str], Mask | None],
        scene: Scene | None = None,
        paint: tuple[int, int, int] = PAINT,
    ) -> None:
        """`hidden` says which pixels of a frame's view, None for none of them; `scene` may have fewer frames than `seen`."""
        super().__init__(seen.dataroot, scene or seen.scene, seen.size)
        self._seen, self._hidden, self._paint = seen, hidden, paint

    @cachedmethod(attrgetter("_shown"), lock=attrgetter("_lock"))
    def picture(self, frame: int, view_name: str) -> Picture8 | None:
        """What is left of a picture."""
        shown = self._seen.picture(frame, view_name)
        mask = None if shown is None else self._hidden(frame, view_name)
        if mask is None or not mask.any():
            return shown
        shown = shown.copy()
        shown[mask] = self._paint
        return shown

    def glance(self, frame: int, view_name: str) -> Picture8 | None:
        """The same: it is read at the size that is shown."""
        return self.picture(frame, view_name)


@dataclass(frozen=True, eq=False)
class Drive:
    """A drive, and who stands where in it. `withheld` are the pixels (H, W) of a frame's view that nothing may be asked
    about, which its recording shows painted over."""

    scene: Scene
    recording: Recording
    cast: Cast
    backdrop: Backdrop
    streets: StreetMap
    withheld: Callable[[int, str], Mask | None] = field(default=lambda frame, view: None)

    @property
    def views(self) -> tuple[str, ...]:
        """The views' names."""
        return tuple(view.name for view in self.scene.views)

    @cached_property
    def witnesses(self) -> Witnesses:
        """The pictures as sources."""
        return Witnesses(self.recording, self.cast, self.backdrop)

    def has(self, frame: int, view: str) -> bool:
        """Whether there is such a frame, with a picture of the view on disk."""
        if not 0 <= frame < len(self.scene.frames):
            return False
        picture = self.scene.frames[frame].picture(view)
        return picture is not None and picture.exists

    def around(self, frame: int, view: str, count: int, apart_s: float) -> tuple[int, ...]:
        """`count` frames with a picture of the view, the given one among them: about `apart_s` from one another where the drive
        is long enough, else the nearest; fewer only where there are no more."""
        times = np.array([f.t_us for f in self.scene.frames]) - self.scene.frames[frame].t_us
        steps = sorted(range(-count + 1, count), key=abs)
        spread = [int(np.abs(times - k * apart_s * 1e6).argmin()) for k in steps]
        far = [near for near, k in zip(spread, steps, strict=True) if abs(times[near] - k * apart_s * 1e6) < 0.5e6 * apart_s]
        order = dict.fromkeys((frame, *far, *np.argsort(np.abs(times), kind="stable").tolist()))
        return tuple(sorted([near for near in order if self.has(near, view)][:count]))


def open_drive(dataroot: Path, version: str | None = None, scene: str | None = None, size: tuple[int, int] = SIZE) -> Drive:
    """A scene of a data set, the first where none is named; DataSetError for one that is not there."""
    data = open_data_set(dataroot, version)
    opened = data.scene(data.summaries()[0].name if scene is None else scene)
    recording = Recording(dataroot, opened, size)
    streets = expanded_streets(dataroot, opened) or StreetMap()
    return Drive(opened, recording, Cast(opened.actors), backdrop_of(recording), streets)


def hull_of(camera: Camera, T_world_box: Rigid, size_lwh: Vec3) -> Hull | None:
    """A box's outline in a picture."""
    corners = box_corners(T_world_box, size_lwh)
    return box_hull(camera.view, camera.T_world_camera.inverse().apply(corners))


def inside(hull: Hull, shape: tuple[int, int], grown: int = 0) -> Mask:
    """The pixels of a hull, grown by some."""
    mask, outline = np.zeros(shape, np.uint8), np.round(hull).astype(np.int32)
    cv2.fillConvexPoly(mask, outline, 1)
    if grown:
        cv2.polylines(mask, [outline], True, 1, 2 * grown + 1)
    return mask.astype(bool)
