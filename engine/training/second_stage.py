"""What a run goes on from: a finished run, or a checkpoint that ships; and what is its teacher then."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from engine.model.checkpoints import PARTS, Card, load
from engine.training.objectives import Objective, WorldObjective
from engine.training.recipes import Codec, Recipe, Text, begin
from engine.training.state import RunState

NAMED = re.compile(r"([\w-]+) \((\d+) steps\)")  # as `ship` writes it


def begun_after(what: Recipe, after: Path, codec: Codec | None, device: str = "cpu", text: Text | None = None) -> RunState:
    """A state before its first step, with the weights of another: of a run, which is a file and needs the autoencoder that it
    was trained on, or of a checkpoint, which is a folder and brings its own. ValueErrors, each of one sentence, for what cannot
    be gone on from; OSError where nothing is."""
    if not after.is_dir():
        state = begin(what, codec, device, text)
        state.begin_with(after, what.anew)
        return state
    if codec is not None or text is not None:
        raise ValueError(f"an autoencoder or a text encoder beside the checkpoint {after}; wanted neither, it has its own")
    shipped = load(after)
    state = begin(what, shipped.autoencoder.float(), device, shipped.text_encoder.float())
    weights = {f"{part}.{name}": w for part in PARTS for name, w in getattr(shipped, part).state_dict().items()}
    state.go_on(weights, _runs(shipped.card), after, what.anew)
    return state


def _runs(card: Card) -> tuple[tuple[str, int, float], ...]:
    """The runs that a card names; all its hours are the last one's, since it says no others. Where it names none, itself."""
    found = [(name, int(steps)) for name, steps in NAMED.findall(card.recipe)]
    if sum(steps for _, steps in found) != card.steps:
        found = [(card.name, card.steps)]
    return tuple((*run, 3600 * card.hours if run is found[-1] else 0.0) for run in found)


def with_teacher(objective: Objective, begun: Callable[[], RunState] | None) -> Objective:
    """The objective with its teacher, the network that the run began with, frozen; one that has no teacher as it is. ValueError
    where a teacher is wanted and none is there."""
    if not isinstance(objective, WorldObjective) or objective.distillation is None:
        return objective
    if begun is None:
        raise ValueError("a run that is taught by what it begins with, and no --after; wanted it, at every call")
    teacher = begun().networks["transformer"].eval().requires_grad_(False)
    return replace(objective, distillation=replace(objective.distillation, teacher=teacher))
