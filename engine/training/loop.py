"""The loop: step, average, save, report. It is an iterator, so whoever trains may look, and may stop."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.training.batches import Batches
from engine.training.objectives import Objective, loss_of_step
from engine.training.state import RunState

CLIP_NORM = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast: `warmup` steps up to the learning rate, then down to a tenth of it along a cosine."""

    steps: int
    learning_rate: float
    warmup: int = 100
    save_every_s: float = 120.0
    dtype: torch.dtype = torch.bfloat16


@dataclass(frozen=True, slots=True)
class Report:
    """One step."""

    step: int
    total: int
    loss: float
    learning_rate: float
    seconds: float  # of the whole run so far, over all sittings


def rate_at(plan: Plan, step: int) -> float:
    """The learning rate of a step, counted from 0."""
    if step < plan.warmup:
        return plan.learning_rate * (step + 1) / plan.warmup
    share = min(1.0, (step - plan.warmup) / max(1, plan.steps - plan.warmup))
    return plan.learning_rate * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * share)))


def train(state: RunState, objective: Objective, batches: Batches, plan: Plan, file: Path) -> Iterator[Report]:
    """Go on from where `state` is to the plan's end, saving to `file` now and then and at the end, closing included.

    FloatingPointError where a step comes to what is no number; what is saved then is the step before."""
    saved = begun = time.monotonic()
    before = state.seconds
    state.networks.train()
    try:
        while state.step < plan.steps:
            rate = rate_at(plan, state.step)
            loss = _step(state, objective, batches, plan, rate)
            state.seconds = before + time.monotonic() - begun
            yield Report(state.step, plan.steps, loss, rate, state.seconds)
            if time.monotonic() - saved > plan.save_every_s:
                state.save(file)
                saved = time.monotonic()
    finally:
        state.save(file)


def clip_gradient(weights: Iterable[nn.Parameter], loss: float, step: int) -> None:
    """Bring the gradient's norm down to `CLIP_NORM`. FloatingPointError where it or the loss is no number, before any weight
    has taken it over: the slope of a finite loss need not be finite, and the weights of that step are all that is saved."""
    norm = float(nn.utils.clip_grad_norm_(weights, CLIP_NORM))
    if not (math.isfinite(loss) and math.isfinite(norm)):
        got = f"loss {loss:g} with a gradient of norm {norm:g} at step {step}"
        raise FloatingPointError(f"{got}; wanted numbers; that step changed no weight")


def _step(state: RunState, objective: Objective, batches: Batches, plan: Plan, rate: float) -> float:
    for group in state.optimizer.param_groups:
        group["lr"] = rate * group["pace"]
    trained = [p for group in state.optimizer.param_groups for p in group["params"]]
    with _attention(trained[0].device):
        loss = loss_of_step(objective, state.networks, batches, state.step, plan.dtype)
        loss.backward()
    clip_gradient(trained, float(loss.detach()), state.step)
    state.optimizer.step()
    state.optimizer.zero_grad(set_to_none=True)
    state.step += 1
    state.average()
    return float(loss.detach())


def _attention(device: torch.device) -> AbstractContextManager:
    """Plain products on a CPU: the fused kernel's way back takes four times as long there on rows as short as ours."""
    return sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else nullcontext()
