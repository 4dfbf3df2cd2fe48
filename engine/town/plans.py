"""Plans by rule from a seed: which kind of place a town shows, its streets, where they meet, car parks, bus stops."""

import math

import numpy as np

from engine.town.chance import dice
from engine.town.streets import CANVAS_M, KINDS, Array, BusStop, Junction, Kind, Lot, Plan, Street

CHANCES = (0.26, 0.14, 0.14, 0.13, 0.11, 0.10, 0.12)  # of the kinds, in their order
HALF_LENGTH_M = 210.0  # streets pass their middle at this station
PAVEMENT_M = 3.6  # width of the pavement behind the kerb


def kind_of(seed: int) -> Kind:
    """What a seed's dice say."""
    return KINDS[int(dice("kind", seed).choice(len(KINDS), p=CHANCES))]


def plan(seed: int, kind: Kind | None = None) -> Plan:
    """The streets of a seed's town, of the kind that its dice say unless another is asked for."""
    kind = kind or kind_of(seed)
    rng = dice("plan", seed)
    main = _main_street(rng, kind)
    streets, junctions = [main], []
    for k, (station, side) in enumerate(_meetings(rng, kind)):
        cross = _side_street(rng, main, station, side, k, kind)
        streets.append(cross)
        junctions.append(_junction(rng, main, cross, station, side, kind, k))
    _back_street(rng, streets, junctions)
    bare = Plan(seed, kind, tuple(streets), tuple(junctions))
    return Plan(seed, kind, bare.streets, bare.junctions, _lots(rng, bare), _bus_stops(rng, bare))


def _line(start: Array, heading: float, curvature: Array) -> Array:
    """Integrate a curvature (per metre) into points."""
    h = heading + np.concatenate([[0.0], np.cumsum((curvature[1:] + curvature[:-1]) / 2)])
    step = np.stack([np.cos((h[1:] + h[:-1]) / 2), np.sin((h[1:] + h[:-1]) / 2)], -1)
    return start + np.concatenate([np.zeros((1, 2)), np.cumsum(step, axis=0)])


def _bump(s: Array, low: float, high: float) -> Array:
    """1 between two stations with 18 m of easing at each end, as a road's transition curves do."""
    return np.clip((s - low) / 18 + 0.5, 0, 1) * np.clip((high - s) / 18 + 0.5, 0, 1)


def _through(middle: Array, heading: float, curvature: Array, at: int) -> Array:
    """A curved line that passes `middle` with a heading at point number `at`."""
    points = _line(np.zeros(2), 0.0, curvature)
    d = points[at + 1] - points[max(at - 1, 0)]
    turn = heading - math.atan2(d[1], d[0])
    c, s = math.cos(turn), math.sin(turn)
    return (points - points[at]) @ np.array([[c, s], [-s, c]]) + middle


def _main_street(rng: np.random.Generator, kind: Kind) -> Street:
    middle = np.full(2, CANVAS_M / 2)
    heading = rng.uniform(-math.pi, math.pi)
    s = np.arange(2 * HALF_LENGTH_M + 1)
    sign = rng.choice([-1.0, 1.0])
    if kind == "curve":
        radius = rng.uniform(58, 110)
        curvature = sign * _bump(s, 195, 195 + radius * rng.uniform(0.85, 1.2)) / radius
        curvature -= sign * _bump(s, 60, 130) / rng.uniform(200, 400)
    elif kind in ("parking", "slope", "tee"):
        curvature = sign * (_bump(s, 30, 190) - rng.uniform(-1, 1) * _bump(s, 270, 400)) / rng.uniform(260, 800)
    else:
        curvature = sign * _bump(s, 40, 400) / rng.uniform(900, 2500)
    choices = {"junction": (1, 2, 2, 3), "boulevard": (2, 3), "slope": (1, 1, 2), "tee": (1, 2)}
    lanes = int(rng.choice(choices.get(kind, (1,))))
    lane_m = {1: rng.uniform(3.3, 3.6), 2: 3.3, 3: 3.2}[lanes]
    parking = 2.3 if kind == "parking" or rng.random() < (0.72 if lanes < 3 else 0.4) else 0.0
    bike = 1.6 if kind != "parking" and rng.random() < 0.35 else 0.0
    median = rng.uniform(3.2, 5.0) if kind == "boulevard" else 0.0
    return Street("main", _through(middle, heading, curvature, 210), lanes, lane_m, parking, bike, median)


def _meetings(rng: np.random.Generator, kind: Kind) -> list[tuple[float, int]]:
    """Stations of the main street where others meet it; side 0: they cross it, else they leave to its left (1) or right."""
    near = float(round(rng.uniform(232, 252)))
    side = int(rng.choice([-1, 1]))
    if kind in ("junction", "boulevard"):
        return [(near, 0)] + ([(near - rng.integers(110, 130), side)] if rng.random() < 0.6 else [])
    if kind == "roundabout":
        return [(near + 6, 0)] + ([(near - 125.0, side)] if rng.random() < 0.5 else [])
    if kind == "tee":
        return [(near, side), (near + float(rng.integers(85, 110)), -side)]
    if kind == "slope":
        return [(near + 12, int(rng.choice([0, side]))), (near - 120.0, -side)]
    if kind == "parking":
        return [(near + 48.0, side), (near - 125.0, 0 if rng.random() < 0.5 else -side)]
    return [(float(rng.integers(118, 140)), int(rng.choice([0, side]))), (float(rng.integers(340, 355)), 0)]


def _side_street(rng: np.random.Generator, main: Street, station: float, side: int, k: int, kind: Kind) -> Street:
    """A street across the main one, or away from it to one side, whose first station then lies on the main one's centre."""
    at = main.at(station)
    heading = float(main.heading(station)) + math.pi / 2 * (side or 1) + rng.uniform(-0.07, 0.07)
    start = int(HALF_LENGTH_M) if side == 0 else 0
    s = np.arange(2 * HALF_LENGTH_M + 1 if side == 0 else HALF_LENGTH_M + 1)
    bend = rng.choice([-1.0, 1.0]) / rng.uniform(140, 300)
    curvature = bend * _bump(s, start + 58, start + 120)
    lanes = 2 if k == 0 and side == 0 and kind in ("junction", "boulevard") and rng.random() < 0.35 else 1
    parking = 2.2 if rng.random() < 0.65 else 0.0
    bike = 1.5 if kind in ("junction", "boulevard") and rng.random() < 0.2 else 0.0
    return Street(f"cross{k + 1}", _through(at, heading, curvature, start), lanes, rng.uniform(3.2, 3.5), parking, bike)


def _junction(rng: np.random.Generator, main: Street, cross: Street, station: float, side: int, kind: Kind, k: int) -> Junction:
    sb = HALF_LENGTH_M if side == 0 else 0.0
    if kind == "roundabout" and k == 0:
        ring = rng.uniform(15.5, 18.5)
        return Junction("main", cross.name, station, sb, "roundabout", ring_m=ring, island_m=ring - rng.uniform(7.2, 8.2))
    lights = {"junction": 1.0, "boulevard": 1.0, "tee": 0.5, "slope": 0.5}.get(kind, 0.0)
    signals = (k == 0 and rng.random() < lights) or main.lanes + cross.lanes > 3
    return Junction("main", cross.name, station, sb, "signals" if signals else "yield", bool(rng.random() < 0.6))


def _back_street(rng: np.random.Generator, streets: list[Street], junctions: list[Junction]) -> None:
    """A street behind the main one, where the first side street has room for it and nothing else comes near."""
    cross = streets[1]
    first = junctions[0].sb
    sides = [1] if first == 0 else [-1, 1]
    side = int(rng.choice(sides))
    at = first + side * rng.uniform(128, 150)
    if rng.random() < 0.45:
        return
    s = np.arange(421.0)
    bend = rng.choice([-1.0, 1.0]) * _bump(s, 120, 300) / rng.uniform(500, 900)
    heading = float(cross.heading(at)) + math.pi / 2 + rng.uniform(-0.05, 0.05)
    back = Street("back", _through(cross.at(at), heading, bend, 210), 1, 3.2, 2.2 if rng.random() < 0.5 else 0.0)
    others = np.concatenate([st.centre for st in streets if st is not cross])
    if np.linalg.norm(others[:, None] - back.centre[None, ::5], axis=2).min() < 60:
        return
    streets.append(back)
    junctions.append(Junction(cross.name, "back", float(at), 210.0, "yield"))


def _lots(rng: np.random.Generator, bare: Plan) -> tuple[Lot, ...]:
    """A car park beside the main street, where a stretch has room for it."""
    main = bare.streets[0]
    if bare.kind != "parking" and rng.random() > 0.3:
        return ()
    side = int(rng.choice([-1, 1]))
    low, high = (196.0, 262.0) if bare.kind == "parking" else (150.0, 215.0)
    free = [(max(a, low), min(b, high)) for a, b in bare.open_stretches(main)]
    a, b = max(free, key=lambda item: item[1] - item[0])
    if b - a < 40:
        return ()
    middle = (a + b) / 2
    return (_lot(main, side, middle, min(b - a - 8, rng.uniform(36, 52))),)


def _lot(street: Street, side: int, middle: float, width: float) -> Lot:
    """Stalls at both sides of an aisle that runs along the street; the driveway leads to its middle."""
    h = float(street.heading(middle))
    along = np.array([math.cos(h), math.sin(h)])
    away = side * np.array([-math.sin(h), math.cos(h)])
    origin = street.at(middle) + away * (street.half + PAVEMENT_M + 2.0)
    stall, deep, aisle = 2.55, 5.0, 6.2

    def rectangle(u0: float, u1: float, v0: float, v1: float) -> Array:
        return np.array([origin + along * u + away * v for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))])

    depth = 2 * deep + aisle
    stalls, lines = [], []
    for row, (v, turn) in enumerate(((deep / 2, -1), (depth - deep / 2, 1))):
        count = int(width / stall)
        for k in range(count + 1):
            u = (k - count / 2) * stall
            lines.append(rectangle(u - 0.05, u + 0.05, v - deep / 2 + 0.2, v + deep / 2))
            open_ = row == 1 or abs(u + stall / 2) > 4.6  # the driveway comes through the row at the street
            if k < count and open_:
                x, y = origin + along * (u + stall / 2) + away * v
                stalls.append((float(x), float(y), math.atan2(*(away * turn)[::-1])))
    lines = [
        line for line in lines if abs(float((line.mean(0) - origin) @ along)) > 3.4 or (line.mean(0) - origin) @ away > deep
    ]
    drive = rectangle(-3.0, 3.0, -(PAVEMENT_M + 2.6), 0.6)
    return Lot(rectangle(-width / 2, width / 2, 0.0, depth), drive, tuple(stalls), tuple(lines))


def _bus_stops(rng: np.random.Generator, bare: Plan) -> tuple[BusStop, ...]:
    """One stop at most on each side of the main street, on a long enough stretch."""
    main = bare.streets[0]
    out = []
    for direction in (-1, 1):
        if bare.kind == "parking" or rng.random() > 0.6:
            continue
        free = [(a, b) for a, b in bare.open_stretches(main) if b - a > 60]
        a, b = free[int(rng.integers(len(free)))]
        s = rng.uniform(a + 22, b - 22)
        if not any(np.linalg.norm(lot.driveway - main.at(s), axis=1).min() < 26 for lot in bare.lots):
            out.append(BusStop("main", direction, float(s)))
    return tuple(out)
