"""Lanes and the ways through junctions, as the street map that a data set carries and as paths that traffic drives."""

import math
from typing import Literal

import numpy as np
import shapely

from editor.map import Lane, StreetMap
from engine.town.ground import PAVEMENT_M
from engine.town.streets import CANVAS_M, CROSSING, STOP_M, Array, Junction, Plan, Street

Turn = Literal["straight", "left", "right"]
End = tuple[str, int, int, int]  # street, direction, lane, stretch


def lane_id(end: End) -> str:
    """The name of a lane."""
    street, direction, lane, stretch = end
    return f"{street}{'+' if direction > 0 else '-'}{lane}.{stretch}"


def lanes(plan: Plan) -> dict[str, Lane]:
    """All lanes and connectors by their ids."""
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
    sides = sorted((-direction * lane * street.lane_m, -direction * (lane + 1) * street.lane_m))
    return Lane(lane_id(end), _with_z(centre), street.strip(s0, s1, *sides), False, successors)


def _connectors(plan: Plan, junction: Junction) -> list[Lane]:
    """Every way through one junction."""
    arms = _arms(plan, junction)
    out = []
    for end, place, heading, coming in arms:
        if not coming:
            continue
        for turn in ("straight", "left", "right"):
            goal = _goal(arms, end, heading, turn, plan)
            if goal is not None:
                out.append(_connector(end, place, heading, turn, goal))
    return out


Arm = tuple[End, Array, float, bool]


def _arms(plan: Plan, junction: Junction) -> list[Arm]:
    """Where lanes come to (True) and leave (False) a junction: end, place, heading."""
    out = []
    for name, at in ((junction.a, junction.sa), (junction.b, junction.sb)):
        street = plan.street(name)
        k = [s for s, _, _ in plan.crossings_of(street)].index(at)
        before, after = plan.open_stretches(street)[k][1], plan.open_stretches(street)[k + 1][0]
        for direction in (1, -1):
            for lane in range(street.lanes):
                o = street.lane_offset(direction, lane)
                turn = 0.0 if direction > 0 else math.pi
                near, far = (before, after) if direction > 0 else (after, before)
                into, out_of = (k, k + 1) if direction > 0 else (k + 1, k)
                out.append(((name, direction, lane, into), street.at(near, o), float(street.heading(near)) + turn, True))
                out.append(((name, direction, lane, out_of), street.at(far, o), float(street.heading(far)) + turn, False))
    return out


def _goal(arms: list[Arm], end: End, heading: float, turn: Turn, plan: Plan) -> Arm | None:
    """The lane that a turn leads to: the same one straight on; from the inner lane left, from the outer one right."""
    own = plan.street(end[0])
    if (turn == "left" and end[2] != 0) or (turn == "right" and end[2] != own.lanes - 1):
        return None
    wanted = {"straight": 0.0, "left": math.pi / 2, "right": -math.pi / 2}[turn]
    for arm in arms:
        (name, _, lane, _), _, h, coming = arm
        off = abs(math.remainder(h - heading - wanted, 2 * math.pi))
        same = {"straight": end[2], "left": 0, "right": plan.street(name).lanes - 1}[turn]
        if not coming and off < 0.6 and lane == same and (name == end[0]) == (turn == "straight"):
            return arm
    return None


def _connector(end: End, place: Array, heading: float, turn: Turn, goal: Arm) -> Lane:
    to, target, h1, _ = goal
    reach = 0.56 * float(np.linalg.norm(target - place)) if turn != "straight" else 0.4 * float(np.linalg.norm(target - place))
    p1 = place + reach * np.array([math.cos(heading), math.sin(heading)])
    p2 = target - reach * np.array([math.cos(h1), math.sin(h1)])
    t = np.linspace(0, 1, 16)[:, None]
    centre = (1 - t) ** 3 * place + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * target
    outline = shapely.LineString(centre).buffer(1.7, cap_style="flat").exterior.coords
    return Lane(f"{lane_id(end)}>{turn}", _with_z(centre), np.array(outline)[:-1], True, (lane_id(to),))


def _with_z(points: Array) -> Array:
    return np.column_stack([points, np.zeros(len(points))])


def path_from(plan: Plan, all_lanes: dict[str, Lane], start: End, station: float, turns: tuple[Turn, ...]) -> Array:
    """A path (n, 2), a point every half metre, from a station of a lane along the turns given, then straight on."""
    street = plan.street(start[0])
    s0, s1 = plan.open_stretches(street)[start[3]]
    goal = s1 if start[1] > 0 else s0
    s = np.linspace(station, goal, max(2, int(abs(goal - station)) + 2))
    pieces = [street.at(s, street.lane_offset(start[1], start[2]))]
    lane = all_lanes[lane_id(start)]
    for turn in (*turns, "straight", "straight", "straight"):
        ways = [all_lanes[i] for i in lane.successors if i.endswith(f">{turn}")] or [all_lanes[i] for i in lane.successors]
        if not ways:
            break
        lane = all_lanes[ways[0].successors[0]]
        pieces += [ways[0].centre[1:, :2], lane.centre[1:, :2]]
    return resampled(np.concatenate(pieces))


def resampled(points: Array, step: float = 0.5) -> Array:
    """The same line with a point every `step` metres."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    keep = np.concatenate([[True], np.diff(along) > 1e-6])
    s = np.arange(0, along[-1], step)
    return np.column_stack([np.interp(s, along[keep], points[keep, i]) for i in range(2)])


def stretch_at(plan: Plan, street: Street, station: float) -> int:
    """The open stretch that a station lies in, or the next one before a junction."""
    stretches = plan.open_stretches(street)
    return next((k for k, (_, s1) in enumerate(stretches) if station < s1), len(stretches) - 1)


def street_map(plan: Plan) -> StreetMap:
    """The streets as a data set's map expansion has them."""
    dividers, middles, stops, crossings = [], [], [], []
    for street in plan.streets:
        for s0, s1 in plan.open_stretches(street):
            s = np.linspace(s0, s1, max(2, int((s1 - s0) / 3)))
            middles.append(_with_z(street.at(s, 0.0)))
            for lane in range(1, street.lanes):
                dividers += [_with_z(street.at(s, side * lane * street.lane_m)) for side in (-1, 1)]
        for s, other, _ in plan.crossings_of(street):
            for side in (-1, 1):
                near, far = (s + side * (other.half + d) for d in CROSSING)
                crossings.append(street.strip(near, far, -street.half, street.half))
                stop = s + side * (other.half + STOP_M)
                stops.append(street.strip(stop, stop + side * 0.42, 0.0, side * street.lanes * street.lane_m))
    inner = shapely.box(1, 1, CANVAS_M - 1, CANVAS_M - 1)
    walks = (plan.road.buffer(PAVEMENT_M) - plan.road) & inner
    return StreetMap(
        lanes=tuple(_inside(lane) for lane in lanes(plan).values()),
        lane_dividers=tuple(_within(d) for d in dividers), road_dividers=tuple(_within(m) for m in middles),
        stop_lines=tuple(stops), crossings=tuple(crossings),
        walkways=tuple(_ring(p.exterior) for p in shapely.get_parts(walks)),
        drivable=tuple((_ring(p.exterior), tuple(_ring(r) for r in p.interiors)) for p in shapely.get_parts(plan.road & inner)),
    )  # fmt: skip


def _ring(ring: shapely.LinearRing) -> Array:
    return np.array(ring.simplify(0.05).coords)[:-1]


def _within(points: Array) -> Array:
    """Kept to the canvas, whose coordinates are positive."""
    return np.clip(points, 0.5, CANVAS_M - 0.5)


def _inside(lane: Lane) -> Lane:
    """The lane within the canvas, without the points that a straight piece does not need."""
    centre, outline = _fewer(_within(lane.centre[:, :2])), _fewer(_within(lane.outline))
    return Lane(lane.id, _with_z(centre), outline, lane.is_connector, lane.successors)


def _fewer(points: Array) -> Array:
    return np.array(shapely.LineString(points).simplify(0.02).coords)
