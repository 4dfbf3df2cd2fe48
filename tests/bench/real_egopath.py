"""`real.egopath_psnr_db`: frame t+k of the real drive drawn from frame t's six pictures along the path that the car took.

k is 5 and 10 (half a second, a second), where the ego moved 1 m or more. Depth is the drive's LiDAR. Judged over the whole
picture; plain is frame t repeated.
"""

from collections.abc import Iterator

import numpy as np

from engine.draft.egobody import body_mask
from engine.draft.gather import Source, Witnesses
from engine.draft.warp import warped
from engine.metrics.pictures import psnr_db
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, RealDrive, mean, open_real_drive
from tests.bench.row import Missing, Row

PART = "real"
NAMES = (
    "real.egopath_psnr_db",
    "real.egopath_psnr_db_plain",
    "real.egopath_front_psnr_db",
    "real.egopath_front_psnr_db_plain",
)
STEPS = (5, 10)
MOVED_M = 1.0


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The mean of the six views' means, and the front view's."""
    drive = open_real_drive()
    if drive is None:
        yield from (Missing(name, f"no ../shared/data/{DATA}") for name in NAMES)
        return
    bodies = {view: body_mask(drive.recording, drive.backdrop.ground, view) for view in drive.views}
    witnesses = Witnesses(drive.recording, drive.cast, drive.backdrop)
    by_view: dict[str, list[tuple[float, float]]] = {view: [] for view in drive.views}
    for view, start, step in cases(drive, QUICK_CASES if quick else CASES):
        camera = drive.recording.camera(start + step, view)
        true = drive.recording.picture(start + step, view)
        sources = [Source(start, view), *(Source(start, other) for other in drive.views if other != view)]
        drawn = warped(witnesses, drive.cast.at(camera.t_us), camera, sources, bodies).picture
        plain, whole = drive.recording.picture(start, view), np.ones(true.shape[:2], bool)
        by_view[view].append((psnr_db(drawn, true, whole), psnr_db(plain, true, whole)))
    samples = sum(len(found) for found in by_view.values())
    for k, name in enumerate(NAMES[:2]):
        yield Row(name, mean([mean([pair[k] for pair in found]) for found in by_view.values()]), "dB", samples)
    for k, name in enumerate(NAMES[2:]):
        front = by_view["CAM_FRONT"]
        yield Row(name, mean([pair[k] for pair in front]), "dB", len(front))


def cases(drive: RealDrive, count: int) -> list[tuple[str, int, int]]:
    """View, frame t and k: as many of each view and k as the count allows, drawn by a fixed seed."""
    random = np.random.default_rng(3)
    each = -(-count // (len(drive.views) * len(STEPS)))
    found = []
    for view in drive.views:
        for step in STEPS:
            starts = [t for t in range(len(drive.scene.frames) - step) if _moved(drive, view, t, step) >= MOVED_M]
            found += [(view, int(t), step) for t in sorted(random.choice(starts, min(each, len(starts)), replace=False))]
    return found


def _moved(drive: RealDrive, view: str, start: int, step: int) -> float:
    a, b = (drive.scene.frames[k].picture(view).T_world_ego.translation for k in (start, start + step))
    return float(np.linalg.norm(np.subtract(b, a)))
