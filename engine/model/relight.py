"""A draft in another light: what an hour or a weather does to all of a picture, before the network draws what it does to parts.

Fog, rain clouds and nightfall change colours by rule: the far fades into haze, the sky greys, a wet street mirrors what stands
behind it. So every picture gets one affine change of its colours for each of some kinds of place (ground, sky, near, far, what
the ego's headlights reach), and a small network guesses those changes from the picture's own colours and the words that are
asked for. Ours. A few minutes teach it more of weather than hours teach a diffusion transformer of this size (`docs/log.md`),
which goes on from its result.
"""

from dataclasses import replace

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import nn
from torch.nn import functional as F

from engine.model.asked import Asked
from engine.model.drafts import Drafts, pictures_of, tensor_of
from engine.model.headlights import beam
from engine.model.told import FAR, GROUND, MIDDLE, MIRRORED, NEAR, SKY
from engine.model.words import words_of

# Of scene texts, those that say what light there is.
LIGHT_WORDS = (
    "clear", "sunny", "cloudy", "overcast", "rain", "fog", "wet", "morning", "noon", "afternoon", "dusk", "night",
)  # fmt: skip
MOST = 3.0  # deviations from the mean of training pictures; photographs may be further off, and count as this
SHRUNK, RADIUS, EDGE = 4, 3, 0.005  # of the guided filter: its scale, its window there, and what variance makes an edge
RED, GREEN, BLUE, NEITHER = 0, 1, 2, -1
COLOUR = RED, GREEN, BLUE
# What colours are mixed from: what stands in a row, and where it counts. Trained weights know the rows by their order.
ROWS = (
    ("plain", "everywhere"), ("plain", "ground"), ("plain", "sky"), ("plain", "near"), ("plain", "middle"), ("plain", "far"),
    ("mirrored", "everywhere"), ("mirrored", "near"), ("squared", "everywhere"), ("plain", "lit"), ("plain", "brightly lit"),
    ("one", "lit ground"),
)  # fmt: skip
# Whose value each term of such a row is: red's, green's, blue's or none of theirs.
WHOSE = {"plain": (*COLOUR, NEITHER), "mirrored": COLOUR, "squared": COLOUR, "one": (NEITHER,)}
CHANNELS = tuple(channel for what, _ in ROWS for channel in WHOSE[what])
NUM_TERMS = len(CHANNELS)
NUM_CLASSES = 4  # ground, sky, near, far


def light_words(text: str) -> torch.Tensor:
    """Which of `LIGHT_WORDS` a text has, 0 or 1 each."""
    found = set(words_of(text))
    return torch.tensor([float(word in found) for word in LIGHT_WORDS])


class Relight(ModelMixin, ConfigMixin):
    """See the module. `means` and `deviations` are those of training pictures' colours."""

    @register_to_config
    def __init__(
        self, hidden: int = 256, means: tuple[float, ...] | None = None, deviations: tuple[float, ...] | None = None
    ) -> None:
        super().__init__()
        number = 7 * NUM_CLASSES
        self.guess = nn.Sequential(
            nn.Linear(number + 2 * len(LIGHT_WORDS), hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU()
        )
        self.mix = nn.Linear(hidden, 3 * NUM_TERMS)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)

    def forward(
        self, pictures: torch.Tensor, gbuffer: torch.Tensor, lit: torch.Tensor, asked: torch.Tensor, recorded: torch.Tensor
    ) -> torch.Tensor:
        """Pictures (N, 3, H, W) from -1 to 1 with G-buffers (N, channels, h, w), of which `lit` (N, 1, h, w; see `beam`) is in
        reach of headlights, in the light of `asked` instead of `recorded` words (N, len(LIGHT_WORDS)). Untrained, it gives them
        back."""
        return mixed(pictures, gbuffer, lit, self.mixes(pictures, gbuffer, asked, recorded))

    def mixes(self, pictures: torch.Tensor, gbuffer: torch.Tensor, asked: torch.Tensor, recorded: torch.Tensor) -> torch.Tensor:
        """How much of each term is added to each colour of every picture (N, 3, NUM_TERMS)."""
        small = F.adaptive_avg_pool2d(pictures, gbuffer.shape[2:])
        seen = torch.cat([self._normalised(colours(small, gbuffer)), asked, recorded], dim=1)
        return self.mix(self.guess(seen)).unflatten(1, (3, NUM_TERMS))

    @torch.inference_mode()
    def relit(self, asked: Asked, drafts: Drafts) -> Drafts:
        """A clip's drafts in the light that is asked for, one picture after the other; the same where that is the recorded one.
        ValueError for drafts without G-buffers."""
        words, before = light_words(asked.text), light_words(asked.recorded_text)
        if torch.equal(words, before):
            return drafts
        if drafts.gbuffer is None:
            raise ValueError("drafts without G-buffers to be relit; wanted some with them")
        where = self.device, self.dtype
        told = [x[None].to(*where) for x in (words, before)]
        cameras = torch.from_numpy(asked.cameras)
        out = np.empty_like(drafts.pictures)
        for at in np.ndindex(drafts.pictures.shape[:2]):
            picture, gbuffer = tensor_of(drafts.pictures[at])[None], torch.from_numpy(drafts.gbuffer[at])[None]
            seen = picture, gbuffer, beam(cameras[at[1]][None], gbuffer)
            out[at] = pictures_of(self(*(x.to(*where) for x in seen), *told)[0])
        return replace(drafts, pictures=out)

    def _normalised(self, seen: torch.Tensor) -> torch.Tensor:
        if self.config.means is None:
            return seen
        means, deviations = (seen.new_tensor(values) for values in (self.config.means, self.config.deviations))
        return ((seen - means) / deviations).clamp(-MOST, MOST)


def mixed(pictures: torch.Tensor, gbuffer: torch.Tensor, lit: torch.Tensor, mix: torch.Tensor) -> torch.Tensor:
    """Pictures with their terms added as a mix (N, 3, NUM_TERMS) has it."""
    places = along_edges(torch.cat([gbuffer, lit], dim=1), pictures)
    return pictures + torch.einsum("noc,nchw->nohw", mix, terms(pictures, places[:, :-1], places[:, -1:]))


def crosstalk(mix: torch.Tensor) -> torch.Tensor:
    """How much of each colour a mix (N, 3, NUM_TERMS) takes from the other two: (N,), squares added. Air and lamps that have no
    hue mix none."""
    channels = torch.tensor(CHANNELS)
    others = (channels != NEITHER) & (channels != torch.tensor(COLOUR)[:, None])
    return mix[:, others].square().sum(1)


def colours(pictures: torch.Tensor, gbuffer: torch.Tensor) -> torch.Tensor:
    """Mean and deviation of the colours of each kind of place, and its share of the picture: (N, 7 * NUM_CLASSES)."""
    ground, sky = gbuffer[:, GROUND : GROUND + 1], gbuffer[:, SKY : SKY + 1]
    near, rest = gbuffer[:, MIDDLE : MIDDLE + 1], (1 - ground - sky).clamp(min=0)
    out = []
    for share in (ground, sky, rest * near, rest * (1 - near)):
        weight = share.sum((2, 3)).clamp(min=1.0)
        mean = (pictures * share).sum((2, 3)) / weight
        spread = ((pictures - mean[..., None, None]).square() * share).sum((2, 3)) / weight
        out += [mean, (spread + 1e-6).sqrt(), share.mean((2, 3))]
    return torch.cat(out, dim=1)


def along_edges(gbuffer: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """G-buffers at the size of pictures, their borders drawn to those of the pictures' brightness: the fast guided filter (He
    and Sun, 2015), or fog would begin around actors at the outline of their boxes. At their own size they stay as they are."""
    if gbuffer.shape[2:] == pictures.shape[2:]:
        return gbuffer
    guide = pictures.mean(1, keepdim=True)
    small = F.avg_pool2d(guide, SHRUNK)
    rough = F.interpolate(gbuffer, size=small.shape[2:], mode="bilinear")
    mean, level = _around(small), _around(rough)
    slope = (_around(small * rough) - mean * level) / (_around(small * small) - mean * mean + EDGE)
    line = _around(torch.cat([slope, level - slope * mean], dim=1))
    slope, rest = F.interpolate(line, size=pictures.shape[2:], mode="bilinear").chunk(2, dim=1)
    return slope * guide + rest


def _around(x: torch.Tensor) -> torch.Tensor:
    """The mean of each place's window."""
    return F.avg_pool2d(F.pad(x, (RADIUS,) * 4, mode="replicate"), 2 * RADIUS + 1, 1)


def terms(pictures: torch.Tensor, gbuffer: torch.Tensor, lit: torch.Tensor) -> torch.Tensor:
    """What colours are mixed from (N, NUM_TERMS, H, W), as `ROWS` has it: the colour and 1 everywhere, on the ground, in the
    sky, near to far; what the ground mirrors; the colour's square; the colour and 1 in the light of headlights."""
    one = torch.ones_like(pictures[:, :1])
    ground, sky, near, middle, far = (gbuffer[:, k : k + 1] for k in (GROUND, SKY, NEAR, MIDDLE, FAR))
    what = {
        "plain": torch.cat([pictures, one], dim=1),
        "mirrored": gbuffer[:, MIRRORED] + ground,  # 0 is black, as where there is none
        "squared": pictures.square(),
        "one": one,
    }
    where = {"everywhere": one, "ground": ground, "sky": sky, "near": near, "middle": middle, "far": far}
    where |= {"lit": lit, "brightly lit": lit.square(), "lit ground": lit * ground}
    return torch.cat([what[name] * where[place] for name, place in ROWS], dim=1)
