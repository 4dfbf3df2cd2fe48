"""Whether an edited actor keeps its look over sixteen refined frames, against Town's truth; with and without instance-masked
attention.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from editor.scene import ActorId
from engine.benchmark.cases import BenchmarkError, Case
from engine.benchmark.shown import VISIBLE_PX, edited, outline
from engine.benchmark.worlds import World
from engine.metrics.identity import colour_error, wander
from engine.model.checkpoints import load, save
from engine.model.digest import digest
from engine.model.instance_attention import InstanceMaskedAttention
from engine.requests import Chunk, Model, Request
from engine.service.tiers import draw
from engine.town.truth import Truth, render_truth

NUM_FRAMES = 16
ANCHOR_EVERY = 4  # frames: one second at the pace of the benchmark's worlds


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """An edited actor in frames that follow on one another, in one view, with the truth of each."""

    case: Case
    actor: ActorId
    view: str
    frames: tuple[int, ...]
    truths: tuple[Truth, ...]


def stretches(world: World, kind: str, views: tuple[str, ...]) -> Iterator[Stretch]:
    """For each actor that an edit asks for, where it is seen longest and largest, if it is seen in all of them."""
    scenario = world.scenario(kind)
    for actor in sorted(edited(world, scenario)):
        found = _longest(world, kind, actor, views)
        if found is None:
            continue
        view, frames = found
        truths = tuple(render_truth(scenario, view, frame) for frame in frames)
        if all(int(truth.mask(actor).sum()) >= VISIBLE_PX for truth in truths):
            yield Stretch(Case(world.seed, kind), actor, view, frames, truths)


def _longest(world: World, kind: str, actor: ActorId, views: tuple[str, ...]) -> tuple[str, tuple[int, ...]] | None:
    """The view and the frames, the first one an anchor, in which an actor's outline is largest where it is smallest."""
    scenario, best = world.scenario(kind), (0, "", 0)
    for view in views:
        areas = [int(outline(world, scenario, {actor}, view, f).sum()) for f in range(len(world.scene.frames))]
        for first in range(0, len(areas) - NUM_FRAMES, ANCHOR_EVERY):
            best = max(best, (min(areas[first : first + NUM_FRAMES]), view, first))
    least, view, first = best
    return (view, tuple(range(first, first + NUM_FRAMES))) if least >= VISIBLE_PX else None


def wandered(world: World, stretch: Stretch, model: Model) -> float:
    """How far the drawn actor's colour wanders over a stretch; BenchmarkError where the model leaves a frame out."""
    drawn = _refined(world, stretch, model)
    lacking = set(stretch.frames) - set(drawn)
    if lacking:
        raise BenchmarkError(f"no refined picture of {stretch.view} at frame {min(lacking)} of case {stretch.case.name}")
    return wander(
        [
            colour_error(drawn[frame].picture, truth.picture, truth.mask(stretch.actor))
            for frame, truth in zip(stretch.frames, stretch.truths, strict=True)
        ]
    )


def _refined(world: World, stretch: Stretch, model: Model) -> dict[int, Chunk]:
    """The frames, and those up to the anchor after them, as the service draws segments."""
    first, last = stretch.frames[0], stretch.frames[-1] + 1
    anchors = tuple(range(first, last + 1, ANCHOR_EVERY))
    frames = tuple(range(first, anchors[-1] + 1))
    request = Request(world.root, world.scenario(stretch.case.kind), (stretch.view,), frames, world.size, "refined")
    asked = replace(request, seed=world.seed, model=model, anchors=anchors)
    return {chunk.frame: chunk for chunk in draw(asked) if chunk is not None and not chunk.preview}


def without_instance_attention(checkpoint: Path, folder: Path) -> Path:
    """The same weights but for the gates of instance-masked attention, which are 0; written below a folder once."""
    out = folder / "without-instance-attention" / digest(checkpoint)[:16]
    if not out.is_dir():
        found = load(checkpoint)
        with torch.no_grad():
            for module in found.transformer.modules():
                if isinstance(module, InstanceMaskedAttention):
                    module.gate.zero_()
        beside = out.with_name(f"{out.name}.part")
        beside.mkdir(parents=True, exist_ok=True)
        save(found, beside)
        beside.rename(out)
    return out
