"""A small network that says where in a picture there are actors: what tells a drawn silhouette from one that was asked for.

Trained on Town alone, on seeds that nothing is judged on: `python -m engine.benchmark --train-segmenter` makes its pictures,
trains it and keeps its weights, in some minutes on two cores. It sees pictures, and knows nothing of boxes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import nn
from torch.nn import functional as F

from editor.datasets.files import write_bytes
from editor.scene import TimeOfDay, Weather
from engine.requests import SIZE
from engine.town.chance import dice
from engine.town.drive import drive
from engine.town.picture import Shot, draw_batch
from engine.town.recipe import code_of_town
from engine.town.rig import nuscenes_rig
from engine.town.town import build, instant

FIRST_SEED = 300_000  # training seeds lie below 500000
HOURS, WEATHERS = get_args(TimeOfDay), get_args(Weather)


@dataclass(frozen=True, slots=True)
class Course:
    """How it is trained: on six views of some instants of some towns, for so many steps of so many cut-outs."""

    towns: int = 24
    instants: int = 3
    seconds: float = 8.0  # of a town's traffic, in which the instants lie
    size: tuple[int, int] = SIZE
    steps: int = 500
    batch: int = 6
    cut_out: tuple[int, int] = (224, 128)
    learning_rate: float = 3e-3
    most_s: float = 420.0  # after which training ends, whatever is left


class Segmenter(nn.Module):
    """A U-net of five scales (Ronneberger et al., 2015); pictures (B, 3, H, W) from 0 to 1 as logits (B, H, W)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = [width, 2 * width, 3 * width, 4 * width, 6 * width]
        self.first = _twice(3, widths[0])
        self.down = nn.ModuleList(_twice(a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.up = nn.ModuleList(_twice(a + b, a) for a, b in zip(widths, widths[1:], strict=False))
        self.out = nn.Conv2d(widths[0], 1, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """The logits of there being an actor."""
        seen = [self.first(pictures)]
        for layer in self.down:
            seen.append(layer(F.max_pool2d(seen[-1], 2)))
        x = seen.pop()
        for layer in reversed(self.up):
            skip = seen.pop()
            x = layer(torch.cat([skip, F.interpolate(x, size=skip.shape[-2:])], dim=1))
        return self.out(x)[:, 0]

    @torch.inference_mode()
    def actors(self, picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Where (H, W) an RGB picture (H, W, 3) shows actors."""
        return (self(_tensor(picture[None])) > 0)[0].numpy()


def _twice(inputs: int, outputs: int) -> nn.Sequential:
    convolutions = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
    norms = nn.GroupNorm(4, outputs), nn.GroupNorm(4, outputs)
    return nn.Sequential(convolutions[0], norms[0], nn.ReLU(), convolutions[1], norms[1], nn.ReLU())


def _tensor(pictures: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).movedim(-1, 1).float() / 255


# ----------------------------------------------------------------------------------------------------------- training


def examples(course: Course, town: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    """Pictures of a town and where they show actors, at hours and in weathers by its seed's dice."""
    seed, views = FIRST_SEED + town, nuscenes_rig().at(course.size)
    chance = dice("segmenter", seed)
    there = drive(build(seed).plan, course.seconds, lambda name: dice("segmenter", seed, name).bytes(16).hex())
    for k in np.linspace(0, len(there.times) - 1, course.instants).round().astype(int):
        hour, weather = str(chance.choice(HOURS)), str(chance.choice(WEATHERS))
        world, _ = instant(seed, there.actors, there.times[k], hour, weather)
        pictures, layers = draw_batch([Shot(world, view, there.ego[k]) for view in views])
        yield from zip(pictures.numpy(), (layers.instance > 0).numpy(), strict=True)


def trained(course: Course) -> Segmenter:
    """A network that has gone through a course."""
    drawn = [example for town in range(course.towns) for example in examples(course, town)]
    pictures, masks = (np.stack(column) for column in zip(*drawn, strict=True))
    torch.manual_seed(0)
    net = Segmenter().train()
    optimizer = torch.optim.AdamW(net.parameters(), course.learning_rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, course.learning_rate, course.steps)
    chance, begun = np.random.default_rng(0), time.monotonic()
    for _ in range(course.steps):
        shown, wanted = _batch(pictures, masks, course, chance)
        loss = _loss(net(shown), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if time.monotonic() - begun > course.most_s:
            break
    return net.eval()


def _loss(logits: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Cross-entropy and one minus the soft overlap, for actors cover little of a picture."""
    share = torch.sigmoid(logits)
    overlap = (2 * (share * wanted).sum() + 1) / (share.sum() + wanted.sum() + 1)
    return F.binary_cross_entropy_with_logits(logits, wanted) + 1 - overlap


def _batch(
    pictures: NDArray[np.uint8], masks: NDArray[np.bool_], course: Course, chance: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rectangles of pictures around a pixel of an actor where there is one, mirrored as often as not."""
    width, height = course.cut_out
    shown, wanted = [], []
    for k in chance.integers(0, len(pictures), course.batch):
        rows, columns = np.nonzero(masks[k])
        at = chance.integers(0, len(rows)) if len(rows) else None
        y, x = (rows[at], columns[at]) if at is not None else (chance.integers(course.size[1]), chance.integers(course.size[0]))
        top = int(np.clip(y - chance.integers(height), 0, course.size[1] - height))
        left = int(np.clip(x - chance.integers(width), 0, course.size[0] - width))
        step = 1 if chance.random() < 0.5 else -1
        part = k, slice(top, top + height), slice(left, left + width)
        shown.append(pictures[part][:, ::step])
        wanted.append(masks[part][:, ::step])
    return _tensor(np.stack(shown)), torch.from_numpy(np.stack(wanted)).float()


# ------------------------------------------------------------------------------------------------------------ keeping


def kept_file(folder: Path, course: Course) -> Path:
    """Where the weights of a course are kept: another Town, course or network has others."""
    chance = dice("segmenter", code_of_town(), repr(course), Path(__file__).read_text())
    return folder / "segmenter" / f"{chance.bytes(8).hex()}.safetensors"


def segmenter(folder: Path, course: Course | None = None) -> Segmenter:
    """The network that is kept below a folder, trained first where there is none."""
    course = course or Course()
    file = kept_file(folder, course)
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(file, save(trained(course).state_dict()))
    net = Segmenter()
    net.load_state_dict(load_file(file), strict=True)
    return net.eval()
