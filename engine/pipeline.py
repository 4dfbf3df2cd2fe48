"""The one place where the networks and the diffusion meet: from what is asked of a clip, and its drafts, to pictures.

A clip is drawn in steps that can be watched and stopped. Each frame and view starts at a level of its own: 1 for what is
drawn anew, 0 for a reference that stays as it is, between them for an anchor that is corrected together with the frames
around it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils import BaseOutput
from numpy.typing import NDArray

from engine.diffusion.anchors import renoised
from engine.diffusion.guidance import guided
from engine.diffusion.keep import Kept, composed
from engine.diffusion.noise import clip_noise
from engine.diffusion.path import spread
from engine.diffusion.samplers import euler
from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.asked import TOKEN, Asked
from engine.model.autoencoder import PictureAutoencoder
from engine.model.conditioning import tell
from engine.model.drafts import Drafts, pictures_of, share_of, tensor_of
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.relight import Relight
from engine.model.text import WordEncoder
from engine.model.told import UNGUIDED, Told
from engine.model.transformer import WorldTransformer


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """What to draw: T frames and V views.

    `start` (T, V) are the levels; frames below 1 begin from `known` (T, V, H, W, 3).
    """

    asked: Asked
    drafts: Drafts
    frames: tuple[int, ...]  # absolute, so that noise belongs to a place in the drive
    views: tuple[str, ...]
    start: NDArray[np.float32]
    known: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        """ValueError where the parts do not fit together."""
        shape = len(self.frames), len(self.views)
        if self.start.shape != shape or self.drafts.pictures.shape[:2] != shape:
            got = f"start levels {self.start.shape} and drafts {self.drafts.pictures.shape[:2]}"
            raise ValueError(f"{got} for {shape[0]} frames of {shape[1]} views")
        if bool((self.start < 1).any()) and self.known is None:
            raise ValueError("frames to begin from what is known, and nothing known; wanted pictures for start levels below 1")


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw: every step asks the network once, or twice where `guidance` is not 1."""

    num_steps: int = 2
    guidance: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A step of a clip: latents of what the network takes it to be so far, which only become pictures when they are looked
    at."""

    number: int
    total: int
    latents: torch.Tensor  # (T, V, C, H, W)
    drafted: torch.Tensor  # the drafts' own, of the same shape

    @property
    def is_final(self) -> bool:
        """Whether no step follows."""
        return self.number == self.total


@dataclass
class WorldPipelineOutput(BaseOutput):
    """`pictures` (T, V, H, W, 3), RGB bytes."""

    pictures: NDArray[np.uint8]


class WorldPipeline(DiffusionPipeline):
    """A transformer, an autoencoder, a text encoder and a schedule; and what relights drafts, where there is one."""

    _optional_components = ["relight"]

    def __init__(
        self,
        transformer: WorldTransformer,
        autoencoder: PictureAutoencoder | DiffusersAutoencoder,
        text_encoder: WordEncoder | TransformersText,
        scheduler: FrameFlowScheduler,
        relight: Relight | None = None,
    ) -> None:
        """ValueError where the networks do not fit together."""
        super().__init__()
        if autoencoder.latent_channels != transformer.config.latent_channels:
            raise ValueError(
                f"an autoencoder with {autoencoder.latent_channels} channels for a transformer with "
                f"{transformer.config.latent_channels}; wanted as many"
            )
        factor, patch = autoencoder.factor, transformer.config.patch
        if factor * patch != TOKEN:
            raise ValueError(
                f"an autoencoder of {factor} pixels a latent for a transformer of {patch} a token; wanted {TOKEN} pixels"
            )
        if text_encoder.dim != transformer.config.text_dim:
            raise ValueError(f"texts of width {text_encoder.dim} for a transformer that reads {transformer.config.text_dim}")
        parts = {"transformer": transformer, "autoencoder": autoencoder, "text_encoder": text_encoder, "relight": relight}
        self.register_modules(**parts, scheduler=scheduler)

    @property
    def reads_gbuffers(self) -> bool:
        """Whether drafts need their G-buffers."""
        return self.relight is not None or self.transformer.config.gbuffer_channels > 0

    def relit(self, asked: Asked, drafts: Drafts) -> Drafts:
        """Drafts in the light that is asked for, as far as colours by place go; what clips are drawn from."""
        return drafts if self.relight is None else self.relight.relit(asked, drafts)

    @torch.inference_mode()
    def stream(self, clip: Clip, sampling: Sampling) -> Iterator[Preview]:
        """The steps of drawing a clip. ValueError for start levels between 0 and the schedule's kappa.

        Closing the iterator stops the work before the next one.
        """
        drafts = self._drafts_told(clip.drafts)
        gbuffer = clip.drafts.gbuffer
        told = tell(clip.asked, drafts, self.text_encoder, sampling.seed, self.transformer.dtype, gbuffer)
        start = torch.from_numpy(clip.start)[None].to(self.device)
        noise = clip_noise(sampling.seed, clip.frames, clip.views, drafts[0].shape[2:]).to(drafts[0])
        levels = self.scheduler.levels(sampling.num_steps, start.cpu()).to(self.device)
        known = self._known(clip, drafts[0])[None]
        velocity = guided(self._velocity, told, told.without(*UNGUIDED), sampling.guidance)
        for step in euler(velocity, self._begin(known, noise, start), levels, _kept(told, known, noise, start)):
            yield Preview(step.number, step.total, step.clean[0], drafts[0])

    @torch.inference_mode()
    def pictures(self, step: Preview, drafts: Drafts, asked: tuple[tuple[int, int], ...]) -> list[NDArray[np.uint8]]:
        """Pictures (H, W, 3) of some (frame, view) places of a clip, with the draft's own pixels where nothing may change."""
        t, v = (list(axis) for axis in zip(*asked, strict=True))
        shown, valid = drafts.pictures[t, v], drafts.valid[t, v]
        # Channels last: a sixth less processor time, on a CPU.
        latents, drafted = (x[t, v].contiguous(memory_format=torch.channels_last) for x in (step.latents, step.drafted))
        guide, share = tensor_of(shown).to(latents), share_of(valid, 1).to(latents)
        drawn = pictures_of(self.autoencoder.pictures(latents, guide, share, drafted))
        dirty = drafts.dirty[t, v]
        return [composed(*each) for each in zip(drawn, shown, dirty, strict=True)]

    def __call__(self, clip: Clip, sampling: Sampling | None = None, return_dict: bool = True) -> WorldPipelineOutput | tuple:
        """Draw a clip to its end."""
        *_, last = self.stream(clip, sampling or Sampling())
        T, V = clip.start.shape
        flat = self.pictures(last, clip.drafts, tuple((t, v) for t in range(T) for v in range(V)))
        pictures = np.stack(flat).reshape(clip.drafts.pictures.shape)
        return WorldPipelineOutput(pictures=pictures) if return_dict else (pictures,)

    def _velocity(self, x: torch.Tensor, level: torch.Tensor, told: Told) -> torch.Tensor:
        return self.transformer(x, level, told, return_dict=False)[0]

    def _drafts_told(self, drafts: Drafts) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        dtype, factor = self.transformer.dtype, self.autoencoder.factor
        shares = (share_of(mask, factor).to(self.device, dtype) for mask in (drafts.valid, drafts.dirty))
        return (self._latents(drafts.pictures), *shares)

    def _latents(self, pictures: NDArray[np.uint8]) -> torch.Tensor:
        """Latents (T, V, C, H, W), one picture after the other, so that memory stays small."""
        flat = tensor_of(pictures).flatten(0, 1).to(self.device, self.autoencoder.dtype)
        coded = torch.cat([self.autoencoder.latents(one[None]) for one in flat])
        return coded.unflatten(0, pictures.shape[:2]).to(self.transformer.dtype)

    def _known(self, clip: Clip, drafted: torch.Tensor) -> torch.Tensor:
        """Latents (T, V, C, H, W) of what a clip begins from; a draft's own need not be made again, nor of what is drawn
        anew."""
        out = drafted.clone()
        for t, v in np.argwhere(clip.start < 1):
            if not np.array_equal(clip.known[t, v], clip.drafts.pictures[t, v]):
                out[t, v] = self._latents(clip.known[t : t + 1, v : v + 1])[0, 0]
        return out

    def _begin(self, known: torch.Tensor, noise: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
        """The state at the start levels: noise, but for references and for what is corrected. ValueError for a level between 0
        and kappa, where nothing can be corrected."""
        reference, corrected = start == 0, (start > 0) & (start < 1)
        state = noise.clone()
        state[reference] = known[reference]
        state[corrected] = renoised(known[corrected], noise[corrected], start[corrected], self.scheduler.config.kappa)
        return state


def anew(asked: Asked, drafts: Drafts, frames: tuple[int, ...], views: tuple[str, ...]) -> Clip:
    """A clip all of which is drawn anew."""
    return Clip(asked, drafts, frames, views, np.ones((len(frames), len(views)), np.float32))


def _kept(told: Told, known: torch.Tensor, noise: torch.Tensor, start: torch.Tensor) -> Kept:
    """What of a clip never moves: references, and of drafts what no edit touches."""
    reference = spread(start == 0)
    stays = (told.dirty == 0) | reference
    return Kept(torch.where(reference, known, told.draft), noise, stays.to(noise.dtype))
