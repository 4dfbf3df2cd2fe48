"""What rays hit, from Open3D's ray casting on CPU.

What stands still is an acceleration structure made once; actors are others, made per scenario or per instant. Shading knows
only `engine.town.rays.Intersector`; `engine.town.intersectors` says who takes the part.
"""

import math
from dataclasses import dataclass

import numpy as np
import open3d as o3d
import torch

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
        rays = _rays(origins, directions)
        hit = _cast(self.parts[0], rays, 0)
        for k, part in enumerate(self.parts[1:], 1):
            other = _cast(part, rays, k)
            nearer = torch.nonzero(other.distance < hit.distance)[:, 0]
            for name in ("distance", "part", "triangle", "uv", "normal"):
                getattr(hit, name)[nearer] = getattr(other, name)[nearer]
        return hit

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: Reach = math.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction."""
        if isinstance(within, torch.Tensor):
            directions, within = directions * within[:, None], 1.0
        rays = torch.cat([origins.expand_as(directions), directions], 1).numpy()
        out = np.zeros(len(rays), bool)
        for part in self.parts:
            free = np.flatnonzero(~out)
            some = rays if len(free) == len(rays) else rays[free]
            out[free] = part.test_occlusions(o3d.core.Tensor(some), tfar=within, nthreads=1).numpy()
        return torch.from_numpy(out)


def _rays(origins: torch.Tensor, directions: torch.Tensor) -> o3d.core.Tensor:
    rays = torch.cat([origins.expand_as(directions), directions], 1)
    return o3d.core.Tensor(np.ascontiguousarray(rays.numpy()))


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
        torch.from_numpy(answer["primitive_uvs"].numpy().copy()),
        torch.from_numpy(answer["primitive_normals"].numpy().copy()),
    )
