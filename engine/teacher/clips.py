"""Tasks as clips: what the world model is told of them, as of any other clip."""

import numpy as np

from editor.scene import recorded
from engine.gbuffer import gbuffer
from engine.model.asked import asked
from engine.model.drafts import Drafts
from engine.teacher.drive import Drive
from engine.teacher.exercise import Task
from engine.training.clips import TrainingClip


def clip_of(drive: Drive, task: Task, frames: tuple[int, ...]) -> TrainingClip:
    """A task at some frames, in its one view; nothing is asked about what the drive withholds."""
    found = zip(task.exercises(drive, frames), frames, strict=True)
    spared = [exercise.spared(drive.withheld(frame, task.view)) for exercise, frame in found]

    def row(name: str) -> np.ndarray:
        return np.array([[getattr(exercise, name)] for exercise in spared])

    return TrainingClip(
        task.kind,
        f"{drive.scene.name}, frame {task.frame} of {task.view}",
        asked(recorded(drive.scene), drive.streets, frames, (task.view,), drive.recording.size),
        Drafts(row("draft"), row("valid"), row("dirty"), _gbuffers(drive, task.view, frames, row("draft"))),
        row("truth"),
    )


def _gbuffers(drive: Drive, view: str, frames: tuple[int, ...], drafts: np.ndarray) -> np.ndarray:
    cameras = [drive.recording.camera(frame, view) for frame in frames]
    found = zip(cameras, drafts[:, 0], strict=True)
    return np.array([[gbuffer(drive.backdrop, camera, drive.cast.at(camera.t_us), picture)] for camera, picture in found])
