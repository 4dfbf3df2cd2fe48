"""How a thing gets from where it is through waypoints: a smooth line, and a speed along it within its category's limits."""

import math
from dataclasses import dataclass

import numpy as np

from editor import rules
from editor.categories import Limits, one_of
from editor.curves import SAME_PLACE_M, Curve, smooth_curve
from editor.edits import EditError, Path, Waypoint
from editor.geometry import Array
from editor.scene import Scene
from editor.speeds import Ramps, possible, reach, timed, travelled, untimed

STARTING_MPS = 0.3  # slower is standing
LONGEST_S = 120.0
TIME_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Start:
    """Where a plan begins: a place, the direction in which it leaves (None: any), a speed along it, a time."""

    x: float
    y: float
    heading: float | None
    speed_mps: float
    t_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A line and the way along it over time; after its last waypoint it goes straight on at the speed that it has."""

    start: Start
    curve: Curve
    ramps: Ramps

    def at(self, times_us: Array) -> tuple[Array, Array]:
        """Places (n, 2) and headings (n,) at times from the start's on."""
        seconds = (np.asarray(times_us, dtype=np.float64) - self.start.t_us) * 1e-6
        return self.curve.at(travelled(self.ramps, seconds))


def plan(scene: Scene, name: str, limits: Limits, start: Start, edit: Path, end_heading: float | None = None) -> Plan:
    """The plan of a path edit for one of a category; EditError where its limits leave no way to be somewhere in time."""
    _admit(scene, name, limits, start, edit)
    points = np.array([(start.x, start.y), *((w.x, w.y) for w in edit.waypoints)])
    curve = smooth_curve(points, start.heading, end_heading)
    planner = _Speeds(scene, name, limits, curve, start)
    return Plan(start, curve, planner.through(edit.waypoints))


def _admit(scene: Scene, name: str, limits: Limits, start: Start, edit: Path) -> None:
    """Refuse waypoints that no plan can be made of."""
    if not 1 <= len(edit.waypoints) <= rules.MOST_WAYPOINTS:
        raise EditError(f"{len(edit.waypoints)} waypoints; wanted 1 to {rules.MOST_WAYPOINTS}")
    if edit.is_goal and edit.waypoints[-1].t_us is None:
        raise EditError("a goal without a time; wanted the time to be there")
    x, y = start.x, start.y
    for number, w in enumerate(edit.waypoints, 1):
        rules.place(scene, w.x, w.y)
        if math.hypot(w.x - x, w.y - y) < SAME_PLACE_M:
            where = "the one before" if number > 1 else "where it starts"
            raise EditError(f"waypoint {number} at ({w.x:.2f}, {w.y:.2f}) is {where}; wanted another place")
        if w.speed_mps is not None:
            rules.finite("a speed", w.speed_mps)
            if not 0 <= w.speed_mps <= limits.speed_mps:
                raise EditError(
                    f"a speed of {_both_units(w.speed_mps)} for {one_of(name)}; wanted 0 to {_both_units(limits.speed_mps)}"
                )
        if w.t_us is not None:
            rules.in_scene(scene, w.t_us, "a waypoint's time")
        x, y = w.x, w.y
    rules.rising((start.t_us, *(w.t_us for w in edit.waypoints if w.t_us is not None)), "waypoints")


def _both_units(speed_mps: float) -> str:
    """As files have it, and as it is typed: "13.89 m/s (50 km/h)"."""
    return f"{round(speed_mps, 2):g} m/s ({round(speed_mps * 3.6, 2):g} km/h)"


@dataclass(slots=True)
class _Speeds:
    """Lays ramps along a curve, leg by leg; a leg ends at a waypoint that has a time or a speed, or is the last."""

    scene: Scene
    name: str
    limits: Limits
    curve: Curve
    start: Start

    def through(self, waypoints: tuple[Waypoint, ...]) -> Ramps:
        ramps: Ramps = ()
        at, speed, t_us, i = 0, self.start.speed_mps, self.start.t_us, 0
        while i < len(waypoints):
            j = next((k for k in range(i, len(waypoints)) if waypoints[k].t_us is not None), None)
            if j is None:
                leg, j = self._untimed(at, waypoints, i, speed)
            else:
                leg = self._timed(at, waypoints[i : j + 1], speed, t_us)
                t_us = waypoints[j].t_us
            ramps += leg
            at, speed, i = j + 1, leg[-1].end_mps, j + 1
        return ramps

    def _top(self, a: int, b: int) -> float:
        """The greatest speed that the bends between two knots leave."""
        bend = self.curve.sharpest(self.curve.knots[a], self.curve.knots[b])
        return min(self.limits.speed_mps, math.sqrt(self.limits.lateral_mps2 / max(bend, 1e-9)))

    def _metres(self, a: int, b: int) -> float:
        return float(self.curve.knots[b] - self.curve.knots[a])

    def _untimed(self, at: int, waypoints: tuple[Waypoint, ...], i: int, speed: float) -> tuple[Ramps, int]:
        """The leg to the next waypoint with a speed, or the last; and that waypoint's index."""
        j = next((k for k in range(i, len(waypoints)) if waypoints[k].speed_mps is not None), len(waypoints) - 1)
        top = self._top(at, j + 1)
        end = waypoints[j].speed_mps
        wanted = min(speed if speed > STARTING_MPS else end or self.limits.cruise_mps, top)
        return untimed(self._metres(at, j + 1), speed, wanted, None if end is None else min(end, top), self.limits), j

    def _timed(self, at: int, leg: tuple[Waypoint, ...], speed: float, t_us: int) -> Ramps:
        """The leg to a waypoint with a time, cut where waypoints on the way have a speed."""
        seconds = (leg[-1].t_us - t_us) * 1e-6
        cuts = [k for k, w in enumerate(leg) if w.speed_mps is not None or k == len(leg) - 1]
        shares = self._shares(at, leg, cuts, speed)
        ramps: Ramps = ()
        a = at
        for k, share in zip(cuts, shares, strict=True):
            b, end = at + k + 1, leg[k].speed_mps
            part = timed(self._metres(a, b), share * seconds, speed, end, self._top(a, b), self.limits)
            if part is None:
                raise EditError(self._refusal(at, leg, speed, t_us))
            ramps, a, speed = ramps + part, b, part[-1].end_mps
        return ramps

    def _shares(self, at: int, leg: tuple[Waypoint, ...], cuts: list[int], speed: float) -> Array:
        """How a leg's time falls to its parts: as if the speed changed evenly along each."""
        times, a, before = [], at, speed
        for k in cuts:
            after = leg[k].speed_mps if leg[k].speed_mps is not None else before
            times.append(self._metres(a, at + k + 1) / max((before + after) / 2, STARTING_MPS))
            a, before = at + k + 1, after
        return np.array(times) / sum(times)

    def _refusal(self, at: int, leg: tuple[Waypoint, ...], speed: float, t_us: int) -> str:
        """Why a waypoint cannot be reached in time, and when it could be."""
        last, b = leg[-1], at + len(leg)
        metres, top = self._metres(at, b), self._top(at, b)
        until = min(LONGEST_S, (self.scene.span[1] - t_us) * 1e-6)
        # The tightest times would be refused for a rounding; whole tenths inside are safe to offer.
        tries = np.arange(TIME_STEP_S, until + 1e-9, TIME_STEP_S)
        works = [t for t in tries if possible(metres, float(t), speed, last.speed_mps, top, self.limits)]
        seconds = (last.t_us - t_us) * 1e-6
        asked = f"{metres:.1f} m in {seconds:.2f} s from {_both_units(speed)} is beyond {one_of(self.name)}"
        begin = (t_us - self.scene.span[0]) * 1e-6
        if not works:
            return f"{asked}; no arrival time in this scene is possible{self._reach(metres, until, speed, last.speed_mps, top)}"
        if len(leg) > 1 and any(w.speed_mps is not None for w in leg[:-1]):
            return f"{asked} with those speeds on the way; without them it could arrive from {begin + works[0]:.1f} s on"
        return f"{asked}; it can arrive from {begin + works[0]:.1f} s to {begin + works[-1]:.1f} s of the scene"

    def _reach(self, metres: float, seconds: float, speed: float, end: float | None, top: float) -> str:
        """How much of that way, or how much more than it, would be."""
        least, most = reach(seconds, speed, end, top, self.limits) or (metres, metres)
        if least <= metres <= most:
            return ""
        return (
            f"; by its end it gets at most {most:.1f} m far"
            if metres > most
            else f"; by its end it gets at least {least:.1f} m far"
        )
