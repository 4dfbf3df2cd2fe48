"""`real.…_psnr_db_adapted`: the world model adapted to the real drive, on frames and places that adapting never saw.

See `engine.teacher.held_out`. Beside it, on the same cases, the draft and the checkpoint as it was before. The weights come
from `python -m engine.training adapt --dataroot ../shared/data/pandaset-002 --scene scene-0002` and stay in build/.
"""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from engine.model.digest import digest
from engine.pipeline import WorldPipeline
from engine.service.adapted import STATEMENT, adapted_to
from engine.teacher.drive import Drive
from engine.teacher.egopath import EgoPath, starts
from engine.teacher.exercise import Task
from engine.teacher.held_out import RULE, HeldOut, held_out
from engine.teacher.placement import placements
from engine.teacher.removal import removals
from tests.bench.real_drive import DATA, ROOT, mean, open_real_drive, pipeline, scores, shipped
from tests.bench.results import ROOT as CHECKOUT
from tests.bench.row import Missing, Row

PART = "adapted"
FOLDER = CHECKOUT / "build" / "adapted"
TASKS = ("removal", "placement", "egopath")
CASES, QUICK_CASES = 100, 20
TRIES = 40_000
STEPS = (5, 10)
LEAST_SHARE = {"removal": 0.9, "placement": 0.9, "egopath": 0.25}  # of what is judged that must lie in the held-out sector


def also() -> str:
    """A hash of the adapted weights."""
    found = sorted(FOLDER.glob(f"*/{STATEMENT}"))
    return "".join(digest(path.parent) for path in found)


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Of each task the mean over its held-out cases."""
    drive = open_real_drive()
    folder, reason = (None, f"no ../shared/data/{DATA}") if drive is None else weights(drive)
    if folder is None:
        yield from (Missing(f"real.{name}_psnr_db_adapted", reason) for name in TASKS)
        return
    pipelines = pipeline(folder), *shipped()
    for name in TASKS:
        found = list(islice(cases(drive, name), QUICK_CASES if quick else CASES))
        if not found:
            yield Missing(f"real.{name}_psnr_db_adapted", "no case in what was held out")
            continue
        judged = [held_out_scores(drive, case, pipelines) for case in found]
        for how, values in zip(("held_out_draft", "adapted", "held_out_model"), zip(*judged, strict=True), strict=False):
            yield Row(f"real.{name}_psnr_db_{how}", mean(list(values)), "dB", len(values))


def weights(drive: Drive) -> tuple[Path | None, str]:
    """The drive's own weights, or why there are none to be judged."""
    folder = adapted_to(drive.scene, FOLDER)
    if folder is None:
        return None, f"no weights adapted to it: python -m engine.training adapt --dataroot {ROOT} --scene {drive.scene.name}"
    left_out = json.loads((folder / STATEMENT).read_text())["held_out"]
    if left_out is None or left_out["rule"] != RULE:
        return None, "its weights were adapted to all of it, or by another rule of what is held out"
    return folder, ""


def held_out_scores(drive: Drive, case: Task, pipelines: tuple[WorldPipeline, ...]) -> list[float]:
    """Of the draft, then of each pipeline, where the case's region lies in the held-out sector."""
    unseen = held_out(drive.scene).pixels(drive, case.frame, case.view)
    return scores(drive, case, pipelines, case.region(drive) & unseen)


def cases(drive: Drive, name: str) -> Iterator[Task]:
    """The same ones every time, none of which adapting may have seen."""
    left_out = held_out(drive.scene)
    drawn: dict[str, Callable[[Drive, HeldOut], Iterator[Task | None]]] = {
        "removal": lambda d, h: removals(d, np.random.default_rng(11), h.first),
        "placement": lambda d, h: placements(d, np.random.default_rng(12)),
        "egopath": _asked_back,
    }
    some = islice(drawn[name](drive, left_out), TRIES)
    return (task for task in some if task is not None and left_out.judges(drive, task, LEAST_SHARE[name]))


def _asked_back(drive: Drive, left_out: HeldOut) -> Iterator[EgoPath]:
    every = [
        EgoPath(view, t, (step,))
        for view in drive.views
        for step in STEPS
        for t in starts(drive, view, (step,))
        if t >= left_out.first
    ]
    yield from (every[k] for k in np.random.default_rng(13).permutation(len(every)))
