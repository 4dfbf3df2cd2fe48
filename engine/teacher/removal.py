"""An imaginary box removed: where nothing stood, a box hides what is behind it from every picture, and the draft fills it.

The box stands or drives where nothing was in its way. Its hull, grown by `GROWN_PX`, is painted over in every frame and view
before the draft reads them; what was recorded there is the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Rigid, footprint, yaw_of, yaw_quaternion
from editor.scene import Actor, ActorId, Pose
from editor.tracks import actor_at, track_at
from engine.draft.crowd import Cast, Crowd
from engine.draft.gather import Source, Witnesses
from engine.draft.remove import fill
from engine.teacher.drive import Drive, Mask, Veiled, hull_of, inside
from engine.teacher.exercise import Exercise, untouched

GROWN_PX = 6
SIZES = ((4.6, 1.9, 1.6), (4.6, 1.9, 1.6), (5.5, 2.1, 2.1), (0.7, 0.7, 1.75), (1.8, 0.7, 1.6))  # cars twice, van, walker, bike
NEAREST_M, FARTHEST_M = 5.0, 40.0
THERE_US = 2_500_000  # a moving box is there for so long before and after the judged picture
APART_S = 0.5
FEWEST, MOST = 0.0013, 0.35  # of a picture that a hull may take


@dataclass(frozen=True, slots=True)
class Removal:
    """A box in one picture."""

    kind: ClassVar[str] = "delete"
    actor: ClassVar[None] = None
    at: int
    view: str
    box: Actor

    @property
    def frame(self) -> int:
        """See `Task`."""
        return self.at

    def frames(self, drive: Drive, count: int) -> tuple[int, ...]:
        """See `Task`."""
        return drive.around(self.at, self.view, count, APART_S)

    def region(self, drive: Drive) -> Mask:
        """See `Task`."""
        return hidden(drive, self.box, self.at, self.view, 0)

    def exercises(self, drive: Drive, frames: Sequence[int]) -> list[Exercise]:
        """See `Task`."""
        veiled = Veiled(drive.recording, partial(hidden, drive, self.box, grown=GROWN_PX))
        # What interpolation would mix of the paint stays out too.
        veils = {str(self.box.id): GROWN_PX + 2}
        witnesses = Witnesses(veiled, Cast((*drive.scene.actors, self.box)), drive.backdrop, veils, drive.witnesses.ego_bodies)
        return [self._exercise(drive, witnesses, frame) for frame in frames]

    def _exercise(self, drive: Drive, witnesses: Witnesses, frame: int) -> Exercise:
        true, hole = drive.recording.picture(frame, self.view), hidden(drive, self.box, frame, self.view, GROWN_PX)
        if hole is None or not hole.any():
            return untouched(true)
        camera = drive.recording.camera(frame, self.view)
        seen = witnesses.recording.picture(frame, self.view)
        filled = fill(witnesses, drive.cast.at(camera.t_us), camera, seen, hole, Source(frame, self.view))
        return Exercise(filled.picture, ~filled.unknown, hole, hidden(drive, self.box, frame, self.view, 0), true)


def hidden(drive: Drive, box: Actor, frame: int, view: str, grown: int) -> Mask | None:
    """The pixels that a box hides in a picture, its hull grown by some; None where it does not show."""
    camera = drive.recording.camera(frame, view)
    T_world_box = None if camera is None else actor_at(box, camera.t_us)
    hull = None if T_world_box is None else hull_of(camera, T_world_box, box.size_lwh)
    return None if hull is None else inside(hull, (camera.view.height, camera.view.width), grown)


def removals(drive: Drive, random: np.random.Generator, first: int = 0) -> Iterator[Removal | None]:
    """Without end, boxes that chance puts into pictures from frame `first` on; None each time that something was in the way."""
    while True:
        yield _drawn(drive, random, first)


def _drawn(drive: Drive, random: np.random.Generator, first: int) -> Removal | None:
    frame, view = int(random.integers(first, len(drive.scene.frames))), drive.views[int(random.integers(len(drive.views)))]
    size = SIZES[int(random.integers(len(SIZES)))]
    if not drive.has(frame, view):
        return None
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
    return Removal(frame, view, box) if _stands_alone(drive, box) and _shows(drive, box, frame, view) else None


def _track(
    drive: Drive, place: NDArray[np.float64], heading: float, speed: float, size: tuple[float, float, float], t_us: int
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


def _stands_alone(drive: Drive, box: Actor) -> bool:
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


def _shows(drive: Drive, box: Actor, frame: int, view: str) -> bool:
    mask = hidden(drive, box, frame, view, 0)
    return mask is not None and FEWEST < mask.mean() < MOST
