"""A town's drive before anything is drawn: actors with their tracks, and the ego's poses."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from editor.geometry import Rigid, quaternion_from_matrix, vec3, yaw_quaternion
from editor.sampled import EGO_AXLE_TO_CENTRE_M
from editor.scene import Actor, ActorId, Pose
from engine.town.heights import KERB_HEIGHT_M, height, slope
from engine.town.streets import Array, Plan
from engine.town.traffic import STEP_S, RoadUser, start_of, traffic

KEYFRAMES_HZ = 2
NEAR_M = 75.0  # who never comes nearer to the ego than this is left out of the world


@dataclass(frozen=True, eq=False)
class Drive:
    """Times of frames, the ego at each of them, and everyone else.

    `keyframes` are those that are annotated. `motion` are the ego's poses at the simulation's own steps, from the first frame
    to beyond the last, for what is measured more often than pictures are taken."""

    times: tuple[int, ...]
    keyframes: tuple[int, ...]
    ego: tuple[Rigid, ...]
    motion: tuple[Pose, ...]
    route: tuple[tuple[float, float], ...]  # the way that the ego means to go, from where it starts
    names: tuple[str, ...]
    actors: tuple[Actor, ...]


def keyframes(frames: int, rate_hz: int) -> tuple[int, ...]:
    """Which of so many frames are annotated: two a second, and the last, or its boxes would end before its pictures."""
    return (*range(0, frames - 1, rate_hz // KEYFRAMES_HZ), frames - 1)


def frame_times(seed: int, seconds: float, rate_hz: int) -> tuple[int, ...]:
    """When the frames of a seed's drive are taken."""
    start = start_of(seed)
    return tuple(start + round(k * 1e6 / rate_hz) for k in range(round(seconds * rate_hz)))


def drive(plan: Plan, seconds: float, identity: Callable[[str], str], rate_hz: int = 10) -> Drive:
    """Let a town run; `identity` gives an actor's id from its name. `rate_hz` frames a second, an even number."""
    times = frame_times(plan.seed, seconds, rate_hz)
    start = times[0]
    who = traffic(plan, seconds + 2 * STEP_S)
    ego = tuple(_ego_at(plan, who.ego, (t - start) * 1e-6) for t in times)
    steps = range(math.ceil(seconds / STEP_S) + 2)
    motion = tuple(Pose(start + round(k * STEP_S * 1e6), _ego_at(plan, who.ego, k * STEP_S)) for k in steps)
    near = [u for u in who.others if _comes_near(u, who.ego, len(motion))]
    road = plan.road
    shapely.prepare(road)
    annotated = keyframes(len(times), rate_hz)
    keys = tuple(times[k] for k in annotated)
    actors = tuple(_actor(plan, u, ActorId(identity(u.name)), keys, start, road) for u in near)
    route = tuple((float(x), float(y)) for x, y in who.ego.path)
    return Drive(times, annotated, ego, motion, route, tuple(u.name for u in near), actors)


def _ego_at(plan: Plan, ego: RoadUser, seconds: float) -> Rigid:
    """The ego's frame, which lies on the ground under its rear axle."""
    x, y, heading = _at(ego, seconds)
    back = EGO_AXLE_TO_CENTRE_M
    return _on_ground(plan, x - back * math.cos(heading), y - back * math.sin(heading), heading, 0.0, 0.0, leans=True)


def _on_ground(plan: Plan, x: float, y: float, heading: float, lift: float, half: float, leans: bool) -> Rigid:
    """A box that stands at a place: `lift` metres above the carriageway's level, its centre `half` above where it stands;
    what leans follows the ground in pitch and roll."""
    place = np.array([[x, y]])
    z = float(height(plan, place)[0]) + lift
    gx, gy = slope(plan, place)[0].tolist()
    if not leans or (gx == 0 and gy == 0):
        return Rigid((round(x, 4), round(y, 4), round(z + half, 4)), yaw_quaternion(round(heading, 6)))
    turn = _along_slope(gx, gy, heading)
    return Rigid(vec3(np.round(np.array([x, y, z]) + half * turn[:, 2], 4)), quaternion_from_matrix(turn))


def _along_slope(gx: float, gy: float, heading: float) -> Array:
    """The rotation (3, 3) of something that stands on a gradient and looks along a heading."""
    up = np.array([-gx, -gy, 1.0]) / math.sqrt(gx * gx + gy * gy + 1)
    ahead = np.array([math.cos(heading), math.sin(heading), gx * math.cos(heading) + gy * math.sin(heading)])
    ahead /= np.linalg.norm(ahead)
    return np.stack([ahead, np.cross(up, ahead), up], 1)


def _at(user: RoadUser, seconds: float) -> tuple[float, float, float]:
    """Place and heading at a time, between the simulation's steps on a line."""
    k = min(int(seconds / STEP_S), len(user.places) - 2)
    share = seconds / STEP_S - k
    (x0, y0, h0, _), (x1, y1, h1, _) = user.places[k], user.places[k + 1]
    turn = math.remainder(h1 - h0, 2 * math.pi)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0), h0 + share * turn


def _comes_near(user: RoadUser, ego: RoadUser, steps: int) -> bool:
    a, b = np.array(user.places[:steps])[:, :2], np.array(ego.places[:steps])[:, :2]
    return float(np.linalg.norm(a - b, axis=1).min()) < NEAR_M


def _actor(plan: Plan, user: RoadUser, actor_id: ActorId, keys: tuple[int, ...], start: int, road: shapely.Geometry) -> Actor:
    track = []
    for t in keys:
        x, y, h = _at(user, (t - start) * 1e-6)
        driving = user.role in ("drives", "rides", "towed")
        lift = 0.0 if driving or shapely.contains_xy(road, x, y) else KERB_HEIGHT_M
        leans = not user.category.startswith("human.")
        track.append(Pose(t, _on_ground(plan, x, y, h, lift, user.size[2] / 2, leans)))
    return Actor(actor_id, user.category, user.size, tuple(track))
