"""A town's drive before anything is drawn: actors with their tracks, and the ego's poses."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from editor.geometry import Rigid, yaw_quaternion
from editor.scene import Actor, ActorId, Pose
from engine.town.streets import Plan
from engine.town.terrain import KERB_HEIGHT_M
from engine.town.traffic import STEP_S, RoadUser, traffic

KEYFRAMES_HZ = 2
FIRST_US = 1_700_000_000_000_000
NEAR_M = 62.0  # who never comes nearer to the ego than this is left out of the world


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
    start = FIRST_US + seed * 60_000_000
    return tuple(start + round(k * 1e6 / rate_hz) for k in range(round(seconds * rate_hz)))


def drive(plan: Plan, seconds: float, identity: Callable[[str], str], rate_hz: int = 10) -> Drive:
    """Let a town run; `identity` gives an actor's id from its name. `rate_hz` frames a second, an even number."""
    times = frame_times(plan.seed, seconds, rate_hz)
    start = times[0]
    who = traffic(plan, seconds + 2 * STEP_S)
    ego = tuple(_ego_at(who.ego, (t - start) * 1e-6) for t in times)
    steps = range(math.ceil(seconds / STEP_S) + 2)
    motion = tuple(Pose(start + round(k * STEP_S * 1e6), _ego_at(who.ego, k * STEP_S)) for k in steps)
    near = [u for u in who.others if _comes_near(u, who.ego, len(motion))]
    road = plan.road
    shapely.prepare(road)
    annotated = keyframes(len(times), rate_hz)
    keys = tuple(times[k] for k in annotated)
    actors = tuple(_actor(u, ActorId(identity(u.name)), keys, start, road) for u in near)
    route = tuple((float(x), float(y)) for x, y in who.ego.path)
    return Drive(times, annotated, ego, motion, route, tuple(u.name for u in near), actors)


def _ego_at(ego: RoadUser, seconds: float) -> Rigid:
    x, y, heading = _at(ego, seconds)
    return Rigid((x, y, 0.0), yaw_quaternion(heading))


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


def _actor(user: RoadUser, actor_id: ActorId, keys: tuple[int, ...], start: int, road: shapely.Polygon) -> Actor:
    track = []
    for t in keys:
        x, y, h = _at(user, (t - start) * 1e-6)
        on_road = not user.walks or bool(shapely.contains_xy(road, x, y))
        z = user.size[2] / 2 + (0.0 if on_road else KERB_HEIGHT_M)
        track.append(Pose(t, Rigid((round(x, 4), round(y, 4), round(z, 4)), yaw_quaternion(round(h, 6)))))
    return Actor(actor_id, user.category, user.size, tuple(track))
