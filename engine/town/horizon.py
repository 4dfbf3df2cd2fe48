"""What closes the view behind everything: rings of wooded hills."""

import math

import numpy as np

from engine.town.chance import dice
from engine.town.heights import height
from engine.town.mesh import Kind, Mesh, Surface, merge, mesh
from engine.town.streets import CANVAS_M, Plan

COUNT = 120


def horizon(plan: Plan) -> Mesh:
    """Two ranges of hills, the nearer one lower."""
    rng = dice("horizon", plan.seed)
    tall = rng.uniform(0.25, 1.0)
    return merge(
        [
            _range(plan, rng, 1150.0, 34 * tall, (0.045, 0.070, 0.030)),
            _range(plan, rng, 2100.0, 130 * tall, (0.06, 0.085, 0.05)),
        ]
    )


def _range(plan: Plan, rng: np.random.Generator, reach: float, tall: float, tint: tuple[float, float, float]) -> Mesh:
    angle = np.linspace(0, 2 * math.pi, COUNT, endpoint=False)
    crest = sum(rng.uniform(0.3, 1.0) / k * np.sin(k * angle + rng.uniform(0, 6.28)) for k in (1, 2, 3, 5, 8, 13))
    crest = 10 + tall * (0.75 + 0.45 * crest) + rng.uniform(0, 0.06, COUNT) * tall
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    inner, outer = CANVAS_M / 2 + reach * ring, CANVAS_M / 2 + 1.12 * reach * ring
    foot = float(height(plan, inner).min()) - 5
    points = np.concatenate([np.column_stack([inner, np.full(COUNT, foot)]), np.column_stack([outer, np.maximum(crest, 6.0)])])
    k = np.arange(COUNT)
    after = (k + 1) % COUNT
    triangles = np.concatenate([np.stack([k, k + COUNT, after], -1), np.stack([after, k + COUNT, after + COUNT], -1)])
    return mesh(points, triangles, Surface(Kind.LEAF, tint, 1.0, (0.8,)), 60.0)
