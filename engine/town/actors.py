"""Any actor of a scenario as a figure: how it looks follows from the town's seed and the actor alone, how it is posed from its
track alone."""

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from editor.geometry import Rigid, Vec3, vec3
from editor.identity import Same
from editor.scene import Actor, Look
from engine.town import construction, cycles, heavy, loose, people, vehicles
from engine.town.chance import dice
from engine.town.crowd import Crowd, crowd
from engine.town.figure import Figure, rigid
from engine.town.lamps import Lamp
from engine.town.mesh import Colour, Mesh, rgb
from engine.town.motion import motion_of
from engine.town.outfits import outfit

PAINTS = {"suv": "#c9ccce", "estate": "#dfe0de", "city-car": "#2f7fb5"}  # by the bank's names, where dice are not to say
TRUCKS = {"truck": "box", "tipper": "tipper", "tanker": "tanker", "semi": "semi"}  # by the bank's names
PICKUP_UNTIL_M = 2.15  # trucks lower than this are pickups


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


def figure_of(seed: int, actor: Actor) -> Figure:
    """An actor's shape; the same object for the same looks."""
    key = looks_of(seed, actor)
    colour = colour_of(actor.look) or PAINTS.get(key.removeprefix("bank:"))
    return _figure(key, actor.category, actor.size_lwh, colour)


def mesh_of(seed: int, actor: Actor, t_us: int) -> Mesh:
    """An actor in its box's own frame at a time, wholly inside the box."""
    return figure_of(seed, actor).posed(motion_of(actor, t_us))


def crowd_of(seed: int, actors: tuple[Actor, ...], first: int) -> Crowd:
    """Some actors laid out as one mesh; `first` is the first one's number among all."""
    return _crowd(seed, tuple(Same(actor) for actor in actors), first)


@lru_cache(maxsize=6)
def _crowd(seed: int, actors: tuple[Same[Actor], ...], first: int) -> Crowd:
    return crowd(tuple(figure_of(seed, actor.value) for actor in actors), first)


@lru_cache(maxsize=512)
def _figure(key: str, category: str, size: Vec3, colour: str | None) -> Figure:
    rng = dice("looks", key)
    if category.startswith("human."):
        return _person(category, size, colour, rng)
    asked = rgb(colour) if colour else None
    if category.startswith("vehicle."):
        return _vehicle(category, size, asked, rng, key.removeprefix("bank:"))
    makers: dict[str, Callable[[], Figure]] = {
        "movable_object.trafficcone": lambda: loose.cone(size, rng),
        "movable_object.barrier": lambda: loose.barrier(size, rng),
        "movable_object.debris": lambda: loose.debris(size, rng),
        "movable_object.pushable_pullable": lambda: loose.pushable(size, rng),
        "static_object.bicycle_rack": lambda: loose.bicycle_rack(size, rng),
        "animal": lambda: loose.dog(size, rng),
    }
    return makers.get(category, lambda: loose.crate(size))()


def _person(category: str, size: Vec3, colour: str | None, rng: np.random.Generator) -> Figure:
    kind = category.rpartition(".")[2]
    who = outfit(rng, colour, {"construction_worker": "worker", "police_officer": "police"}.get(kind, ""))
    if kind == "wheelchair":
        return cycles.wheelchair(size, who)
    if kind == "stroller":
        return rigid(size, people.lone_pram(size, rgb(colour) if colour else who.top))
    if kind == "personal_mobility":
        return cycles.kick_scooter(size, people.walker((0.6, size[1], size[2] * 0.93), who))
    return people.walker(size, who, child=kind == "child")


def _vehicle(category: str, size: Vec3, asked: Colour | None, rng: np.random.Generator, name: str) -> Figure:
    """A vehicle by dice; one of the bank's names says which model it is. The dice of its paint are thrown whether or not a
    colour is asked for, so that repainting changes nothing else."""
    if category == "vehicle.bicycle":
        who, pick = outfit(rng, None), float(rng.random())
        return cycles.bicycle(size, who, asked or vehicles.paint_of(vehicles.PAINTS, pick), rng)
    if category == "vehicle.motorcycle":
        who, pick = outfit(rng, None), float(rng.random())
        return cycles.motorcycle(size, who, asked or vehicles.paint_of(vehicles.SPORT_PAINTS, pick), rng)
    if category.startswith("vehicle.bus"):
        bendy = category.endswith("bendy") or size[0] > 15.5
        return heavy.bus(size, asked or vehicles.paint_of(heavy.BUS_PAINTS, float(rng.random())), bendy)
    own = vehicles.paint_of(heavy.CARGO_PAINTS, float(rng.random()))
    cargo = asked or own
    if category == "vehicle.trailer":
        return heavy.trailer(size, cargo)
    if category == "vehicle.construction":
        return construction.machine(size, asked, rng, name)
    if category == "vehicle.truck" and size[2] >= PICKUP_UNTIL_M:
        return _truck(size, asked, cargo, rng, name)
    return vehicles.car(category, size, asked, rng, name)


def _truck(size: Vec3, asked: Colour | None, cargo: Colour, rng: np.random.Generator, name: str) -> Figure:
    pick, own = float(rng.random()), vehicles.paint_of(vehicles.PAINTS, float(rng.random()))
    paint = asked or own
    if name in TRUCKS:
        return heavy.truck(size, paint, cargo, TRUCKS[name])
    if size[0] > 11.5:
        return heavy.truck(size, paint, cargo, "semi")
    if pick < 0.25:
        return heavy.truck(size, paint, asked or vehicles.paint_of(heavy.TIPPER_PAINTS, float(rng.random())), "tipper")
    return heavy.truck(size, paint, cargo, "tanker" if pick < 0.42 and size[0] > 6.5 else "box")


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
