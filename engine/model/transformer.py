"""The network: from a noisy clip and what is asked of it to the velocity towards a clean one.

Latents (B, T, V, C, H, W) with a noise level for each frame and view; frames at level 0 are references. The draft goes in
beside the noisy latents and is what the network corrects: its last layer starts at 0, so an untrained network answers "the
draft". A gate at every place, ours, lets it leave alone what the draft has right, which a difference alone hardly learns.
"""

from collections.abc import Sequence

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_outputs import Transformer2DModelOutput
from diffusers.models.modeling_utils import ModelMixin
from torch import nn

from engine.diffusion.path import velocity_towards
from engine.model.blocks import Block, SpatialBlock, TemporalAttention, modulated
from engine.model.clip_reader import NUM_MASKS, Clip, ClipReader
from engine.model.control import ControlBlock, copy_base
from engine.model.detail import Detail, GBufferReader
from engine.model.embeddings import fourier, grid_positions
from engine.model.layout import NUM_CHANNELS
from engine.model.rays import ray_directions
from engine.model.row_mask import MaskTokens, RowMask
from engine.model.told import Told

RAY_FREQS = 3
OPEN, LEAST = 2.0, 0.2  # a gate's logit at first, and how far it stays open: what is behind a shut one learns nothing any more
ENCODING_SHARE = 0.8  # of the blocks see only what mask reconstruction keeps


class WorldTransformer(ModelMixin, ConfigMixin):
    """See the module.

    The first `num_control` blocks have a control copy; the last `num_inject` inject the draft. Around the blocks, convolutions
    of width `detail_dim` work at the latents' resolution; the first of them read the drafts' G-buffers where `gbuffer_channels`
    says that there are any. `mask_reconstruction` adds what MaskGWM needs in training; sampling never runs it.
    """

    _supports_gradient_checkpointing = True
    _no_split_modules = ["Block", "ControlBlock"]
    _repeated_blocks = ["Block"]
    _skip_layerwise_casting_patterns = ["norm", "patch_in"]

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 16,
        patch: int = 2,
        dim: int = 256,
        num_blocks: int = 6,
        num_heads: int = 4,
        mlp_ratio: float = 4.0,
        text_dim: int = 128,
        num_control: int = 3,
        num_inject: int = 3,
        guide_dim: int = 32,
        layout_channels: int = NUM_CHANNELS,
        layout_cell: int = 4,
        layout_hidden: int = 64,
        detail_dim: int = 96,
        mask_reconstruction: bool = False,
        gbuffer_channels: int = 0,
    ) -> None:
        super().__init__()
        if not (0 <= num_control <= num_blocks and 0 <= num_inject <= num_blocks):
            raise ValueError(
                f"{num_control} control and {num_inject} injecting blocks of {num_blocks}; wanted no more than there are"
            )
        # In this order: the same seed is to begin with the same weights.
        self._build_inputs()
        self._build_blocks()
        self._build_outputs()
        self.gradient_checkpointing = False

    def _build_inputs(self) -> None:
        """What makes tokens and conditions of states and what is told."""
        c = self.config
        self.detail_in = Detail(2 * c.latent_channels + NUM_MASKS + c.layout_channels, c.detail_dim, c.dim)
        self.gbuffer_in = GBufferReader(c.gbuffer_channels, c.detail_dim) if c.gbuffer_channels else None
        self.patch_in = nn.Conv2d(c.detail_dim, c.dim, c.patch, c.patch)
        self.ray_in = nn.Linear(3 * (1 + 2 * RAY_FREQS), c.dim)
        layout = c.layout_channels, c.layout_cell, c.layout_hidden
        self.reader = ClipReader(c.dim, c.num_heads, c.text_dim, c.latent_channels, c.patch, c.guide_dim, layout)

    def _build_blocks(self) -> None:
        """The base, its control copies, and what mask reconstruction adds."""
        c = self.config
        guides = [c.guide_dim if i >= c.num_blocks - c.num_inject else None for i in range(c.num_blocks)]
        self.blocks = nn.ModuleList(Block(c.dim, c.num_heads, c.mlp_ratio, guide_dim) for guide_dim in guides)
        self.controls = nn.ModuleList(ControlBlock(c.dim, c.num_heads, c.mlp_ratio) for _ in range(c.num_control))
        copy_base(self.controls, [block.spatial for block in self.blocks])
        self.mask_tokens = MaskTokens(c.latent_channels, c.patch, c.dim) if c.mask_reconstruction else None
        self.mask_spatial = SpatialBlock(c.dim, c.num_heads, c.mlp_ratio) if c.mask_reconstruction else None
        self.mask_temporal = TemporalAttention(c.dim, c.num_heads) if c.mask_reconstruction else None

    def _build_outputs(self) -> None:
        """What makes of tokens a correction of the draft, at first 0, and its gate."""
        c = self.config
        self.norm_out = nn.LayerNorm(c.dim, eps=1e-6, elementwise_affine=False)
        self.modulation_out = nn.Linear(c.dim, 2 * c.dim)
        self.out = nn.Linear(c.dim, c.patch * c.patch * c.detail_dim)
        self.detail_out = Detail(c.detail_dim, c.detail_dim, c.dim)
        self.correct = nn.Conv2d(c.detail_dim, c.latent_channels + 1, 1)
        nn.init.zeros_(self.correct.weight)
        nn.init.zeros_(self.correct.bias)
        nn.init.constant_(self.correct.bias[-1:], OPEN)

    def forward(
        self,
        hidden_states: torch.Tensor,
        timestep: torch.Tensor,
        told: Told,
        row_mask: RowMask | None = None,
        noise: torch.Tensor | None = None,
        return_dict: bool = True,
    ) -> Transformer2DModelOutput | tuple[torch.Tensor]:
        """The velocity (B, T, V, C, H, W) at states `hidden_states` of the same shape, at levels `timestep` (B, T, V), 0 to
        1.

        With `row_mask`, tokens are dropped and brought back, for training; that asks for the `noise` that is in the states.
        States are seen nowhere where they are dropped. MaskGWM's mask is on states alone (Eq. 2), and so is ours: the draft is
        a condition, as the layout is, and stays.
        ValueError where sizes do not fit together.
        """
        x = hidden_states
        self._check(x, timestep)
        draft, masks = _draft(x, told)
        clip = self.reader(told, timestep, torch.cat([draft, masks], dim=3))
        shown = None if row_mask is None else row_mask.shown(self.config.patch)
        state = x if shown is None else x * shown  # before the convolutions, or what is kept would tell of its neighbours
        inputs = torch.cat([state, draft, masks, self._resized(told.layout, x, self.config.layout_channels)], dim=3)
        fine = self.detail_in(inputs, clip.frames, self._seen(x, told))
        tokens = self._tokens(fine, told)
        text = clip.text[:, None, None].expand(-1, *x.shape[1:3], -1, -1)
        if row_mask is None:
            tokens, _ = self._run(range(len(self.blocks)), tokens, text, clip)
        else:
            members = None if told.instances is None else told.instances.members
            tokens = self._masked(tokens, text, clip, row_mask, members, self._mask_tokens(noise, timestep))
            fine = fine * shown  # what is dropped comes back through the blocks, not past them
        shift, scale = self.modulation_out(clip.frames)[:, :, :, None, None].chunk(2, dim=-1)
        coarse = self._unpatched(self.out(modulated(self.norm_out(tokens), shift, scale)))
        detail = self.detail_out(fine + coarse, clip.frames)
        correction, gate = self.correct(detail.flatten(0, 2)).unflatten(0, x.shape[:3]).split((x.shape[3], 1), dim=3)
        v = velocity_towards(x, draft + (LEAST + (1 - LEAST) * torch.sigmoid(gate)) * correction, timestep)
        return Transformer2DModelOutput(sample=v) if return_dict else (v,)

    def _check(self, x: torch.Tensor, level: torch.Tensor) -> None:
        channels, patch = self.config.latent_channels, self.config.patch
        if x.dim() != 6 or x.shape[3] != channels or x.shape[4] % patch or x.shape[5] % patch:
            raise ValueError(f"latents {tuple(x.shape)}; wanted (B, T, V, {channels}, H, W) with H and W multiples of {patch}")
        if level.shape != x.shape[:3]:
            raise ValueError(f"levels {tuple(level.shape)} for latents {tuple(x.shape)}; wanted {tuple(x.shape[:3])}")

    def _resized(self, shown: torch.Tensor | None, x: torch.Tensor, channels: int) -> torch.Tensor:
        """A layout or G-buffer (B, T, V, channels, H, W) at the latents' resolution; zeros where there is none."""
        if shown is None:
            return x.new_zeros(*x.shape[:3], channels, *x.shape[4:])
        small = nn.functional.adaptive_avg_pool2d(shown.flatten(0, 2), x.shape[4:])
        return small.unflatten(0, x.shape[:3]).to(x.dtype)

    def _seen(self, x: torch.Tensor, told: Told) -> torch.Tensor | float:
        """What the G-buffers add to the first features."""
        if self.gbuffer_in is None:
            return 0.0
        gbuffer, present = self._resized(told.gbuffer, x, self.config.gbuffer_channels), told.present.get("gbuffer")
        return self.gbuffer_in(gbuffer if present is None else gbuffer * present.view(-1, 1, 1, 1, 1, 1))

    def _tokens(self, x: torch.Tensor, told: Told) -> torch.Tensor:
        """Tokens (B, T, V, rows, columns, D) that know where in their picture they are and where their camera looks there."""
        tokens = self.patch_in(x.flatten(0, 2)).unflatten(0, x.shape[:3]).movedim(3, -1)
        rows, columns, dim = tokens.shape[3:]
        tokens = tokens + grid_positions(rows, columns, dim, x.device).to(tokens.dtype)
        if told.cameras is None:
            return tokens
        rays = self.ray_in(fourier(ray_directions(told.cameras, rows, columns), RAY_FREQS).to(tokens.dtype))
        present = told.present.get("cameras")
        if present is not None:
            rays = rays * present.view(-1, 1, 1, 1, 1)
        return tokens + rays[:, None]

    def _run(
        self, which: Sequence[int], tokens: torch.Tensor, text: torch.Tensor, clip: Clip
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens and text through some of the blocks, each with its control copy."""
        control = torch.zeros_like(tokens) if clip.layout is None else clip.layout
        for i in which:
            before = text
            tokens, text = self._call(self.blocks[i], tokens, text, clip.guide, clip.around, clip.mask)
            if i < len(self.controls):
                control, told = self._call(self.controls[i], control, tokens, before, clip.identities, clip.around)
                tokens = tokens + told
        return tokens, text

    def _call(self, block: nn.Module, *inputs: object) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
        if torch.is_grad_enabled() and self.gradient_checkpointing:
            return self._gradient_checkpointing_func(block, *inputs)
        return block(*inputs)

    def _masked(
        self,
        tokens: torch.Tensor,
        text: torch.Tensor,
        clip: Clip,
        mask: RowMask,
        members: torch.Tensor | None,
        mask_tokens: torch.Tensor,
    ) -> torch.Tensor:
        """MaskGWM, Eq. 2: the first blocks see what is kept; one block fills in the rest; the last blocks see everything.

        The one block is spatial or temporal (Eq. 4); our temporal one has no MLP of its own."""
        encoding = max(len(self.controls), round(ENCODING_SHARE * len(self.blocks)))
        kept, text = self._run(range(encoding), mask.gather(tokens), text, clip.masked(mask, members))
        whole = mask.scatter(kept, mask_tokens)
        if mask.shared:
            filled, _ = self._call(self.mask_spatial, whole, text, clip.around)
        else:
            filled = self._call(self.mask_temporal, whole, clip.around)
        whole = torch.where(mask.dropped()[..., None], filled, whole)
        return self._run(range(encoding, len(self.blocks)), whole, text, clip)[0]

    def _mask_tokens(self, noise: torch.Tensor | None, level: torch.Tensor) -> torch.Tensor:
        if self.mask_tokens is None:
            raise ValueError(
                "a row mask for a network without mask reconstruction; wanted one made with mask_reconstruction=True"
            )
        if noise is None:
            raise ValueError("a row mask and no noise; wanted the noise that is in the states")
        return self.mask_tokens(noise, level)

    def _unpatched(self, cells: torch.Tensor) -> torch.Tensor:
        """Features (B, T, V, C, H, W) of tokens (B, T, V, rows, columns, patch * patch * C)."""
        patch = self.config.patch
        cells = cells.unflatten(-1, (patch, patch, -1))  # B T V r c y x C
        return cells.permute(0, 1, 2, 7, 3, 5, 4, 6).flatten(6, 7).flatten(4, 5)


def _draft(x: torch.Tensor, told: Told) -> tuple[torch.Tensor, torch.Tensor]:
    """The draft, and its masks (B, T, V, NUM_MASKS, H, W); without one, zeros of which nothing is valid and all may
    change."""
    nothing = torch.zeros_like(x[:, :, :, :1])
    draft = torch.zeros_like(x) if told.draft is None else told.draft
    valid = nothing if told.valid is None or told.draft is None else told.valid
    dirty = nothing + 1 if told.dirty is None else told.dirty
    present = told.present.get("draft")
    if present is not None:
        present = present.view(-1, 1, 1, 1, 1, 1)
        draft, valid = draft * present, valid * present
    return draft, torch.cat([valid, dirty], dim=3)
