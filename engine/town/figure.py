"""An actor's shape: a mesh whose every part belongs to a bone, so that moving it is a few matrices and no new mesh.

Points and normals are in the frame of their own bone. A figure's triangles never change; only where its bones are does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Vec3
from engine.town.mesh import F32, I32, Mesh, merge
from engine.town.motion import Motion
from engine.town.stage import without_slivers

Bones = NDArray[np.float64]  # (bones, 3, 4): T_box_bone
Poser = Callable[[Motion], Bones]


@dataclass(frozen=True, eq=False)
class Figure:
    """A mesh in the frames of its bones, which bone each point and triangle belongs to, and where motion puts the bones.

    No pose brings a point out of the box: `half` (3,) is half the box's size, and what would leave it is held at its wall."""

    mesh: Mesh
    point_bone: I32  # (n,)
    face_bone: I32  # (m,)
    half: F32
    bones: Poser

    def posed(self, motion: Motion) -> Mesh:
        """The mesh in the box's frame."""
        T = self.bones(motion).astype(np.float32)
        points = np.einsum("nij,nj->ni", T[self.point_bone, :, :3], self.mesh.points) + T[self.point_bone, :, 3]
        normals = np.einsum("mij,mkj->mki", T[self.face_bone, :, :3], self.mesh.normals)
        points = np.clip(points, -self.half, self.half)
        return Mesh(points, self.mesh.triangles, normals, self.mesh.rest, self.mesh.surface, self.mesh.surfaces)


def figure(size: Vec3, limbs: list[tuple[int, Mesh]], bones: Poser) -> Figure:
    """A figure from meshes, each with the number of its bone."""
    limbs = [(bone, without_slivers(mesh)) for bone, mesh in limbs]
    point_bone = np.concatenate([np.full(len(mesh.points), bone, np.int32) for bone, mesh in limbs])
    face_bone = np.concatenate([np.full(len(mesh.triangles), bone, np.int32) for bone, mesh in limbs])
    half = np.asarray(size, np.float32) / 2
    return Figure(merge([mesh for _, mesh in limbs]), point_bone, face_bone, half, bones)


REST = np.eye(4)[None, :3]


def rigid(size: Vec3, mesh: Mesh) -> Figure:
    """A figure that never moves within its box; held to it once and for all."""
    half = np.asarray(size, np.float32) / 2
    held = Mesh(np.clip(mesh.points, -half, half), mesh.triangles, mesh.normals, mesh.rest, mesh.surface, mesh.surfaces)
    return figure(size, [(0, held)], lambda _: REST)
