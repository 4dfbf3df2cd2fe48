"""What the world model answers to a task: its clip, drawn as a take's clip is drawn."""

import numpy as np

from engine.pipeline import Clip, Sampling, WorldPipeline
from engine.teacher.clips import clip_of
from engine.teacher.drive import Drive, Picture8
from engine.teacher.exercise import Task


def answers(
    pipelines: tuple[WorldPipeline, ...], drive: Drive, task: Task, count: int, sampling: Sampling | None = None
) -> tuple[Picture8, ...]:
    """The draft's picture (H, W, 3) at the task's frame, then each pipeline's, drawn jointly with up to `count` frames."""
    frames = task.frames(drive, count) if pipelines else (task.frame,)
    clip = clip_of(drive, task, frames)
    start = clip.drafts.dirty.any((2, 3)).astype(np.float32)  # a frame that nothing is asked about is a reference
    asked = Clip(clip.asked, clip.drafts, frames, (task.view,), start, clip.drafts.pictures)
    at = frames.index(task.frame)
    drawn = (pipeline(asked, sampling).pictures[at, 0] for pipeline in pipelines)
    return clip.drafts.pictures[at, 0], *drawn
