"""Changing tracks so exactly that what is undone by hand is undone to the last bit.

Adding a vector to a float and taking it away again does not always give the float back. So an edited pose that was recorded is
kept as its recorded pose plus a displacement on a grid of 10 nm, and a turn about the vertical in whole 2**32nds of a circle;
sums on a grid are exact, and a displacement of nothing is the recorded pose itself. What comes within 100 nm of the
recorded place is taken to be there, which absorbs what turning a path forth and back leaves over. A pose that was not recorded
is kept on the same grids as it stands.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace

from editor.geometry import Quaternion, Rigid, Vec3, conjugate, multiply, yaw_quaternion
from editor.scene import Actor, Pose, Scene
from editor.tracks import between, track_at

Track = tuple[Pose, ...]
Recorded = Mapping[int, Rigid]  # an actor's recorded poses by time

GRID_DIGITS = 8  # metres
SAME_M = 1e-7
FULL_TURN = 2**32
STEP_RAD = 2 * math.pi / FULL_TURN
LEAST_TURN = 2**10  # steps, 1.5 microradians: where a path turns by less, that cannot be told from what rounding leaves over
LEVEL = 1e-9  # half the sine of a tilt that counts as none


def recorded_poses(scene: Scene, actor: Actor) -> Recorded:
    """The recorded poses of an actor, by time; empty for an added one."""
    for other in scene.actors:
        if other.id == actor.id:
            return {pose.t_us: pose.T_world for pose in other.track}
    return {}


# -------------------------------------------------------------------------------------------------- the grids


def on_grid(by: Vec3) -> Vec3:
    """A displacement on the grid of lengths."""
    x, y, z = (round(c, GRID_DIGITS) + 0.0 for c in by)
    return x, y, z


def turn_steps(angle: float) -> int:
    """An angle in whole steps, in half a circle to either side."""
    within = math.remainder(angle, 2 * math.pi)  # exact, and no number of steps is too large for a float
    return (round(within / STEP_RAD) + FULL_TURN // 2) % FULL_TURN - FULL_TURN // 2


def turn_of(angle: float) -> float:
    """An edit's angle in whole `LEAST_TURN`s, in half a circle to either side."""
    return round(turn_steps(angle) / LEAST_TURN) * LEAST_TURN * STEP_RAD


def settled(T_world: Rigid, recorded: Rigid | None) -> Rigid:
    """The pose on the grids: from its recorded pose where it has one, else from the world's origin."""
    if recorded is None:
        return Rigid(on_grid(T_world.translation), _settled_rotation(T_world.rotation))
    return Rigid(_near(T_world.translation, recorded.translation), _turned_from(T_world.rotation, recorded.rotation))


def _near(place: Vec3, recorded: Vec3) -> Vec3:
    by = [a - b for a, b in zip(place, recorded, strict=True)]
    if max(abs(c) for c in by) < SAME_M:
        return recorded
    x, y, z = (b + c for b, c in zip(recorded, on_grid((by[0], by[1], by[2])), strict=True))
    return x, y, z


def _turned_from(rotation: Quaternion, recorded: Quaternion) -> Quaternion:
    w, x, y, z = multiply(rotation, conjugate(recorded))
    if abs(x) > LEVEL or abs(y) > LEVEL:
        return _settled_rotation(rotation)
    steps = turn_steps(2 * math.atan2(z, w))
    return multiply(yaw_quaternion(steps * STEP_RAD), recorded) if steps else recorded


def heading(q: Quaternion) -> float:
    """The yaw of a unit quaternion; what `geometry.yaw_of` gives, without numpy."""
    w, x, y, z = q
    return math.atan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z))


def _settled_rotation(rotation: Quaternion) -> Quaternion:
    turn = yaw_quaternion(turn_steps(heading(rotation)) * STEP_RAD)
    w, x, y, z = (round(c, 12) for c in multiply(conjugate(turn), rotation))
    if abs(x) < LEVEL and abs(y) < LEVEL:
        return turn
    return multiply(turn, (w, x, y, z) if w >= 0 else (-w, -x, -y, -z))


# -------------------------------------------------------------------------------------------------- the tracks


def index_at(track: Track, t_us: int) -> int | None:
    """The index of the pose at exactly that time."""
    i = bisect_left(track, t_us, key=lambda pose: pose.t_us)
    return i if i < len(track) and track[i].t_us == t_us else None


def with_pose_at(track: Track, t_us: int) -> Track:
    """The same motion with a pose at that time, which lies within the track."""
    if index_at(track, t_us) is not None:
        return track
    i = bisect_right(track, t_us, key=lambda pose: pose.t_us)
    return (*track[:i], Pose(t_us, track_at(track, t_us)), *track[i:])


def changed(track: Track, recorded: Recorded, change: Callable[[Pose], Rigid], where: Callable[[int], bool]) -> Track:
    """The track with the poses at some times changed and settled."""
    return tuple(
        replace(pose, T_world=settled(change(pose), recorded.get(pose.t_us))) if where(pose.t_us) else pose for pose in track
    )


def is_between(a: Pose, middle: Pose, b: Pose) -> bool:
    """Whether the middle pose says nothing that its neighbours do not say."""
    there = between(a, b, middle.t_us)
    apart = max(abs(p - q) for p, q in zip(there.translation, middle.T_world.translation, strict=True))
    alike = abs(sum(p * q for p, q in zip(there.rotation, middle.T_world.rotation, strict=True)))
    return apart < SAME_M and alike > 1 - 1e-14


def without_idle_pose(track: Track, recorded: Recorded, t_us: int) -> Track:
    """The track without the pose at that time where it was put in and moves nothing (any more)."""
    i = index_at(track, t_us)
    if i is None or i in (0, len(track) - 1) or t_us in recorded or not is_between(track[i - 1], track[i], track[i + 1]):
        return track
    return (*track[:i], *track[i + 1 :])


def simplified(track: Track, keep: Callable[[int], bool]) -> Track:
    """The same motion without the inner poses that lie between their neighbours, but for the times to keep."""
    kept = list(track[:1])
    for i in range(1, len(track) - 1):
        if keep(track[i].t_us) or not is_between(kept[-1], track[i], track[i + 1]):
            kept.append(track[i])
    return (*kept, *track[1:][-1:])


def turned_about(pivot: Vec3, angle: float, T_world: Rigid) -> Rigid:
    """A pose turned about a vertical axis."""
    x, y, z = T_world.translation
    dx, dy = x - pivot[0], y - pivot[1]
    cos, sin = math.cos(angle), math.sin(angle)
    place = (pivot[0] + cos * dx - sin * dy, pivot[1] + sin * dx + cos * dy, z)
    return Rigid(place, multiply(yaw_quaternion(angle), T_world.rotation))
