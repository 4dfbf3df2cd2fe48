"""What narrows a street: roadworks with cones, barriers, machines and workers; a van that delivers in the second row."""

import math

import numpy as np

from engine.town.kinds import KINDS, varied
from engine.town.road_users import RoadUser
from engine.town.routes import Aside
from engine.town.streets import Array, Street

WORKS_M = 27.0


def standing(name: str, kind: str, rng: np.random.Generator, street: Street, s: float, offset: float, turn: float) -> RoadUser:
    """Something that stands at a station and an offset, turned from the street's direction."""
    category, size = varied(rng, kind) if kind not in ("cone", "barrier") else KINDS[kind]
    return put(name, category, size, street.at(s, offset), float(street.heading(s)) + turn)


def put(name: str, category: str, size: tuple[float, float, float], place: Array, heading: float) -> RoadUser:
    """Something that stands at a place."""
    ahead = np.array([math.cos(heading), math.sin(heading)])
    path = np.array([place - ahead, place, place + ahead]) * 1.0
    walks = category.startswith(("human.", "animal"))
    return RoadUser(name, category, size, path, s=0.5, role="walks" if walks else "stands", heading=heading)


def roadworks(rng: np.random.Generator, street: Street, direction: int, start: float) -> tuple[list[RoadUser], Aside | None]:
    """Works at the right of a direction from a station on, in the parking strip or the outer lane; drivers keep aside."""
    right = -direction
    strip = street.parking_m > 0
    kerb = street.half - 0.25
    inner = street.half - street.parking_m - 0.35 if strip else abs(street.lane_edge(direction, street.lanes - 1)) + 0.3
    turn = 0.0 if direction > 0 else math.pi

    def at(u: float) -> float:
        return start + direction * u

    users: list[RoadUser] = []

    def add(kind: str, u: float, offset: float, by: float = 0.0) -> RoadUser:
        user = standing(f"works-{kind}{len(users)}", kind, rng, street, at(u), right * offset, turn + by)
        users.append(user)
        return user

    for k in range(5):
        add("cone", 1.8 * k, kerb + (inner - kerb) * k / 4)
    for k in range(6):
        add("cone", 10.5 + 3.1 * k, inner)
    add("cone", WORKS_M + 1.2, (inner + kerb) / 2)
    wide = kerb - inner
    for k in range(max(1, round(wide / 2.6))):
        barrier = add("barrier", 9.0, inner + wide * (k + 0.5) / max(1, round(wide / 2.6)) + 0.1)
        barrier.size = (0.55, round(min(2.3, wide / max(1, round(wide / 2.6)) - 0.25), 2), 1.02)
    for k in range(3):
        add("barrier", 11.5 + 5.2 * k, kerb + 0.62, math.pi / 2).size = (0.5, 2.3, 1.02)
    machine = "roller" if wide < 2.7 else str(rng.choice(["excavator", "loader", "roller"]))
    add(machine, 16.0, inner + 0.33 + KINDS[machine][1][1] / 2)
    if rng.random() < 0.6:
        trailer = add("small trailer", 23.6, inner + 1.3)
        trailer.size = (3.9, min(1.9, round(wide - 0.6, 2)), 2.1)
    add("debris", 12.2, inner + 0.5 * wide, 0.6)
    for k, (u, o) in enumerate(((10.4, 0.55), (20.2, 0.5), (26.5, 0.6))[: int(rng.integers(2, 4))]):
        size = (0.72, 0.66, round(float(rng.uniform(1.66, 1.88)), 3))
        place, facing = street.at(at(u), right * (inner + o * wide)), float(rng.uniform(-3, 3))
        users.append(put(f"worker{k}", "human.pedestrian.construction_worker", size, place, facing))
    if not strip:
        return users, None
    low, high = sorted((at(-2.0), at(WORKS_M + 2)))
    return users, Aside(street.name, direction, street.lanes - 1, low, high, 0.55)


def delivery(rng: np.random.Generator, street: Street, direction: int, station: float) -> tuple[list[RoadUser], Aside]:
    """A van in the second row, half in the parking strip, and somebody who unloads it."""
    driven = street.half - street.parking_m
    van = standing("delivery", "van", rng, street, station, -direction * (driven + 0.35), 0.0 if direction > 0 else math.pi)
    behind = street.at(station - direction * (van.size[0] / 2 + 0.7), -direction * (driven + 0.6))
    tall = float(rng.uniform(1.66, 1.88))
    heading = float(street.heading(station)) + (0.0 if direction > 0 else math.pi)
    courier = put("courier", "human.pedestrian.adult", (0.7, 0.64, round(tall, 3)), behind, heading)
    return [van, courier], Aside(street.name, direction, street.lanes - 1, station - 5.0, station + 5.0, 0.75)
