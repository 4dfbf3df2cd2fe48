"""The street plan: centre lines with lanes, junctions, crossings; all by rule from a seed."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.town.chance import dice

Array = NDArray[np.float64]
CANVAS_M = 440.0
FILLET_M = 6.0
CROSSING = (3.2, 6.4)  # metres from the other street's edge to a crossing's near and far side
STOP_M = 7.6
Kind = Literal["junction", "curve"]
Control = Literal["signals", "yield", "roundabout"]


@dataclass(frozen=True, eq=False)
class Street:
    """A street along a centre line with points every metre. Stations are metres along it; offsets are metres to its left."""

    name: str
    centre: Array  # (n, 2)
    lanes: int  # in each direction
    lane_m: float
    parking_m: float  # width of the strip at each side; 0: none

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
    def half(self) -> float:
        """From the centre line to the kerb."""
        return self.lanes * self.lane_m + self.parking_m

    def heading(self, s: float | Array) -> Array:
        """Direction at stations."""
        return np.interp(s, np.arange(len(self.centre)), self.headings)

    def at(self, s: float | Array, offset: float | Array = 0.0) -> Array:
        """World places (..., 2) at stations and offsets."""
        k = np.arange(len(self.centre))
        h = self.heading(s)
        x = np.interp(s, k, self.centre[:, 0]) - offset * np.sin(h)
        y = np.interp(s, k, self.centre[:, 1]) + offset * np.cos(h)
        return np.stack([x, y], -1)

    def lane_offset(self, direction: int, lane: int) -> float:
        """The offset of a lane's centre; direction +1 drives along rising stations, lane 0 is the innermost."""
        return -direction * (lane + 0.5) * self.lane_m

    def strip(self, s0: float, s1: float, o0: float, o1: float) -> Array:
        """A polygon (n, 2) between two stations and two offsets."""
        s = np.linspace(s0, s1, max(2, int(abs(s1 - s0) / 2) + 2))
        return np.concatenate([self.at(s, o0), self.at(s[::-1], o1)])


@dataclass(frozen=True, slots=True)
class Junction:
    """Where two streets meet: each with its station there, and what says who goes first (street a where nothing else does)."""

    a: str
    b: str
    sa: float
    sb: float
    control: Control = "signals"


@dataclass(frozen=True, eq=False)
class Plan:
    """All streets of a town; the first one is the one that the ego drives."""

    seed: int
    kind: Kind
    streets: tuple[Street, ...]
    junctions: tuple[Junction, ...]

    def street(self, name: str) -> Street:
        """One street by its name."""
        return next(s for s in self.streets if s.name == name)

    def crossings_of(self, street: Street) -> list[tuple[float, Street, Junction]]:
        """Stations where others cross this street, in order."""
        out = [(j.sa, self.street(j.b), j) for j in self.junctions if j.a == street.name]
        out += [(j.sb, self.street(j.a), j) for j in self.junctions if j.b == street.name]
        return sorted(out, key=lambda item: item[0])

    def open_stretches(self, street: Street) -> list[tuple[float, float]]:
        """Station ranges between stop lines."""
        out, start = [], 0.0
        for s, other, _ in self.crossings_of(street):
            out.append((start, s - other.half - STOP_M))
            start = s + other.half + STOP_M
        return [(a, b) for a, b in [*out, (start, street.length)] if b - a > 4]

    @cached_property
    def road(self) -> shapely.Polygon:
        """The carriageway, corners rounded."""
        strips = [shapely.LineString(s.centre).buffer(s.half, cap_style="flat", quad_segs=16) for s in self.streets]
        return shapely.union_all(strips).buffer(FILLET_M, quad_segs=12).buffer(-FILLET_M, quad_segs=12)


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
    d = points[at + 1] - points[at - 1]
    turn = heading - math.atan2(d[1], d[0])
    c, s = math.cos(turn), math.sin(turn)
    return (points - points[at]) @ np.array([[c, s], [-s, c]]) + middle


def plan(seed: int, kind: Kind) -> Plan:
    """A town's streets: one that curves or runs nearly straight, and one or two that cross it."""
    rng = dice("plan", seed)
    middle = np.full(2, CANVAS_M / 2)
    heading = rng.uniform(-math.pi, math.pi)
    s = np.arange(421.0)
    sign = rng.choice([-1.0, 1.0])
    if kind == "curve":
        radius = rng.uniform(62, 85)
        curvature = sign * _bump(s, 195, 195 + radius * rng.uniform(0.95, 1.2)) / radius
        curvature -= sign * _bump(s, 60, 130) / 260
    else:
        curvature = sign * _bump(s, 40, 400) / rng.uniform(900, 2500)
    lanes = 1 if kind == "curve" else 2
    main = Street("main", _through(middle, heading, curvature, 210), lanes, 3.5 if lanes == 1 else 3.3, 2.3)
    stations = (235.0,) if kind == "junction" else (130.0, 345.0)
    streets, junctions = [main], []
    for k, station in enumerate(stations):
        cross = _cross_street(rng, main, station, k)
        streets.append(cross)
        junctions.append(Junction("main", cross.name, station, 210.0))
    return Plan(seed, kind, tuple(streets), tuple(junctions))


def _cross_street(rng: np.random.Generator, main: Street, station: float, k: int) -> Street:
    at = main.at(station)
    heading = float(main.heading(station)) + math.pi / 2 + rng.uniform(-0.07, 0.07)
    s = np.arange(421.0)
    curvature = rng.choice([-1.0, 1.0]) * _bump(s, 265, 330) / rng.uniform(140, 300)
    return Street(f"cross{k + 1}", _through(at, heading, curvature, 210), 1, 3.4, 2.2 if rng.random() < 0.7 else 0.0)
