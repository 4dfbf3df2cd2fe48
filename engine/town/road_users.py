"""Somebody on the streets while a drive is simulated: on which path, how far along it, how fast."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from editor.geometry import Vec3
from engine.town.streets import Array, Junction

STEP_S = 0.1
PATH_M = 0.5  # between the points of a path
Role = Literal["drives", "rides", "walks", "towed", "stands"]


@dataclass(frozen=True, eq=False)
class Line:
    """Where a path comes to a junction: metres along it to the stop line and to the far side; what is asked of who comes."""

    stop: float
    out: float
    junction: Junction
    street: str
    turn: str
    waits: bool


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where a walker steps off the kerb: metres along the path there and to the other side, over which street of a junction;
    None for who crosses where there is no junction."""

    kerb: float
    over: float
    junction: Junction | None
    street: str


@dataclass(eq=False)
class RoadUser:
    """Somebody during the simulation. `start_s` is when a driver who stands sets off; `towed_by` is whom a trailer follows."""

    name: str
    category: str
    size: Vec3
    path: Array  # (n, 2), a point every PATH_M
    s: float = 0.0
    v: float = 0.0
    wish: float = 0.0
    role: Role = "stands"
    lines: tuple[Line, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    start_s: float = 0.0
    towed_by: "RoadUser | None" = None
    heading: float | None = None  # of who stands otherwise than the path runs
    places: list[tuple[float, float, float, float]] = field(default_factory=list)  # x, y, heading, speed at each step

    @property
    def walks(self) -> bool:
        """Whether it is on foot, or something that stands where people walk."""
        return self.role == "walks"

    @property
    def reach(self) -> float:
        """Half the stretch of path that its heading is taken from, like a vehicle's between its axles."""
        return 0.3 if self.role in ("walks", "stands") else min(3.5, 0.3 * self.size[0])

    def point(self, s: float) -> tuple[float, float]:
        """x and y at metres along the path; beyond its ends straight on."""
        xs, ys = self._columns
        t = s / PATH_M
        k = min(max(int(t), 0), len(xs) - 2)
        return xs[k] + (t - k) * (xs[k + 1] - xs[k]), ys[k] + (t - k) * (ys[k + 1] - ys[k])

    @cached_property
    def _columns(self) -> tuple[list[float], list[float]]:
        """The path's x and y as plain numbers, which Python reads faster than an array's."""
        return self.path[:, 0].tolist(), self.path[:, 1].tolist()

    def at(self, s: float) -> tuple[float, float, float]:
        """x, y and heading with both axles on the path; x and y are those of the middle between them."""
        (ax, ay), (bx, by) = self.point(s - self.reach), self.point(s + self.reach)
        heading = math.atan2(by - ay, bx - ax) if self.heading is None else self.heading
        return (ax + bx) / 2, (ay + by) / 2, heading

    @property
    def length(self) -> float:
        """Metres of path."""
        return (len(self.path) - 1) * PATH_M


def discs(length: float, width: float) -> Array:
    """How far ahead of its centre the discs lie that cover a box; their radius is half its width."""
    count = max(1, math.ceil(length / max(width, 0.4) - 0.2))
    end = max(length / 2 - width / 2, 0.0)
    return np.linspace(-end, end, count) if count > 1 else np.zeros(1)
