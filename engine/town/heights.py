"""How high the ground lies: one smooth function of place, for the mesh of the ground and for all that stands on it.

It is a sum of long rises, A/2 tanh(d/L) along a direction, and of waves. Each term's steepest slope is known, and together
they are scaled to STEEPEST at most, so no street is steeper anywhere.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.town.chance import dice
from engine.town.streets import CANVAS_M, Array, Plan

KERB_HEIGHT_M = 0.14
STEEPEST = 0.058
LEVEL = 0.4  # the share of towns, of most kinds, that lie on level ground


@dataclass(frozen=True, slots=True)
class Relief:
    """Rows of rises (x, y, direction, metres, length) and of waves (direction, phase, metres, radians per metre)."""

    rises: tuple[tuple[float, float, float, float, float], ...]
    waves: tuple[tuple[float, float, float, float], ...]


@lru_cache(maxsize=8)
def relief(plan: Plan) -> Relief:
    """The relief of a town: pronounced along the ego's street where its kind is a slope, gentle or none elsewhere."""
    rng = dice("relief", plan.seed)
    main = plan.streets[0]
    if plan.kind != "slope" and rng.random() < LEVEL:
        return Relief((), ())
    waves = [
        (rng.uniform(0, 6.28), rng.uniform(0, 6.28), rng.uniform(0.3, 1.0), 2 * math.pi / rng.uniform(170, 330))
        for _ in range(2)
    ]
    rises = []
    if plan.kind == "slope":
        at = rng.uniform(205, 285)
        x, y = main.at(at)
        towards = float(main.heading(at)) + rng.choice([0.0, math.pi]) + rng.uniform(-0.25, 0.25)
        length = rng.uniform(38, 60)
        rises.append((float(x), float(y), towards, rng.uniform(0.8, 1.0) * 2 * length * STEEPEST, length))
        waves = waves[:1]
    steepest = sum(a / (2 * length) for _, _, _, a, length in rises) + sum(a * k for _, _, a, k in waves)
    scale = min(1.0, STEEPEST / steepest)
    return Relief(
        tuple((x, y, d, a * scale, n) for x, y, d, a, n in rises), tuple((d, p, a * scale, k) for d, p, a, k in waves)
    )


def height(plan: Plan, places: Array) -> Array:
    """Metres (n,) of the carriageway's level at places (n, 2); pavements lie a kerb higher."""
    there, out = relief(plan), np.zeros(len(places))
    for x, y, towards, rise, length in there.rises:
        d = (places[:, 0] - x) * math.cos(towards) + (places[:, 1] - y) * math.sin(towards)
        out += rise / 2 * np.tanh(d / length)
    for towards, at, metres, k in there.waves:
        d = (places[:, 0] - CANVAS_M / 2) * math.cos(towards) + (places[:, 1] - CANVAS_M / 2) * math.sin(towards)
        out += metres * np.sin(k * d + at)
    return out


def slope(plan: Plan, places: Array) -> Array:
    """The gradient (n, 2) of `height`: metres upwards per metre east and north."""
    there, out = relief(plan), np.zeros((len(places), 2))
    for x, y, towards, rise, length in there.rises:
        c, s = math.cos(towards), math.sin(towards)
        steep = rise / (2 * length) / np.cosh(((places[:, 0] - x) * c + (places[:, 1] - y) * s) / length) ** 2
        out += steep[:, None] * (c, s)
    for towards, at, metres, k in there.waves:
        c, s = math.cos(towards), math.sin(towards)
        d = (places[:, 0] - CANVAS_M / 2) * c + (places[:, 1] - CANVAS_M / 2) * s
        out += (metres * k * np.cos(k * d + at))[:, None] * (c, s)
    return out


def is_level(plan: Plan) -> bool:
    """Whether the whole town lies at height 0."""
    return relief(plan) == Relief((), ())
