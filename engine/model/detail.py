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

    def forward(self, x: torch.Tensor, frames: torch.Tensor, seen: torch.Tensor | float = 0.0) -> torch.Tensor:
        """Features of each picture, with its frame's vector (B, T, V, D); `seen` (N, channels, H, W) is added to the first."""
        inside, vectors = self.take(x.flatten(0, 2)) + seen, nn.functional.silu(frames.flatten(0, 2))
        for block in self.blocks:
            inside = block(inside, vectors)
        return inside.unflatten(0, x.shape[:3])


class GBufferReader(nn.Module):
    """Features of G-buffers; at first 0, so that a network that was trained without them can learn to read them."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.take = nn.Conv2d(inputs, channels, 3, padding=1)
        self.out = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, gbuffer: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) of pictures (B, T, V, inputs, H, W)."""
        return self.out(nn.functional.silu(self.take(gbuffer.flatten(0, 2))))
