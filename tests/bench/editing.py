"""What an edit costs without a window: 100 actors of 240 frames, all of them edited before; processor time of one thread."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np

from editor.apply import apply
from editor.checks import findings
from editor.dirty import dirty
from editor.edits import Delete, Duplicate, Edit, Move, Path, Rotate, Waypoint
from editor.files import load_take, save_take
from editor.history import History, opened
from editor.map import StreetMap
from editor.scene import Scene, recorded
from editor.take import Step, Take
from tests.bench.row import Row
from tests.editor.made import made_scene, time_of

PART = "latency"
ROUNDS, QUICK_ROUNDS = 10, 3
KEY = time_of(20)
EDITS: tuple[Edit, ...] = (
    Move("stand40", KEY, (1.0, 1.0, 0.0)),
    Move("stand41", KEY, (0.5, 0.0, 0.0), "onward"),
    Rotate("stand42", KEY, 0.3),
    Path("lead", KEY, (Waypoint(80.0, 3.0), Waypoint(110.0, 3.0))),
    Delete("stand43"),
    Duplicate("lead", "new-0", (0.0, 3.5, 0.0)),
)


def rows(quick: bool) -> Iterator[Row]:
    """Medians in milliseconds."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    scene = made_scene(frames=240, crowd=96)
    busy = _edited(scene)
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / "a.take.json"
        taken = [_milliseconds(lambda e=edit: _commit(busy, e, path)) for _ in range(rounds) for edit in EDITS]
        yield Row("edit.apply_check_save_ms", float(np.median(taken)), "ms", len(taken))
        steps = tuple(Step(Move("lead", KEY, (0.1, 0.0, 0.0)), f"g{n}") for n in range(500))
        save_take(path, replace(busy.take, edits=steps))
        loaded = [_milliseconds(lambda: load_take(path)) for _ in range(rounds)]
        yield Row("edit.load_500_edits_ms", float(np.median(loaded)), "ms", rounds)
    base = busy.present
    moved = [apply(base, Move("stand10", KEY, (1.0 + n, 1.0, 0.0))) for n in range(rounds)]
    found = [_milliseconds(lambda after=after: dirty(base, after)) for after in moved]
    yield Row("edit.stale_pictures_ms", float(np.median(found)), "ms", rounds)


def _edited(scene: Scene) -> History:
    history, chance = opened(Take("t1", "a take", scene.fingerprint, "2026-01-31T12:00:00Z"), scene), random.Random(1)
    for actor in scene.actors:
        history = history.commit(Move(actor.id, KEY, (chance.uniform(0.1, 2), chance.uniform(0.1, 0.5), 0.0)))
    findings(history.present, StreetMap())
    dirty(recorded(scene), history.present)
    return history


def _commit(history: History, edit: Edit, path: FilePath) -> None:
    after = history.commit(edit)
    findings(after.present, StreetMap())
    save_take(path, after.take)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return 1e3 * (time.thread_time() - start)
