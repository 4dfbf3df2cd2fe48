"""Trees of several kinds: a trunk that forks, and a crown of leaf clumps whose normals follow the crown, so that light falls
softly. Each kind comes in three degrees of detail; far ones are lumps without single leaves."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from engine.town.chance import dice
from engine.town.mesh import Kind, Mesh, Surface, ellipsoid, merge, rgb, tube

Detail = Literal["near", "middle", "far"]
Season = Literal["spring", "summer", "autumn"]
LEAVES_OF: dict[Detail, tuple[int, float]] = {"near": (560, 0.8), "middle": (105, 1.9), "far": (0, 0.0)}  # per clump, size


@dataclass(frozen=True, slots=True)
class Species:
    """What a tree is like; lengths in metres."""

    tall: tuple[float, float]
    radius: tuple[float, float]  # of the crown
    upright: float  # the crown's height over its width
    bare: float  # the share of the height below the crown
    clumps: int
    leaves: dict[Season, tuple[str, ...]]
    bark: str = "#5a4a3c"
    trunk: float = 0.19
    cone: bool = False
    leaf: float = 0.14


GREEN: dict[Season, tuple[str, ...]] = {
    "spring": ("#6d8440", "#7a8f46", "#64793c"), "summer": ("#4f6238", "#5b6b3a", "#485a38", "#62703f"),
    "autumn": ("#857a40", "#8f6c3a", "#74783f", "#8f5a3a"),
}  # fmt: skip
BROAD: dict[Season, tuple[str, ...]] = {**GREEN, "autumn": ("#9a7a40", "#99633a", "#857a40")}
DARK: dict[Season, tuple[str, ...]] = dict.fromkeys(("spring", "summer", "autumn"), ("#2f4432", "#37493a", "#2b3f30"))
BLOSSOM: dict[Season, tuple[str, ...]] = {
    "spring": ("#d9a8b4", "#e3c9cf", "#c98a9c"), "summer": ("#5d6b45", "#6a4a44"), "autumn": ("#a34a2c", "#b5702f"),
}  # fmt: skip
SPECIES: dict[str, Species] = {
    "lime": Species((8.5, 11), (2.7, 3.3), 1.15, 0.28, 12, GREEN),
    "maple": Species((7, 9), (2.6, 3.2), 0.95, 0.30, 11, BROAD, leaf=0.16),
    "plane": Species((10, 13), (3.4, 4.2), 0.95, 0.32, 14, BROAD, "#8a8270", 0.24, leaf=0.17),
    "poplar": Species((12, 15), (1.3, 1.7), 4.2, 0.12, 12, GREEN, "#6a6250", 0.18, leaf=0.11),
    "birch": Species((8, 11), (1.7, 2.2), 1.9, 0.26, 10, GREEN, "#c9c5ba", 0.11, leaf=0.10),
    "spruce": Species((9, 13), (1.9, 2.5), 2.3, 0.08, 11, DARK, "#4a3c30", 0.16, True, 0.15),
    "pine": Species((9, 12), (2.0, 2.6), 0.8, 0.52, 8, DARK, "#7a5238", 0.17, leaf=0.15),
    "cherry": Species((4, 5.5), (1.7, 2.2), 0.85, 0.30, 9, BLOSSOM, "#4f3a34", 0.11, leaf=0.11),
    "shrub": Species((1.3, 2.0), (0.8, 1.2), 0.85, 0.05, 5, GREEN, leaf=0.10, trunk=0.04),
}
VARIANTS = 2


@cache
def tree(species: str, variant: int, season: Season, detail: Detail) -> Mesh:
    """A tree that stands at the origin."""
    what = SPECIES[species]
    rng = dice("tree", species, variant)
    tall, radius = rng.uniform(*what.tall), rng.uniform(*what.radius)
    bark = Surface(Kind.BARK, rgb(what.bark))
    codes = what.leaves[season]
    leaf = rgb(codes[variant % len(codes)])
    base = tall * what.bare
    half = min(radius * what.upright, (tall - base) / 2)
    middle = np.array([0.0, 0.0, tall - half])
    centres = _clumps(rng, what, middle, radius, half)
    parts = [_trunk(what, base, middle, bark, detail)]
    if detail != "far" and not what.cone:
        fork = np.array([0, 0, base + 0.1])
        parts += [
            tube([fork, (fork + c) / 2 + (0, 0, 0.15), c], [what.trunk * 0.4, 0.05, 0.02], bark, 5) for c in centres[1::2]
        ]
    seed = 3.0 * variant + len(species)
    for centre, size in zip(centres, _sizes(rng, what, centres, middle, radius, half), strict=True):
        if detail == "far":
            parts.append(_lump(centre, size, middle, radius, half, leaf, seed))
        else:
            parts.append(_clump(rng, what, centre, size, middle, (radius, half), leaf, seed, detail))
    return merge(parts)


def _trunk(what: Species, base: float, middle: np.ndarray, bark: Surface, detail: Detail) -> Mesh:
    r = what.trunk
    top = middle + (0, 0, 0.5 * (middle[2] - base)) if what.cone else np.array([0, 0, base + 0.3 * (middle[2] - base)])
    return tube(
        [(0, 0, -0.4), (0, 0, 0.25), (0.03, 0.02, base), top],
        [r * 1.35, r, r * 0.75, r * 0.4],
        bark,
        9 if detail == "near" else 5,
    )


def _clumps(rng: np.random.Generator, what: Species, middle: np.ndarray, radius: float, half: float) -> list[np.ndarray]:
    """Middles of the crown's clumps: round it, or in tiers for a cone."""
    out = []
    if what.cone:
        for k in range(what.clumps):
            share = k / (what.clumps - 1)
            out.append(middle + (rng.normal(0, 0.08), rng.normal(0, 0.08), (2 * share - 1) * half * 0.93))
        return out
    out.append(middle)
    for k in range(what.clumps - 1):
        a, lift = 2.4 * k + rng.uniform(-0.4, 0.4), rng.uniform(-0.72, 0.80)
        away = radius * rng.uniform(0.42, 0.66) * math.sqrt(max(0.1, 1 - lift * lift * 0.75))
        out.append(middle + np.array([away * math.cos(a), away * math.sin(a), lift * half * 0.82]))
    return out


def _sizes(
    rng: np.random.Generator, what: Species, centres: list[np.ndarray], middle: np.ndarray, radius: float, half: float
) -> list[tuple[float, float]]:
    """Each clump's radius and half height."""
    out = []
    for centre in centres:
        if what.cone:
            share = (centre[2] - middle[2]) / half
            wide = radius * (0.06 + 0.94 * (1 - share) / 2) * rng.uniform(0.92, 1.08)
            out.append((wide, 0.22 * half))
        else:
            size = radius * rng.uniform(0.42, 0.58)
            out.append((size, size * (0.82 if what.upright < 1.5 else 1.35)))
    return out


def _clump(
    rng: np.random.Generator, what: Species, centre: np.ndarray, size: tuple[float, float], middle: np.ndarray,
    crown: tuple[float, float], leaf: tuple[float, float, float], seed: float, detail: Detail,
) -> Mesh:  # fmt: skip
    """Leaf triangles in a ball, denser to its skin."""
    n, larger = LEAVES_OF[detail]
    shape = np.array([size[0], size[0], size[1]])
    d = rng.standard_normal((n, 3))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    p = centre + d * shape * rng.uniform(0.55, 1.06, (n, 1))
    if what.cone:  # branches hang outwards
        p[:, 2] -= 0.35 * np.linalg.norm(p[:, :2] - centre[:2], axis=1) - 0.2
    a = rng.standard_normal((n, 3))
    a /= np.linalg.norm(a, axis=1, keepdims=True)
    b = np.cross(a, rng.standard_normal((n, 3)))
    b /= np.maximum(np.linalg.norm(b, axis=1, keepdims=True), 1e-6)
    s = rng.uniform(0.75, 1.3, (n, 1)) * what.leaf * larger * 1.25
    corners = np.stack([p + a * s, p - 0.7 * a * s + 0.62 * b * s, p - 0.5 * a * s - 0.75 * b * s], 1).astype(np.float32)
    whole = np.array([crown[0], crown[0], crown[1]])
    outward = 0.55 * (p - centre) / shape + 0.45 * (p - middle) / whole + (0, 0, 0.12)
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-6)
    depth = np.clip(np.linalg.norm((p - middle) / whole, axis=1) * 0.9 + 0.25 * (p[:, 2] - middle[2]) / whole[2], 0, 1)
    level = np.clip((depth * 4).astype(np.int32), 0, 3)
    surfaces = tuple(Surface(Kind.LEAF, leaf, seed, ((k + 0.6) / 3.6,)) for k in range(4))
    normals = np.repeat(outward[:, None].astype(np.float32), 3, 1)
    return Mesh(corners.reshape(-1, 3), np.arange(3 * n, dtype=np.int32).reshape(-1, 3), normals, corners, level, surfaces)


def _lump(
    centre: np.ndarray, size: tuple[float, float], middle: np.ndarray, radius: float, half: float,
    leaf: tuple[float, float, float], seed: float,
) -> Mesh:  # fmt: skip
    """A clump as one lump."""
    up = (centre[2] - middle[2]) / half
    surface = Surface(Kind.LEAF, leaf, seed, (float(np.clip(0.62 + 0.3 * up, 0.2, 0.95)),))
    ball = ellipsoid(centre, (size[0] * 1.02, size[0] * 1.02, size[1] * 1.02), surface, 5, 7)
    wobble = 1 + 0.13 * np.sin(ball.points * (3.1, 2.7, 3.7) + seed).sum(1, keepdims=True) / 2
    points = (centre + (ball.points - centre) * wobble).astype(np.float32)
    return Mesh(points, ball.triangles, ball.normals, points[ball.triangles], ball.surface, ball.surfaces)
