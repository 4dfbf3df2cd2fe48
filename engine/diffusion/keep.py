"""What stays as it is while the rest of a clip is drawn: pixels, whole frames, whole views."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.diffusion.path import noised


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Clean latents, the noise that belongs to them, and where they are to stay (1) or may change (0): (B, T, V, 1, H, W)."""

    x0: torch.Tensor
    noise: torch.Tensor
    mask: torch.Tensor

    def on_path(self, x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """A state whose kept part is that of the kept latents at these levels (RePaint, Eq. 8)."""
        return torch.where(self.mask > 0, noised(self.x0, self.noise, level), x)

    def in_place(self, x0: torch.Tensor) -> torch.Tensor:
        """Clean latents whose kept part is the kept one."""
        return torch.where(self.mask > 0, self.x0, x0)


def composed(generated: NDArray[np.uint8], kept: NDArray[np.uint8], may_change: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) that shows what was generated where it may change, and elsewhere the kept pixels, byte for byte."""
    return np.where(may_change[..., None], generated, kept)
