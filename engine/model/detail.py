"""Convolutions at the latents' own resolution, before tokens are made and after: what is local is learned from few examples.

They are ours: a transformer alone learned next to nothing of a draft's faults in an hour on two cores (`docs/log.md`). Every
block is modulated by its frame's vector, so that it knows the noise level and what light is asked for.
"""

import torch
from torch import nn


class DetailBlock(nn.Module):
    """Two convolutions beside an identity, between them a scale and a shift by the frame."""

    def __init__(self, channels: int, frame_dim: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(frame_dim, 2 * channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """Features (N, C, H, W) of pictures whose frames' vectors are (N, D)."""
        scale, shift = self.modulation(frames)[..., None, None].chunk(2, dim=1)
        inside = self.first(nn.functional.silu(x)) * (1 + scale) + shift
        return x + self.second(nn.functional.silu(inside))


class Detail(nn.Module):
    """From `inputs` channels to `channels`, then `number` blocks; pictures (B, T, V, C, H, W)."""

    def __init__(self, inputs: int, channels: int, frame_dim: int, number: int = 2) -> None:
        super().__init__()
        self.take = nn.Conv2d(inputs, channels, 3, padding=1)
        self.blocks = nn.ModuleList(DetailBlock(channels, frame_dim) for _ in range(number))

    def forward(self, x: torch.Tensor, frames: torch.Tensor) -> torch.Tensor:
        """Features of each picture, with its frame's vector (B, T, V, D)."""
        inside, vectors = self.take(x.flatten(0, 2)), nn.functional.silu(frames.flatten(0, 2))
        for block in self.blocks:
            inside = block(inside, vectors)
        return inside.unflatten(0, x.shape[:3])
