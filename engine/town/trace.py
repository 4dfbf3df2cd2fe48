"""What rays hit, from Open3D's ray casting on CPU.

What stands still is an acceleration structure made once; actors are others, made per scenario or per instant. Shading knows
only `engine.town.rays.Intersector`; `engine.town.intersectors` says who takes the part.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
import open3d as o3d
import torch

from engine.town.columns import columns, put, some
from engine.town.rays import Hit, Reach, Triangles

NOTHING = 0xFFFFFFFF


def structure(mesh: Triangles) -> o3d.t.geometry.RaycastingScene:
    """An acceleration structure of one mesh."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    if len(mesh.corners):
        vertices = o3d.core.Tensor(np.ascontiguousarray(mesh.points, np.float32))
        scene.add_triangles(vertices, o3d.core.Tensor(np.ascontiguousarray(mesh.corners, np.uint32)))
    return scene


@dataclass(frozen=True, eq=False)
class Embree:
    """Open3D's intersector over parts; hits are numbered in their order."""

    parts: tuple[o3d.t.geometry.RaycastingScene, ...]

    def nearest(self, origins: torch.Tensor, directions: torch.Tensor) -> Hit:
        """The first hit of each ray."""
        rays = o3d.core.Tensor(_rays(origins, directions))
        hit = _cast(self.parts[0], rays, 0)
        for k, part in enumerate(self.parts[1:], 1):
            other = _cast(part, rays, k)
            nearer = torch.nonzero(other.distance < hit.distance)[:, 0]
            for f in fields(Hit):
                put(getattr(hit, f.name), nearer, some(getattr(other, f.name), nearer))
        return hit

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: Reach = math.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction."""
        if isinstance(within, torch.Tensor):
            directions, within = directions * within[:, None], 1.0
        rays = _rays(origins, directions)
        out = np.zeros(len(rays), bool)
        for part in self.parts:
            free = np.flatnonzero(~out)
            left = rays if len(free) == len(rays) else rays[free]
            out[free] = part.test_occlusions(o3d.core.Tensor(left), tfar=within, nthreads=1).numpy()
        return torch.from_numpy(out)


def _rays(origins: torch.Tensor, directions: torch.Tensor) -> np.ndarray:
    """Rays as Open3D takes them (n, 6)."""
    out = np.empty((len(directions), 6), np.float32)
    out[:, :3], out[:, 3:] = origins.numpy(), directions.numpy()
    return out


def _cast(scene: o3d.t.geometry.RaycastingScene, rays: o3d.core.Tensor, part: int) -> Hit:
    answer = scene.cast_rays(rays, nthreads=1)
    triangle = answer["primitive_ids"].numpy().astype(np.int64)
    missed = triangle == NOTHING
    parts = np.where(missed, -1, part)
    triangle[missed] = 0
    return Hit(
        torch.from_numpy(answer["t_hit"].numpy().copy()),
        torch.from_numpy(parts),
        torch.from_numpy(triangle),
        columns(*torch.from_numpy(answer["primitive_uvs"].numpy()).unbind(1)),
        columns(*torch.from_numpy(answer["primitive_normals"].numpy()).unbind(1)),
    )
