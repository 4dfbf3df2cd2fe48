"""What an engine's pictures of one case are worth: sums inside the dirty region and outside it.

Dirty is where truth and recording, both before JPEG, differ; what the engine itself calls dirty has no say in that. The truth
of every judged picture is drawn: a low sun's shadows and headlights reach farther than any bound on what an edit can change.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.datasets.recorded import read_picture
from engine.benchmark.cases import BenchmarkError, Case, Listing, judged_frames
from engine.benchmark.engines import Engine
from engine.benchmark.worlds import AS_RECORDED, World, differs
from engine.metrics.pooled import Sums, compared
from engine.requests import Chunk, Request

Picture8 = NDArray[np.uint8]
Strip = NDArray[np.uint8]  # (h, 4 w, 3): recorded, true, drawn, and how far apart the last two are

MOVED = 4  # levels by which a picture must differ from its draft to have been changed by the model
BRIGHTER = 3  # how many times the error of a strip is shown
LEAST_SHOWN = 0.4  # of a picture's sides


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case's result. `beyond` is the largest difference from the recording, as decoded, where the engine says that it changed
    nothing: 0 where it speaks the truth. `moved` are the dirty pixels that differ from the draft by more than `MOVED` levels in
    any colour; None where the engine shows no draft."""

    case: Case
    inside: Sums
    outside: Sums
    beyond: int
    pictures: int
    seconds: float  # that the engine took
    moved: int | None = None


def _unheard(_: Chunk) -> None:
    pass


def judged(
    world: World, case: Case, listing: Listing, engine: Engine, heard: Callable[[Chunk], None] = _unheard
) -> tuple[Verdict, Strip | None]:
    """The verdict, and the picture with the largest dirty region beside the truth (None: the edit changed nothing).

    `heard` is shown every judged picture."""
    court = _Court(world, case, listing)
    seconds, begun = 0.0, time.perf_counter()
    for chunk in engine.render(court.request):
        seconds += time.perf_counter() - begun
        if chunk.preview:
            court.glance(chunk)
        else:
            court.hear(chunk)
            heard(chunk)
        begun = time.perf_counter()
    seconds += time.perf_counter() - begun
    if court.missing:
        frame, view = min(court.missing)
        raise BenchmarkError(
            f"engine {engine.name} left out {len(court.missing)} of {len(court.request.asked())} pictures of case {case.name};"
            f" wanted {view} at frame {frame} as well"
        )
    pictures = len(court.request.asked())
    return Verdict(case, court.inside, court.outside, court.beyond, pictures, seconds, court.moved), court.strip


class _Court:
    """The sums of one case so far."""

    def __init__(self, world: World, case: Case, listing: Listing) -> None:
        self.world, self.case = world, case
        self.scenario = world.scenario(case.kind)
        frames = judged_frames(world.scene, listing.every_s)
        self.request = Request(world.root, self.scenario, listing.views, frames, world.size, seed=case.seed)
        self.missing = set(self.request.asked())
        self.inside, self.outside, self.beyond = Sums(), Sums(), 0
        self.moved: int | None = None
        self.strip: Strip | None = None
        self._largest = 0
        self._drafts: dict[tuple[int, str], Picture8] = {}

    def glance(self, chunk: Chunk) -> None:
        """Take note of a preview, if it is a draft."""
        if chunk.tier == "draft":
            self._drafts[chunk.frame, chunk.view] = chunk.picture

    def hear(self, chunk: Chunk) -> None:
        """Take one picture into account."""
        if (chunk.frame, chunk.view) not in self.missing:
            raise BenchmarkError(f"picture {chunk.view} at frame {chunk.frame} of case {self.case.name} was not asked for")
        self.missing.remove((chunk.frame, chunk.view))
        views = self.request.views
        before = self.world.truth(self.world.as_recorded, AS_RECORDED, chunk.view, chunk.frame, views)
        if chunk.picture.shape != before.shape:
            raise BenchmarkError(f"a picture of {chunk.picture.shape} of case {self.case.name}; wanted {before.shape}")
        true = self.world.truth(self.scenario, self.case.kind, chunk.view, chunk.frame, views)
        region = differs(true, before)
        inside, outside = compared(chunk.picture, true, (region, ~region))
        self.inside, self.outside = self.inside + inside, self.outside + outside
        draft = self._drafts.pop((chunk.frame, chunk.view), None)
        if draft is not None:
            self.moved = (self.moved or 0) + int(differs(chunk.picture, draft, MOVED)[region].sum())
        recorded = self._recorded(chunk)
        self.beyond = max(self.beyond, int(cv2.absdiff(chunk.picture, recorded)[~chunk.dirty].max(initial=0)))
        if inside.pixels > self._largest:
            self._largest = inside.pixels
            apart = np.minimum(cv2.absdiff(chunk.picture, true).astype(int) * BRIGHTER, 255).astype(np.uint8)
            crop = _around(region)
            self.strip = np.concatenate([p[crop] for p in (before, true, chunk.picture, apart)], axis=1)

    def _recorded(self, chunk: Chunk) -> Picture8:
        picture = self.world.scene.frames[chunk.frame].picture(chunk.view)
        return read_picture(self.world.root, picture, self.world.scene.view(chunk.view))


def _around(region: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The part of a picture, of the same shape, that shows a region well, without its few strays."""
    sides, ends = np.array(region.shape), np.array([np.percentile(at, (2, 98)) for at in np.nonzero(region)])
    share = float(np.clip((1.4 * (ends[:, 1] - ends[:, 0]) / sides).max(), LEAST_SHOWN, 1.0))
    shown = np.round(share * sides).astype(int)
    first = np.clip(np.round(ends.mean(axis=1) - shown / 2).astype(int), 0, sides - shown)
    return slice(first[0], first[0] + shown[0]), slice(first[1], first[1] + shown[1])
