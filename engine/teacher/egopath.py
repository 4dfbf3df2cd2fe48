"""A frame left out and asked back: drawn from an earlier frame's pictures alone, along the path that the car took.

Depth is the drive's LiDAR, as for a bent path. The earlier frame stands beside it in the clip, as it was recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.draft.gather import Source
from engine.draft.warp import warped
from engine.teacher.drive import Drive, Mask
from engine.teacher.exercise import Exercise, untouched

MOVED_M = 1.0  # by which the ego must have come along, or there is nothing to draw


@dataclass(frozen=True, slots=True)
class EgoPath:
    """Frames `steps` after the one at `start`; the last one is judged."""

    kind: ClassVar[str] = "ego_path"
    actor: ClassVar[None] = None
    view: str
    start: int
    steps: tuple[int, ...]

    @property
    def frame(self) -> int:
        """See `Task`."""
        return self.start + self.steps[-1]

    def frames(self, drive: Drive, count: int) -> tuple[int, ...]:
        """See `Task`: the frame that is known, and those that are asked back, however many."""
        return (self.start, *(self.start + step for step in self.steps))

    def region(self, drive: Drive) -> Mask:
        """See `Task`."""
        view = drive.recording.camera(self.frame, self.view).view
        return np.ones((view.height, view.width), bool)

    def exercises(self, drive: Drive, frames: Sequence[int]) -> list[Exercise]:
        """See `Task`."""
        return [self._exercise(drive, frame) for frame in frames]

    def _exercise(self, drive: Drive, frame: int) -> Exercise:
        true = drive.recording.picture(frame, self.view)
        if frame == self.start:
            return untouched(true)
        camera = drive.recording.camera(frame, self.view)
        views = [self.view, *(view for view in drive.views if view != self.view and drive.has(self.start, view))]
        sources = [Source(self.start, view) for view in views]
        filled = warped(drive.witnesses, drive.cast.at(camera.t_us), camera, sources)
        everywhere = np.ones(true.shape[:2], bool)
        return Exercise(filled.picture, ~filled.unknown, everywhere, everywhere, true)


def starts(drive: Drive, view: str, steps: tuple[int, ...]) -> list[int]:
    """The frames from which the ego moved far enough to the last of the steps, with all pictures there."""
    last = len(drive.scene.frames) - steps[-1]
    there = (t for t in range(max(last, 0)) if all(drive.has(t + step, view) for step in (0, *steps)))
    return [t for t in there if _moved(drive, view, t, steps[-1]) >= MOVED_M]


def _moved(drive: Drive, view: str, start: int, step: int) -> float:
    a, b = (drive.scene.frames[k].picture(view).T_world_ego.translation for k in (start, start + step))
    return float(np.linalg.norm(np.subtract(b, a)))
