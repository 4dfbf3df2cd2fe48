"""Speed over time along a line: smooth ramps between steady speeds, within what a category can do.

A ramp follows 3p^2 - 2p^3, so that acceleration starts and ends at zero (the jerk is bounded); its peak is 1.5 times its mean,
and its length that of its mean speed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from editor.categories import Limits
from editor.geometry import Array

PEAK = 1.5  # of a ramp's acceleration, over its mean
EFFORTS = (0.35, 0.5, 0.7, 0.85, 1.0)  # shares of the limits, the gentlest that does is taken
COMFORT = 0.5  # the share that is used where nothing presses


@dataclass(frozen=True, slots=True)
class Ramp:
    """A smooth change from one speed to another; a steady stretch where both are the same."""

    seconds: float
    start_mps: float
    end_mps: float

    @property
    def metres(self) -> float:
        """How far it leads."""
        return (self.start_mps + self.end_mps) / 2 * self.seconds

    def travelled(self, seconds: Array) -> Array:
        """Metres after seconds since its start."""
        p = np.clip(seconds / max(self.seconds, 1e-12), 0.0, 1.0)
        rise = (self.end_mps - self.start_mps) * self.seconds
        return self.start_mps * np.clip(seconds, 0.0, self.seconds) + rise * (p**3 - p**4 / 2)


Ramps = tuple[Ramp, ...]


def duration(ramps: Ramps) -> float:
    """Seconds of all ramps together."""
    return sum(ramp.seconds for ramp in ramps)


def travelled(ramps: Ramps, seconds: Array) -> Array:
    """Metres along the line after seconds; beyond the last ramp the speed stays."""
    total, begin = np.zeros(len(seconds)), 0.0
    for ramp in ramps:
        total = total + ramp.travelled(seconds - begin)
        begin += ramp.seconds
    return total + (ramps[-1].end_mps if ramps else 0.0) * np.maximum(seconds - begin, 0.0)


def ramp_seconds(start_mps: float, end_mps: float, limits: Limits, effort: float) -> float:
    """How long a change of speed takes at a share of what the category can do."""
    rate = limits.acceleration_mps2 if end_mps > start_mps else limits.braking_mps2
    return PEAK * abs(end_mps - start_mps) / (rate * effort)


def timed(
    metres: float, seconds: float, start_mps: float, end_mps: float | None, top_mps: float, limits: Limits
) -> Ramps | None:
    """Ramps that lead exactly so far in exactly that time, or None where the limits leave no way.

    A change to a cruising speed, the cruise, and a change to the end speed (the cruising speed itself where that is None).
    """
    for effort in EFFORTS:
        ramps = _timed_with(metres, seconds, start_mps, end_mps, top_mps, limits, effort)
        if ramps is not None:
            return ramps
    return None


def possible(metres: float, seconds: float, start_mps: float, end_mps: float | None, top_mps: float, limits: Limits) -> bool:
    """Whether `timed` finds a way."""
    return _timed_with(metres, seconds, start_mps, end_mps, top_mps, limits, EFFORTS[-1]) is not None


def reach(
    seconds: float, start_mps: float, end_mps: float | None, top_mps: float, limits: Limits
) -> tuple[float, float] | None:
    """The least and the most metres that can be gone in a time; None where it is too short for the end speed."""
    cruise = _Cruise(seconds, start_mps, end_mps, limits, EFFORTS[-1])
    between = cruise.speeds(top_mps)
    return None if between is None else (_metres(cruise.at(between[0])), _metres(cruise.at(between[1])))


@dataclass(frozen=True, slots=True)
class _Cruise:
    """All ways to change to a cruising speed, cruise, and change to the end speed in a time, at a share of the limits."""

    seconds: float
    start_mps: float
    end_mps: float | None
    limits: Limits
    effort: float

    def at(self, speed: float) -> Ramps:
        last = speed if self.end_mps is None else self.end_mps
        first = ramp_seconds(self.start_mps, speed, self.limits, self.effort)
        final = ramp_seconds(speed, last, self.limits, self.effort)
        steady = Ramp(self.seconds - first - final, speed, speed)
        return (Ramp(first, self.start_mps, speed), steady, Ramp(final, speed, last))

    def speeds(self, top: float) -> tuple[float, float] | None:
        """The least and the greatest cruising speed that leave time for the cruise. That time is greatest between the start and
        end speeds and falls to both sides, and as long as there is any, the distance rises with the speed."""

        def left(speed: float) -> float:
            return self.at(speed)[1].seconds

        best = min(self.start_mps, top)
        if left(best) < 0:
            return None
        low = _bisected(left, 0.0, best) if left(0.0) < 0 else 0.0
        high = _bisected(lambda speed: -left(speed), best, top) if left(top) < 0 else top
        return low, high


def _timed_with(
    metres: float, seconds: float, start: float, end: float | None, top: float, limits: Limits, effort: float
) -> Ramps | None:
    cruise = _Cruise(seconds, start, end, limits, effort)
    between = cruise.speeds(top)
    if between is None:
        return None
    low, high = between
    if not _metres(cruise.at(low)) - 1e-3 <= metres <= _metres(cruise.at(high)) + 1e-3:
        return None
    return cruise.at(_bisected(lambda speed: _metres(cruise.at(speed)) - metres, low, high))


def _metres(ramps: Ramps) -> float:
    return sum(ramp.metres for ramp in ramps)


def untimed(metres: float, start_mps: float, wanted_mps: float, end_mps: float | None, limits: Limits) -> Ramps:
    """Ramps over that way at about the wanted speed, changing to the end speed last.

    An end speed that the way is too short for is missed, never forced; only a stop is a stop.
    """
    end = wanted_mps if end_mps is None else end_mps
    direct = _gently(start_mps, end, limits)
    if direct.metres >= metres:
        # A stop that is harder than is comfortable: a check says so if it is too hard.
        return (Ramp(2 * metres / start_mps, start_mps, 0.0),) if end == 0 else (_cut_short(metres, start_mps, end, limits),)

    def built(cruise: float) -> Ramps:
        return _gently(start_mps, cruise, limits), _gently(cruise, end, limits)

    cruise = wanted_mps
    if _metres(built(cruise)) > metres:
        cruise = _bisected(lambda v: _metres(built(v)) - metres, end, wanted_mps)
    first, last = built(cruise)
    rest = max(metres - first.metres - last.metres, 0.0)
    return (first, Ramp(rest / cruise, cruise, cruise), last) if cruise > 1e-6 else (first, last)


def _gently(start: float, end: float, limits: Limits) -> Ramp:
    return Ramp(ramp_seconds(start, end, limits, COMFORT), start, end)


def _cut_short(metres: float, start: float, target: float, limits: Limits) -> Ramp:
    """The ramp towards a speed that ends with the way."""
    reached = _bisected(lambda v: _gently(start, v, limits).metres - metres, start, target)
    return Ramp(2 * metres / max(start + reached, 1e-6), start, reached)


def _bisected(excess: Callable[[float], float], low: float, high: float) -> float:
    """The speed at which something that is negative at `low` turns positive towards `high`."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return low
