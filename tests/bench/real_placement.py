"""`real.placement_psnr_db`: an actor of the real drive lifted at one time and placed at its recorded pose at another.

0.5 to 3 s later or earlier, in the same view. The target's 2-D rectangle is painted over in the target picture, so the draft
draws all of it: what is behind from other pictures, the actor from the source alone. Plain: the source's rectangle resized.
Only actors that show: wholly in both pictures, 12 px or more each way, 30 % covered at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.crowd import Cast, Hull
from engine.draft.gather import Source, Witnesses
from engine.draft.lift import Pick, Wanted, lifted
from engine.draft.occlusion import before_static
from engine.draft.place import composite
from engine.draft.remove import fill
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Recording
from engine.draft.surfaces import block_around
from engine.metrics.pictures import psnr_db
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, RealDrive, mean, open_real_drive
from tests.bench.row import Missing, Row

PART = "real"
NAMES = ("real.placement_psnr_db", "real.placement_psnr_db_plain")

APART = (5, 30)  # frames of a tenth of a second
SMALLEST_PX = 12
COVERED_SHARE = 0.3
PAINT = (255, 0, 255)
VEIL_PX = 2  # beyond the rectangle, so that interpolation takes nothing from it


@dataclass(frozen=True, slots=True)
class Case:
    """An actor to be lifted at one frame and placed at another."""

    actor: Actor
    view: str
    source: int
    target: int


class Veiled(Recording):
    """The drive with a region of one picture painted over."""

    def __init__(self, drive: RealDrive, where: Source, region: NDArray[np.bool_]) -> None:
        """Pictures come from the drive's own recording."""
        super().__init__(drive.recording.dataroot, drive.scene, drive.recording.size)
        self._open, self._where, self._region = drive.recording, where, region

    def picture(self, frame: int, view_name: str) -> NDArray[np.uint8] | None:
        """A picture, painted over where it is the one."""
        shown = self._open.picture(frame, view_name)
        if (frame, view_name) == (self._where.frame, self._where.view):
            shown = shown.copy()
            shown[self._region] = PAINT
        return shown

    glance = picture


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The draft's and the plain way's mean over the cases."""
    drive = open_real_drive()
    if drive is None:
        yield from (Missing(name, f"no ../shared/data/{DATA}") for name in NAMES)
        return
    results = [judged(drive, case) for case in cases(drive, QUICK_CASES if quick else CASES)]
    for name, values in zip(NAMES, zip(*results, strict=True), strict=True):
        yield Row(name, mean(list(values)), "dB", len(values))


def judged(drive: RealDrive, case: Case) -> tuple[float, float]:
    """PSNR inside the target's rectangle of the draft and of the resized source rectangle."""
    here = Source(case.target, case.view)
    true = drive.recording.picture(case.target, case.view)
    witnesses = Witnesses(drive.recording, drive.cast, drive.backdrop)
    to = _rectangle(witnesses.hulls(here)[str(case.actor.id)][0])
    come = _rectangle(witnesses.hulls(Source(case.source, case.view))[str(case.actor.id)][0])
    region = np.zeros(true.shape[:2], bool)
    region[to] = True
    plain = true.copy()
    source = drive.recording.picture(case.source, case.view)[come]
    plain[to] = cv2.resize(source, (plain[to].shape[1], plain[to].shape[0]), interpolation=cv2.INTER_AREA)
    return psnr_db(_drafted(drive, case, here, region), true, region), psnr_db(plain, true, region)


def _drafted(drive: RealDrive, case: Case, here: Source, region: NDArray[np.bool_]) -> NDArray[np.uint8]:
    camera = drive.recording.camera(here.frame, here.view)
    hole = cv2.dilate(region.astype(np.uint8), np.ones((2 * VEIL_PX + 1,) * 2, np.uint8)) > 0
    veiled = Veiled(drive, here, hole)
    witnesses = Witnesses(veiled, drive.cast, drive.backdrop)
    others = Cast(tuple(a for a in drive.scene.actors if a.id != case.actor.id)).at(camera.t_us)
    behind = fill(witnesses, others, camera, veiled.picture(here.frame, here.view), hole, here).picture
    wanted = Wanted(actor_at(case.actor, camera.t_us), case.actor.size_lwh, camera)
    pick = Pick(Source(case.source, case.view), False)
    lift = lifted(witnesses, Silhouettes(witnesses), case.actor, wanted, pick, block_around(region, 8))
    return composite(behind, lift, before_static(witnesses, camera, lift), wanted).picture


def cases(drive: RealDrive, count: int) -> list[Case]:
    """The same ones every time; a quick run takes the first."""
    random = np.random.default_rng(5)
    witnesses = Witnesses(drive.recording, drive.cast, drive.backdrop)
    found: list[Case] = []
    while len(found) < count:
        actor = drive.scene.actors[random.integers(len(drive.scene.actors))]
        view = drive.views[random.integers(len(drive.views))]
        source = int(random.integers(len(drive.scene.frames)))
        target = source + int(random.integers(APART[0], APART[1] + 1)) * (1 if random.integers(2) else -1)
        if 0 <= target < len(drive.scene.frames) and all(_shows(witnesses, actor, Source(k, view)) for k in (source, target)):
            found.append(Case(actor, view, source, target))
    return found


def _shows(witnesses: Witnesses, actor: Actor, source: Source) -> bool:
    found = witnesses.hulls(source)
    if str(actor.id) not in found:
        return False
    hull, depth = found[str(actor.id)]
    camera = witnesses.recording.camera(source.frame, source.view)
    low, high = hull.min(axis=0), hull.max(axis=0)
    if min(low) < 0 or high[0] > camera.view.width - 1 or high[1] > camera.view.height - 1 or min(high - low) < SMALLEST_PX:
        return False
    nearer = [other for name, (other, away) in found.items() if name != str(actor.id) and away < depth]
    area = max(cv2.contourArea(hull), 1.0)
    if sum(cv2.intersectConvexConvex(hull, other)[0] for other in nearer) / area > COVERED_SHARE:
        return False
    return _covered_by_static(witnesses, actor, source, hull) <= COVERED_SHARE


def _covered_by_static(witnesses: Witnesses, actor: Actor, source: Source, hull: Hull) -> float:
    """The share of the hull before which the LiDAR has seen something a metre nearer that stands still."""
    camera = witnesses.recording.camera(source.frame, source.view)
    mask = np.zeros((camera.view.height, camera.view.width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    block = block_around(mask.astype(bool), 0)
    inside = mask[block.slices] > 0
    T_world_box = actor_at(actor, camera.t_us)
    away = float(camera.T_world_camera.inverse().apply(np.asarray(T_world_box.translation))[2])
    nearest = away - float(np.linalg.norm(actor.size_lwh[:2])) / 2
    return float((witnesses.backdrop.depth(camera, block.pixels())[inside] < nearest - 1.0).mean())


def _rectangle(hull: Hull) -> tuple[slice, slice]:
    low, high = np.floor(hull.min(axis=0)).astype(int), np.ceil(hull.max(axis=0)).astype(int) + 1
    return slice(low[1], high[1]), slice(low[0], high[0])
