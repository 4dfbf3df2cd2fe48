"""`real.removal_psnr_db`: what an imaginary box hides in every picture of the real drive, drawn without those pixels.

See `engine.teacher.removal`. Judged inside the hull against the recorded pixels; plain is OpenCV's inpainting of the same
hole, `_model` the shipped checkpoint, which draws the draft's picture again with its neighbours half a second away.
"""

from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np

from engine.metrics.pictures import psnr_db
from engine.teacher.drive import PAINT, Drive
from engine.teacher.removal import GROWN_PX, Removal, hidden, removals
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, mean, open_real_drive, scores, shipped
from tests.bench.results import NO_WEIGHTS
from tests.bench.row import Missing, Row

PART = "real"
NAMES = ("real.removal_psnr_db_plain", "real.removal_psnr_db", "real.removal_psnr_db_model")


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


def plain(drive: Drive, case: Removal) -> float:
    """PSNR of plain inpainting."""
    true = drive.recording.picture(case.frame, case.view)
    hole, seen = hidden(drive, case.box, case.frame, case.view, GROWN_PX), true.copy()
    seen[hole] = PAINT
    return psnr_db(cv2.inpaint(seen, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA), true, case.region(drive))


def cases(drive: Drive, count: int) -> list[Removal]:
    """The same ones every time; a quick run takes the first."""
    return list(islice(filter(None, removals(drive, np.random.default_rng(1))), count))
