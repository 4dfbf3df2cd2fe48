"""Pictures as latents and back, one picture at a time, so that every frame can be conditioned, kept and drawn on its own.

Latents of a small autoencoder carry no fine detail, and a draft has it already. So a picture is what its latents decode to,
and the draft's detail on top: what the draft has and its own latents do not. Latents that are the draft's give the draft
back, to the last level. Any of diffusers' image autoencoders can take the place of ours (`engine.model.pretrained`).
"""

from typing import Protocol

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import nn

SQUEEZE = 4  # pixels of a cell at the finest width, each way; thinner layers at full size are what costs on a CPU


class PictureCodec(Protocol):
    """What the pipeline asks of an autoencoder. Pictures are (N, 3, H, W) from -1 to 1; H and W multiples of `factor`."""

    latent_channels: int
    factor: int

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """(N, latent_channels, H / factor, W / factor), of about unit variance."""
        ...

    def pictures(
        self,
        latents: torch.Tensor,
        draft: torch.Tensor | None,
        valid: torch.Tensor | None,
        draft_latents: torch.Tensor | None,
    ) -> torch.Tensor:
        """The way back; `draft` (N, 3, H, W) and where it is `valid` (N, 1, H, W) may help. Whoever has its latents already
        gives them too."""
        ...


class Residual(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Of the same shape."""
        return x + self.second(nn.functional.silu(self.first(nn.functional.silu(x))))


class DetailGain(nn.Module):
    """How much of a draft's detail stays where latents are not the draft's: at night a façade has less of it, and where
    something else stands there is none. Exactly 1 where both are the same."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.compare = nn.Conv2d(2 * width, hidden, 3, padding=1)
        self.judge = nn.Conv2d(hidden, 3, 3, padding=1, bias=False)
        nn.init.zeros_(self.judge.weight)

    def forward(self, asked: torch.Tensor, draft: torch.Tensor) -> torch.Tensor:
        """Gains (N, 3, H, W), 0 to 2, of features (N, width, H, W) of what is asked for and of the draft."""
        differs = nn.functional.silu(self.compare(torch.cat([asked, draft], dim=1)))
        alike = nn.functional.silu(self.compare(torch.cat([draft, draft], dim=1)))
        return 2 * torch.sigmoid(self.judge(differs - alike))


class PictureAutoencoder(ModelMixin, ConfigMixin):
    """Cells of 4 x 4 pixels at `width` channels, then 8 x 8 at `deep`, then latents."""

    factor = 2 * SQUEEZE

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 16,
        width: int = 64,
        deep: int = 96,
        num_residual: int = 2,
        mean: float = 0.0,
        deviation: float = 1.0,
    ) -> None:
        """`mean` and `deviation` of raw latents over the training pictures bring them to unit variance."""
        super().__init__()
        cell = SQUEEZE * SQUEEZE
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(SQUEEZE),
            nn.Conv2d(3 * cell, width, 3, padding=1),
            *(Residual(width) for _ in range(num_residual)),
            nn.Conv2d(width, deep, 4, stride=2, padding=1),
            *(Residual(deep) for _ in range(num_residual)),
            nn.Conv2d(deep, latent_channels, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(latent_channels, deep, 3, padding=1),
            *(Residual(deep) for _ in range(num_residual)),
            nn.Conv2d(deep, 4 * width, 3, padding=1),
            nn.PixelShuffle(2),
            *(Residual(width) for _ in range(num_residual)),
            nn.SiLU(),
        )
        self.colours = nn.Sequential(nn.Conv2d(width, 3 * cell, 3, padding=1), nn.PixelShuffle(SQUEEZE))
        self.gain = DetailGain(width, width // 2)

    @property
    def latent_channels(self) -> int:
        """Of the latents."""
        return self.config.latent_channels

    def freeze_encoder(self) -> None:
        """Let the decoder learn, and nothing else: if the encoder did, what latents mean would change under the network."""
        self.requires_grad_(True)
        self.encoder.requires_grad_(False)

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `PictureCodec`."""
        return (self.encoder(pictures) - self.config.mean) / self.config.deviation

    def pictures(
        self,
        latents: torch.Tensor,
        draft: torch.Tensor | None = None,
        valid: torch.Tensor | None = None,
        draft_latents: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """See `PictureCodec`."""
        features = self._features(latents)
        if draft is None or valid is None:
            return self.colours(features)
        own = self._features(self.latents(draft) if draft_latents is None else draft_latents)
        drawn, drafted = self.colours(torch.cat([features, own])).chunk(2)
        gain = nn.functional.interpolate(self.gain(features, own), scale_factor=SQUEEZE, mode="bilinear")
        return drawn + valid * gain * (draft - drafted)

    def _features(self, latents: torch.Tensor) -> torch.Tensor:
        return self.decoder(latents * self.config.deviation + self.config.mean)

    def forward(
        self, pictures: torch.Tensor, draft: torch.Tensor | None = None, valid: torch.Tensor | None = None
    ) -> torch.Tensor:
        """There and back."""
        return self.pictures(self.latents(pictures), draft, valid)
