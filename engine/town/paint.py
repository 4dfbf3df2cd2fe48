"""Paint on the streets as polygons: lines, crossings, arrows, stalls, bus boxes."""

from dataclasses import dataclass

import numpy as np

from engine.town.chance import dice
from engine.town.lanes import End, Turn, lane_id, ways
from engine.town.streets import Arm, Array, BusStop, Plan, Street

WIDE_M, LINE_M = 0.075, 0.07  # half widths of lines
ISLANDS_M = 14.0  # how far from a ring islands stand in the middle of its arms


@dataclass(frozen=True, eq=False)
class Paint:
    """Polygons (n, 2): strips (one side, then the other backwards) or convex pieces of four corners or fewer."""

    white: list[Array]
    yellow: list[Array]


def paint(plan: Plan) -> Paint:
    """All paint of a town."""
    out = Paint([], [])
    turns = _turns(plan)
    middle = dice("paint", plan.seed).choice(["double", "dashed", "white"], p=[0.5, 0.25, 0.25])
    for street in plan.streets:
        for k, (s0, s1) in enumerate(plan.open_stretches(street)):
            _middle(out, street, *_between_rings(plan, street, s0, s1), str(middle))
            _along(out, street, s0, s1)
            for direction in (1, -1):
                for lane in range(street.lanes):
                    _arrows(out, plan, (street.name, direction, lane, k), turns)
        for arm in plan.arms_of(street):
            _at_arm(out, plan, street, arm)
    for lot in plan.lots:
        out.white.extend(lot.lines)
    for stop in plan.bus_stops:
        _bus_box(out, plan.street(stop.street), stop)
    return out


def _dashes(out: list[Array], street: Street, s0: float, s1: float, o: float, on: float, every: float) -> None:
    for s in np.arange(s0 + 1, s1 - on, every):
        out.append(street.strip(s, s + on, o - WIDE_M, o + WIDE_M))


def _between_rings(plan: Plan, street: Street, s0: float, s1: float) -> tuple[float, float]:
    """A stretch without the pieces where islands stand before a ring."""
    for junction in plan.junctions:
        for arm in plan.arms(junction) if junction.ring_m else ():
            if arm.street == street.name and arm.stop in (s0, s1):
                s0, s1 = (s0 + ISLANDS_M, s1) if arm.stop == s0 else (s0, s1 - ISLANDS_M)
    return s0, s1


def _middle(out: Paint, street: Street, s0: float, s1: float, middle: str) -> None:
    if street.median_m:
        for side in (-1, 1):
            o = side * (street.median_m / 2 + 0.22)
            out.white.append(street.strip(s0, s1, o - LINE_M, o + LINE_M))
    elif middle == "double" or street.lanes > 1:
        for o in (-0.17, 0.17):
            (out.white if middle == "white" else out.yellow).append(street.strip(s0, s1, o - WIDE_M, o + WIDE_M))
    else:
        _dashes(out.white if middle == "white" else out.yellow, street, s0, s1, 0.0, 3.0, 9.0)


def _along(out: Paint, street: Street, s0: float, s1: float) -> None:
    for side in (-1, 1):
        for lane in range(1, street.lanes):
            o = street.lane_edge(side, lane)
            _dashes(out.white, street, s0, s1 - 14, o, 3.0, 7.5)
        _beside_lanes(out, street, s0, s1, side)


def _beside_lanes(out: Paint, street: Street, s0: float, s1: float, side: int) -> None:
    """Lines of the bicycle lane and of the parking strip."""
    lane_ends, strip_begins = side * street.driven, side * (street.driven + street.bike_m)
    if street.bike_m:
        out.white.append(street.strip(s0, s1, lane_ends - WIDE_M, lane_ends + WIDE_M))
        for s in np.arange(s0 + 10, s1 - 4, 32.0):
            out.white.extend(_bicycle(street, s, -side, street.bike_offset(-side)))
    if street.parking_m:
        out.white.append(street.strip(s0, s1, strip_begins - LINE_M, strip_begins + LINE_M))
        for s in np.arange(s0 + 9, s1 - 9, 6.4):
            out.white.append(street.strip(s - LINE_M, s + LINE_M, strip_begins, side * (street.half - 0.4)))


def _at_arm(out: Paint, plan: Plan, street: Street, arm: Arm) -> None:
    """Crossing and stop line of one arm."""
    if arm.crossing is not None:
        near, far = arm.crossing
        edge = street.half - 0.25
        islands = 0.75 if any(j.ring_m and street.name in (j.a, j.b) for j in plan.junctions) else 0.0
        for o in np.arange(-edge, edge - 0.4, 1.1):
            if abs(o + 0.27) > islands:
                out.white.append(street.strip(near, far, o, o + 0.55))
    if not arm.waits:
        return
    inner, outer = street.lane_edge(arm.inward, 0), street.lane_edge(arm.inward, street.lanes)
    low, high = sorted((inner + 0.25 * np.sign(outer - inner), outer))
    signals = any(j.control == "signals" and arm in plan.arms(j) for j in plan.junctions)
    if signals:
        out.white.append(street.strip(arm.stop, arm.stop + arm.side * 0.42, low, high))
        return
    for o in np.arange(low, high - 0.3, 0.8):  # a line of teeth where one gives way
        out.white.append(street.strip(arm.stop, arm.stop + arm.side * 0.45, o, o + 0.5))


def _turns(plan: Plan) -> dict[str, set[Turn]]:
    """Which ways lead on from each lane, by its id."""
    out: dict[str, set[Turn]] = {}
    for junction in plan.junctions:
        if not junction.ring_m:
            for gate, turn, _ in ways(plan, junction):
                out.setdefault(lane_id(gate.end), set()).add(turn)
    return out


def _arrows(out: Paint, plan: Plan, end: End, turns: dict[str, set[Turn]]) -> None:
    """Arrows before a junction, where a street has lanes to choose from."""
    name, direction, lane, k = end
    street, (s0, s1) = plan.street(name), plan.open_stretches(plan.street(name))[k]
    there = turns.get(lane_id(end), set())
    if street.lanes < 2 or not there or s1 - s0 < 40:
        return
    stop = s1 if direction > 0 else s0
    for back in (6.0, 24.0):
        for turn in sorted(there):
            out.white.extend(_arrow(street, stop - direction * back, direction, street.lane_offset(direction, lane), turn))


def _shape(street: Street, s: float, direction: int, offset: float, outline: list[tuple[float, float]]) -> Array:
    p = np.array(outline)
    return street.at(s + direction * p[:, 0], offset + direction * p[:, 1])


def _arrow(street: Street, s: float, direction: int, offset: float, turn: Turn) -> list[Array]:
    """An arrow in a lane, 3.4 m long, pointing where traffic goes."""
    if turn == "straight":
        outlines = [[(-1.7, -0.08), (0.5, -0.08), (0.5, 0.08), (-1.7, 0.08)], [(0.45, -0.36), (1.7, 0.0), (0.45, 0.36)]]
    else:
        t = 1.0 if turn == "left" else -1.0
        outlines = [
            [(-1.7, -0.08), (-0.35, -0.08), (-0.35, 0.08), (-1.7, 0.08)],
            [(-0.6, 0), (0.1, t * 0.62), (0.25, t * 0.62), (-0.3, 0)],
            [(0.17, t * 0.45), (0.17, t * 1.05), (0.75, t * 0.62)],
        ]
    return [_shape(street, s, direction, offset, outline) for outline in outlines]


def _bicycle(street: Street, s: float, direction: int, offset: float) -> list[Array]:
    """Two wheels and a frame, 1.6 m long, as pieces."""
    out = []
    for x in (-0.55, 0.55):
        angle = np.linspace(0, 2 * np.pi, 9)
        ring = [(x + 0.34 * np.cos(a), 0.34 * np.sin(a)) for a in angle]
        inner = [(x + 0.24 * np.cos(a), 0.24 * np.sin(a)) for a in angle]
        out += [_shape(street, s, direction, offset, [ring[k], ring[k + 1], inner[k + 1], inner[k]]) for k in range(8)]
    for a, b in (
        ((-0.55, 0.0), (0.35, 0.42)),
        ((-0.1, 0.0), (0.35, 0.42)),
        ((-0.15, 0.40), (-0.1, 0.0)),
        ((0.3, 0.52), (0.55, 0.0)),
    ):
        d = np.array(b) - np.array(a)
        n = np.array([-d[1], d[0]]) / np.linalg.norm(d) * 0.05
        out.append(_shape(street, s, direction, offset, [tuple(a + n), tuple(b + n), tuple(b - n), tuple(a - n)]))
    return out


def _bus_box(out: Paint, street: Street, stop: BusStop) -> None:
    """A yellow zigzag at the kerb."""
    o0, o1 = (-stop.direction * (street.half - d) for d in (0.3, 2.3))
    s, step = stop.station, 1.6
    for k in range(-8, 8):
        a, b = (o0, o1) if k % 2 else (o1, o0)
        s0, s1 = s + k * step, s + (k + 1) * step
        p, q = street.at(s0, a), street.at(s1, b)
        n = np.array([-(q - p)[1], (q - p)[0]]) / np.linalg.norm(q - p) * 0.06
        out.yellow.append(np.array([p + n, q + n, q - n, p - n]))
