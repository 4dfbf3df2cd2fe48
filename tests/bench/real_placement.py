"""`real.placement_psnr_db`: an actor of the real drive lifted at one time and placed at its recorded pose at another.

See `engine.teacher.placement`. Judged inside the target's rectangle; plain is the source's rectangle resized, `_model` the
shipped checkpoint, which draws the draft's picture again with its neighbours half a second away.
"""

from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np

from engine.metrics.pictures import psnr_db
from engine.teacher.drive import Drive
from engine.teacher.placement import Placement, placements
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, mean, open_real_drive, scores, shipped
from tests.bench.results import NO_WEIGHTS
from tests.bench.row import Missing, Row

PART = "real"
NAMES = ("real.placement_psnr_db_plain", "real.placement_psnr_db", "real.placement_psnr_db_model")


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Means over the cases."""
    drive = open_real_drive()
    if drive is None:
        yield from (Missing(name, f"no ../shared/data/{DATA}") for name in NAMES)
        return
    drawers = shipped()
    found = cases(drive, QUICK_CASES if quick else CASES)
    judged = [[plain(drive, case), *scores(drive, case, drawers, case.region(drive))] for case in found]
    for name, values in zip(NAMES, zip(*judged, strict=True), strict=False):
        yield Row(name, mean(list(values)), "dB", len(values))
    if not drawers:
        yield Missing(NAMES[-1], NO_WEIGHTS)


def plain(drive: Drive, case: Placement) -> float:
    """PSNR of the source's rectangle, resized."""
    true = drive.recording.picture(case.target, case.view)
    source = drive.recording.picture(case.source, case.view)[case.rectangle(drive, case.source)]
    to, out = case.rectangle(drive, case.target), true.copy()
    out[to] = cv2.resize(source, (out[to].shape[1], out[to].shape[0]), interpolation=cv2.INTER_AREA)
    return psnr_db(out, true, case.region(drive))


def cases(drive: Drive, count: int) -> list[Placement]:
    """The same ones every time; a quick run takes the first."""
    return list(islice(filter(None, placements(drive, np.random.default_rng(5))), count))
