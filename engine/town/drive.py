"""A town's drive before anything is drawn: actors with their tracks, the ego's poses, what the LiDAR measures."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
import torch

from editor.geometry import Rigid, yaw_quaternion
from editor.scene import Actor, ActorId, Pose
from editor.tracks import track_at
from engine.town.rays import Hit
from engine.town.rig import LIDAR_RANGE_M, T_EGO_LIDAR, lidar_rays
from engine.town.terrain import KERB_HEIGHT_M
from engine.town.town import Town, instant
from engine.town.traffic import STEP_S, RoadUser, traffic
from engine.town.world import World

FRAME_US, KEYFRAME_US = 100_000, 500_000
FIRST_US = 1_700_000_000_000_000
EYE = Rigid((1.2, 0.0, 1.55), (1.0, 0.0, 0.0, 0.0))  # in the ego frame, amid the cameras
NEAR_M = 62.0  # who never comes nearer to the ego than this is left out of the world


@dataclass(frozen=True, eq=False)
class Drive:
    """Times of frames, the ego at each of them, and everyone else."""

    times: tuple[int, ...]
    ego: tuple[Rigid, ...]
    names: tuple[str, ...]
    actors: tuple[Actor, ...]

    @property
    def keyframes(self) -> tuple[int, ...]:
        """Which frames are annotated."""
        return keyframes(len(self.times))


def keyframes(frames: int) -> tuple[int, ...]:
    """Which of so many frames are annotated: two a second, and the last, or its boxes would end before its pictures."""
    return (*range(0, frames - 1, KEYFRAME_US // FRAME_US), frames - 1)


def drive(town: Town, seconds: float, identity: Callable[[str], str]) -> Drive:
    """Let a town run; `identity` gives an actor's id from its name."""
    frames = round(seconds * 1e6 / FRAME_US)
    start = FIRST_US + town.seed * 60_000_000
    times = tuple(start + k * FRAME_US for k in range(frames))
    who = traffic(town.plan, (frames + 1) * FRAME_US * 1e-6)
    ego = tuple(Rigid((x, y, 0.0), yaw_quaternion(h)) for x, y, h in (_at(who.ego, (t - start) * 1e-6) for t in times))
    near = [u for u in who.others if _comes_near(u, who.ego, frames)]
    road = town.plan.road
    shapely.prepare(road)
    keys = tuple(times[k] for k in keyframes(frames))
    actors = tuple(_actor(u, ActorId(identity(u.name)), keys, start, road) for u in near)
    return Drive(times, ego, tuple(u.name for u in near), actors)


def _at(user: RoadUser, seconds: float) -> tuple[float, float, float]:
    """Place and heading at a time, between the simulation's steps on a line."""
    k = min(int(seconds / STEP_S), len(user.places) - 2)
    share = seconds / STEP_S - k
    (x0, y0, h0, _), (x1, y1, h1, _) = user.places[k], user.places[k + 1]
    turn = math.remainder(h1 - h0, 2 * math.pi)
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0), h0 + share * turn


def _comes_near(user: RoadUser, ego: RoadUser, frames: int) -> bool:
    a, b = np.array(user.places[:frames])[:, :2], np.array(ego.places[:frames])[:, :2]
    return float(np.linalg.norm(a - b, axis=1).min()) < NEAR_M


def _actor(user: RoadUser, actor_id: ActorId, keys: tuple[int, ...], start: int, road: shapely.Polygon) -> Actor:
    track = []
    for t in keys:
        x, y, h = _at(user, (t - start) * 1e-6)
        on_road = not user.walks or bool(shapely.contains_xy(road, x, y))
        z = user.size[2] / 2 + (0.0 if on_road else KERB_HEIGHT_M)
        track.append(Pose(t, Rigid((round(x, 4), round(y, 4), round(z, 4)), yaw_quaternion(round(h, 6)))))
    return Actor(actor_id, user.category, user.size, tuple(track))


# ------------------------------------------------------------------------------------------------------ LiDAR


@dataclass(frozen=True, eq=False)
class Sweep:
    """One turn of the LiDAR: points (n, 5) x, y, z, intensity, ring in its own frame; per actor id the points on it and
    nuScenes' visibility token."""

    points: np.ndarray
    counts: dict[str, int]
    visibility: dict[str, str]


def sweep(town: Town, actors: tuple[Actor, ...], t_us: int, T_world_ego: Rigid, columns: int) -> Sweep:
    """What the LiDAR measures at a time."""
    world, ids = instant(town.seed, actors, t_us)
    T_world_lidar = T_world_ego @ T_EGO_LIDAR
    own = lidar_rays(columns)
    origin = torch.tensor(T_world_lidar.translation, dtype=torch.float32)[None]
    rays = torch.from_numpy((own @ T_world_lidar.matrix()[:3, :3].T).astype(np.float32))
    hit = world.tracer.nearest(origin, rays)
    seen = (hit.part >= 0) & (hit.distance < LIDAR_RANGE_M)
    thing = _things(world, hit)
    distance, keep = hit.distance.numpy(), seen.numpy()
    facing = (rays * hit.normal).sum(1).abs().numpy()
    intensity = np.clip(70 * facing / (1 + distance / 30), 1, 255).round()
    ring = np.repeat(np.arange(32), columns)
    points = np.column_stack([own[keep] * distance[keep, None], intensity[keep], ring[keep]]).astype(np.float32)
    counts = np.bincount(thing.numpy()[keep], minlength=len(ids) + 1)
    shares = _visible_shares(world, ids, actors, t_us, T_world_ego)
    return Sweep(
        points, {i: int(counts[k + 1]) for k, i in enumerate(ids)}, {i: _level(s) for i, s in zip(ids, shares, strict=True)}
    )


def _level(share: float) -> str:
    return str(1 + int(np.searchsorted((0.4, 0.6, 0.8), share, side="right")))


def _things(world: World, hit: Hit) -> torch.Tensor:
    """Actor numbers of hits, 0 for none."""
    out = torch.zeros(len(hit.part), dtype=torch.int64)
    for k, part in enumerate(world.parts):
        index = torch.nonzero(hit.part == k)[:, 0]
        out[index] = part.thing_of(hit.triangle[index])
    return out


def _visible_shares(
    world: World, ids: tuple[str, ...], actors: tuple[Actor, ...], t_us: int, T_world_ego: Rigid
) -> list[float]:
    """How much of each actor the cameras can see: rays from between them to a grid of places in its box."""
    eye = torch.tensor((T_world_ego @ EYE).translation, dtype=torch.float32)
    ends = [-0.42, 0.0, 0.42]
    grid = np.stack(np.meshgrid(ends, ends, [-0.35, -0.1, 0.15, 0.38], indexing="ij"), -1).reshape(-1, 3)
    by_id = {a.id: a for a in actors}
    out = []
    for number, i in enumerate(ids, 1):
        actor = by_id[ActorId(i)]
        goals = torch.from_numpy(track_at(actor.track, t_us).apply(grid * np.asarray(actor.size_lwh)).astype(np.float32))
        hit = world.tracer.nearest(eye[None], goals - eye)
        hidden = (hit.part >= 0) & (_things(world, hit) != number) & (hit.distance < 0.98)
        out.append(1 - float(hidden.float().mean()))
    return out
