"""Lanes and the ways through junctions: as values that the street map is written from, and as paths that traffic drives."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from editor.map import Lane
from engine.town.heights import height
from engine.town.streets import Arm, Array, Junction, Plan, Street

Turn = Literal["straight", "left", "right"]
TURNS: tuple[Turn, ...] = ("straight", "left", "right")
End = tuple[str, int, int, int]  # street, direction, lane, stretch
BEND: dict[Turn, float] = {"straight": 0.0, "left": math.pi / 2, "right": -math.pi / 2}


def lane_id(end: End) -> str:
    """The name of a lane."""
    street, direction, lane, stretch = end
    return f"{street}{'+' if direction > 0 else '-'}{lane}.{stretch}"


@dataclass(frozen=True, eq=False)
class Gate:
    """Where one lane comes to a junction (`comes`) or leaves it."""

    end: End
    place: Array  # (2,)
    heading: float
    comes: bool


def lanes(plan: Plan) -> dict[str, Lane]:
    """All lanes and connectors by their ids; a connector's id is its lane's, ">" and the turn."""
    ends = [
        (street.name, direction, lane, k)
        for street in plan.streets
        for direction in (1, -1)
        for lane in range(street.lanes)
        for k in range(len(plan.open_stretches(street)))
    ]
    connectors = {c.id: c for j in plan.junctions for c in _connectors(plan, j)}
    after = {lane_id(end): tuple(c for c in connectors if c.startswith(lane_id(end) + ">")) for end in ends}
    return {lane_id(end): _lane(plan, end, after[lane_id(end)]) for end in ends} | connectors


def _lane(plan: Plan, end: End, successors: tuple[str, ...]) -> Lane:
    name, direction, lane, k = end
    street = plan.street(name)
    s0, s1 = plan.open_stretches(street)[k]
    s = np.linspace(s0, s1, max(2, int((s1 - s0) / 2)))[::direction]
    centre = street.at(s, street.lane_offset(direction, lane))
    sides = sorted((street.lane_edge(direction, lane), street.lane_edge(direction, lane + 1)))
    return Lane(lane_id(end), with_z(plan, centre), street.strip(s0, s1, *sides), False, successors)


def gates(plan: Plan, junction: Junction) -> list[Gate]:
    """Where lanes come to and leave a junction."""
    out = []
    for arm in plan.arms(junction):
        street = plan.street(arm.street)
        stretch = _stretch_of(plan, street, arm)
        for direction in (1, -1) if stretch is not None else ():
            turn = 0.0 if direction > 0 else math.pi
            for lane in range(street.lanes):
                place = street.at(arm.stop, street.lane_offset(direction, lane))
                end = (street.name, direction, lane, stretch)
                out.append(Gate(end, place, float(street.heading(arm.stop)) + turn, direction == arm.inward))
    return out


def _stretch_of(plan: Plan, street: Street, arm: Arm) -> int | None:
    """Which open stretch begins or ends at an arm's stop line."""
    return next((k for k, stretch in enumerate(plan.open_stretches(street)) if arm.stop in stretch), None)


def ways(plan: Plan, junction: Junction) -> list[tuple[Gate, Turn, Gate]]:
    """Every way through a junction."""
    all_gates = gates(plan, junction)
    out = []
    for gate in all_gates:
        goals = {turn: _goal(plan, all_gates, gate, turn) for turn in TURNS} if gate.comes else {}
        kept = {turn: goal for turn, goal in goals.items() if goal is not None}
        if junction.left_only and gate.end[2] == 0 and plan.street(gate.end[0]).lanes > 1 and "left" in kept:
            kept.pop("straight", None)
        out += [(gate, turn, goal) for turn, goal in kept.items()]
    return out


def _goal(plan: Plan, all_gates: list[Gate], gate: Gate, turn: Turn) -> Gate | None:
    """The lane that a turn leads to: the same one straight on; from the inner lane left, from the outer one right."""
    name, _, lane, _ = gate.end
    lanes_here = plan.street(name).lanes
    if (turn == "left" and lane != 0) or (turn == "right" and lane != lanes_here - 1):
        return None
    for other in all_gates:
        to = plan.street(other.end[0])
        off = abs(math.remainder(other.heading - gate.heading - BEND[turn], 2 * math.pi))
        wanted = {"straight": lane, "left": 0, "right": to.lanes - 1}[turn]
        if not other.comes and off < 0.6 and other.end[2] == wanted and (to.name == name) == (turn == "straight"):
            return other
    return None


def _connectors(plan: Plan, junction: Junction) -> list[Lane]:
    out = []
    for gate, turn, goal in ways(plan, junction):
        centre = _round_ring(plan, junction, gate, goal) if junction.ring_m else _across(gate, goal, turn)
        name = f"{lane_id(gate.end)}>{turn}"
        out.append(Lane(name, with_z(plan, centre), _widened(centre, 1.7), True, (lane_id(goal.end),)))
    return out


def _across(gate: Gate, goal: Gate, turn: Turn) -> Array:
    """A cubic curve from gate to gate."""
    gap = float(np.linalg.norm(goal.place - gate.place))
    return _cubic(gate.place, gate.heading, goal.place, goal.heading, gap * (0.4 if turn == "straight" else 0.56), 16)


def _cubic(p0: Array, h0: float, p1: Array, h1: float, reach: float, count: int) -> Array:
    a = p0 + reach * np.array([math.cos(h0), math.sin(h0)])
    b = p1 - reach * np.array([math.cos(h1), math.sin(h1)])
    t = np.linspace(0, 1, count)[:, None]
    return (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t**2 * b + t**3 * p1


def _round_ring(plan: Plan, junction: Junction, gate: Gate, goal: Gate) -> Array:
    """Into a ring, counter-clockwise round its island, and out."""
    middle = plan.street(junction.a).at(junction.sa)
    radius = (junction.ring_m + junction.island_m) / 2
    first, last = (math.atan2(*(g.place - middle)[::-1]) for g in (gate, goal))
    join = 0.62
    low, high = first + join, first + (last - first) % (2 * math.pi) - join
    high = max(high, low + 0.02)
    arc = np.linspace(low, high, max(3, int((high - low) * radius / 1.5)))
    ring = middle + radius * np.stack([np.cos(arc), np.sin(arc)], -1)
    into = _cubic(gate.place, gate.heading, ring[0], low + math.pi / 2, 0.38 * float(np.linalg.norm(ring[0] - gate.place)), 9)
    out = _cubic(ring[-1], high + math.pi / 2, goal.place, goal.heading, 0.38 * float(np.linalg.norm(ring[-1] - goal.place)), 9)
    return np.concatenate([into[:-1], ring, out[1:]])


def _widened(line: Array, half: float) -> Array:
    """The outline (2n, 2) of a line with some width."""
    d = np.gradient(line, axis=0)
    across = np.stack([-d[:, 1], d[:, 0]], -1) / np.linalg.norm(d, axis=1, keepdims=True) * half
    return np.concatenate([line - across, (line + across)[::-1]])


def with_z(plan: Plan, points: Array) -> Array:
    """Places (n, 2) as points (n, 3) on the carriageway."""
    return np.column_stack([points, height(plan, points)])


def resampled(points: Array, step: float = 0.5) -> Array:
    """The same line with a point every `step` metres."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    keep = np.concatenate([[True], np.diff(along) > 1e-6])
    s = np.arange(0, along[-1], step)
    return np.column_stack([np.interp(s, along[keep], points[keep, i]) for i in range(2)])
