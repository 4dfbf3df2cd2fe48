"""The list of the benchmark: which worlds, which kinds of edit, which pictures of them are judged."""

from dataclasses import dataclass
from typing import get_args

import numpy as np

from editor.edits import Edit, SetBeyond
from editor.scene import Scene
from engine.requests import SIZE
from engine.town.recipe import Recipe

VERSION = 2  # of the list and of the rules that choose its edits; results of different versions are not compared
SEEDS = tuple(range(800_000, 800_024))  # of nothing that anything is trained on; drafts' settings were looked at there
# Every edit of what was recorded; what comes after it nobody can compare with a recording.
KINDS: tuple[str, ...] = tuple(edit.__dataclass_fields__["kind"].default for edit in get_args(Edit) if edit is not SetBeyond)
FRONTS = ("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT")
SIX = (*FRONTS, "CAM_BACK_RIGHT", "CAM_BACK", "CAM_BACK_LEFT")
# Recorded at the size that is judged, so that nothing is resampled; at quality 95, so that the engine is judged and not JPEG;
# at 4 Hz, annotated at 2 Hz: from keyframes alone the draft removes a car 4 dB worse, from 10 Hz no better (docs/benchmark.md).
RECIPE = Recipe(size=SIZE, duration_s=8.25, jpeg_quality=95, rate_hz=4)


class BenchmarkError(Exception):
    """A benchmark that cannot be run; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Case:
    """One clip: a kind of edit in the world of a seed."""

    seed: int
    kind: str

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"{self.seed}-{self.kind}"


@dataclass(frozen=True, slots=True)
class Listing:
    """Some of the benchmark: all pairs of these worlds and kinds, judged in these views at this pace."""

    name: str
    seeds: tuple[int, ...]
    views: tuple[str, ...]
    every_s: float = 1.0
    kinds: tuple[str, ...] = KINDS
    recipe: Recipe = RECIPE

    @property
    def cases(self) -> tuple[Case, ...]:
        """World by world, so that what a world needs is worked out once."""
        return tuple(Case(seed, kind) for seed in self.seeds for kind in self.kinds)


LISTS = {
    listing.name: listing
    for listing in (
        Listing("full", SEEDS, SIX),
        Listing("small", (800_000, 800_001, 800_003, 800_005), FRONTS),  # by night, under clouds, in rain, in the sun
        Listing("quick", (800_001, 800_005), ("CAM_FRONT",)),
    )
}


def judged_frames(scene: Scene, every_s: float) -> tuple[int, ...]:
    """The frames nearest to 0 s, `every_s`, … up to the scene's end."""
    seconds = np.array([frame.t_us - scene.span[0] for frame in scene.frames]) * 1e-6
    wanted = np.arange(0.0, seconds[-1] + every_s / 2, every_s)
    return tuple(sorted({int(np.abs(seconds - s).argmin()) for s in wanted}))
