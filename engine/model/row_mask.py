"""Mask reconstruction (MaskGWM, sections 3.2 and 3.3): in training, some tokens of every row are dropped, and later blocks
have to bring them back.

Row-wise, so that what is left is still a grid: each row keeps the same number of tokens, in order, and attention over time
and over views needs no mask. The code published with the paper leaves them in random order, which mixes rows; here they are
sorted. The paper drops row-wise where frames have masks of their own; we do where they share one too, since rows go on through
all views.
"""

from dataclasses import dataclass

import torch
from torch import nn

from engine.model.embeddings import grid_positions


@dataclass(frozen=True, slots=True, eq=False)
class RowMask:
    """Which columns each row of each picture keeps: (B, T, V, rows, kept), rising.

    `shared` by all frames, what was dropped is to be found in space; drawn for each frame, it is to be found in time."""

    kept: torch.Tensor
    columns: int
    shared: bool

    @classmethod
    def draw(cls, shape: tuple[int, int, int, int, int], ratio: float, shared: bool, generator: torch.Generator) -> "RowMask":
        """For tokens (B, T, V, rows, columns), dropping `ratio` of each row.

        ValueError where the ratio leaves no whole number of tokens, or none.
        """
        B, T, V, rows, columns = shape
        number = columns * (1 - ratio)
        if abs(number - round(number)) > 1e-6 or round(number) < 1:
            raise ValueError(f"mask ratio {ratio:g} of {columns} columns; wanted one that keeps a whole number of them")
        scores = torch.rand((B, 1 if shared else T, V, rows, columns), generator=generator)
        kept = scores.argsort(-1)[..., : round(number)].sort(-1).values
        return cls(kept.expand(B, T, V, rows, round(number)), columns, shared)

    def gather(self, tokens: torch.Tensor) -> torch.Tensor:
        """What is kept (..., rows, kept, D) of tokens (B, T, V, rows, columns, D)."""
        return tokens.gather(-2, self.kept[..., None].expand(*self.kept.shape, tokens.shape[-1]))

    def scatter(self, kept: torch.Tensor, filler: torch.Tensor) -> torch.Tensor:
        """All tokens again, those that were dropped from `filler` (B, T, V, rows, columns, D)."""
        return filler.scatter(-2, self.kept[..., None].expand(*self.kept.shape, kept.shape[-1]), kept)

    def shown(self, patch: int) -> torch.Tensor:
        """(B, T, V, 1, rows * patch, columns * patch) False where a token was dropped, at the latents' resolution."""
        kept = ~self.dropped()[:, :, :, None]
        return kept.repeat_interleave(patch, dim=-2).repeat_interleave(patch, dim=-1)

    def dropped(self) -> torch.Tensor:
        """(B, T, V, rows, columns) True where a token was dropped."""
        out = torch.ones((*self.kept.shape[:-1], self.columns), dtype=torch.bool, device=self.kept.device)
        return out.scatter(-1, self.kept, False)


class MaskTokens(nn.Module):
    """What stands in for dropped tokens (MaskGWM, Eq. 3): m = (1 - s) f(noise) + s p.

    The noise alone: noisy latents would, at low levels, be what is to be found. `p` is a learned token; positions are added, as
    in the published code."""

    def __init__(self, latent_channels: int, patch: int, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.of_noise = nn.Conv2d(latent_channels, dim, patch, patch)
        self.token = nn.Parameter(torch.zeros(dim))
        self.of_position = nn.Linear(dim, dim)

    def forward(self, noise: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """Tokens (B, T, V, rows, columns, D) for the noise (B, T, V, C, H, W) that is in states at levels (B, T, V)."""
        seen = self.of_noise(noise.flatten(0, 2)).unflatten(0, noise.shape[:3]).movedim(3, -1)
        s = level[..., None, None, None].to(seen.dtype)
        where = grid_positions(seen.shape[3], seen.shape[4], self.dim, noise.device).to(seen.dtype)
        return (1 - s) * seen + s * self.token + self.of_position(where)
