"""How long a person waits for a draft on the real drive: the first picture, and six views of nine keyframes, two cores.

The white car ahead moves one lane to the left; the scene is open, no picture or LiDAR of it has been read.
"""

import time
from collections.abc import Iterator

import numpy as np

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move
from editor.geometry import rotation_matrix
from editor.scene import Actor, Scenario, Scene, recorded
from engine.draft.draft import draft, forget
from engine.service.requests import Request
from tests.bench.real_drive import DATA, ROOT, SIZE
from tests.bench.row import Missing, Row

PART = "latency"
NAMES = ("draft.first_frame_s", "draft.six_views_nine_keyframes_s")
RUNS, QUICK_RUNS = 5, 3
LANE_M = 3.4
KEYFRAMES = 9


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The medians over a few runs, each with nothing kept from the one before."""
    if not ROOT.is_dir():
        yield from (Missing(name, f"no ../shared/data/{DATA}") for name in NAMES)
        return
    data = open_data_set(ROOT)
    scene = data.scene(data.summaries()[0].name)
    measured = [_measured(scene) for _ in range(QUICK_RUNS if quick else RUNS)]
    for name, values in zip(NAMES, zip(*measured, strict=True), strict=True):
        yield Row(name, float(np.median(values)), "s", len(values))


def _measured(scene: Scene) -> tuple[float, float]:
    forget()
    frames = [k for k, frame in enumerate(scene.frames) if frame.is_keyframe][:KEYFRAMES]
    request = Request(ROOT, _moved(scene), tuple(v.name for v in scene.views), tuple(frames), SIZE)
    start = time.perf_counter()
    chunks = draft(request)
    next(chunks)
    first = time.perf_counter() - start
    for _ in chunks:
        pass
    return first, time.perf_counter() - start


def _moved(scene: Scene) -> Scenario:
    ahead = _ahead(scene)
    left = rotation_matrix(ahead.track[0].T_world.rotation) @ (0.0, LANE_M, 0.0)
    return apply(recorded(scene), Move(ahead.id, ahead.track[0].t_us, tuple(float(x) for x in left)))


def _ahead(scene: Scene) -> Actor:
    """The nearest moving car in the ego's own lane."""
    T_ego_world = scene.ego[0].T_world.inverse()

    def place(actor: Actor) -> np.ndarray:
        return T_ego_world.apply(np.asarray(actor.track[0].T_world.translation))

    def moves(actor: Actor) -> bool:
        return bool(np.linalg.norm(np.subtract(actor.track[-1].T_world.translation, actor.track[0].T_world.translation)) > 5)

    lane = [a for a in scene.actors if a.category == "vehicle.car" and moves(a) and abs(place(a)[1]) < 1.5 and place(a)[0] > 0]
    return min(lane, key=lambda actor: place(actor)[0])
