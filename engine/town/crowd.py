"""Many actors as one mesh: its triangles, textures and normals are laid out once, and an instant only moves points."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from editor.geometry import Array
from engine.town.figure import Figure
from engine.town.mesh import F32, I32, Kind, merge
from engine.town.motion import Motion
from engine.town.paintwork import BRAKES, LEFT, RIGHT
from engine.town.stage import Part, part_of

SIGNALLING = (Kind.VEHICLE, Kind.LAMP)


@dataclass(frozen=True, eq=False)
class Crowd:
    """What stays of some actors from one instant to the next. Bone 0 is the world, which no point belongs to."""

    part: Part  # as nobody stands anywhere yet
    points: F32  # (n, 3) in the bones' frames
    triangles: I32
    point_bone: NDArray[np.int64]  # (n,)
    point_half: F32  # (n, 3) of the box that a point must stay in
    figures: tuple[Figure, ...]
    owner: NDArray[np.int64]  # (s,) whose each surface is
    signals: NDArray[np.bool_]  # (s,) whether it has lamps

    @property
    def firsts(self) -> tuple[int, ...]:
        """Each actor's first point."""
        counts = [len(figure.mesh.points) for figure in self.figures]
        return tuple(np.cumsum([0, *counts[:-1]]).tolist())

    def at(self, T_world_boxes: Array, motions: list[Motion]) -> tuple[Part, F32]:
        """The part and its points (n, 3) in the world, with actors (a, 4, 4) in place and moving as given."""
        bones = [figure.bones(motion) for figure, motion in zip(self.figures, motions, strict=True)]
        counts = [len(b) for b in bones]
        T_box_bone = np.concatenate([np.eye(4)[None, :3], *bones])
        T_world_box = np.concatenate([np.eye(4)[None], np.repeat(T_world_boxes, counts, axis=0)])
        turn_box, turn_world = T_box_bone[:, :, :3].astype(np.float32), T_world_box[:, :3, :3].astype(np.float32)
        own = _turned(turn_box, self.point_bone, self.points) + T_box_bone[:, :, 3].astype(np.float32)[self.point_bone]
        np.clip(own, -self.point_half, self.point_half, out=own)
        points = _turned(turn_world, self.point_bone, own) + T_world_box[:, :3, 3].astype(np.float32)[self.point_bone]
        turns = np.einsum("bij,bjk->bik", T_world_box[:, :3, :3], T_box_bone[:, :, :3])
        turned = torch.from_numpy(turns.reshape(-1, 9).astype(np.float32))
        return replace(self.part, table=self._lit(motions), turns=turned), points

    def _lit(self, motions: list[Motion]) -> torch.Tensor:
        """The table of surfaces with the lamps that motions light."""
        rows = np.array([(-1.0 if m.rests else m.brakes, m.left, m.right) for m in motions], np.float32)[self.owner]
        table = self.part.table.clone()
        table[:, [BRAKES, LEFT, RIGHT]] = torch.where(
            torch.from_numpy(self.signals)[:, None], torch.from_numpy(rows), table[:, [BRAKES, LEFT, RIGHT]]
        )
        return table


def _turned(turns: F32, which: NDArray[np.int64], points: F32) -> F32:
    """Points (n, 3), each turned by its own of the rotations (b, 3, 3)."""
    rows = turns.reshape(-1, 9)[which]
    x, y, z = points.T
    out = np.empty_like(points)
    for i in range(3):
        out[:, i] = rows[:, 3 * i] * x + rows[:, 3 * i + 1] * y + rows[:, 3 * i + 2] * z
    return out


def crowd(figures: tuple[Figure, ...], first: int) -> Crowd:
    """Figures laid out as one mesh; `first` is the first actor's number among all."""
    whole = merge([f.mesh for f in figures])
    bones = [len(f.bones(Motion(0.0, 0.0))) for f in figures]
    before = 1 + np.concatenate([[0], np.cumsum(bones)[:-1]]).astype(np.int64)
    point_bone = np.concatenate([f.point_bone + b for f, b in zip(figures, before, strict=True)])
    face_bone = np.concatenate([f.face_bone + b for f, b in zip(figures, before, strict=True)])
    number = np.concatenate([np.full(len(f.mesh.triangles), k + 1) for k, f in enumerate(figures)])
    half = np.concatenate([np.broadcast_to(f.half, (len(f.mesh.points), 3)) for f in figures])
    owner = np.concatenate([np.full(len(f.mesh.surfaces), k) for k, f in enumerate(figures)])
    part = replace(part_of(whole, number, None, first), bone=torch.from_numpy(face_bone.astype(np.int32)))
    signals = np.array([s.kind in SIGNALLING for f in figures for s in f.mesh.surfaces])
    return Crowd(part, whole.points, whole.triangles, point_bone, half, figures, owner, signals)
