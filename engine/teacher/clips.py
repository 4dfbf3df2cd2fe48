"""Tasks as clips: what the world model is told of them, as of any other clip."""

import numpy as np

from editor.scene import recorded
from engine.model.asked import asked
from engine.model.tell import Drafts
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
        Drafts(row("draft"), row("valid"), row("dirty")),
        row("truth"),
    )
