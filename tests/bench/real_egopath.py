"""`real.egopath_psnr_db`: frame t+k of the real drive drawn from frame t's six pictures along the path that the car took.

See `engine.teacher.egopath`. k is 5 and 10 (half a second, a second), where the ego moved 1 m or more. Judged over the whole
picture; plain is frame t repeated, `_model` the shipped checkpoint, which draws the draft's picture again beside frame t's.
"""

from collections.abc import Iterator

import numpy as np

from engine.metrics.pictures import psnr_db
from engine.teacher.drive import Drive
from engine.teacher.egopath import EgoPath, starts
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, mean, open_real_drive, scores, shipped
from tests.bench.results import NO_WEIGHTS
from tests.bench.row import Missing, Row

PART = "real"
FRONT = "CAM_FRONT"
HOWS = ("_plain", "", "_model")
STEPS = (5, 10)


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The mean of the six views' means, and the front view's."""
    drive, drawers = open_real_drive(), shipped()
    if drive is None or not drawers:
        reason = f"no ../shared/data/{DATA}" if drive is None else NO_WEIGHTS
        left_out = HOWS if drive is None else HOWS[-1:]
        yield from (Missing(f"real.egopath{view}_psnr_db{how}", reason) for view in ("", "_front") for how in left_out)
    if drive is None:
        return
    judged: dict[str, list[list[float]]] = {view: [] for view in drive.views}
    for case in cases(drive, QUICK_CASES if quick else CASES):
        judged[case.view].append([plain(drive, case), *scores(drive, case, drawers, case.region(drive))])
    for k, how in enumerate(HOWS[: 2 + len(drawers)]):
        by_view = {view: [each[k] for each in found] for view, found in judged.items()}
        samples = sum(len(values) for values in by_view.values())
        yield Row(f"real.egopath_psnr_db{how}", mean([mean(values) for values in by_view.values()]), "dB", samples)
        yield Row(f"real.egopath_front_psnr_db{how}", mean(by_view[FRONT]), "dB", len(by_view[FRONT]))


def plain(drive: Drive, case: EgoPath) -> float:
    """PSNR of the earlier frame, repeated."""
    earlier, true = (drive.recording.picture(frame, case.view) for frame in (case.start, case.frame))
    return psnr_db(earlier, true, case.region(drive))


def cases(drive: Drive, count: int) -> list[EgoPath]:
    """As many of each view and k as the count allows, drawn by a fixed seed."""
    random = np.random.default_rng(3)
    each = -(-count // (len(drive.views) * len(STEPS)))
    found = []
    for view in drive.views:
        for step in STEPS:
            there = starts(drive, view, (step,))
            found += [
                EgoPath(view, int(t), (step,)) for t in sorted(random.choice(there, min(each, len(there)), replace=False))
            ]
    return found
