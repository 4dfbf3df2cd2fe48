"""Beams of neighbouring rays, and which boxes they may meet: what no ray of a beam can reach is not looked for.

A beam holds all rays whose origins and directions lie between its lowest and its highest. It can meet a box only if at some
distance t >= 0 along its rays it overlaps the box on every axis; that is six linear inequalities in t.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.town.mesh import F32
from engine.town.rays import Triangles

RAYS = 64  # of a beam: seven to a row of a picture 448 pixels wide
BEAMS = 16  # that are asked for together first
ROOM_M = 1e-3  # about each box, for rounding
LEVEL = np.float32(1e-30)  # what moves more slowly along an axis stays where it is on it


def boxes_of(mesh: Triangles) -> F32:
    """Boxes (b, 6) about the things that a mesh is made of: low corner, high corner."""
    low, high = (reduce.reduceat(mesh.points, mesh.firsts, axis=0) for reduce in (np.minimum, np.maximum))
    return np.concatenate([low - ROOM_M, high + ROOM_M], axis=1)


@dataclass(frozen=True, eq=False)
class Beams:
    """Rays in beams of `RAYS` that follow one another; the last beam may have fewer."""

    count: int
    low: F32  # (6, beams) of each one's rays: origin, direction
    high: F32

    @classmethod
    def of(cls, origins: torch.Tensor, directions: torch.Tensor) -> "Beams":
        """All of some rays, from origins (1 or n, 3) in directions (n, 3)."""
        shape = (3, -(-len(directions) // RAYS))
        ends = zip(_ends(origins), _ends(directions), strict=True)
        low, high = (np.concatenate([np.broadcast_to(end, shape) for end in both]) for both in ends)
        return cls(len(directions), low, high)

    def may_meet(self, boxes: F32) -> NDArray[np.bool_]:
        """Which of the rays (n,) are in a beam that may meet any of the boxes (b, 6)."""
        if not self.count:
            return np.zeros(0, bool)
        beams, boxes = self.low.shape[1], np.ascontiguousarray(boxes.T)
        firsts = np.arange(0, beams, BEAMS)
        low, high = np.minimum.reduceat(self.low, firsts, axis=1), np.maximum.reduceat(self.high, firsts, axis=1)
        group, box = np.nonzero(_meet(low[:, :, None], high[:, :, None], boxes[:, None]))
        beam = np.minimum(group[:, None] * BEAMS + np.arange(BEAMS), beams - 1)
        out = np.zeros(beams, bool)
        out[beam[_meet(self.low[:, beam], self.high[:, beam], boxes[:, box, None])]] = True
        return np.repeat(out, RAYS)[: self.count]


def _ends(values: torch.Tensor) -> tuple[F32, F32]:
    """The least and the greatest (3, beams) of the rows (n, 3) of each beam."""
    if values.stride(0) == 0:
        values = values[:1]  # of parallel rays
    whole = len(values) // RAYS * RAYS
    runs = [run for run in (values[:whole].T.unflatten(1, (-1, RAYS)), values[whole:].T[:, None]) if run.numel()]
    if not runs:
        return np.empty((3, 0), np.float32), np.empty((3, 0), np.float32)
    # Two passes, for `aminmax` takes eight times as long as both.
    low, high = (torch.cat([least(run, 2) for run in runs], 1).numpy() for least in (torch.amin, torch.amax))
    return low, high


def _meet(low: F32, high: F32, boxes: F32) -> NDArray[np.bool_]:
    """Whether beams (6, …) may meet boxes (6, …), one to one as numpy pairs them."""
    nearest, farthest = np.float32(0), np.float32(np.inf)  # where a beam is beside its box on all axes so far
    for axis in range(3):
        for pace, room in (
            (low[3 + axis], boxes[3 + axis] - low[axis]),  # not beyond the box's high side
            (-high[3 + axis], high[axis] - boxes[axis]),  # nor below its low one
        ):
            pace = np.where(np.abs(pace) < LEVEL, LEVEL, pace)
            limit, leaves = room / pace, pace >= 0
            farthest = np.minimum(farthest, np.where(leaves, limit, np.float32(np.inf)))
            nearest = np.maximum(nearest, np.where(leaves, np.float32(-np.inf), limit))
    return nearest <= farthest
