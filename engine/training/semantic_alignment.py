"""Localized semantic alignment (LSA): features of drawn pictures are pulled towards those of the true ones, at actors most.

Training alone: nothing of it is there when a clip is drawn. The paper begins with the flow loss alone and adds this in a second
stage; here that is a run of its own, begun from a finished one (`--after`).

Ours, where the paper is silent or its means are not at hand: the error is a mean over features, not a sum; a patch belongs to a
box that overlaps it at all, and boxes are those of vehicles, people and animals; a frame counts by (1 - s)^2, since at high
levels the network's answer can only be a blur; a few frames of a clip are decoded; and where there is no DINOv2 on disk, the
features are those of our own frozen encoder before its last layer, brought to mean 0 and deviation 1 at each place as DINOv2's
are. They know edges and colours, hardly what a thing is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from engine.model.autoencoder import PictureAutoencoder
from engine.training.clips import TrainingClip
from engine.training.collate import Pictures

DYNAMIC = ("vehicle.", "human.", "animal")  # categories of what may move by itself


class Features(Protocol):
    """A frozen extractor."""

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """Feature maps (N, d, h, w) of pictures (N, 3, H, W) from -1 to 1."""
        ...


class EncoderFeatures:
    """Of our own autoencoder: d = its `deep`, a patch is 8 x 8 pixels. See the module."""

    def __init__(self, codec: PictureAutoencoder) -> None:
        """ValueError for an encoder that is being trained: its features could be made alike by making them nothing; and for
        another than ours, whose layers are not known."""
        if not isinstance(codec, PictureAutoencoder):
            raise ValueError(f"features of a {type(codec).__name__}; wanted those of our own autoencoder, or DINOv2's")
        if any(p.requires_grad for p in codec.encoder.parameters()):
            raise ValueError("features of an encoder that is being trained; wanted a frozen one")
        self._layers = codec.encoder[:-1]

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `Features`."""
        found = self._layers(pictures).float().movedim(1, -1)
        return F.layer_norm(found, found.shape[-1:]).movedim(-1, 1)


class DinoFeatures:
    """DINOv2's patch features after its last norm, as in the paper; a patch is 14 x 14 pixels of the resized picture."""

    MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet

    def __init__(self, model: nn.Module) -> None:
        """A Dinov2Model of transformers."""
        self.model = model.eval().requires_grad_(False)

    @classmethod
    def from_folder(cls, folder: Path) -> "DinoFeatures":
        """From a local folder; nothing is downloaded."""
        from transformers import Dinov2Model  # a requirement of this alone

        return cls(Dinov2Model.from_pretrained(folder, local_files_only=True))

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `Features`; sizes that are no multiple of a patch are resized to the nearest one that is."""
        patch = self.model.config.patch_size
        rows, columns = (max(1, round(n / patch)) for n in pictures.shape[-2:])
        resized = F.interpolate(pictures, (rows * patch, columns * patch), mode="bilinear", align_corners=False)
        mean, deviation = (resized.new_tensor(v).view(1, 3, 1, 1) for v in (self.MEAN, self.DEVIATION))
        found = self.model(pixel_values=((resized + 1) / 2 - mean) / deviation).last_hidden_state[:, 1:]
        return found.float().unflatten(1, (rows, columns)).movedim(-1, 1)


def dynamic_patches(clips: Sequence[TrainingClip], size: tuple[int, int], patches: tuple[int, int]) -> torch.Tensor:
    """Which patches (B, T, V, h, w) of pictures of a size (H, W) overlap the box of anything that may move (Eq. 4)."""
    shown = []
    for clip in clips:
        moves = np.array([category.startswith(DYNAMIC) for category in clip.asked.categories], bool)
        shown.append(clip.asked.members[..., moves].any(-1))
    tokens = torch.from_numpy(np.stack(shown)).float()
    pixels = F.interpolate(tokens.flatten(0, 2)[:, None], size)
    return (F.adaptive_max_pool2d(pixels, patches)[:, 0] > 0).unflatten(0, tokens.shape[:3])


def alignment_error(drawn: torch.Tensor, true: torch.Tensor, dynamic: torch.Tensor, alpha: float) -> torch.Tensor:
    """(N,) squared error of feature maps (N, d, h, w), both weighted by alpha where `dynamic` (N, h, w) is set (Eq. 5).

    The weight is inside the square: what is in a box counts alpha^2 times as much."""
    mask = torch.where(dynamic[:, None], alpha, 1.0)
    return ((drawn - true.detach()) * mask).square().mean((1, 2, 3))


@dataclass(frozen=True, slots=True, eq=False)
class SemanticAlignment:
    """The second stage's loss: `flow_share` L_flow + `weight` L_feat, the paper's 0.9 and, with DINOv2, 100.

    Both are to be of one magnitude, says the paper; 1 does that for our encoder's features, which is what None for `features`
    takes. `num_frames` of each clip are looked at; `gated` weighs them by (1 - s)^2."""

    alpha: float = 10.0
    weight: float = 1.0
    flow_share: float = 0.9
    num_frames: int = 2
    gated: bool = True
    features: Features | None = None

    def joined(self, flow: torch.Tensor, feature: torch.Tensor) -> torch.Tensor:
        """Both losses as one."""
        return self.flow_share * flow + self.weight * feature

    def loss(
        self,
        codec: PictureAutoencoder,
        latents: torch.Tensor,
        level: torch.Tensor,
        shown: Pictures,
        clips: Sequence[TrainingClip],
        generator: torch.Generator,
    ) -> torch.Tensor:
        """L_feat of clean latents (B, T, V, C, H, W) at levels (B, T, V), of which some frames of one view are decoded."""
        T, V = latents.shape[1:3]
        t = torch.randperm(T, generator=generator)[: self.num_frames]
        v = int(torch.randint(V, (), generator=generator))
        parts = latents, shown.truth, shown.draft, shown.valid
        z, true, draft, valid = (part[:, t, v].flatten(0, 1).to(latents.device) for part in parts)
        of = self.features or EncoderFeatures(codec)
        with torch.no_grad():
            wanted = of(true)
        found = of(codec.pictures(z, draft, valid).float())
        patches = dynamic_patches(clips, tuple(true.shape[-2:]), tuple(wanted.shape[-2:]))
        dynamic = patches[:, t, v].flatten(0, 1).to(latents.device)
        error = alignment_error(found, wanted, dynamic, self.alpha)
        gate = (1 - level[:, t, v].flatten()).square() if self.gated else torch.ones_like(error)
        return (error * gate).mean()
