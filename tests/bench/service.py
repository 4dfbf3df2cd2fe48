"""How soon drafts come from the service: the process is started, the scene is open, nothing of it is drawn or read yet."""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, Edit, EgoOffset, EgoPath, Move
from editor.scene import Actor, Frame, Scene, recorded
from editor.tracks import actor_at
from engine.requests import Chunk, Request
from engine.service.local import NUM_PROCESSES, LocalService, local_service
from tests.bench.results import SHARED_DATA
from tests.bench.row import Missing, Row

PART = "latency"
DATA, SCENE = "pandaset-002", "scene-0002"
NUM_KEYFRAMES = 9
NAMES = ("draft.first_picture_s", "draft.first_frame_s", "draft.six_views_nine_keyframes_s", "draft.stored_frame_s")


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from asking for an edited clip."""

    first_picture: float
    first_frame: float  # all views of the frame that was asked for first
    all: float
    again: float  # the first frame when everything is stored, as after undo


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Medians over edits of different kinds."""
    root = SHARED_DATA / DATA
    if not root.is_dir():
        yield from (Missing(name, f"no ../shared/data/{DATA}") for name in NAMES)
        return
    scene = open_data_set(root).scene(SCENE)
    runs = [measured(root, scene, edit) for edit in edits(scene, 3 if quick else 8)]
    for name, values in zip(
        NAMES, zip(*((r.first_picture, r.first_frame, r.all, r.again) for r in runs), strict=True), strict=True
    ):
        yield Row(name, median(values), "s", len(values))


def edits(scene: Scene, num: int) -> list[Edit]:
    """Moves, deletions and a bent ego path, of actors that stand near in the first keyframe."""
    chance, frame = random.Random(0), scene.keyframes[0]
    near = sorted(a for a in (_near(actor, frame) for actor in scene.actors) if a is not None)
    chosen = [actor for _, _, actor in near[:12]]
    chance.shuffle(chosen)
    kinds = [
        lambda actor: Move(actor.id, frame.t_us, (0.0, 3.0, 0.0)),
        lambda actor: Delete(actor.id),
        lambda _: EgoPath((EgoOffset(scene.span[0], 0.0), EgoOffset(scene.span[1], 1.0))),
        lambda actor: Move(actor.id, frame.t_us, (4.0, 0.0, 0.0)),
    ]
    return [kinds[i % len(kinds)](chosen[i % len(chosen)]) for i in range(num)]


def _near(actor: Actor, frame: Frame) -> tuple[float, str, Actor] | None:
    T = actor_at(actor, frame.t_us)
    if T is None or not actor.category.startswith("vehicle."):
        return None
    ego = frame.pictures[0].T_world_ego.translation
    return float(np.linalg.norm(np.subtract(T.translation, ego)[:2])), str(actor.id), actor


def measured(root: Path, scene: Scene, edit: Edit) -> Run:
    """One edit in a fresh process."""
    frames = tuple(scene.frames.index(frame) for frame in scene.keyframes[:NUM_KEYFRAMES])
    request = Request(root, apply(recorded(scene), edit), tuple(view.name for view in scene.views), frames)
    with tempfile.TemporaryDirectory() as folder, local_service(Path(folder), num_processes=NUM_PROCESSES) as service:
        started(service, request)
        fresh, stored = timed(service, request), timed(service, request)
    return Run(fresh[0][0], first_frame(fresh, frames[0]), fresh[-1][0], first_frame(stored, frames[0]))


def started(service: LocalService, request: Request) -> None:
    """Wait until the processes have made ready for the scene, as they do when the window opens it; the pictures that follow
    are of another size, so that nothing of what will be asked for is read."""
    service.prepare(request.dataroot, request.scenario.scene, request.size)
    list(service.render(replace(request, scenario=recorded(request.scenario.scene), frames=request.frames[:1], size=(56, 32))))


def timed(service: LocalService, request: Request) -> list[tuple[float, Chunk]]:
    """The pictures, each with the seconds after which it came."""
    start = time.perf_counter()
    return [(time.perf_counter() - start, chunk) for chunk in service.render(request)]


def first_frame(came: list[tuple[float, Chunk]], frame: int) -> float:
    """When the last view of a frame came."""
    return max(seconds for seconds, chunk in came if chunk.frame == frame)
