"""How the network takes in what it is told: everything of a clip that all blocks share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import nn

from engine.model.attention import time_angles
from engine.model.blocks import NUM_MODULATIONS, Surroundings
from engine.model.control import LayoutEmbedder
from engine.model.embeddings import Droppable, LevelEmbedder
from engine.model.foreground import Foreground
from engine.model.instance_attention import IdentityTokens
from engine.model.row_mask import RowMask
from engine.model.told import NUM_ACTION, NUM_CAMERA, NUM_WAYPOINTS, Told

NUM_MASKS = 2  # valid and dirty, which go with the draft


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What was read of a clip."""

    frames: torch.Tensor  # (B, T, V, D)
    text: torch.Tensor  # (B, L, D)
    guide: torch.Tensor  # (B, T, V, guide_dim, rows, columns)
    layout: torch.Tensor | None  # (B, T, V, rows, columns, D)
    identities: tuple[torch.Tensor, Foreground] | None
    around: Surroundings
    mask: RowMask | None = None  # what of the tokens is kept

    def masked(self, mask: RowMask, members: torch.Tensor | None) -> Clip:
        """The same for blocks that see only what a mask keeps; `members` are those of all tokens."""
        identities = self.identities
        if identities is not None:
            identities = identities[0], Foreground.of(mask.gather(members).flatten(1, 4))
        dropped = mask.kept.shape[-2] * (mask.columns - mask.kept.shape[-1])
        around = replace(
            self.around, allowed=self.around.allowed[..., dropped:]
        )  # pictures come first, and all of them is seen
        layout = None if self.layout is None else mask.gather(self.layout)
        return replace(self, layout=layout, identities=identities, around=around, mask=mask)


class ClipReader(nn.Module):
    """Embeds levels, times, cameras, the ego's way, text, layout and identities, each of which may be missing."""

    def __init__(
        self,
        dim: int,
        num_heads: int,
        text_dim: int,
        latent_channels: int,
        patch: int,
        guide_dim: int,
        layout: tuple[int, int, int],
    ) -> None:
        """`layout` is the number of channels, the pixels of a cell, and the width that cells are squeezed to."""
        super().__init__()
        self.head_dim = dim // num_heads
        self.text_in = nn.Linear(text_dim, dim)
        self.change_in = nn.Linear(text_dim, dim, bias=False)
        self.no_text = nn.Parameter(torch.zeros(dim))
        self.level_in = LevelEmbedder(dim)
        self.rate_in = Droppable(1, dim)
        self.camera_in = Droppable(NUM_CAMERA, dim)
        self.waypoints_in = Droppable(3 * NUM_WAYPOINTS, dim)
        self.action_in = Droppable(NUM_ACTION, dim)
        self.modulation = nn.Linear(dim, NUM_MODULATIONS * dim)
        self.guide_in = nn.Conv2d(latent_channels + NUM_MASKS, guide_dim, patch, patch)
        self.layout_in = LayoutEmbedder(*layout, dim)
        self.identities_in = IdentityTokens(text_dim, dim)

    def forward(self, told: Told, level: torch.Tensor, draft: torch.Tensor) -> Clip:
        """For levels (B, T, V) and the draft's latents with its masks (B, T, V, C + NUM_MASKS, H, W)."""
        guide = self.guide_in(draft.flatten(0, 2)).unflatten(0, draft.shape[:3])
        text, read = self._text(told, level.shape[0])
        frames = self._frames(told, level) + self._change(told)
        num_tokens = guide.shape[-2] * guide.shape[-1]
        pictures = torch.ones((len(text), num_tokens), dtype=torch.bool, device=text.device)
        modulation = self.modulation(nn.functional.silu(frames)).unflatten(-1, (NUM_MODULATIONS, -1))
        around = Surroundings(
            modulation, time_angles(told.times_s, self.head_dim), torch.cat([pictures, read], dim=1)[:, None, None]
        )
        layout = None if told.layout is None else self.layout_in(told.layout)
        identities = None
        if told.instances is not None:
            identities = self.identities_in(told.instances), told.instances.foreground
        return Clip(frames, text, guide, layout, identities, around)

    def _frames(self, told: Told, level: torch.Tensor) -> torch.Tensor:
        """A vector for each frame and view."""
        present = told.present
        rate = None
        if told.times_s.shape[1] > 1:
            rate = torch.log2(1 / told.times_s.diff(dim=1).mean(dim=1, keepdim=True).clamp(min=1e-3))
        frames = self.level_in(level)
        frames = frames + _over(self.rate_in(rate, present.get("rate")), (1, 2))
        frames = frames + _over(self.camera_in(told.cameras, present.get("cameras")), (1,))
        waypoints = None if told.waypoints is None else told.waypoints.flatten(-2)
        frames = frames + _over(self.waypoints_in(waypoints, present.get("waypoints")), (2,))
        return frames + _over(self.action_in(told.action, present.get("action")), (2,))

    def _change(self, told: Told) -> torch.Tensor | float:
        """What a change of words adds to every frame's vector. SD3 adds a pooled text; ours subtracts the recording's, since
        the draft has its light, and nothing is to change where nothing else is asked for."""
        if told.change is None:
            return 0.0
        change, present = self.change_in(told.change), told.present.get("change")
        return _over(change if present is None else change * present[:, None], (1, 2))

    def _text(self, told: Told, num_clips: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens (B, L, D) and which of them are no padding."""
        if told.text is None:
            return self.no_text.expand(num_clips, 1, -1), torch.ones(
                (num_clips, 1), dtype=torch.bool, device=self.no_text.device
            )
        text = self.text_in(told.text)
        present = told.present.get("text")
        if present is not None:
            text = torch.where(present[:, None, None], text, self.no_text)
        read = torch.ones(text.shape[:2], dtype=torch.bool, device=text.device) if told.text_mask is None else told.text_mask
        return text, read


def _over(x: torch.Tensor, axes: tuple[int, ...]) -> torch.Tensor:
    """A vector that stands for all as it is; others with the axes of frames or views that they lack."""
    if x.dim() == 1:
        return x
    for axis in axes:
        x = x.unsqueeze(axis)
    return x
