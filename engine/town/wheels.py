"""Wheels that roll and steer with the way that a vehicle goes."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from editor.geometry import Vec3
from engine.town.decals import SIDE
from engine.town.figure import Bones, Poser
from engine.town.mesh import Kind, Mesh, Surface, loft, merge, mesh
from engine.town.motion import Motion
from engine.town.vehicle_decals import index

TYRE = Surface(Kind.PLAIN, (0.012, 0.012, 0.013), params=(0.2,))
STEER_RAD = 0.6


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where a wheel's hub is in the box, metres."""

    hub: Vec3
    radius: float
    width: float
    steers: bool = False
    heavy: bool = False  # a truck's, with its hub standing out
    sides: int = 18


def wheel_limbs(wheels: tuple[Wheel, ...]) -> list[tuple[int, Mesh]]:
    """Each wheel's mesh with its bone: the first is number 1, after the body."""
    return [(k, _wheel(w.radius, w.width, math.copysign(1.0, w.hub[1]), w.heavy, w.sides)) for k, w in enumerate(wheels, 1)]


def rolling(wheels: tuple[Wheel, ...], base: float) -> Poser:
    """Where a body and its wheels are; `base` metres lie between the axles."""

    def bones(motion: Motion) -> Bones:
        out = np.zeros((1 + len(wheels), 3, 4))
        out[:, [0, 1, 2], [0, 1, 2]] = 1.0
        steer = min(max(math.atan(base * motion.bend), -STEER_RAD), STEER_RAD)
        for T, wheel in zip(out[1:], wheels, strict=True):
            turn = motion.distance / wheel.radius
            s = steer if wheel.steers else 0.0
            c, n, cs, ns = math.cos(turn), math.sin(turn), math.cos(s), math.sin(s)
            T[0] = (cs * c, -ns, cs * n, wheel.hub[0])
            T[1] = (ns * c, cs, ns * n, wheel.hub[1])
            T[2] = (-n, 0.0, c, wheel.hub[2])
        return out

    return bones


@lru_cache(maxsize=256)
def _wheel(radius: float, width: float, out: float, heavy: bool, sides: int) -> Mesh:
    """A tyre around a hub at 0, its face to the side that `out` points to."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(sides), -np.sin(angle) * out], -1)
    profile = [(-0.5, 0.90), (-0.36, 1.0), (0.36, 1.0), (0.5, 0.92), (0.5, 0.72)]
    tyre = loft(np.array([ring * radius * r + (0, out * y * width, 0) for y, r in profile]), TYRE, 35.0, capped=False)
    at = Surface(
        Kind.VEHICLE,
        (0.3, 0.3, 0.3),
        0.0,
        (index()["wheel"] + SIDE, -radius if heavy else radius, 0.0, -radius, 4 * radius, 1.0, 2 * radius),
    )
    depth = 0.50 if heavy else 0.40
    rim = np.concatenate([ring * radius * 0.72 + (0, out * 0.5 * width, 0), ring * radius * 0.58 + (0, out * depth * width, 0),
                          [(0, out * (depth + (0.25 if heavy else 0.04)) * width * 0.9, 0)]])  # fmt: skip
    k = np.arange(sides)
    n = (k + 1) % sides
    faces = np.concatenate([np.stack([k, n, n + sides], -1), np.stack([k, n + sides, k + sides], -1),
                            np.stack([k + sides, n + sides, np.full(sides, 2 * sides)], -1)])  # fmt: skip
    inner = ring * radius * 0.9 + (0, -out * 0.5 * width, 0)
    back = mesh(np.concatenate([inner, [(0, -out * 0.4 * width, 0)]]), np.stack([n, k, np.full(sides, sides)], -1), TYRE)
    return merge([tyre, mesh(rim, faces, at, 25.0), back])
