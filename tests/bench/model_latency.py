"""How soon the world model's pictures come from the service after an edit: processes are started, the scene and the model are
loaded, nothing of the edited clip is drawn.

As in the window, drafts come first, by as many processes as it has; then the anchors of nine keyframes, then a segment between
two of them. Each name is counted from the edit; with `_drafted`, from when the drafts are there.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, Edit, Move, SetWeather
from editor.scene import Scene, recorded
from engine.requests import WINDOW, Model, Request
from engine.service.local import NUM_PROCESSES, LocalService, local_service
from tests.bench.ahead import FRONT, largest
from tests.bench.results import NO_WEIGHTS, ROOT, weights
from tests.bench.row import Missing, Row

PART = "latency"
TOWN, SCENE = ROOT / "assets" / "town", "scene-0201"
SIZE = 448, 256
SEGMENT = 4  # the keyframe that it begins with
THREADS = 2


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the edit; `drafts` of them until the drafts were there."""

    drafts: float
    first: float
    all: float


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Medians over edits: an actor ahead moved, another taken away, rain; of six views and of the segment, in rain alone."""
    checkpoint = weights()
    names = ("first_anchor_s", "first_anchor_drafted_s", "nine_anchors_s", "nine_anchors_drafted_s", "six_views_s", "segment_s")
    if checkpoint is None or (os.cpu_count() or 1) < THREADS:
        reason = NO_WEIGHTS if checkpoint is None else f"fewer than {THREADS} cores"
        yield from (Missing(f"latency.{name}", reason) for name in names)
        return
    scene, model = open_data_set(TOWN).scene(SCENE), Model(checkpoint)
    fronts = [measured(scene, edit, (FRONT,), model)[0] for edit in (edits(scene)[:1] if quick else edits(scene))]
    six, segment = measured(scene, SetWeather("rain"), tuple(view.name for view in scene.views), model)
    values = (
        [t.first for t in fronts],
        [t.first - t.drafts for t in fronts],
        [t.all for t in fronts],
        [t.all - t.drafts for t in fronts],
        [six.all],
        [segment],
    )
    for name, taken in zip(names, values, strict=True):
        yield Row(f"latency.{name}", median(taken), "s", len(taken))


def edits(scene: Scene) -> tuple[Edit, ...]:
    """Of the two actors that the front view shows most of, and of the weather."""
    first, second = largest(scene, tuple(scene.frames.index(frame) for frame in scene.keyframes[:WINDOW]))[:2]
    return Move(first, scene.keyframes[0].t_us, (0.0, 1.5, 0.0)), Delete(second), SetWeather("rain")


def measured(scene: Scene, edit: Edit, views: tuple[str, ...], model: Model) -> tuple[Times, float]:
    """One edit in fresh processes; and the seconds that a segment of the front view takes once the anchors are there."""
    frames = tuple(scene.frames.index(frame) for frame in scene.keyframes[:WINDOW])
    with tempfile.TemporaryDirectory() as folder, ready(Path(folder), scene, frames[0], model) as service:
        begun, scenario = time.perf_counter(), apply(recorded(scene), edit)
        request = Request(TOWN, scenario, views, frames, SIZE, model=model)
        list(service.render(request))
        drafts = time.perf_counter() - begun
        came = [
            time.perf_counter() - begun
            for chunk in service.render(replace(request, tier="anchor", preview_first=True))
            if chunk.origin == "generated"
        ]
        within = tuple(range(frames[SEGMENT], frames[SEGMENT + 1] + 1))
        begun = time.perf_counter()
        list(service.render(replace(request, tier="refined", frames=within, views=(FRONT,))))
        return Times(drafts, came[0], came[-1]), time.perf_counter() - begun


@contextmanager
def ready(folder: Path, scene: Scene, frame: int, model: Model) -> Iterator[LocalService]:
    """A service as the window's, all of whose processes have answered for this scene, the model's too."""
    with local_service(folder, num_processes=NUM_PROCESSES, model_threads=THREADS) as service:
        service.prepare(TOWN, scene, SIZE, model)
        plain = Request(TOWN, recorded(scene), (FRONT,), (frame,), (64, 32), model=model)
        for tier in ("draft", "anchor"):
            list(service.render(replace(plain, tier=tier)))
        yield service
