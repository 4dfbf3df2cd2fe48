"""Places on lanes: the nearest to a place, and what lies so far along one."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from editor.geometry import Array
from editor.identity import Same
from editor.map import Lane, StreetMap
from editor.stretches import nearest_on

NEAR_LANE_M = 4.0
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
    return next(iter(lanes_near(street_map, x, y, heading)), None)


def lanes_near(
    street_map: StreetMap, x: float, y: float, heading: float | None = None, within_m: float = NEAR_LANE_M
) -> list[LanePlace]:
    """The nearest place on each lane that is within reach and does not lead against the given way, the best first."""
    lanes, low, high = _reaches(Same(street_map))
    found: list[tuple[float, LanePlace]] = []
    for i in np.nonzero(((low - within_m <= (x, y)) & ((x, y) <= high + within_m)).all(1))[0]:
        place = project(lanes[i], x, y)
        off = 0.0 if heading is None else turned(place.heading, heading)
        if place.away_m <= within_m and off < np.pi / 2:
            found.append((place.away_m + TURN_COST_M * off, place))
    return [place for _, place in sorted(found, key=lambda each: each[0])]


@lru_cache(maxsize=4)
def _reaches(street_map: Same[StreetMap]) -> tuple[tuple[Lane, ...], Array, Array]:
    """Lanes that lead anywhere, and the lowest and highest x and y (n, 2) of each."""
    lanes = tuple(lane for lane in street_map.value.lanes if len(lane.centre) >= 2)
    low = np.array([lane.centre[:, :2].min(0) for lane in lanes]).reshape(-1, 2)
    high = np.array([lane.centre[:, :2].max(0) for lane in lanes]).reshape(-1, 2)
    return lanes, low, high


def turned(a: float, b: float) -> float:
    """The angle between two headings."""
    return abs((a - b + np.pi) % (2 * np.pi) - np.pi)


def project(lane: Lane, x: float, y: float) -> LanePlace:
    """The place on a lane's centre line that is nearest to another."""
    share, away = nearest_on(lane.centre, x, y)
    i, step = int(away.argmin()), np.diff(lane.centre, axis=0)
    lengths = np.hypot(*step[: i + 1, :2].T)
    along = float(lengths[:i].sum() + share[i] * lengths[i])
    place = lane.centre[i] + share[i] * step[i]
    return LanePlace(lane, along, place, float(np.arctan2(step[i, 1], step[i, 0])), float(away[i]))


def length_of(lane: Lane) -> float:
    """Metres along a lane's centre line."""
    return float(np.hypot(*np.diff(lane.centre[:, :2], axis=0).T).sum())


def at(lane: Lane, along_m: Array | float) -> Array:
    """The places (..., 2) so far along a lane."""
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(lane.centre[:, :2], axis=0).T))])
    return np.stack([np.interp(along_m, way, lane.centre[:, i]) for i in (0, 1)], axis=-1)
