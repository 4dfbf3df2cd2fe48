"""Streets as values: centre lines with lanes, where they meet, the arms of each junction, car parks."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import shapely

Array = NDArray[np.float64]
CANVAS_M = 440.0
CROSSING = (3.2, 6.4)  # metres from the other street's edge to a crossing's near and far side
STOP_M = 7.6
YIELD_M = 1.0  # from a roundabout's edge to where drivers wait
RING_CROSSING = (5.5, 8.5)
BEYOND_M = 80.0  # how far streets go on, straight, beyond their ends that meet nothing
Kind = Literal["junction", "tee", "curve", "roundabout", "slope", "parking", "boulevard"]
KINDS: tuple[Kind, ...] = ("junction", "tee", "curve", "roundabout", "slope", "parking", "boulevard")
Control = Literal["signals", "yield", "roundabout"]


@dataclass(frozen=True, eq=False)
class Street:
    """A street along a centre line with points every metre. Stations are metres along it; offsets are metres to its left."""

    name: str
    centre: Array  # (n, 2)
    lanes: int  # in each direction
    lane_m: float
    parking_m: float  # width of the strip at each side; 0: none
    bike_m: float = 0.0  # width of the bicycle lane between the outer lane and the parking strip; 0: none
    median_m: float = 0.0  # width of the raised strip in the middle; 0: none

    @cached_property
    def headings(self) -> Array:
        """Direction at each point, unwrapped."""
        d = np.gradient(self.centre, axis=0)
        return np.unwrap(np.arctan2(d[:, 1], d[:, 0]))

    @property
    def length(self) -> float:
        """The last station."""
        return float(len(self.centre) - 1)

    @property
    def driven(self) -> float:
        """From the centre line to the outer edge of the outer lane."""
        return self.median_m / 2 + self.lanes * self.lane_m

    @property
    def half(self) -> float:
        """From the centre line to the kerb."""
        return self.driven + self.bike_m + self.parking_m

    def heading(self, s: float | Array) -> Array:
        """Direction at stations."""
        return np.interp(s, np.arange(len(self.centre)), self.headings)

    def at(self, s: float | Array, offset: float | Array = 0.0) -> Array:
        """World places (..., 2) at stations and offsets; straight on beyond the ends."""
        k = np.arange(len(self.centre))
        h, over = self.heading(s), np.asarray(s) - np.clip(s, 0, self.length)
        x = np.interp(s, k, self.centre[:, 0]) - offset * np.sin(h) + over * np.cos(h)
        y = np.interp(s, k, self.centre[:, 1]) + offset * np.cos(h) + over * np.sin(h)
        return np.stack([x, y], -1)

    def lane_offset(self, direction: int, lane: int) -> float:
        """The offset of a lane's centre; direction +1 drives along rising stations, lane 0 is the innermost."""
        return -direction * (self.median_m / 2 + (lane + 0.5) * self.lane_m)

    def lane_edge(self, direction: int, lane: int) -> float:
        """The offset of a lane's inner edge; of `lanes`, the outer edge of the outermost one."""
        return -direction * (self.median_m / 2 + lane * self.lane_m)

    def bike_offset(self, direction: int) -> float:
        """Where cyclists ride: the middle of their lane, or the right of the outer lane where they have none."""
        return -direction * (self.driven + (self.bike_m / 2 if self.bike_m else -0.75))

    def strip(self, s0: float, s1: float, o0: float, o1: float) -> Array:
        """A polygon (n, 2) between two stations and two offsets."""
        s = np.linspace(s0, s1, max(2, int(abs(s1 - s0) / 2) + 2))
        return np.concatenate([self.at(s, o0), self.at(s[::-1], o1)])


@dataclass(frozen=True, slots=True)
class Junction:
    """Where two streets meet: each with its station there, and what says who goes first (street a where nothing else does).

    A street that ends there, as in a T, has its first or last station there. A roundabout is a ring of radius `ring_m` round
    an island of radius `island_m`."""

    a: str
    b: str
    sa: float
    sb: float
    control: Control = "signals"
    left_only: bool = False  # whether the innermost of several lanes only turns left
    ring_m: float = 0.0
    island_m: float = 0.0

    def station(self, street: str) -> float:
        """The station of one of its streets there."""
        return self.sa if street == self.a else self.sb

    def other(self, street: str) -> str:
        """The other one."""
        return self.b if street == self.a else self.a


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the ways that lead away from a junction: on a street, towards rising (+1) or falling (-1) stations."""

    street: str
    side: int
    edge: float  # the station where the other street's edge, or the ring's, lies
    stop: float  # the station where drivers who come wait, and where lanes end
    crossing: tuple[float, float] | None  # stations of the near and far side of the crossing for people
    waits: bool  # whether drivers who come have a line to wait at

    @property
    def inward(self) -> int:
        """The direction in which drivers come to the junction on this arm."""
        return -self.side


@dataclass(frozen=True, eq=False)
class Lot:
    """A car park beside a street: an asphalt rectangle with a driveway, and stalls that cars stand in."""

    corners: Array  # (4, 2), the street side first
    driveway: Array  # (4, 2)
    stalls: tuple[tuple[float, float, float], ...]  # x, y, heading of a car that stands there
    lines: tuple[Array, ...] = field(default=())  # paint, polygons (4, 2)


@dataclass(frozen=True, slots=True)
class BusStop:
    """Where buses stop: a street, the direction of its traffic there, a station."""

    street: str
    direction: int
    station: float


@dataclass(frozen=True, eq=False)
class Plan:
    """All streets of a town; the first one is the one that the ego drives."""

    seed: int
    kind: Kind
    streets: tuple[Street, ...]
    junctions: tuple[Junction, ...]
    lots: tuple[Lot, ...] = ()
    bus_stops: tuple[BusStop, ...] = ()

    def street(self, name: str) -> Street:
        """One street by its name."""
        return next(s for s in self.streets if s.name == name)

    def crossings_of(self, street: Street) -> list[tuple[float, Street, Junction]]:
        """Stations where others meet this street, in order."""
        out = [
            (j.station(street.name), self.street(j.other(street.name)), j) for j in self.junctions if street.name in (j.a, j.b)
        ]
        return sorted(out, key=lambda item: item[0])

    def arms(self, junction: Junction) -> tuple[Arm, ...]:
        """The three or four ways that lead away from a junction."""
        out = []
        for name in (junction.a, junction.b):
            street, s = self.street(name), junction.station(name)
            sides = [side for side in (-1, 1) if 0 < s + side < street.length]
            out += [self._arm(junction, name, s, side) for side in sides]
        return tuple(out)

    def _arm(self, junction: Junction, name: str, s: float, side: int) -> Arm:
        if junction.control == "roundabout":
            edge = junction.ring_m
            near, far = (s + side * (edge + d) for d in RING_CROSSING)
            return Arm(name, side, s + side * edge, s + side * (edge + YIELD_M), (near, far), True)
        edge = self.street(junction.other(name)).half
        waits = junction.control == "signals" or name == junction.b
        near, far = (s + side * (edge + d) for d in CROSSING)
        return Arm(name, side, s + side * edge, s + side * (edge + STOP_M), (near, far) if waits else None, waits)

    def arms_of(self, street: Street) -> list[Arm]:
        """All arms that lie on a street."""
        return [arm for j in self.junctions for arm in self.arms(j) if arm.street == street.name]

    def open_stretches(self, street: Street) -> list[tuple[float, float]]:
        """Station ranges between the junctions' stop lines, in order."""
        arms = self.arms_of(street)
        starts = sorted([arm.stop for arm in arms if arm.side > 0])
        ends = sorted([arm.stop for arm in arms if arm.side < 0])
        starts = starts if starts and not any(e < starts[0] for e in ends) else [0.0, *starts]
        ends = ends if ends and not any(s > ends[-1] for s in starts) else [*ends, street.length]
        return [(a, b) for a, b in zip(starts, ends, strict=True) if b - a > 4]

    def ends(self, street: Street) -> tuple[bool, bool]:
        """Whether the street's first and last stations meet another street, so that it does not go on beyond."""
        stations = [s for s, _, _ in self.crossings_of(street)]
        return any(s < 1 for s in stations), any(s > street.length - 1 for s in stations)

    @cached_property
    def road(self) -> "shapely.Geometry":
        """The carriageway with car parks, without islands."""
        from engine.town.kerbs import carriageway  # here, since kerbs take plans

        return carriageway(self)
