"""What rays hit, from Open3D's ray casting on CPU.

What stands still is an acceleration structure made once; actors are others, made per scenario or per instant. Shading knows
only `engine.town.rays.Intersector`; `engine.town.intersectors` says who takes the part.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
import open3d as o3d
import torch
from numpy.typing import NDArray

from engine.town.beams import Beams, boxes_of
from engine.town.columns import index_of, put, some
from engine.town.mesh import F32
from engine.town.rays import Hit, Reach, Triangles


@dataclass(frozen=True, eq=False)
class Body:
    """An acceleration structure of one mesh, and boxes about the things that it is made of, if it says what they are."""

    scene: o3d.t.geometry.RaycastingScene
    boxes: F32 | None

    @classmethod
    def of(cls, mesh: Triangles) -> "Body":
        """Made ready for a mesh."""
        scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        if len(mesh.corners):
            vertices = o3d.core.Tensor(np.ascontiguousarray(mesh.points, np.float32))
            scene.add_triangles(vertices, o3d.core.Tensor(np.ascontiguousarray(mesh.corners, np.uint32)))
        return cls(scene, boxes_of(mesh) if mesh.firsts else None)

    def may_meet(self, beams: Beams) -> NDArray[np.bool_]:
        """Which rays (n,) may hit it."""
        return np.ones(beams.count, bool) if self.boxes is None else beams.may_meet(self.boxes)


@dataclass(frozen=True, eq=False)
class Embree:
    """Open3D's intersector over bodies; hits are numbered in their order."""

    bodies: tuple[Body, ...]

    def nearest(self, origins: torch.Tensor, directions: torch.Tensor) -> Hit:
        """The first hit of each ray."""
        rays = _rays(origins, directions)
        hit = _cast(self.bodies[0], rays, 0)
        if len(self.bodies) == 1:
            return hit
        beams = Beams.of(origins, directions)
        for k, body in enumerate(self.bodies[1:], 1):
            left = np.flatnonzero(body.may_meet(beams))
            if len(left):
                other, index = _cast(body, rays[left], k), torch.from_numpy(left)
                nearer = index_of(other.distance < some(hit.distance, index))
                for f in fields(Hit):
                    put(getattr(hit, f.name), some(index, nearer), some(getattr(other, f.name), nearer))
        return hit

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: Reach = math.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction."""
        if isinstance(within, torch.Tensor):
            directions, within = directions * within[:, None], 1.0
        rays = _rays(origins, directions)
        out, beams = _occluded(self.bodies[0], rays, within), Beams.of(origins, directions)
        for body in self.bodies[1:]:
            left = np.flatnonzero(body.may_meet(beams) & ~out)
            if len(left):
                out[left] = _occluded(body, rays[left], within)
        return torch.from_numpy(out)


def _rays(origins: torch.Tensor, directions: torch.Tensor) -> F32:
    """Rays as Open3D takes them (n, 6)."""
    out = np.empty((len(directions), 6), np.float32)
    for k in range(3):  # one by one, which is several times faster where they are kept by columns
        out[:, k], out[:, 3 + k] = origins[:, k].numpy(), directions[:, k].numpy()
    return out


def _occluded(body: Body, rays: F32, within: float) -> np.ndarray:
    return body.scene.test_occlusions(o3d.core.Tensor(rays), tfar=within, nthreads=1).numpy()


def _cast(body: Body, rays: F32, part: int) -> Hit:
    answer = body.scene.cast_rays(o3d.core.Tensor(rays), nthreads=1)
    triangle = answer["primitive_ids"].numpy().view(np.int32)  # -1 for no hit
    return Hit(
        torch.from_numpy(answer["t_hit"].numpy().copy()),
        torch.from_numpy(np.where(triangle < 0, np.int32(-1), np.int32(part))),
        torch.from_numpy(np.maximum(triangle, 0)),
        _by_columns(answer["primitive_uvs"].numpy()),
        _by_columns(answer["primitive_normals"].numpy()),
    )


def _by_columns(rows: np.ndarray) -> torch.Tensor:
    """An array (n, k) kept as `engine.town.columns` says."""
    return torch.from_numpy(np.ascontiguousarray(rows.T)).T
