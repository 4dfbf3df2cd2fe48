"""The parts of a block.

Tokens are (B, T, V, rows, columns, D); each part attends along other axes of them. Spatial: within a picture, jointly with
the text (SD3). Temporal: along time, at one place of one view. Cross-view: along a row of all views of an instant side by
side (MaskGWM, section 3.4). Every part is modulated by its frame's vector (adaLN), so that a kept frame at level 0 and a
noisy one beside it are treated as what they are. One projection makes the modulation of all blocks and a table in each shifts
it (PixArt's adaLN-single), which is where most parameters of small transformers would go otherwise; text tokens are not
modulated. Both are choices of ours.
"""

from dataclasses import dataclass

import torch
from torch import nn

from engine.model.attention import JointAttention, SelfAttention
from engine.model.row_mask import RowMask

NUM_MODULATIONS = 12  # shift, scale and gate of spatial attention, its MLP, temporal and cross-view attention


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What all blocks of one pass share."""

    modulation: torch.Tensor  # (B, T, V, NUM_MODULATIONS, D)
    angles: torch.Tensor  # (B, T, D / heads / 2) of the frames' times
    allowed: torch.Tensor  # (B, 1, 1, picture's tokens + L) bool, False for the padding of texts


class FeedForward(nn.Module):
    """Two layers with a GELU between them."""

    def __init__(self, dim: int, ratio: float) -> None:
        super().__init__()
        self.up = nn.Linear(dim, round(dim * ratio))
        self.down = nn.Linear(round(dim * ratio), dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Tokens (..., D)."""
        return self.down(nn.functional.gelu(self.up(x), approximate="tanh"))


class Modulation(nn.Module):
    """A block's own share of shifts, scales and gates for some of its parts; with gates 0 at first, a block changes
    nothing."""

    def __init__(self, first: int, number: int, dim: int) -> None:
        super().__init__()
        self.where = slice(first, first + number)
        self.table = nn.Parameter(torch.zeros(number, dim))

    def forward(self, modulation: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """`number` vectors (B, T, V, 1, 1, D)."""
        mine = modulation[:, :, :, self.where] + self.table
        return tuple(m[:, :, :, None, None] for m in mine.unbind(3))


def modulated(x: torch.Tensor, shift: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Normalised tokens, shifted and scaled by their frame."""
    return torch.addcmul(shift, x, 1 + scale)


class SpatialBlock(nn.Module):
    """Joint attention of each picture with the text, then an MLP for each of them.

    The control branch is made of copies of this.
    """

    def __init__(self, dim: int, num_heads: int, mlp_ratio: float = 4.0) -> None:
        super().__init__()
        self.modulation = Modulation(0, 6, dim)
        self.norm_attention = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.norm_mlp = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.norm_text = nn.LayerNorm(dim, eps=1e-6)
        self.norm_text_mlp = nn.LayerNorm(dim, eps=1e-6)
        self.attention = JointAttention(dim, num_heads)
        self.mlp = FeedForward(dim, mlp_ratio)
        self.text_mlp = FeedForward(dim, mlp_ratio / 2)

    def forward(self, tokens: torch.Tensor, text: torch.Tensor, around: Surroundings) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens, and the text's (B, T, V, L, D), which each picture changes for itself."""
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate = self.modulation(around.modulation)
        pictures = modulated(self.norm_attention(tokens), shift, scale)
        allowed = around.allowed.repeat_interleave(tokens.shape[1] * tokens.shape[2], dim=0)
        seen, read = self.attention(pictures.flatten(0, 2).flatten(1, 2), self.norm_text(text).flatten(0, 2), allowed)
        tokens = torch.addcmul(tokens, gate, seen.view_as(tokens))
        tokens = torch.addcmul(tokens, mlp_gate, self.mlp(modulated(self.norm_mlp(tokens), mlp_shift, mlp_scale)))
        text = text + read.view_as(text)
        return tokens, text + self.text_mlp(self.norm_text_mlp(text))


class TemporalAttention(nn.Module):
    """Along time, at one place of one view, with times in seconds as positions."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.modulation = Modulation(6, 3, dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.attention = SelfAttention(dim, num_heads)

    def forward(self, tokens: torch.Tensor, around: Surroundings) -> torch.Tensor:
        """Tokens that have seen other times."""
        B, T, V, rows, columns, D = tokens.shape
        shift, scale, gate = self.modulation(around.modulation)
        lines = modulated(self.norm(tokens), shift, scale).movedim(1, 4).reshape(-1, T, D)
        angles = around.angles.repeat_interleave(V * rows * columns, dim=0) if B > 1 else around.angles[0]
        seen = self.attention(lines, angles).view(B, V, rows, columns, T, D).movedim(4, 1)
        return torch.addcmul(tokens, gate, seen)


class CrossViewAttention(nn.Module):
    """Along a row of tokens through all views of an instant."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.modulation = Modulation(9, 3, dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6, elementwise_affine=False)
        self.attention = SelfAttention(dim, num_heads)

    def forward(self, tokens: torch.Tensor, around: Surroundings) -> torch.Tensor:
        """Tokens that have seen their row in the other views."""
        B, T, V, rows, columns, D = tokens.shape
        shift, scale, gate = self.modulation(around.modulation)
        lines = modulated(self.norm(tokens), shift, scale).transpose(2, 3).reshape(-1, V * columns, D)
        seen = self.attention(lines).view(B, T, rows, V, columns, D).transpose(2, 3)
        return torch.addcmul(tokens, gate, seen)


class DraftInjection(nn.Module):
    """LN(h) gamma(g) + beta(g), added to h (LongDWM): the draft's features pull at the tokens of every block that injects.

    gamma and beta are 3 x 3 convolutions that start at 0.
    """

    def __init__(self, guide_dim: int, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.gamma_beta = nn.Conv2d(guide_dim, 2 * dim, 3, padding=1)
        nn.init.zeros_(self.gamma_beta.weight)
        nn.init.zeros_(self.gamma_beta.bias)

    def forward(self, tokens: torch.Tensor, guide: torch.Tensor, mask: RowMask | None = None) -> torch.Tensor:
        """Tokens with the guide (B, T, V, guide_dim, rows, columns), of which a mask keeps what it keeps of the tokens."""
        pull = self.gamma_beta(guide.flatten(0, 2)).unflatten(0, guide.shape[:3]).movedim(3, -1)
        gamma, beta = (pull if mask is None else mask.gather(pull)).chunk(2, dim=-1)
        return torch.addcmul(tokens + beta, self.norm(tokens), gamma)


class Block(nn.Module):
    """One block of the base: spatial, temporal, cross-view, and the draft's pull where it injects."""

    def __init__(self, dim: int, num_heads: int, mlp_ratio: float, guide_dim: int | None) -> None:
        super().__init__()
        self.spatial = SpatialBlock(dim, num_heads, mlp_ratio)
        self.temporal = TemporalAttention(dim, num_heads)
        self.cross_view = CrossViewAttention(dim, num_heads)
        self.inject = DraftInjection(guide_dim, dim) if guide_dim is not None else None

    def forward(
        self,
        tokens: torch.Tensor,
        text: torch.Tensor,
        guide: torch.Tensor | None,
        around: Surroundings,
        mask: RowMask | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and text, after this block."""
        if self.inject is not None and guide is not None:
            tokens = self.inject(tokens, guide, mask)
        tokens, text = self.spatial(tokens, text, around)
        tokens = self.temporal(tokens, around)
        return self.cross_view(tokens, around), text
