"""Following lanes: the nearest lane to a place, and waypoints along the lanes that lead to a goal."""

import heapq
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from editor.edits import Waypoint
from editor.geometry import Array
from editor.identity import Same
from editor.map import Lane, StreetMap

NEAR_LANE_M = 4.0
SPACING_M = 8.0
CHANGE_M = 20.0  # along the street, to change lanes
BESIDE_M = 5.5  # neighbouring lanes' centres are no farther apart
ALIKE_RAD = np.pi / 6
CHANGE_COST_M = 15.0
TURN_COST_M = 3.0  # per radian that a lane's direction is off, when the nearest is chosen


@dataclass(frozen=True, slots=True, eq=False)
class LanePlace:
    """A place on a lane's centre line: how far along, where (3,), which way it leads, how far from the asked place."""

    lane: Lane
    along_m: float
    place: Array
    heading: float
    away_m: float


def nearest_lane(street_map: StreetMap, x: float, y: float, heading: float | None = None) -> LanePlace | None:
    """The nearest place on a lane's centre within reach, lanes that lead the given way first; None where there is none."""
    best, least = None, np.inf
    for lane in street_map.lanes:
        if len(lane.centre) < 2 or not _is_near(lane.centre, x, y):
            continue
        place = project(lane, x, y)
        if place.away_m > NEAR_LANE_M:
            continue
        off = 0.0 if heading is None else abs((place.heading - heading + np.pi) % (2 * np.pi) - np.pi)
        cost = place.away_m + TURN_COST_M * off
        if cost < least and off < np.pi / 2:
            best, least = place, cost
    return best


def _is_near(centre: Array, x: float, y: float) -> bool:
    low, high = centre[:, :2].min(0) - NEAR_LANE_M, centre[:, :2].max(0) + NEAR_LANE_M
    return bool(low[0] <= x <= high[0] and low[1] <= y <= high[1])


def project(lane: Lane, x: float, y: float) -> LanePlace:
    """The place on a lane's centre line that is nearest to another."""
    a, step = lane.centre[:-1], np.diff(lane.centre, axis=0)
    squares = np.maximum((step[:, :2] ** 2).sum(1), 1e-12)
    share = np.clip((([x, y] - a[:, :2]) * step[:, :2]).sum(1) / squares, 0.0, 1.0)
    places = a + share[:, None] * step
    away = np.hypot(places[:, 0] - x, places[:, 1] - y)
    i = int(away.argmin())
    before = np.sqrt(squares)[:i].sum() + share[i] * np.sqrt(squares[i])
    return LanePlace(lane, float(before), places[i], float(np.arctan2(step[i, 1], step[i, 0])), float(away[i]))


def length_of(lane: Lane) -> float:
    """Metres along a lane's centre line."""
    return float(np.hypot(*np.diff(lane.centre[:, :2], axis=0).T).sum())


def at(lane: Lane, along_m: float) -> Array:
    """The place (2,) so far along a lane."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(lane.centre[:, :2], axis=0).T))])
    return np.array([np.interp(along_m, way, lane.centre[:, i]) for i in (0, 1)])


# ------------------------------------------------------------------------------------------------------- routes


@lru_cache(maxsize=4)
def _neighbours(street_map: Same[StreetMap]) -> dict[str, tuple[str, ...]]:
    """Lanes beside each lane that lead the same way."""
    lanes = [lane for lane in street_map.value.lanes if len(lane.centre) >= 2 and not lane.is_connector]
    beside: dict[str, tuple[str, ...]] = {}
    for lane in lanes:
        x, y = at(lane, length_of(lane) / 2)
        here = project(lane, x, y)
        others = (project(o, x, y) for o in lanes if o is not lane and _is_near(o.centre, x, y))
        beside[lane.id] = tuple(o.lane.id for o in others if 1.5 < o.away_m < BESIDE_M and _alike(here.heading, o.heading))
    return beside


def _alike(a: float, b: float) -> bool:
    return abs((a - b + np.pi) % (2 * np.pi) - np.pi) < ALIKE_RAD


def route(street_map: StreetMap, start: LanePlace, goal: LanePlace) -> tuple[Lane, ...] | None:
    """The lanes of the shortest way from one place to another, changes of lane included; None where none leads there."""
    lanes = {lane.id: lane for lane in street_map.lanes}
    beside = _neighbours(Same(street_map))
    queue: list[tuple[float, tuple[str, ...]]] = [(-start.along_m, (start.lane.id,))]
    done: set[str] = set()
    while queue:
        cost, way = heapq.heappop(queue)
        here = way[-1]
        if here == goal.lane.id and (len(way) > 1 or goal.along_m >= start.along_m):
            return tuple(lanes[lane_id] for lane_id in way)
        if here in done:
            continue
        done.add(here)
        metres = length_of(lanes[here])
        for following in lanes[here].successors:
            if following in lanes:
                heapq.heappush(queue, (cost + metres, (*way, following)))
        for other in beside.get(here, ()):
            heapq.heappush(queue, (cost + CHANGE_COST_M, (*way, other)))
    return None


def waypoints_along(
    street_map: StreetMap, place: tuple[float, float], heading: float, goal: tuple[float, float]
) -> tuple[Waypoint, ...] | None:
    """Waypoints from a place along the lanes to a goal, the goal itself last; None where no lanes lead there."""
    start = nearest_lane(street_map, *place, heading)
    end = nearest_lane(street_map, *goal)
    lanes = None if start is None or end is None else route(street_map, start, end)
    if lanes is None or start is None or end is None:
        return None
    line = _line(lanes, start, end)
    return (*(Waypoint(float(x), float(y)) for x, y in _spaced(line, place, goal)), Waypoint(*map(float, goal)))


def _line(lanes: tuple[Lane, ...], start: LanePlace, end: LanePlace) -> Array:
    """The centre lines (n, 2) of a route, from its start to its end; a change of lane leaves out what it takes."""
    pieces, along = [], start.along_m
    for lane, following in zip(lanes, (*lanes[1:], None), strict=True):
        stop = end.along_m if following is None else length_of(lane)
        changes = following is not None and following.id not in lane.successors
        if changes:
            x, y = at(lane, min(along, stop))
            pieces.append(np.array([[x, y]]))
            along = project(following, x, y).along_m + CHANGE_M
            continue
        steps = np.arange(along, max(stop, along), 1.0)
        pieces.append(np.array([at(lane, s) for s in (*steps, stop)]) if stop >= along else np.zeros((0, 2)))
        along = 0.0
    return np.concatenate(pieces)


def _spaced(line: Array, place: tuple[float, float], goal: tuple[float, float]) -> list[Array]:
    """Points of the line about `SPACING_M` apart, none close to its ends."""
    kept: list[Array] = []
    last = np.array(place)
    for point in line:
        if np.hypot(*(point - last)) >= SPACING_M and np.hypot(*(point - goal)) >= SPACING_M / 2:
            kept.append(point)
            last = point
    return kept
