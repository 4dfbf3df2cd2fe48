"""Trees: a trunk that forks, and a crown of leaf clumps whose normals follow the crown, so that light falls softly."""

import math
from functools import cache

import numpy as np

from engine.town.chance import dice
from engine.town.mesh import Kind, Mesh, Surface, merge, rgb, tube

LEAVES = ("#53643a", "#646f3c", "#4a5c3a", "#77733f", "#43553a")
KINDS = 6


@cache
def tree_kind(kind: int, fine: bool) -> Mesh:
    """One of a few trees, standing at the origin; about 7 m tall."""
    rng = dice("tree", kind)
    tall, radius = rng.uniform(6.6, 8.8), rng.uniform(2.1, 2.8)
    trunk = Surface(Kind.BARK, rgb("#5a4a3c"))
    fork = np.array([rng.normal(0, 0.1), rng.normal(0, 0.1), tall * 0.36])
    parts = [tube([(0, 0, -0.1), (0, 0, 0.25), fork * (0.5, 0.5, 0.6), fork], [0.24, 0.17, 0.14, 0.12], trunk, 9)]
    middle = np.array([0, 0, tall - radius * 0.95])
    centres = []
    for k in range(9):
        a, lift = 2.4 * k + rng.uniform(-0.4, 0.4), rng.uniform(-0.55, 0.75)
        out = radius * rng.uniform(0.35, 0.62) * math.sqrt(1 - lift * lift * 0.6)
        centres.append(middle + np.array([out * math.cos(a), out * math.sin(a), lift * radius * 0.75]))
        parts.append(tube([fork, (fork + centres[-1]) / 2 + (0, 0, 0.15), centres[-1]], [0.075, 0.05, 0.02], trunk, 5))
    for centre in [middle, *centres]:
        parts.append(_clump(rng, centre, radius * rng.uniform(0.44, 0.60), middle, radius, kind, fine))
    return merge(parts)


def _clump(
    rng: np.random.Generator, centre: np.ndarray, size: float, middle: np.ndarray, radius: float, kind: int, fine: bool
) -> Mesh:
    """Leaf triangles in a ball, denser to its skin."""
    n = 850 if fine else 200
    d = rng.standard_normal((n, 3))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    p = centre + d * size * rng.uniform(0.55, 1.06, (n, 1)) * (1.0, 1.0, 0.82)
    a = rng.standard_normal((n, 3))
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = np.cross(a, rng.standard_normal((n, 3)))
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    s = rng.uniform(0.10, 0.175, (n, 1)) if fine else rng.uniform(0.19, 0.32, (n, 1))
    corners = np.stack([p + a * s, p - 0.7 * a * s + 0.62 * b * s, p - 0.5 * a * s - 0.75 * b * s], 1).astype(np.float32)
    outward = 0.55 * (p - centre) / size + 0.45 * (p - middle) / radius + (0, 0, 0.12)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    depth = np.clip(
        np.linalg.norm((p - middle) / (1, 1, 0.85), axis=1) / radius * 0.9 + 0.25 * (p[:, 2] - middle[2]) / radius, 0, 1
    )
    level = np.clip((depth * 4).astype(np.int32), 0, 3)
    leaf = rgb(LEAVES[kind % len(LEAVES)])
    surfaces = tuple(Surface(Kind.LEAF, leaf, float(kind), ((k + 0.6) / 3.6,)) for k in range(4))
    normals = np.repeat(outward[:, None].astype(np.float32), 3, 1)
    return Mesh(corners.reshape(-1, 3), np.arange(3 * n, dtype=np.int32).reshape(-1, 3), normals, corners, level, surfaces)


def tree(kind: int, place: tuple[float, float, float], turn: float, scale: float, fine: bool) -> Mesh:
    """A tree of a kind at a place; fine leaves for those that the ego comes near."""
    c, s = math.cos(turn) * scale, math.sin(turn) * scale
    moved = tree_kind(kind % KINDS, fine).moved(np.array([[c, -s, 0], [s, c, 0], [0, 0, scale]]), place)
    normals = moved.normals / np.maximum(np.linalg.norm(moved.normals, axis=2, keepdims=True), 1e-6)
    return Mesh(moved.points, moved.triangles, normals, moved.points[moved.triangles], moved.surface, moved.surfaces)
