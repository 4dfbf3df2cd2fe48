"""Beams of neighbouring rays, and which boxes they may meet: what no ray of a beam can reach is not looked for.

A beam holds all rays whose origins and directions lie between its lowest and its highest. It can meet a box only if at some
distance t >= 0 along its rays it overlaps the box on every axis; that is six linear inequalities in t.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.town.mesh import F32
from engine.town.rays import Triangles

RAYS = 64  # of a beam, a power of two: seven to a row of a picture 448 pixels wide
ROOM_M = 1e-3  # about each box, for rounding
LEVEL = np.float32(1e-30)  # what moves more slowly along an axis stays where it is on it


def boxes_of(mesh: Triangles) -> F32:
    """Boxes (b, 6) about the things that a mesh is made of: low corner, high corner."""
    low, high = (reduce.reduceat(mesh.points, mesh.firsts, axis=0) for reduce in (np.minimum, np.maximum))
    return np.concatenate([low - ROOM_M, high + ROOM_M], axis=1)


@dataclass(frozen=True, eq=False)
class Beams:
    """Rays (n, 6; origin, direction) in beams of RAYS that follow one another; the last one is filled up with its last ray."""

    count: int
    low: F32  # (beams, 6) of each one's rays
    high: F32

    @classmethod
    def of(cls, rays: F32) -> "Beams":
        """All of some rays."""
        beams = np.concatenate([rays, np.repeat(rays[-1:], -len(rays) % RAYS, axis=0)]).reshape(-1, RAYS, 6)
        return cls(len(rays), _folded(np.minimum, beams), _folded(np.maximum, beams))

    def may_meet(self, boxes: F32) -> NDArray[np.bool_]:
        """Which of the rays (n,) are in a beam that may meet any of the boxes (b, 6)."""
        nearest, farthest = np.float32(0), np.float32(np.inf)  # (beams, b) where a beam is beside the box on all axes so far
        for axis in range(3):
            for pace, room in (
                (self.low[:, 3 + axis], boxes[:, 3 + axis] - self.low[:, axis, None]),  # not beyond the box's high side
                (-self.high[:, 3 + axis], self.high[:, axis, None] - boxes[:, axis]),  # nor below its low one
            ):
                pace = np.where(np.abs(pace) < LEVEL, LEVEL, pace)
                limit = room / pace[:, None]
                until, since = np.where(pace >= 0, ((0.0,), (-np.inf,)), ((np.inf,), (0.0,))).astype(np.float32)[..., None]
                farthest, nearest = np.minimum(farthest, limit + until), np.maximum(nearest, limit + since)
        return np.repeat((nearest <= farthest).any(1), RAYS)[: self.count]


def _folded(lesser: np.ufunc, beams: F32) -> F32:
    """The least or greatest (b, 6) of each beam (b, RAYS, 6), by halves: numpy is ten times slower over so short an axis."""
    while beams.shape[1] > 1:
        half = beams.shape[1] // 2
        beams = lesser(beams[:, :half], beams[:, half:])
    return beams[:, 0]
