"""`real.removal_psnr_db`: what an imaginary box hides in every picture of the real drive, drawn without those pixels.

The box stands where nothing stood, parked or moving; its hull, grown by 6 px, is painted over in every frame and view before
the draft reads it. Judged inside the hull against the recorded pixels; plain is OpenCV's inpainting of the same hole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Rigid, footprint, yaw_of, yaw_quaternion
from editor.scene import Actor, ActorId, Pose
from editor.tracks import actor_at, track_at
from engine.draft.crowd import Cast, Crowd, Hull
from engine.draft.gather import Source, Witnesses
from engine.draft.remove import fill
from engine.draft.sources import Recording
from engine.metrics.pictures import psnr_db
from tests.bench.real_drive import CASES, DATA, QUICK_CASES, RealDrive, hull_of, mean, open_real_drive
from tests.bench.row import Missing, Row

PART = "real"
NAMES = ("real.removal_psnr_db", "real.removal_psnr_db_plain")

GROWN_PX = 6
SIZES = ((4.6, 1.9, 1.6), (4.6, 1.9, 1.6), (5.5, 2.1, 2.1), (0.7, 0.7, 1.75), (1.8, 0.7, 1.6))  # cars twice, van, walker, bike
NEAREST_M, FARTHEST_M = 5.0, 40.0
THERE_US = 2_500_000  # a moving box is there for so long before and after the judged picture
PAINT = (255, 0, 255)  # nothing in the drive has this colour, so that a leak would show


@dataclass(frozen=True, slots=True)
class Case:
    """An imaginary box in one picture."""

    frame: int
    view: str
    box: Actor


class Veiled(Recording):
    """The drive with the box's hull painted over in every picture."""

    def __init__(self, drive: RealDrive, box: Actor) -> None:
        """Pictures come from the drive's own recording."""
        super().__init__(drive.recording.dataroot, drive.scene, drive.recording.size)
        self._open, self._box = drive.recording, box

    def picture(self, frame: int, view_name: str) -> NDArray[np.uint8] | None:
        """A picture without what the box hides."""
        shown = self._open.picture(frame, view_name)
        camera = self.camera(frame, view_name)
        T_world_box = None if camera is None else actor_at(self._box, camera.t_us)
        hull = None if T_world_box is None else hull_of(camera, T_world_box, self._box.size_lwh)
        if shown is None or hull is None:
            return shown
        shown = shown.copy()
        shown[inside(hull, shown.shape[:2], GROWN_PX)] = PAINT
        return shown

    glance = picture


def inside(hull: Hull, shape: tuple[int, int], grown: int = 0) -> NDArray[np.bool_]:
    """The pixels of a hull, grown by some."""
    mask, outline = np.zeros(shape, np.uint8), np.round(hull).astype(np.int32)
    cv2.fillConvexPoly(mask, outline, 1)
    if grown:
        cv2.polylines(mask, [outline], True, 1, 2 * grown + 1)
    return mask.astype(bool)


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
    """PSNR inside the hull of the draft and of plain inpainting."""
    camera = drive.recording.camera(case.frame, case.view)
    true = drive.recording.picture(case.frame, case.view)
    hull = hull_of(camera, actor_at(case.box, camera.t_us), case.box.size_lwh)
    region, hole = inside(hull, true.shape[:2]), inside(hull, true.shape[:2], GROWN_PX)
    veiled = Veiled(drive, case.box)
    seen = veiled.picture(case.frame, case.view)
    # What interpolation would mix of the paint stays out too.
    witnesses = Witnesses(veiled, Cast((*drive.scene.actors, case.box)), drive.backdrop, {str(case.box.id): GROWN_PX + 2})
    drawn = fill(witnesses, drive.cast.at(camera.t_us), camera, seen, hole, Source(case.frame, case.view)).picture
    plain = cv2.inpaint(seen, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return psnr_db(drawn, true, region), psnr_db(plain, true, region)


def cases(drive: RealDrive, count: int) -> list[Case]:
    """The same ones every time; a quick run takes the first."""
    random = np.random.default_rng(1)
    found: list[Case] = []
    while len(found) < count:
        case = _drawn(drive, random)
        if case is not None:
            found.append(case)
    return found


def _drawn(drive: RealDrive, random: np.random.Generator) -> Case | None:
    frame, view = int(random.integers(len(drive.scene.frames))), drive.views[int(random.integers(len(drive.views)))]
    size = SIZES[int(random.integers(len(SIZES)))]
    camera = drive.recording.camera(frame, view)
    ray = camera.rays_world(np.array([random.uniform(0, camera.view.width), camera.view.intrinsics[3]]))[:2]
    place = np.asarray(camera.T_world_camera.translation)[:2] + ray / np.linalg.norm(ray) * random.uniform(
        NEAREST_M, FARTHEST_M
    )
    picture = drive.scene.frames[frame].picture(view)
    heading = yaw_of(picture.T_world_ego.rotation) + (np.pi if random.integers(2) else 0.0) + random.normal(0, 0.05)
    walker = size[0] < 1
    speed = random.uniform(2, 12) * (0.15 if walker else 1.0) if random.integers(2) else 0.0
    box = Actor(ActorId("imaginary"), "vehicle.car", size, _track(drive, place, heading, speed, size, camera.t_us))
    return Case(frame, view, box) if _stands_alone(drive, box) and _shows(drive, box, frame, view) else None


def _track(
    drive: RealDrive, place: NDArray[np.float64], heading: float, speed: float, size: tuple[float, float, float], t_us: int
) -> tuple[Pose, ...]:
    poses = []
    for frame in drive.scene.frames[::5] + drive.scene.frames[-1:]:
        seconds = (frame.t_us - t_us) * 1e-6
        if speed and abs(seconds) * 1e6 > THERE_US:
            continue
        x, y = place + speed * seconds * np.array([np.cos(heading), np.sin(heading)])
        z = float(drive.backdrop.ground.at(np.array([[x, y]]))[0])
        poses.append(Pose(frame.t_us, Rigid((float(x), float(y), z + size[2] / 2), yaw_quaternion(heading))))
    return tuple(poses)


def _stands_alone(drive: RealDrive, box: Actor) -> bool:
    """Touching no recorded actor while it is there, and nothing upright in it at the middle of its track."""
    for frame in drive.scene.frames[::2]:
        T_world_box = actor_at(box, frame.t_us)
        if T_world_box is not None and _touches(T_world_box, box, drive.cast.at(frame.t_us)):
            return False
    middle = track_at(box.track, box.track[len(box.track) // 2].t_us)
    points = drive.backdrop.upright
    near = points[np.abs(points[:, :2] - np.asarray(middle.translation[:2])).max(axis=1) < 8].astype(np.float64)
    return int((np.abs(middle.inverse().apply(near)) < np.asarray(box.size_lwh) / 2).all(axis=1).sum()) <= 3


def _touches(T_world_box: Rigid, box: Actor, crowd: Crowd) -> bool:
    mine = footprint(T_world_box, box.size_lwh).astype(np.float32)
    reach = np.linalg.norm(crowd.halves[:, :2], axis=1) + np.linalg.norm(box.size_lwh[:2]) / 2
    close = np.linalg.norm(crowd.centres[:, :2] - np.asarray(T_world_box.translation[:2]), axis=1) < reach
    theirs = (footprint(crowd.poses[k], tuple(2 * crowd.halves[k])).astype(np.float32) for k in np.flatnonzero(close))
    return any(cv2.intersectConvexConvex(mine, other)[0] > 0 for other in theirs)


def _shows(drive: RealDrive, box: Actor, frame: int, view: str) -> bool:
    camera = drive.recording.camera(frame, view)
    T_world_box = actor_at(box, camera.t_us)
    hull = None if T_world_box is None else hull_of(camera, T_world_box, box.size_lwh)
    if hull is None:
        return False
    share = inside(hull, (camera.view.height, camera.view.width)).mean()
    return 0.0013 < share < 0.35
