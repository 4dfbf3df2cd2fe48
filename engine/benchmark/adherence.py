"""Whether actors were drawn where and as large as an edit asks: silhouettes that a segmenter finds in drawn pictures, against
those that the truth has.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.benchmark.cases import Case, judged_frames
from engine.benchmark.making import made
from engine.benchmark.run import Run
from engine.benchmark.segmenter import Segmenter
from engine.benchmark.shown import VISIBLE_PX, edited, outline
from engine.benchmark.worlds import read_kept
from engine.town.truth import Truth, render_truth

AROUND = 0.25  # of an actor's extent: how far beyond its outline its silhouette is looked for


@dataclass(frozen=True, slots=True)
class Found:
    """How far a silhouette that was found overlaps the one that was asked for: in the pictures of each run, and in the true
    one."""

    case: Case
    drawn: tuple[float, ...]
    on_truth: float


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """What is asked for of an actor in a picture, and where it is looked for; (H, W) both."""

    case: Case
    frame: int
    view: str
    picture: NDArray[np.uint8]  # the true one
    asked: NDArray[np.bool_]
    region: NDArray[np.bool_]


def found(runs: tuple[Run, ...], net: Segmenter) -> Iterator[Found]:
    """Every edited actor with enough visible pixels in a judged picture, in runs of one list that have been carried out.

    What is found is where the segmenter sees any actor, around that one's outline, but for pixels that are another actor's in
    truth. BenchmarkError for a picture that was not kept.
    """
    for one in asked_for(runs[0]):
        pictures = [read_kept(run.drawn(one.case, one.view, one.frame)) for run in runs]
        drawn, true = ([overlap(net.actors(p) & one.region, one.asked) for p in some] for some in (pictures, [one.picture]))
        yield Found(one.case, tuple(drawn), *true)


def asked_for(run: Run) -> Iterator[Silhouette]:
    """What the truth shows of edited actors in the judged pictures of a run's list."""
    for case in run.listing.cases:
        world = made(run.folder, case.seed, run.listing)
        scenario = world.scenario(case.kind)
        places = [(f, view) for f in judged_frames(world.scene, run.listing.every_s) for view in run.listing.views]
        for actor in sorted(edited(world, scenario)):
            for frame, view in places:
                covered = outline(world, scenario, {actor}, view, frame)
                if covered.sum() < VISIBLE_PX:
                    continue
                truth = render_truth(scenario, view, frame)
                asked = truth.mask(actor)
                if asked.sum() >= VISIBLE_PX:
                    yield Silhouette(case, frame, view, truth.picture, asked, searched(truth, asked, covered))


def searched(truth: Truth, asked: NDArray[np.bool_], covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where (H, W) a silhouette is looked for: around the outline, where in truth nobody else is."""
    rows, columns = np.nonzero(covered | asked)
    extent = max(rows.max() - rows.min(), columns.max() - columns.min()) + 1
    kernel = np.ones((2 * round(AROUND * extent) + 1,) * 2, np.uint8)
    near = cv2.dilate((covered | asked).astype(np.uint8), kernel) > 0
    return near & (asked | (truth.instance < 0))


def overlap(found: NDArray[np.bool_], asked: NDArray[np.bool_]) -> float:
    """Intersection over union of two silhouettes; ValueError where nothing is asked for."""
    if not asked.any():
        raise ValueError("a silhouette of 0 pixels; wanted one pixel or more")
    return float((found & asked).sum() / (found | asked).sum())
