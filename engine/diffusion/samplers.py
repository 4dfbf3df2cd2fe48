"""From noise to a clip in steps that can be watched: samplers are generators, so whoever draws can look, and can stop."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from engine.diffusion.keep import Kept
from engine.diffusion.path import clean, stepped

Velocity = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]  # state (B, T, V, C, H, W), levels (B, T, V) -> velocity


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of sampling.

    `clean` is what the network takes the clip to be so far; after the last step it is `latents`.
    """

    number: int  # from 1
    total: int
    latents: torch.Tensor
    clean: torch.Tensor


def euler(velocity: Velocity, x: torch.Tensor, levels: torch.Tensor, kept: Kept | None = None) -> Iterator[Step]:
    """Euler's method from state `x` along levels (N + 1, B, T, V) that end at 0; what is kept never moves."""
    if bool(levels[-1].any()):
        raise ValueError(f"levels that end at {float(levels[-1].max()):g}; wanted 0")
    total = len(levels) - 1
    x = x if kept is None else kept.on_path(x, levels[0])
    for number, (level, after) in enumerate(zip(levels[:-1], levels[1:], strict=True), 1):
        v = velocity(x, level)
        guess = clean(x, v, level)
        x = stepped(x, v, level, after)
        if kept is not None:
            x, guess = kept.on_path(x, after), kept.in_place(guess)
        yield Step(number, total, x, guess)
