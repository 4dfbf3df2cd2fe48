"""Training of `engine.model.relight`, and clips whose drafts it has relit, for the network that goes on from them.

Pictures count at an eighth of their size, where all of them fit into memory and a step takes a twentieth of a second.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from editor.datasets.files import write_bytes
from engine.model.checkpoints import load_part
from engine.model.digest import digest
from engine.model.drafts import tensor_of
from engine.model.headlights import beam
from engine.model.relight import LIGHT_WORDS, Relight, colours, crosstalk, light_words, mixed
from engine.model.told import GROUND, MIRRORED
from engine.training.batches import LIGHTS
from engine.training.clips import ENDING, ClipError, TrainingClip, read_clip, write_clip
from engine.training.loop import clip_gradient
from engine.training.losses import gain, sharpness_loss, tinted_error

GOOD = 1e-3  # a mean squared error of pictures from -1 to 1; below, a better picture is hardly better
REPORTED_EVERY = 200
RELIT_BY = "relit-by.sha256"  # beside relit clips: the weights that have relit them


@dataclass(frozen=True, slots=True)
class RelightPlan:
    """`untold` is the share of samples that hear only what is to be otherwise and nothing of the recorded light, as most
    recordings' notes say nothing of it; `brighter` how far other exposures and white balances than Town's go, a logarithm;
    `sharpness` is the price of what has less contrast from place to place than the truth, as the mean of all nights has; `tint`
    is how much more the part of an error counts that is of colour and not of brightness, as fog that is a little pink looks
    wrong sooner than fog that is a little dark; `crosstalk` is the price of one colour that is made from another, since guesses
    of that go wrong the furthest: red houses, pink in fog."""

    steps: int = 5000
    batch: int = 24
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    untold: float = 0.15
    brighter: float = 0.15
    sharpness: float = 1.5
    tint: float = 3.0
    crosstalk: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Samples:
    drafts: torch.Tensor  # (clips, pictures, 3, h, w)
    truths: torch.Tensor
    gbuffers: torch.Tensor
    lit: torch.Tensor
    asked: torch.Tensor  # (clips, words)
    recorded: torch.Tensor


def relight_trained(folder: Path, plan: RelightPlan, tell: Callable[[int, float], None]) -> Relight:
    """A network trained on a folder's clips of other hours and weathers; `tell` hears the step and the mean loss now and then.
    ClipError for a folder without such clips, FloatingPointError for a step that comes to what is no number."""
    samples = _samples(folder)
    generator = torch.Generator().manual_seed(plan.seed)
    torch.manual_seed(plan.seed)
    seen = colours(samples.drafts.flatten(0, 1), samples.gbuffers.flatten(0, 1))
    net = Relight(means=tuple(seen.mean(0).tolist()), deviations=tuple((seen.std(0) + 1e-3).tolist()))
    optimizer = torch.optim.AdamW(net.parameters(), plan.learning_rate, weight_decay=plan.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, plan.steps)
    losses: list[float] = []
    for step in range(1, plan.steps + 1):
        loss = _loss(net, samples, plan, generator)
        optimizer.zero_grad()
        loss.backward()
        clip_gradient(net.parameters(), loss.item(), step - 1)
        optimizer.step()
        schedule.step()
        losses = [*losses[-REPORTED_EVERY:], loss.item()]
        if step % REPORTED_EVERY == 0:
            tell(step, float(np.mean(losses)))
    return net.eval()


def _loss(net: Relight, samples: _Samples, plan: RelightPlan, generator: torch.Generator) -> torch.Tensor:
    """How much worse than the draft, as `gain` has it, some pictures are, and how far from as sharp as the truth."""

    def dice(*shape: int) -> torch.Tensor:
        return torch.rand(shape, generator=generator)

    n = plan.batch
    clip = (dice(n) * len(samples.drafts)).long()
    picture = (dice(n) * samples.drafts.shape[1]).long()
    turned = dice(n, 1, 1, 1) < 0.5
    some = (x[clip, picture] for x in (samples.drafts, samples.truths, samples.gbuffers, samples.lit))
    draft, truth, gbuffer, lit = (torch.where(turned, x.flip(-1), x) for x in some)
    exposure = torch.exp(plan.brighter * (2 * dice(n, 3, 1, 1) - 1))
    draft, truth = (((x + 1) * exposure - 1).clamp(max=1) for x in (draft, truth))
    gbuffer[:, MIRRORED] = exposed_mirror(gbuffer, exposure)
    asked, recorded, told = samples.asked[clip], samples.recorded[clip], dice(n, 1) >= plan.untold
    mix = net.mixes(draft, gbuffer, torch.where(told, asked, asked * (1 - recorded)), recorded * told)
    drawn = mixed(draft, gbuffer, lit, mix)
    error, drafted = (tinted_error(x, truth, plan.tint) for x in (drawn, draft))
    everywhere = torch.ones_like(draft[:1, :1])
    blur = torch.stack([sharpness_loss(*pair, everywhere) for pair in zip(drawn.split(1), truth.split(1), strict=True)])
    return (gain(error, drafted, GOOD) + plan.sharpness * blur + plan.crosstalk * crosstalk(mix)).mean()


def exposed_mirror(gbuffer: torch.Tensor, exposure: torch.Tensor) -> torch.Tensor:
    """What the ground mirrors (n, 3, h, w), in G-buffers of pictures that were exposed so many times as long (n, 3, 1, 1)."""
    ground = gbuffer[:, GROUND : GROUND + 1]
    return torch.minimum((gbuffer[:, MIRRORED] + ground) * exposure - ground, ground)


def _samples(folder: Path) -> _Samples:
    files = sorted(file for file in folder.rglob(f"*{ENDING}") if file.name.endswith(LIGHTS))
    if not files:
        raise ClipError(f"no training clips of other hours and weathers in {folder}; harvest some with --lights")
    first = read_clip(files[0])
    number, size = int(np.prod(first.truth.shape[:2])), first.drafts.gbuffer.shape[2:]
    pictures = [torch.empty(len(files), number, *shape) for shape in ((3, *size[1:]), (3, *size[1:]), size, (1, *size[1:]))]
    words = [torch.empty(len(files), len(LIGHT_WORDS)) for _ in range(2)]
    samples = _Samples(*pictures, *words)
    for place, file in enumerate(files):  # into what is there already: kept scraps of large clips would leave holes in memory
        _put(samples, place, read_clip(file))
    return samples


def _put(samples: _Samples, place: int, clip: TrainingClip) -> None:
    gbuffer, wanted = torch.from_numpy(clip.drafts.gbuffer).flatten(0, 1), samples.gbuffers.shape[1:]
    if gbuffer.shape != wanted:
        got = f"{len(gbuffer)} pictures with G-buffers {tuple(gbuffer.shape[1:])}"
        raise ClipError(f"a clip of {clip.source} with {got}; wanted {wanted[0]} of {tuple(wanted[1:])}, as the first has")
    cameras = torch.from_numpy(clip.asked.cameras).repeat(len(clip.asked.times_s), 1)
    samples.gbuffers[place], samples.lit[place] = gbuffer, beam(cameras, gbuffer)
    for into, pictures in ((samples.drafts, clip.drafts.pictures), (samples.truths, clip.truth)):
        for k, picture in enumerate(pictures.reshape(-1, *pictures.shape[2:])):
            into[place, k] = F.adaptive_avg_pool2d(tensor_of(picture), into.shape[-2:])
    samples.asked[place], samples.recorded[place] = light_words(clip.asked.text), light_words(clip.asked.recorded_text)


def relit_clips(weights: Path, clips: Path, folder: Path) -> Iterator[Path]:
    """The clips of one folder in another, those of other hours and weathers with their drafts relit by the weights of a third;
    the others are the same files. What is there already is left, but for what other weights have relit, or what comes from a
    clip that has changed."""
    net = load_part(Relight, weights)
    _begin(folder, digest(weights))
    for file in sorted(clips.rglob(f"*{ENDING}")):
        there, is_light = folder / file.name, file.name.endswith(LIGHTS)
        if _is_made(there, file, is_light):
            continue
        if is_light:
            clip = read_clip(file)
            write_clip(there, replace(clip, drafts=net.relit(clip.asked, clip.drafts)))
        else:
            there.unlink(missing_ok=True)
            os.link(file, there)
        yield there


def relit_by(folder: Path) -> str | None:
    """The hash of the weights that have relit the clips of a folder; None where nobody has noted it."""
    file = folder / RELIT_BY
    return file.read_text().strip() if file.is_file() else None


def _begin(folder: Path, weights: str) -> None:
    """A folder in which other weights have relit nothing. They go before the new ones are noted: whoever is broken off between
    begins with this again."""
    folder.mkdir(parents=True, exist_ok=True)
    if relit_by(folder) == weights:
        return
    for file in folder.glob(f"*{ENDING}"):
        if file.name.endswith(LIGHTS):
            file.unlink()
    write_bytes(folder / RELIT_BY, f"{weights}\n".encode())


def _is_made(there: Path, file: Path, is_light: bool) -> bool:
    if not there.is_file():
        return False
    return there.stat().st_mtime_ns >= file.stat().st_mtime_ns if is_light else there.samefile(file)
