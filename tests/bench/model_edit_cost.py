"""What an edit of one second costs in a clip of twelve, against drawing the clip anew, in processor time; and that nothing else
changes by a level.

All of the clip is the model's, for its weather is another. Then somebody takes an actor away for a second; what that makes
stale is drawn again, and the rest is found in the store.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2

from editor.apply import apply
from editor.dirty import dirty
from editor.edits import Delete, Edit, SetWeather
from editor.scene import Scenario, Scene, recorded
from engine.benchmark.drives import FRONT, SIZE, Drive, driven, recipe_of
from engine.requests import Chunk, Model, Request
from engine.service.content import all_keys
from engine.service.store import Store
from engine.service.task import Task
from engine.service.tiers import draw
from tests.bench.ahead import largest
from tests.bench.counterfactual import FOLDER
from tests.bench.results import NO_WEIGHTS, weights
from tests.bench.row import Missing, Row

PART = "model"
NAMES = ("edit.cost_ratio", "edit.outside_max_abs_diff")
SEED = 800_100  # of no list and of no training
SECONDS, RATE_HZ = 12.05, 10
EDITS, QUICK_EDITS = 3, 1
LASTS_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pictures of the clip by frame, and the seconds of processor time that they took."""

    pictures: dict[int, Chunk]
    seconds: float


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The median of the ratios, and the largest difference in what no edit reaches."""
    checkpoint = weights()
    if checkpoint is None:
        yield from (Missing(name, NO_WEIGHTS) for name in NAMES)
        return
    drive = driven(FOLDER, SEED, recipe_of(SECONDS, RATE_HZ))
    ratios, differences = measured(drive, Model(checkpoint), QUICK_EDITS if quick else EDITS)
    yield Row(NAMES[0], median(ratios), "", len(ratios))
    yield Row(NAMES[1], float(max(differences)), "", len(ratios))


def measured(drive: Drive, model: Model, number: int) -> tuple[list[float], list[int]]:
    """For each of some edits its share of the whole clip's cost, and the largest difference outside it."""
    wet = apply(recorded(drive.scene), SetWeather("rain"))
    list(draw(Request(drive.root, wet, (), (), SIZE)))  # makes ready for drafts, as the service does when a scene is opened
    list(draw(Request(drive.root, wet, (), (), SIZE, "anchor", model=model)))  # loads the model
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            before = drawn(drive, wet, model, store)
            ratios, differences = [], []
            for edit in edits(drive.scene, number):
                edited = apply(wet, edit)
                after = drawn(drive, edited, model, store)
                ratios.append(after.seconds / before.seconds)
                stale = set(dirty(wet, edited).model[FRONT])
                differences.append(max(_apart(before, after, f) for f in before.pictures if f not in stale))
        finally:
            store.close()
    return ratios, differences


def drawn(drive: Drive, scenario: Scenario, model: Model, store: Store) -> Drawn:
    """All of the clip at full rate, segment by segment between its keyframes, as far as it is not stored."""
    scene = drive.scene
    anchors = tuple(scene.frames.index(frame) for frame in scene.keyframes)
    frames = tuple(range(anchors[0], anchors[-1] + 1))
    request = Request(drive.root, scenario, (FRONT,), frames, SIZE, "refined", model=model, anchors=anchors)
    task, pictures, begun = Task(all_keys(request, drive.root.name), store), {}, time.process_time()
    for chunk in draw(request, task):
        if chunk is not None:
            task.keep(chunk)
        if chunk is not None and not chunk.preview:
            pictures[chunk.frame] = chunk
    return Drawn(pictures, time.process_time() - begun)


def edits(scene: Scene, number: int) -> list[Edit]:
    """Someone the front view shows well is away for a second, at some times spread over the clip, between two keyframes."""
    out: list[Edit] = []
    for k in range(number):
        start = scene.span[0] + round((k + 1) / (number + 1) * (scene.span[1] - scene.span[0]))
        frames = [i for i, frame in enumerate(scene.frames) if start <= frame.t_us <= start + LASTS_US]
        out.append(Delete(largest(scene, frames)[0], start, start + LASTS_US))
    return out


def _apart(before: Drawn, after: Drawn, frame: int) -> int:
    return int(cv2.absdiff(before.pictures[frame].picture, after.pictures[frame].picture).max())
