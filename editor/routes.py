"""Following lanes to a goal: as waypoints, which a take keeps, so that replaying it needs no map."""

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np

from editor import rules
from editor.categories import category_of
from editor.drive import along_path, start_of
from editor.edits import EditError, Path, Waypoint
from editor.geometry import Array
from editor.lanes import LanePlace, at, lanes_near, length_of, project, turned
from editor.map import Lane, StreetMap
from editor.planner import Start
from editor.scene import Scenario

SPACING_M = 8.0
AS_NEAR_M = 1.0  # at a fork, lanes lie in one another: those about as near as the nearest count, too
BESIDE_M = (1.5, 5.5)  # how far apart neighbouring lanes' centres are
ALIKE_RAD = np.pi / 6
CHANGE_M, CHANGE_S = 20.0, 3.0  # along the street, to change lanes; the longer of both
CHANGE_COST_M = 15.0
JOIN_M = 25.0  # along the street, to come to a lane's middle from beside it, and to leave it for a goal that is beside it
LONGEST = 2.0  # times the straight way: round the block is not what was meant
STEP_M = 1.0

Line = tuple[Array, ...]  # the pieces (n, 2) of a way


def along_lanes(scenario: Scenario, street_map: StreetMap, edit: Path) -> Path:
    """A vehicle's goal with waypoints along the lanes that lead there before it.

    The edit itself where it is anything else, where no lanes lead there, and where none do in time.
    """
    try:
        actor = rules.actor_of(scenario, edit.actor)
        category = category_of(actor.category)
        if not edit.is_goal or len(edit.waypoints) != 1 or not category.on_the_road:
            return edit
        start, goal = start_of(actor.track, rules.time_of(scenario.scene, actor, edit.t_us), category.limits), edit.waypoints[0]
        line = route(street_map, start, goal)
        if line is None:
            return edit
        led = replace(edit, waypoints=(*_waypoints(line, start, goal), goal))
        along_path(scenario, actor, led)
    except EditError:  # what is wrong with the edit itself is said when it is applied
        return edit
    return led


def _waypoints(line: Array, start: Start, goal: Waypoint) -> Iterator[Waypoint]:
    """What is passed between both."""
    metres = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    line = _joined(line, metres, start, goal)
    wanted = np.linspace(0.0, metres[-1], max(round(metres[-1] / SPACING_M), 1) + 1)[1:-1]
    for x, y in np.stack([np.interp(wanted, metres, line[:, i]) for i in (0, 1)], axis=-1):
        yield Waypoint(round(float(x), 2), round(float(y), 2))


def _joined(line: Array, metres: Array, start: Start, goal: Waypoint) -> Array:
    """The line, beginning and ending where it should instead of in the middle of lanes, and changing over to that smoothly."""
    over = max(min(JOIN_M, metres[-1]), 1e-6)
    joining, leaving = 1 - _smooth(metres / over), _smooth((metres - metres[-1]) / over + 1)
    return line + joining[:, None] * ([start.x, start.y] - line[0]) + leaving[:, None] * ([goal.x, goal.y] - line[-1])


def _smooth(p: Array) -> Array:
    p = np.clip(p, 0.0, 1.0)
    return p * p * (3 - 2 * p)


def route(street_map: StreetMap, start: Start, goal: Waypoint) -> Array | None:
    """The middle of the lanes (n, 2) of the shortest way from one place to another, lanes changed where that is shorter; None
    where none leads there that is not far longer than the straight way."""
    ends = _about_as_near(lanes_near(street_map, goal.x, goal.y))
    lanes = {lane.id: lane for lane in street_map.lanes if len(lane.centre) >= 2}
    longest = LONGEST * float(np.hypot(goal.x - start.x, goal.y - start.y))
    change_m = max(CHANGE_M, CHANGE_S * start.speed_mps)
    order = count()  # of two ways alike, the one that was found first
    queue: list[tuple[float, int, Line, Lane | None, float]] = [
        (0.0, next(order), (), place.lane, place.along_m)
        for place in _about_as_near(lanes_near(street_map, start.x, start.y, start.heading))
    ]
    done: set[tuple[str, int]] = set()
    while queue and ends:
        cost, _, line, lane, along = heapq.heappop(queue)
        if cost > longest:
            return None
        if lane is None:
            return np.concatenate(line)
        if (key := (lane.id, round(along))) in done:
            continue
        done.add(key)
        for end in ends:
            if end.lane is lane and end.along_m >= along:
                way = cost + end.along_m - along
                heapq.heappush(queue, (way, next(order), (*line, _middle(lane, along, end.along_m)), None, 0.0))
        length = length_of(lane)
        for following in (lanes[name] for name in lane.successors if name in lanes):
            way = cost + length - along
            heapq.heappush(queue, (way, next(order), (*line, _middle(lane, along, length)), following, 0.0))
        for there, across in _changes(street_map, lane, along, change_m):
            way = cost + change_m + CHANGE_COST_M
            heapq.heappush(queue, (way, next(order), (*line, across), there.lane, there.along_m))
    return None


def _about_as_near(places: list[LanePlace]) -> list[LanePlace]:
    return [place for place in places if place.away_m <= places[0].away_m + AS_NEAR_M]


def _middle(lane: Lane, start_m: float, end_m: float) -> Array:
    """A lane's middle (n, 2) from one place along it to another."""
    return at(lane, np.linspace(start_m, end_m, int(np.ceil((end_m - start_m) / STEP_M)) + 1))


def _changes(street_map: StreetMap, lane: Lane, along_m: float, change_m: float) -> Iterator[tuple[LanePlace, Array]]:
    """Where one comes to on lanes beside this one that lead the same way, and the way across (n, 2)."""
    if lane.is_connector or along_m + change_m > length_of(lane):
        return
    here = project(lane, *at(lane, along_m))
    after = project(lane, *at(lane, along_m + change_m))
    for other in lanes_near(street_map, *here.place[:2], here.heading, BESIDE_M[1]):
        there = project(other.lane, *after.place[:2])
        if not other.lane.is_connector and _is_beside(here, other) and _is_beside(after, there):
            p = np.arange(0.0, 1.0, STEP_M / change_m)
            this, that = (at(a.lane, a.along_m + p * (b.along_m - a.along_m)) for a, b in ((here, after), (other, there)))
            yield there, this + _smooth(p)[:, None] * (that - this)


def _is_beside(here: LanePlace, other: LanePlace) -> bool:
    return BESIDE_M[0] < other.away_m < BESIDE_M[1] and turned(here.heading, other.heading) < ALIKE_RAD
