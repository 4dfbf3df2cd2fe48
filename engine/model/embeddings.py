"""Numbers as vectors: levels, times, cameras, the ego's way; each may be left out, and then a learned vector stands for
it."""

import math

import torch
from torch import nn

MAX_LEVEL_PERIOD = 10_000


def fourier(x: torch.Tensor, num_freqs: int = 4) -> torch.Tensor:
    """Numbers (..., n) with their sines and cosines at 1, 2, 4 ...

    times: (..., n (1 + 2 num_freqs)), as in NeRF and MagicDrive.
    """
    bands = 2.0 ** torch.arange(num_freqs, device=x.device, dtype=x.dtype)
    turned = x[..., None] * bands
    return torch.cat([x[..., None], turned.sin(), turned.cos()], dim=-1).flatten(-2)


def sinusoidal(x: torch.Tensor, dim: int) -> torch.Tensor:
    """Numbers (...) as (..., dim) sines and cosines with periods up to `MAX_LEVEL_PERIOD`, as in DDPM; computed in
    float32."""
    half = dim // 2
    frequencies = torch.exp(-math.log(MAX_LEVEL_PERIOD) * torch.arange(half, device=x.device, dtype=torch.float32) / half)
    angles = x.float()[..., None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def grid_positions(rows: int, columns: int, dim: int, device: torch.device) -> torch.Tensor:
    """Sines and cosines (rows, columns, dim) of where a token is in its picture, 0 to 1 each way, so that any size fits."""
    y, x = torch.meshgrid(
        (torch.arange(rows, device=device) + 0.5) / rows, (torch.arange(columns, device=device) + 0.5) / columns, indexing="ij"
    )
    return torch.cat([sinusoidal(1000 * y, dim // 2), sinusoidal(1000 * x, dim // 2)], dim=-1)


class Embedder(nn.Module):
    """Numbers (..., n) as a vector (..., D)."""

    def __init__(self, num_inputs: int, dim: int) -> None:
        super().__init__()
        self.first = nn.Linear(num_inputs, dim)
        self.second = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The vector."""
        return self.second(nn.functional.silu(self.first(x)))


class Droppable(nn.Module):
    """An embedder whose input may be missing for all of a batch (None) or for some samples of it."""

    def __init__(self, num_inputs: int, dim: int, num_freqs: int = 4) -> None:
        super().__init__()
        self.num_freqs = num_freqs
        self.embed = Embedder(num_inputs * (1 + 2 * num_freqs), dim)
        self.missing = nn.Parameter(torch.zeros(dim))

    def forward(self, x: torch.Tensor | None, present: torch.Tensor | None = None) -> torch.Tensor:
        """(B, ..., n) as (B, ..., D); a single (D,) for None.

        `present` (B,) is False for samples that go without.
        """
        if x is None:
            return self.missing
        out = self.embed(fourier(x, self.num_freqs).to(self.missing.dtype))
        if present is None:
            return out
        return torch.where(present.view(-1, *(1 for _ in out.shape[1:])), out, self.missing)


class LevelEmbedder(nn.Module):
    """Noise levels (...), 0 to 1, as vectors (..., D)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.embed = Embedder(dim, dim)

    def forward(self, level: torch.Tensor) -> torch.Tensor:
        """The vectors."""
        return self.embed(sinusoidal(1000 * level, self.dim).to(self.embed.first.weight.dtype))
