"""What shading asks of an intersector: nearest hits, and whether anything is in the way."""

import math
from dataclasses import dataclass
from typing import Literal, Protocol

import torch

from engine.town.mesh import F32, I32

# Who finds what rays hit: Open3D (on the CPU, and only where it is installed), torch (anywhere), Triton (on CUDA).
Intersectors = Literal["open3d", "torch", "triton"]
Reach = float | torch.Tensor  # in units of a ray's direction; one for all rays, or (n,)


@dataclass(frozen=True, eq=False)
class Triangles:
    """A mesh as rays see it."""

    points: F32  # (n, 3) in the world
    corners: I32  # (m, 3)
    firsts: tuple[int, ...] = ()  # the first points of the things that it is made of, where rays are told which they may meet


@dataclass(frozen=True, eq=False)
class Hit:
    """Where rays end. `part` is -1 for the sky; `triangle` counts within the part."""

    distance: torch.Tensor  # (n,) along the ray, in units of its direction
    part: torch.Tensor  # (n,) int32
    triangle: torch.Tensor  # (n,) int32
    uv: torch.Tensor  # (n, 2) barycentric of corners 1 and 2
    normal: torch.Tensor  # (n, 3) geometric


class Intersector(Protocol):
    """Anything that can say what rays hit."""

    def nearest(self, origins: torch.Tensor, directions: torch.Tensor) -> Hit:
        """The first hit of each ray."""
        ...

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: Reach = math.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction; (n,) bool."""
        ...
