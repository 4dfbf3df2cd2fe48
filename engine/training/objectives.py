"""What one step of each kind of run minimises."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from engine.diffusion.path import clean, noised
from engine.diffusion.schedules import training_levels
from engine.model.autoencoder import PictureAutoencoder
from engine.model.row_mask import RowMask
from engine.model.told import Told
from engine.training.batches import Batches
from engine.training.clips import TrainingClip
from engine.training.collate import Pictures, pictures, posed
from engine.training.distill import Distillation
from engine.training.losses import (
    KEPT_WEIGHT,
    flow_error,
    gain,
    instance_masked,
    picture_loss,
    sharpness_loss,
    structure_loss,
    weight_of_dirty,
)
from engine.training.semantic_alignment import SemanticAlignment

DIRTY_WEIGHT = 4.0  # what may change is what an autoencoder is to learn most of all
GOOD, GOOD_PICTURE = 0.3, 0.1  # errors, of latents and of pictures; a clip whose own is well below counts no more for it


@dataclass(frozen=True, slots=True)
class AutoencoderObjective:
    """There and back, with the draft's help for some pictures, and with latents that are a little off for others."""

    draft_share: float = 0.5
    jitter: float = 0.1
    latent_weight: float = 1e-3

    def loss(self, networks: nn.ModuleDict, clips: list[TrainingClip], step_seed: int, dtype: torch.dtype) -> torch.Tensor:
        """Of one batch."""
        codec: PictureAutoencoder = networks["autoencoder"]
        device = next(codec.parameters()).device
        some = _flat(pictures(clips), device)
        generator = torch.Generator().manual_seed(step_seed)
        helped = (torch.rand(len(some.truth), 1, 1, 1, generator=generator) < self.draft_share).to(some.valid)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            z = codec.latents(some.truth)
            off = torch.randn(z.shape, generator=generator).to(z) * self.jitter * z.detach().std()
            drawn = codec.pictures(z + off, some.draft, some.valid * helped)
        weight = 1 + DIRTY_WEIGHT * some.dirty
        return picture_loss(drawn.float(), some.truth, weight) + self.latent_weight * z.float().square().mean()


@dataclass(frozen=True, slots=True)
class WorldObjective:
    """The flow loss towards the truth's latents, weighted where pictures may change; see `WorldTransformer`. What is minimised
    is its logarithm, less that of the draft's own (`gain`), and likewise for pictures, with the price of blur beside it
    (`sharpness_loss`, weighed by `sharpness`).

    `instance_share` is ConsisDrive's alpha, which the paper does not give; `structure` LongDWM's beta_s; `mask_share` of the
    steps run MaskGWM's mask reconstruction; `picture` weighs the error of `num_seen` decoded frames of each clip. From them
    the decoder learns too, where it is trained: what the draft is worth beside latents that are a guess. `alignment` adds
    LSA; `distillation` LongDWM's, with which clips are cut down to their key frames."""

    shift: float = 1.0
    drop: float = 0.1
    instance_share: float = 0.3
    structure: float = 0.1
    picture: float = 1.0
    num_seen: int = 2
    sharpness: float = 0.05  # chosen: of large errors, half the true sharpness costs what 0.2 dB do and a tenth what 2.3 do
    mask_share: float = 0.0
    mask_ratio: float = 0.25
    alignment: SemanticAlignment | None = None
    distillation: Distillation | None = None

    def loss(self, networks: nn.ModuleDict, clips: list[TrainingClip], step_seed: int, dtype: torch.dtype) -> torch.Tensor:
        """Of one batch."""
        codec, net = networks["autoencoder"], networks["transformer"]
        device = next(net.parameters()).device
        generator, rng = torch.Generator().manual_seed(step_seed), np.random.default_rng(step_seed)
        fine, clips = clips, clips if self.distillation is None else self.distillation.coarse(clips)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            asked = posed(networks, clips, self.drop, rng)
            shown, what, x0 = asked.shown, asked.told, asked.answer
            level = training_levels(x0.shape[:3], generator, self.shift).to(device)
            noise, finer = self._noise(x0, generator)
            x = noised(x0, noise, level)
            v = net(x, level, what, self._mask(x, net.config.patch, generator), noise).sample
            x0_hat = clean(x, v.float(), level)
            seen = self._seen(codec, x0_hat, shown, generator)
            other = torch.Generator().manual_seed(step_seed + 1)  # so that the flow loss is what it would be alone
            apart = None if self.alignment is None else self.alignment.loss(codec, x0_hat, level, shown, clips, other)
        loss = self._judged(x0_hat, x0, level, what, generator) + seen
        if self.distillation is not None:
            loss = loss + self.distillation.loss(networks, fine, x0_hat, level, asked, finer, dtype)
        return loss if apart is None else self.alignment.joined(loss, apart)

    def _noise(self, x0: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor | None]:
        """For clips like these, and for the segments of which they are the key frames where there are any."""
        if self.distillation is not None:
            return self.distillation.noise(x0, generator)
        return torch.randn(x0.shape, generator=generator).to(x0), None

    def _mask(self, x: torch.Tensor, patch: int, generator: torch.Generator) -> RowMask | None:
        if self.mask_share == 0 or float(torch.rand((), generator=generator)) >= self.mask_share:
            return None
        shared = bool(torch.rand((), generator=generator) < 0.5)  # the spatial branch as often as the temporal one; ours
        shape = (*x.shape[:3], x.shape[4] // patch, x.shape[5] // patch)
        mask = RowMask.draw(shape, self.mask_ratio, shared, generator)
        return replace(mask, kept=mask.kept.to(x.device))

    def _judged(
        self, x0_hat: torch.Tensor, x0: torch.Tensor, level: torch.Tensor, what: Told, generator: torch.Generator
    ) -> torch.Tensor:
        error = flow_error(x0_hat, x0, level)
        dirty = (what.dirty > 0).float()
        weight = weight_of_dirty(what.dirty)
        of_draft = flow_error(what.draft, x0, level)
        foreground = torch.zeros_like(error, dtype=torch.bool)
        if what.instances is not None:
            tokens = what.instances.members.any(-1).float()
            size = error.shape[-2:]
            foreground = F.interpolate(tokens.flatten(0, 1), size=size).unflatten(0, tokens.shape[:2]) > 0
        errors = error * weight, of_draft * weight
        found, drafted = instance_masked(errors, foreground, self.instance_share, generator)
        return gain(found, drafted, GOOD).mean() + self.structure * structure_loss(x0 + (x0_hat - x0) * dirty, x0)

    def _seen(
        self, codec: PictureAutoencoder, x0_hat: torch.Tensor, shown: Pictures, generator: torch.Generator
    ) -> torch.Tensor:
        """How much worse than the draft some frames of each clip are as pictures, and how far from as sharp as the truth."""
        if self.picture == 0:
            return x0_hat.new_zeros(())
        num = min(self.num_seen, x0_hat.shape[1])
        t = torch.randperm(x0_hat.shape[1], generator=generator)[:num]
        v = int(torch.randint(x0_hat.shape[2], (), generator=generator))
        parts = (x0_hat, shown.truth, shown.draft, shown.valid, shown.dirty)
        clips = zip(*(p[:, t, v].to(x0_hat.device) for p in parts), strict=True)
        return self.picture * torch.stack([self._picture_gain(codec, *clip) for clip in clips]).mean()

    def _picture_gain(
        self, codec: PictureAutoencoder, z: torch.Tensor, true: torch.Tensor, draft: torch.Tensor, *masks: torch.Tensor
    ) -> torch.Tensor:
        valid, dirty = masks
        weight = KEPT_WEIGHT + dirty
        drawn = codec.pictures(z, draft, valid).float()
        blurred = self.sharpness * sharpness_loss(drawn, true, dirty)
        return gain(picture_loss(drawn, true, weight), picture_loss(draft, true, weight), GOOD_PICTURE) + blurred


Objective = AutoencoderObjective | WorldObjective


def loss_of_step(
    objective: Objective, networks: nn.ModuleDict, batches: Batches, step: int, dtype: torch.dtype
) -> torch.Tensor:
    """The loss of a run's n-th step; all chance in it follows from the run's seed and the step."""
    return objective.loss(networks, batches.batch(step), batches.seed * 1_000_003 + step, dtype)


def _flat(p: Pictures, device: torch.device) -> Pictures:
    return Pictures(*(t.flatten(0, 2).to(device) for t in (p.truth, p.draft, p.valid, p.dirty)))
