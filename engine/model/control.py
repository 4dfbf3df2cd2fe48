"""The control branch: copies of the first blocks that read what is asked for and tell the base, at first nothing.

As in ControlNet and InstaDrive: x_c = 0-linear(layout); then for each block x_c = copy(x_c + x), instance-masked attention
on it (ConsisDrive), x = x + 0-linear(x_c).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import nn

from engine.model.blocks import SpatialBlock, Surroundings
from engine.model.foreground import Foreground
from engine.model.instance_attention import InstanceMaskedAttention


def zero_linear(num_inputs: int, dim: int) -> nn.Linear:
    """A linear layer that gives 0 until it is trained."""
    layer = nn.Linear(num_inputs, dim)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class LayoutEmbedder(nn.Module):
    """Layout pictures, cells of cell x cell pixels for each token, as tokens; at first 0."""

    def __init__(self, channels: int, cell: int, hidden: int, dim: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, hidden, cell, cell)
        self.out = zero_linear(hidden, dim)

    def forward(self, layout: torch.Tensor) -> torch.Tensor:
        """(B, T, V, channels, rows * cell, columns * cell) as (B, T, V, rows, columns, D)."""
        seen = nn.functional.gelu(self.squeeze(layout.flatten(0, 2)))
        return self.out(seen.unflatten(0, layout.shape[:3]).movedim(3, -1))


class ControlBlock(nn.Module):
    """One block of the branch."""

    def __init__(self, dim: int, num_heads: int, mlp_ratio: float) -> None:
        super().__init__()
        self.spatial = SpatialBlock(dim, num_heads, mlp_ratio)
        self.instances = InstanceMaskedAttention(dim, num_heads)
        self.out = zero_linear(dim, dim)

    def forward(
        self,
        control: torch.Tensor,
        tokens: torch.Tensor,
        text: torch.Tensor,
        identities: tuple[torch.Tensor, Foreground] | None,
        around: Surroundings,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The branch's tokens after this block, and what to add to the base's."""
        control, _ = self.spatial(control + tokens, text, around)
        if identities is not None:
            B = control.shape[0]
            control = self.instances(control.reshape(B, -1, control.shape[-1]), *identities).view_as(control)
        return control, self.out(control)

    @torch.no_grad()
    def copy_base(self, block: SpatialBlock) -> None:
        """Take over a base block's weights, as control branches begin."""
        self.spatial.load_state_dict(copy.deepcopy(block.state_dict()))


def copy_base(controls: Sequence[ControlBlock], bases: Sequence[SpatialBlock]) -> None:
    """Make every block of a branch a copy of the base's block beside it."""
    for control, base in zip(controls, bases, strict=False):
        control.copy_base(base)
