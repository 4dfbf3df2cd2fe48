"""What rays hit, from Open3D's ray casting on CPU: the one module of the shading side that imports it.

Everything that stands still is one acceleration structure, made once; what moves is another, made per instant. Shading asks
an `Intersector` only for nearest hits and for whether anything is in the way, so that a torch tracer can take its place.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import open3d as o3d
import torch

from engine.town.mesh import F32, I32

NOTHING = 0xFFFFFFFF


@dataclass(frozen=True, eq=False)
class Hit:
    """Where rays end. `part` is -1 for the sky; `triangle` counts within the part."""

    distance: torch.Tensor  # (n,) along the ray, in units of its direction
    part: torch.Tensor  # (n,) int64
    triangle: torch.Tensor  # (n,) int64
    uv: torch.Tensor  # (n, 2) barycentric of corners 1 and 2
    normal: torch.Tensor  # (n, 3) geometric


class Intersector(Protocol):
    """Anything that can say what rays hit."""

    def nearest(self, origins: torch.Tensor, directions: torch.Tensor) -> Hit:
        """The first hit of each ray."""
        ...

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
        """Whether anything lies on each ray, (n,) bool."""
        ...


def structure(points: F32, triangles: I32) -> o3d.t.geometry.RaycastingScene:
    """An acceleration structure of one mesh."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    if len(triangles):
        vertices = o3d.core.Tensor(np.ascontiguousarray(points, np.float32))
        scene.add_triangles(vertices, o3d.core.Tensor(np.ascontiguousarray(triangles, np.uint32)))
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

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor) -> torch.Tensor:
        """Whether anything lies on each ray."""
        rays = _rays(origins, directions)
        out = torch.zeros(len(directions), dtype=torch.bool)
        for part in self.parts:
            out |= torch.from_numpy(part.test_occlusions(rays, nthreads=1).numpy())
        return out


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
