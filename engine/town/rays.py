"""What shading asks of an intersector: nearest hits, and whether anything is in the way."""

import math
from dataclasses import dataclass
from typing import Protocol

import torch


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

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: float = math.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction; (n,) bool."""
        ...
