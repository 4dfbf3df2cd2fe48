"""Training clips from Town: in each of many worlds one edit of every kind, with its draft and its truth.

Worlds and edits are made as the benchmark makes its own, from seeds that it never uses.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from editor.datasets.recorded import read_picture
from editor.dirty import dirty
from editor.scene import Scenario
from engine.benchmark.cases import KINDS, RECIPE, SIX, Listing
from engine.benchmark.making import made
from engine.benchmark.worlds import World
from engine.draft.draft import draft
from engine.draft.footage import footage_of, forget
from engine.gbuffer import of_draft
from engine.model.asked import asked
from engine.model.drafts import Drafts
from engine.model.reach import reach
from engine.requests import Chunk, Request
from engine.town.chance import dice
from engine.training.clips import ENDING, TrainingClip, write_clip

LAST_SEED = 499_999  # the benchmark's seeds begin far above
LISTING = Listing("training", (), SIX, recipe=RECIPE)
NUM_FRAMES = 8
STRIDES = (4, 4, 2, 1)  # in recorded frames, four a second: mostly anchors, some segments
WHOLE = ("ego_path", "time_of_day", "weather")  # kinds after which the whole picture is drawn anew


class HarvestError(ValueError):
    """A harvest that cannot be made; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """Where worlds are kept, and where clips go."""

    worlds: Path
    clips: Path

    def file(self, seed: int, kind: str) -> Path:
        """Of one clip."""
        return self.clips / f"{seed:06d}-{kind}{ENDING}"


def harvest(what: Harvest, seed: int) -> Iterator[Path]:
    """The clips of one world that are not there yet. HarvestError for a seed that is not for training."""
    missing = [kind for kind in KINDS if not what.file(checked(seed), kind).is_file()]
    if not missing:
        return
    world = made(what.worlds, seed, LISTING)
    for kind in missing:
        write_clip(what.file(seed, kind), clip_of(world, kind))
        yield what.file(seed, kind)
    forget()


def harvested(make: Callable[[Harvest, int], Iterator[Path]], what: Harvest, seed: int) -> int:
    """How many clips were made of one town, in a process that leaves the other cores to others like it."""
    torch.set_num_threads(1)
    return sum(1 for _ in make(what, seed))


def checked(seed: int) -> int:
    """A seed for training; HarvestError for another."""
    if not 0 <= seed <= LAST_SEED:
        raise HarvestError(f"training seed {seed}; wanted 0 to {LAST_SEED}, the others are for judging")
    return seed


def clip_of(world: World, kind: str) -> TrainingClip:
    """The clip of one kind of edit, where most of it shows."""
    scenario = world.scenario(kind)
    stale = dirty(world.as_recorded, scenario).model
    views, frames = _place(world, kind, {view: set(found) for view, found in stale.items()})
    chunks = {(c.frame, c.view): c for c in draft(Request(world.root, scenario, views, frames, world.size))}
    streets = world.data_set.street_map(world.scene)
    if kind in WHOLE:
        may_change = np.ones((len(frames), len(views), *world.size[::-1]), bool)
    else:
        may_change = np.array([[reach(scenario, frame, view, world.size) for view in views] for frame in frames])
    return TrainingClip(
        kind,
        f"Town {world.seed}",
        asked(scenario, streets, frames, views, world.size),
        drafts_of(world.root, scenario, [[chunks[frame, view] for view in views] for frame in frames], may_change),
        np.array([[_truth(world, scenario, kind, view, frame, stale) for view in views] for frame in frames]),
    )


def _place(world: World, kind: str, stale: dict[str, set[int]]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The view of which most frames change and a neighbour of it, and the run of frames in which most change."""
    rng = dice("harvest", world.seed, kind)
    ring = [view for view in SIX if view in stale]
    most = max(ring, key=lambda view: (len(stale[view]), rng.random()))
    at = ring.index(most)
    neighbour = ring[(at + int(rng.choice([-1, 1]))) % len(ring)]
    views = tuple(sorted({most, neighbour}, key=ring.index))
    stride = int(rng.choice(STRIDES))
    starts = range(len(world.scene.frames) - stride * (NUM_FRAMES - 1))
    runs = [tuple(start + stride * k for k in range(NUM_FRAMES)) for start in starts]
    return views, max(runs, key=lambda run: (sum(frame in stale[most] for frame in run), rng.random()))


def drafts_of(dataroot: Path, scenario: Scenario, rows: list[list[Chunk]], reached: NDArray[np.bool_]) -> Drafts:
    """Chunks of frames and views as drafts with their G-buffers, dirty also where an edit reaches beyond them."""

    def all_of(name: str) -> NDArray:
        return np.array([[getattr(chunk, name) for chunk in row] for row in rows])

    footage = footage_of(dataroot, scenario.scene.as_recorded, rows[0][0].picture.shape[1::-1])
    gbuffers = np.array([[of_draft(footage, scenario, c.frame, c.view, c.picture) for c in row] for row in rows])
    return Drafts(all_of("picture"), all_of("valid"), all_of("dirty") | reached, gbuffers)


def _truth(
    world: World, scenario: Scenario, kind: str, view: str, frame: int, stale: dict[str, tuple[int, ...]]
) -> NDArray[np.uint8]:
    """The true picture; where the edit cannot be seen, the recorded one."""
    if frame in stale[view]:
        return world.truth(scenario, kind, view, frame)
    picture = world.scene.frames[frame].picture(view)
    return read_picture(world.root, picture, world.scene.view(view))
