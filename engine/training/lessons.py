"""Training clips from a recorded drive: tasks whose answers were recorded, the n-th always the same.

Half of them are imaginary boxes removed, a quarter actors placed again, a quarter frames asked back; where a drive has none of
a kind, another takes its place.
"""

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from engine.teacher.clips import clip_of
from engine.teacher.drive import SIZE, Drive, open_drive
from engine.teacher.egopath import EgoPath, starts
from engine.teacher.exercise import Task
from engine.teacher.held_out import held_out, without
from engine.teacher.placement import placements
from engine.teacher.removal import removals
from engine.training.clips import ENDING, write_clip

NUM_FRAMES = 3
KINDS = ("delete", "move", "delete", "ego_path")
TRIES = 400  # of chance, before a drive is said to have no task of a kind
OPEN_SHARE = 0.7  # of what a task asks, at least, must not be withheld
BACK_S = (0.5, 1.0)  # after which a frame is asked back


class LessonError(ValueError):
    """A drive that has nothing to teach; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Of which drive, at which size (width, height), into which folder; `everything` holds nothing out."""

    dataroot: Path
    version: str | None
    scene: str
    folder: Path
    everything: bool = False
    size: tuple[int, int] = SIZE
    seed: int = 0

    def file(self, number: int) -> Path:
        """Of one clip."""
        return self.folder / f"{number:04d}{ENDING}"


def lessons(what: Lessons, count: int, processes: int) -> Iterator[int]:
    """Make the clips that are not there yet of the first `count`, yielding the number of each when it is on disk.

    Closing the iterator stops the work; what is done is kept. LessonError for a drive without a task.
    """
    missing = [number for number in range(count) if not what.file(number).is_file()]
    if processes == 1 or len(missing) < 2:
        yield from (_taught(what, number) for number in missing)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=_alone) as pool:
        try:
            for done in as_completed([pool.submit(_taught, what, number) for number in missing]):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def task_of(drive: Drive, number: int, seed: int) -> Task | None:
    """The n-th task about a drive; None where it has none of any kind."""
    random = np.random.default_rng((seed, number))
    first = KINDS[number % len(KINDS)]
    kinds = dict.fromkeys((first, *KINDS))
    return next((task for kind in kinds if (task := _drawn(drive, kind, random)) is not None), None)


def _drawn(drive: Drive, kind: str, random: np.random.Generator) -> Task | None:
    some = {"delete": removals, "move": placements, "ego_path": _asked_back}[kind](drive, random)
    return next((task for task in islice(some, TRIES) if task is not None and _is_open(drive, task)), None)


def _asked_back(drive: Drive, random: np.random.Generator) -> Iterator[EgoPath | None]:
    frames = drive.scene.frames
    seconds = 1e-6 * (frames[-1].t_us - frames[0].t_us) / max(len(frames) - 1, 1)
    for _ in drive.views:  # several tries, and an end: most drives that stand still do so in every view
        view = drive.views[int(random.integers(len(drive.views)))]
        last = max(2, round(random.uniform(*BACK_S) / max(seconds, 1e-3)))
        there = starts(drive, view, (last // 2, last))
        yield EgoPath(view, int(random.choice(there)), (last // 2, last)) if there else None


def _is_open(drive: Drive, task: Task) -> bool:
    withheld = drive.withheld(task.frame, task.view)
    if len(task.frames(drive, NUM_FRAMES)) < NUM_FRAMES:
        return False
    return withheld is None or (~withheld[task.region(drive)]).mean() >= OPEN_SHARE


def _taught(what: Lessons, number: int) -> int:
    drive = _drive(what)
    task = task_of(drive, number, what.seed)
    if task is None:
        raise LessonError(
            f"scene {what.scene} of {what.dataroot} has no task to learn from; "
            f"wanted pictures on disk, and room for a box in them, an actor that shows, or an ego that moves"
        )
    write_clip(what.file(number), clip_of(drive, task, task.frames(drive, NUM_FRAMES)))
    return number


@lru_cache(maxsize=1)
def _drive(what: Lessons) -> Drive:
    drive = open_drive(what.dataroot, what.version, what.scene, what.size)
    return drive if what.everything else without(drive, held_out(drive.scene))


def _alone() -> None:
    """A process that leaves the other cores to others like it, and Ctrl+C to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
