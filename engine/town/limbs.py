"""Limbs and trunks of people: meshes around a joint at the origin, hanging down, for bones that swing."""

import math

import numpy as np
from numpy.typing import ArrayLike

from engine.town.mesh import Mesh, Surface, frame_along, smooth_skin

_CAP = np.array([-0.97, -0.6, 0.0])


def hanging(length: float, ra: float, rb: float, surface: Surface, sides: int = 7) -> Mesh:
    """A round limb from a joint at 0 straight down, with rounded ends of radii `ra` and `rb`."""
    return between((0.0, 0.0, 0.0), (0.0, 0.0, -length), ra, rb, surface, sides)


def between(a: ArrayLike, b: ArrayLike, ra: float, rb: float, surface: Surface, sides: int = 7) -> Mesh:
    """A round limb between two joints."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    d = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle)]) @ frame_along(d)
    along = np.concatenate([_CAP, -_CAP[::-1]])
    across = np.sqrt(1 - along**2)
    radius = np.repeat([ra, rb], len(_CAP))
    middle = np.repeat([a, b], len(_CAP), axis=0) + d * (radius * along)[:, None]
    rings = middle[:, None] + (radius * across)[:, None, None] * circle
    return smooth_skin(rings, along[:, None, None] * d + across[:, None, None] * circle, surface)


def trunk(outline: list[tuple[float, float, float, float]], surface: Surface, sides: int = 12) -> Mesh:
    """Ellipses on top of each other, closed at both ends: (height, half depth, half width, place ahead)."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(sides)])
    (z0, d0, w0, x0), (z1, d1, w1, x1) = outline[0], outline[-1]
    closed = [(z0 - 0.004, 0.1 * d0, 0.1 * w0, x0), *outline, (z1 + 0.004, 0.1 * d1, 0.1 * w1, x1)]
    rings = np.array([ring * (depth, wide, 0) + (x, 0, z) for z, depth, wide, x in closed])
    rise = np.gradient(np.array([z for z, _, _, _ in closed]))
    shrink = -np.gradient(np.array([(depth + wide) / 2 for _, depth, wide, _ in closed])) / np.maximum(rise, 1e-3)
    normals = np.broadcast_to(ring * (1.0, 0.7, 0), rings.shape) + np.clip(shrink, -2, 2)[:, None, None] * (0, 0, 1)
    normals[0], normals[-1] = (0, 0, -1), (0, 0, 1)
    return smooth_skin(rings, normals / np.linalg.norm(normals, axis=2, keepdims=True), surface)


def swung(angle: float, place: ArrayLike) -> np.ndarray:
    """T (3, 4) of a bone that hangs from a place, swung forward by an angle."""
    c, s = math.cos(angle), math.sin(angle)
    x, y, z = place
    return np.array([(c, 0.0, -s, x), (0.0, 1.0, 0.0, y), (s, 0.0, c, z)])


def angle_to(a: np.ndarray, b: np.ndarray) -> float:
    """The swing that makes a bone at a hang towards b."""
    return math.atan2(float(b[0] - a[0]), float(a[2] - b[2]))


def bent(hip: np.ndarray, foot: np.ndarray, thigh: float, shin: float) -> np.ndarray:
    """The knee between hip and foot, in front."""
    d = foot - hip
    reach = min(float(np.linalg.norm(d)), thigh + shin - 1e-3)
    along = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    out = math.sqrt(max(thigh**2 - along**2, 0.0))
    d = d / np.linalg.norm(d)
    return hip + d * along + np.array([-d[2], 0, d[0]]) * out
