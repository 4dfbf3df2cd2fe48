"""Any actor of a scenario as a mesh at an instant: how it looks follows from the town's seed and the actor alone, how it is
posed from its track alone."""

import re
from bisect import bisect_right
from functools import lru_cache

import numpy as np

from editor.geometry import Rigid, vec3
from editor.scene import Actor, Look, Pose
from editor.tracks import velocity_at
from engine.town import people, vehicles
from engine.town.chance import dice
from engine.town.lamps import Lamp
from engine.town.mesh import Mesh, rgb


class LookError(ValueError):
    """A look that cannot be drawn; the sentence says what was got and what was wanted."""


def looks_of(seed: int, actor: Actor) -> str:
    """What the dice of an actor's looks are keyed by: its own identity, or that of the one whose looks it takes."""
    source = actor.look.source
    if source is None:
        return f"{seed}/{actor.id}"
    kind, _, name = source.partition(":")
    if kind not in ("actor", "bank") or not name:
        raise LookError(f"actor {actor.id} takes its looks from {source!r}; wanted actor:<id> or bank:<name>")
    return f"{seed}/{name}" if kind == "actor" else source


def colour_of(look: Look) -> str | None:
    """The colour asked for, checked."""
    if look.colour is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", look.colour):
        raise LookError(f"colour {look.colour!r}; wanted one like #aa3322")
    return look.colour


def travelled(track: tuple[Pose, ...], t_us: int) -> float:
    """Metres along a track up to a time."""
    if len(track) == 1:
        return 0.0
    points = np.array([pose.T_world.translation for pose in track])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    k = min(max(bisect_right(track, t_us, key=lambda pose: pose.t_us), 1), len(track) - 1)
    share = (t_us - track[k - 1].t_us) / (track[k].t_us - track[k - 1].t_us)
    return float(steps[: k - 1].sum() + share * steps[k - 1])


def mesh_of(seed: int, actor: Actor, t_us: int) -> Mesh:
    """An actor in its box's own frame at a time, wholly inside the box."""
    speed = float(np.linalg.norm(velocity_at(actor.track, t_us)[:2]))
    key, colour = looks_of(seed, actor), colour_of(actor.look)
    shape = _mesh(key, actor.category, actor.size_lwh, colour, round(travelled(actor.track, t_us), 6), round(speed, 3))
    half = np.asarray(actor.size_lwh, np.float32) / 2
    points = np.clip(shape.points, -half, half)
    return Mesh(points, shape.triangles, shape.normals, shape.rest, shape.surface, shape.surfaces)


@lru_cache(maxsize=128)
def _mesh(key: str, category: str, size: tuple[float, float, float], colour: str | None, distance: float, speed: float) -> Mesh:
    rng = dice("looks", key)
    pick, second = rng.random(), rng.random()
    if category.startswith("human."):
        return people.walker(size, people.outfit(rng, colour), distance, speed)
    paint = rgb(colour) if colour else vehicles.paint_of(vehicles.PAINTS, pick)
    if category == "vehicle.bicycle":
        return people.cyclist(size, people.outfit(rng, None), paint, distance, rider=size[2] > 1.35)
    if category == "vehicle.motorcycle":
        return people.motorcycle(size, people.outfit(rng, None), paint, distance)
    if category.startswith("vehicle."):
        return _vehicle(category, size, paint if colour else None, pick, second, distance)
    if category == "movable_object.trafficcone":
        return people.cone(size)
    if category == "movable_object.barrier":
        return people.barrier(size)
    return people.crate(size)


def _vehicle(
    category: str, size: tuple[float, float, float], colour: tuple | None, pick: float, second: float, distance: float
) -> Mesh:
    shape = vehicles.shape_of(category, size)
    if shape == "bus":
        return vehicles.bus(size, colour or vehicles.paint_of(vehicles.BUS_PAINTS, pick), distance)
    if shape == "truck":
        cargo = colour or vehicles.paint_of(vehicles.CARGO_PAINTS, second)
        return vehicles.truck(size, colour or vehicles.paint_of(vehicles.PAINTS, pick), cargo, distance)
    codes = vehicles.PAINTS if shape.name != "van" else ("#e9eaea", "#dfe0de", "#c9ccce", "#24436e", "#e9eaea", "#3d4145")
    return vehicles.car(shape, size, colour or vehicles.paint_of(codes, pick), distance)


def placed(mesh: Mesh, T_world_box: Rigid) -> tuple[np.ndarray, np.ndarray]:
    """The mesh's points in the world, and its rotation."""
    turn = T_world_box.matrix()[:3, :3]
    return (mesh.points.astype(np.float64) @ turn.T + T_world_box.translation).astype(np.float32), turn


def lamps_of(actor: Actor, T_world_box: Rigid) -> tuple[Lamp, ...]:
    """What light its headlights throw, as one beam from the middle; who stands in one place all the time has them off."""
    if not actor.category.startswith("vehicle.") or len({pose.T_world for pose in actor.track}) == 1:
        return ()
    length, _, height = actor.size_lwh
    turn = T_world_box.matrix()[:3, :3]
    place = turn @ (0.5 * length, 0.0, 0.70 - height / 2) + T_world_box.translation
    ahead = turn @ (0.9976, 0.0, -0.0698)
    slim = actor.category in ("vehicle.bicycle", "vehicle.motorcycle")
    power = 4.0 if actor.category == "vehicle.bicycle" else 60.0 if slim else 120.0
    return (Lamp(vec3(place), vec3(ahead), 0.62, (1.0, 0.93, 0.80), power, 15.0 if slim else 38.0, 0.22),)
