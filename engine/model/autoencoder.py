"""Pictures as latents and back, one picture at a time, so that every frame can be conditioned, kept and drawn on its own.

The default autoencoder is ours and small. Its decoder may look at the draft: what the draft has right keeps its recorded
detail, and the latents only have to carry the difference. Any other of diffusers' image autoencoders can take its place.
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

    def pictures(self, latents: torch.Tensor, draft: torch.Tensor | None, valid: torch.Tensor | None) -> torch.Tensor:
        """The way back; `draft` (N, 3, H, W) and where it is `valid` (N, 1, H, W) may help."""
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
        self.decode_deep = nn.Sequential(
            nn.Conv2d(latent_channels, deep, 3, padding=1),
            *(Residual(deep) for _ in range(num_residual)),
            nn.Conv2d(deep, 4 * width, 3, padding=1),
            nn.PixelShuffle(2),
        )
        self.draft_in = nn.Sequential(nn.PixelUnshuffle(SQUEEZE), nn.Conv2d(4 * cell, width, 3, padding=1))
        self.decode_fine = nn.Sequential(
            *(Residual(width) for _ in range(num_residual)),
            nn.SiLU(),
            nn.Conv2d(width, 4 * cell, 3, padding=1),
            nn.PixelShuffle(SQUEEZE),
        )

    @property
    def latent_channels(self) -> int:
        """Of the latents."""
        return self.config.latent_channels

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `PictureCodec`."""
        return (self.encoder(pictures) - self.config.mean) / self.config.deviation

    def pictures(
        self, latents: torch.Tensor, draft: torch.Tensor | None = None, valid: torch.Tensor | None = None
    ) -> torch.Tensor:
        """See `PictureCodec`. One more channel of the last layer says how far the draft's own pixel is to be believed."""
        x = self.decode_deep(latents * self.config.deviation + self.config.mean)
        if draft is None:
            draft = x.new_zeros(len(x), 3, x.shape[2] * SQUEEZE, x.shape[3] * SQUEEZE)
        valid = draft.new_zeros(len(x), 1, *draft.shape[2:]) if valid is None else valid
        guide = torch.cat([draft * valid, valid], dim=1)
        colour, belief = self.decode_fine(x + self.draft_in(guide)).split((3, 1), dim=1)
        return colour + torch.sigmoid(belief) * valid * draft

    def forward(
        self, pictures: torch.Tensor, draft: torch.Tensor | None = None, valid: torch.Tensor | None = None
    ) -> torch.Tensor:
        """There and back."""
        return self.pictures(self.latents(pictures), draft, valid)


class DiffusersAutoencoder:
    """Any image autoencoder of diffusers as a `PictureCodec`.

    What it loses of the draft is given back where the draft is valid: decode(z) + draft - decode(encode(draft)); ours."""

    def __init__(self, model: ModelMixin, factor: int) -> None:
        """`model` has encode and decode as diffusers' image autoencoders have; `factor` is how many pixels a latent spans."""
        self.model, self.factor = model, factor
        self.latent_channels = int(model.config.latent_channels)
        self._scale = float(getattr(model.config, "scaling_factor", None) or 1.0)
        self._shift = float(getattr(model.config, "shift_factor", None) or 0.0)

    def latents(self, pictures: torch.Tensor) -> torch.Tensor:
        """See `PictureCodec`; of a distribution, its mode."""
        encoded = self.model.encode(pictures)
        raw = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded[0]
        return (raw - self._shift) * self._scale

    def pictures(
        self, latents: torch.Tensor, draft: torch.Tensor | None = None, valid: torch.Tensor | None = None
    ) -> torch.Tensor:
        """See `PictureCodec`."""
        out = self._decoded(latents)
        if draft is None or valid is None:
            return out
        return out + valid * (draft - self._decoded(self.latents(draft)))

    def _decoded(self, latents: torch.Tensor) -> torch.Tensor:
        return self.model.decode(latents / self._scale + self._shift).sample
