"""Ways that drivers take through a town: along lanes and connectors, aside where something stands in the lane."""

from dataclasses import dataclass

import numpy as np

from engine.town.lanes import End, Turn, lane_id, lanes, resampled, ways
from engine.town.road_users import PATH_M, Line
from engine.town.streets import Array, Junction, Plan, Street

BEYOND_M = 120.0  # how far a way goes on, straight, where the streets end
EASE_M = 16.0  # over how many metres drivers move aside


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that stands partly in a lane: who drives there keeps `metres` more to the left between two stations."""

    street: str
    direction: int
    lane: int
    s0: float
    s1: float
    metres: float


@dataclass(frozen=True, eq=False)
class Route:
    """A path (n, 2), a point every PATH_M, and the junctions on it."""

    path: Array
    lines: tuple[Line, ...]


class Routes:
    """All lanes of a plan, ready to be strung together."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lanes = lanes(plan)
        self.ends = {
            lane_id((st.name, d, n, k)): (st.name, d, n, k)
            for st in plan.streets
            for d in (1, -1)
            for n in range(st.lanes)
            for k in range(len(plan.open_stretches(st)))
        }
        self.through: dict[str, tuple[Junction, Turn]] = {}
        self.waits: dict[str, bool] = {}
        for junction in plan.junctions:
            arms = {(a.street, a.inward): a.waits for a in plan.arms(junction)}
            for gate, turn, _ in ways(plan, junction):
                name = f"{lane_id(gate.end)}>{turn}"
                self.through[name] = (junction, turn)
                self.waits[name] = arms[gate.end[0], gate.end[1]]
        self.asides: list[Aside] = []

    def stretch(self, street: Street, station: float) -> int | None:
        """Which open stretch a station lies in, None where it lies in a junction; the outer ones go on beyond the ends."""
        open_ = self.plan.open_stretches(street)
        first, last = self.plan.ends(street)
        for k, (a, b) in enumerate(open_):
            low = a if k or first else a - BEYOND_M
            high = b if k < len(open_) - 1 or last else b + BEYOND_M
            if low <= station <= high:
                return k
        return None

    def route(self, street: Street, direction: int, lane: int, station: float, turns: tuple[Turn, ...]) -> Route | None:
        """The way from a station along the turns given, then straight on; None where nobody can start."""
        k = self.stretch(street, station)
        if k is None:
            return None
        end: End = (street.name, direction, lane, k)
        pieces, lines = [self._along(end, station)], []
        wanted = list(turns)
        for _ in range(6):
            on = self.lanes[lane_id(end)].successors
            if not on:
                break
            turn = wanted.pop(0) if wanted else "straight"
            way = next((name for name in on if name.endswith(f">{turn}")), on[0])
            stop = sum(_length(p) for p in pieces) + _gaps(pieces)
            connector = self.lanes[way]
            pieces.append(connector.centre[:, :2])
            junction, taken = self.through[way]
            lines.append(Line(stop, stop + _length(pieces[-1]), junction, end[0], taken, self.waits[way]))
            end = self.ends[connector.successors[0]]
            pieces.append(self._along(end, None))
        path = np.concatenate([pieces[0], *(p[1:] for p in pieces[1:])])
        d = path[-1] - path[-2]
        path = np.concatenate([path, [path[-1] + d / np.linalg.norm(d) * BEYOND_M]])
        return Route(resampled(path, PATH_M), tuple(lines))

    def _along(self, end: End, station: float | None) -> Array:
        """One lane's line from a station, or from its beginning."""
        name, direction, lane, k = end
        street = self.plan.street(name)
        a, b = self.plan.open_stretches(street)[k]
        start, goal = (a, b) if direction > 0 else (b, a)
        start = start if station is None else station
        if (goal - start) * direction < 1.0:
            goal = start + direction * 1.0
        s = np.linspace(start, goal, max(2, int(abs(goal - start) * 2)))
        offset = np.full(len(s), street.lane_offset(direction, lane))
        for aside in self.asides:
            if (aside.street, aside.direction, aside.lane) == (name, direction, lane):
                share = np.clip((s - aside.s0) / EASE_M + 1, 0, 1) * np.clip((aside.s1 - s) / EASE_M + 1, 0, 1)
                offset += direction * aside.metres * share * share * (3 - 2 * share)
        return street.at(s, offset)


def _length(line: Array) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def _gaps(pieces: list[Array]) -> float:
    return sum(float(np.linalg.norm(b[0] - a[-1])) for a, b in zip(pieces, pieces[1:], strict=False))
