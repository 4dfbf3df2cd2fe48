"""A town by its seed: streets, what stands there, the light; and one instant of it with a scenario's actors in place."""

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from editor.geometry import Rigid
from editor.identity import Same
from editor.scene import Actor, Scene, TimeOfDay, Weather
from editor.tracks import actor_at
from engine.town.actors import crowd_of, lamps_of
from engine.town.ground import Field
from engine.town.intersectors import intersector
from engine.town.lamps import Lamp
from engine.town.light import Light, light_of
from engine.town.motion import motion_of
from engine.town.plans import plan
from engine.town.rays import Intersectors, Triangles
from engine.town.setting import Setting, setting
from engine.town.shade import Footprint, shade_field
from engine.town.stage import Part
from engine.town.streets import Plan
from engine.town.world import World, on_device


class TownError(ValueError):
    """A town, picture or scenario that cannot be made; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, eq=False)
class Town:
    """All of a town that does not depend on who is in it."""

    seed: int
    plan: Plan
    setting: Setting
    light: Light


def location_of(seed: int) -> str:
    """The name that a data set gives to the town of a seed."""
    return f"town-{seed:06d}"


def seed_of(scene: Scene) -> int:
    """The seed of the town that a scene was recorded in; TownError for a scene that was not."""
    found = re.fullmatch(r"town-(\d+)", scene.location)
    if not scene.synthetic or found is None:
        raise TownError(f"scene {scene.name} was recorded in {scene.location!r}; wanted one of Town's, such as town-000007")
    return int(found[1])


def plan_of(seed: int) -> Plan:
    """The streets of a seed's town, of the kind that its dice say."""
    if seed < 0:
        raise TownError(f"town seed {seed}; wanted 0 or more")
    return plan(seed)


@lru_cache(maxsize=2)
def build(seed: int) -> Town:
    """The town of a seed; takes seconds."""
    town_plan = plan_of(seed)
    return Town(seed, town_plan, setting(town_plan), light_of(seed))


@dataclass(frozen=True, eq=False)
class Group:
    """Some actors in place: their triangles for shading and for rays, and their footprints."""

    part: Part
    rays: Triangles
    footprints: tuple[Footprint, ...]
    lamps: tuple[Lamp, ...]


def instant(
    seed: int,
    actors: tuple[Actor, ...],
    t_us: int,
    time_of_day: TimeOfDay = "as recorded",
    weather: Weather = "as recorded",
    rays: Intersectors = "open3d",
    device: str = "cpu",
) -> tuple[World, tuple[str, ...]]:
    """The town of a seed with actors where their tracks have them at a time, and their ids in the order of instance numbers;
    "as recorded" is the hour and weather that the seed's dice give. `rays` finds what rays hit, on a torch device that the
    pictures are then drawn on."""
    world, ids = _instant(seed, tuple(map(Same, actors)), t_us, rays, device)
    return replace(world, light=light_of(seed, time_of_day, weather)), ids


@lru_cache(maxsize=3)
def _instant(
    seed: int, actors: tuple[Same[Actor], ...], t_us: int, rays: Intersectors, device: str
) -> tuple[World, tuple[str, ...]]:
    """Those who never move are a group of their own, kept for the next instant."""
    still = build(seed).setting
    there = tuple((actor, T) for actor in actors if (T := actor_at(actor.value, t_us)) is not None)
    rest = tuple((actor, T) for actor, T in there if _rests(actor))
    move = tuple((actor, T) for actor, T in there if not _rests(actor))
    resting, moving = _resting(seed, rest), _group(seed, move, t_us, 1 + len(rest))
    groups = [g for g in (resting, moving) if g is not None]
    parts = (still.at(t_us), *(g.part for g in groups))
    meshes = (still.rays, *(g.rays for g in groups))
    tracer = intersector(rays, device, meshes)
    shade = shade_field(moving.footprints if moving else (), _shade_beside(resting.footprints if resting else ()))
    lamps = (*still.lamps, *(lamp for g in groups for lamp in g.lamps))
    ids, categories = zip(*((a.value.id, a.value.category) for a, _ in (*rest, *move)), strict=True) if there else ((), ())
    world = World(parts, tracer, still.ground, build(seed).light, shade, lamps, seed, t_us, meshes, ids, categories)
    return on_device(world, device), ids


@lru_cache(maxsize=2048)
def _rests(actor: Same[Actor]) -> bool:
    """Whether it stands in one place all the time."""
    track = actor.value.track
    return all(pose.T_world == track[0].T_world for pose in track)


@lru_cache(maxsize=4)
def _resting(seed: int, placed: tuple[tuple[Same[Actor], Rigid], ...]) -> Group | None:
    return _group(seed, placed, placed[0][0].value.track[0].t_us, 1) if placed else None


@lru_cache(maxsize=2)
def _shade_beside(resting: tuple[Footprint, ...]) -> Field:
    return shade_field(resting)


def _group(seed: int, placed: tuple[tuple[Same[Actor], Rigid], ...], t_us: int, first: int) -> Group | None:
    if not placed:
        return None
    who = crowd_of(seed, tuple(actor.value for actor, _ in placed), first)
    motions = [motion_of(actor.value, t_us) for actor, _ in placed]
    part, points = who.at(np.stack([T.matrix() for _, T in placed]), motions)
    footprints = [_on_ground(actor.value, T) for actor, T in placed]
    lamps = tuple(lamp for actor, T in placed for lamp in lamps_of(actor.value, T))
    return Group(part, Triangles(points, who.triangles, who.firsts), tuple(f for f in footprints if f is not None), lamps)


def _on_ground(actor: Actor, T_world_box: Rigid) -> Footprint | None:
    """The footprint that darkens the ground under it, or None for what floats."""
    length, width, height = actor.size_lwh
    x, y, z = T_world_box.translation
    if z - height / 2 > 0.6:
        return None
    turn = T_world_box.matrix()
    norm = max(math.hypot(turn[0, 0], turn[1, 0]), 1e-6)
    slim = 0.35 if width < 0.9 else 0.5
    return x, y, turn[0, 0] / norm, turn[1, 0] / norm, length * slim, width * slim
