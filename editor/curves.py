"""A smooth line over the ground through waypoints, by arc length."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from editor.geometry import Array

STEP_M = 0.1
SAME_PLACE_M = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line sampled densely: places (n, 2), headings (n,) unwrapped, curvatures (n,) 1/m, at arc lengths (n,) from its start.

    `knots` are the arc lengths of the points that it was laid through, the start first. Beyond its end it goes straight on.
    """

    lengths: Array
    places: Array
    headings: Array
    curvatures: Array
    knots: Array

    @property
    def length(self) -> float:
        """From the first point to the last, metres."""
        return float(self.lengths[-1])

    def at(self, lengths: Array) -> tuple[Array, Array]:
        """Places (m, 2) and headings (m,) at arc lengths."""
        places = np.stack([np.interp(lengths, self.lengths, self.places[:, i]) for i in (0, 1)], axis=-1)
        headings = np.interp(lengths, self.lengths, self.headings)
        beyond = np.maximum(lengths - self.length, 0.0)[:, None]
        return places + beyond * [np.cos(self.headings[-1]), np.sin(self.headings[-1])], headings

    def sharpest(self, start: float, end: float) -> float:
        """The greatest curvature between two arc lengths."""
        inside = (self.lengths >= start) & (self.lengths <= end)
        return float(np.abs(self.curvatures[inside]).max(initial=0.0))


def straight(start: Array, heading: float) -> Curve:
    """A line of no length that goes on in a direction."""
    one = np.zeros(1)
    return Curve(one, start[None], np.array([heading]), one, one)


def smooth_curve(points: Array, heading: float | None, end_heading: float | None = None) -> Curve:
    """A line through points (n, 2), n >= 2, no two neighbours the same, leaving and reaching its ends in the given directions.

    A cubic spline by chord length, which bends continuously; an end without a direction is free of curvature.
    """
    chords = np.hypot(*np.diff(points, axis=0).T)
    if (chords < SAME_PLACE_M).any():
        raise ValueError("two neighbouring points are the same; wanted a line")
    knots = np.concatenate([[0.0], np.cumsum(chords)])
    spline = CubicSpline(knots, points, bc_type=(_end(heading), _end(end_heading)))
    u = np.unique(np.concatenate([knots, np.linspace(0, knots[-1], max(int(np.ceil(knots[-1] / STEP_M)), 8) + 1)]))
    places, first, second = spline(u), spline(u, 1), spline(u, 2)
    speed = np.maximum(np.hypot(*first.T), 1e-9)
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
    curvatures = (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / speed**3
    headings = np.unwrap(np.arctan2(first[:, 1], first[:, 0]))
    return Curve(lengths, places, headings, curvatures, np.interp(knots, u, lengths))


def _end(heading: float | None) -> tuple[int, Array]:
    """What a spline does at an end: no second derivative, or this first one."""
    return (2, np.zeros(2)) if heading is None else (1, np.array([np.cos(heading), np.sin(heading)]))
