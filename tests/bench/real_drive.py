"""The real drive as the `real` measurements use it: opened once, at the draft's size; and the checkpoints that draw it."""

from pathlib import Path

import numpy as np

from engine.metrics.pictures import psnr_db
from engine.model.checkpoints import load
from engine.pipeline import WorldPipeline
from engine.teacher.answers import answers
from engine.teacher.drive import Drive, Mask, open_drive
from engine.teacher.exercise import Task
from tests.bench.results import SHARED_DATA, weights

DATA = "pandaset-002"
ROOT = SHARED_DATA / DATA
CASES, QUICK_CASES = 200, 40
NUM_FRAMES = 3  # that the world model draws jointly, the judged one among them


def open_real_drive() -> Drive | None:
    """The drive; None where it does not lie beside the checkout."""
    return open_drive(ROOT) if ROOT.is_dir() else None


def pipeline(checkpoint: Path) -> WorldPipeline:
    """What draws with a checkpoint."""
    found = load(checkpoint)
    return WorldPipeline(found.transformer, found.autoencoder, found.text_encoder, found.scheduler, found.relight)


def shipped() -> tuple[WorldPipeline, ...]:
    """What draws with the checkpoint that is measured; nothing where there is none."""
    folder = weights()
    return () if folder is None else (pipeline(folder),)


def scores(drive: Drive, task: Task, pipelines: tuple[WorldPipeline, ...], region: Mask) -> list[float]:
    """PSNR in a region of the draft's answer to a task, then of each pipeline's."""
    true = drive.recording.picture(task.frame, task.view)
    return [psnr_db(drawn, true, region) for drawn in answers(pipelines, drive, task, NUM_FRAMES)]


def mean(values: list[float]) -> float:
    """The plain mean."""
    return float(np.mean(values))
