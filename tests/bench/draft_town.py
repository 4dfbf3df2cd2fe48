"""The draft of each kind of edit on Town, against Town's own truth.

Dirty: where truth and recording, both before JPEG, differ by more than 2 levels. Errors pool over a clip; clips average.
Outside what the draft calls dirty, in keep mode, its pictures must be the recorded ones exactly. Truth is rendered only of
pictures that an edit can change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.dirty import dirty_frames
from editor.edits import Add, Delete, Duplicate, Edit, EgoOffset, EgoPath, Move, Recolour, Resize, Rotate, Waypoint
from editor.edits import Path as PathEdit
from editor.geometry import Rigid, rotation_matrix
from editor.identity import Same
from editor.scene import Actor, ActorId, Look, Pose, Scenario, Scene, recorded
from editor.tracks import actor_at
from engine.draft.draft import draft
from engine.draft.sources import Recording
from engine.metrics.pictures import laplacian_energy, psnr_of, squared_error
from engine.service.requests import Request
from engine.town.truth import render_truth
from tests.bench.row import Missing, Row

PART = "town"
ROOT = Path(__file__).resolve().parents[2] / "assets" / "town"
SIZE = (448, 256)
LEVELS = 2  # by which truth and recording must differ
CLIPS, QUICK_CLIPS = 6, 2  # per kind
FRAMES, QUICK_FRAMES = 5, 2  # per clip
NEAR_M = 30.0  # edited actors come this near to the ego


@dataclass(slots=True)
class Pooled:
    """What one clip adds up to."""

    error: float = 0.0
    count: int = 0
    drawn_energy: float = 0.0
    true_energy: float = 0.0


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Per kind, error and sharpness; and the one number that must be 0."""
    if not ROOT.is_dir():
        yield Missing("draft.psnr_dirty_db", "no assets/town in this checkout")
        return
    data = open_data_set(ROOT)
    scenes = [data.scene(summary.name) for summary in data.summaries()]
    outside, pictures = 0, 0
    for kind, edit in KINDS.items():
        clips = []
        for clip in range(QUICK_CLIPS if quick else CLIPS):
            scene = scenes[clip % len(scenes)]
            actor = _actors(scene)[clip // len(scenes) % len(_actors(scene))]
            scenario = apply(recorded(scene), edit(scene, actor))
            pooled, apart, seen = _compared(scenario, QUICK_FRAMES if quick else FRAMES, kind != "ego_path")
            outside, pictures = max(outside, apart), pictures + seen
            if pooled.count:
                clips.append(pooled)
        if clips:
            yield Row(
                f"draft.psnr_dirty_db.{kind}", float(np.mean([psnr_of(c.error, c.count) for c in clips])), "dB", len(clips)
            )
            ratios = [c.drawn_energy / max(c.true_energy, 1.0) for c in clips]
            yield Row(f"draft.sharpness_ratio.{kind}", float(np.mean(ratios)), "", len(clips))
    yield Row("draft.outside_dirty_max_abs_diff", float(outside), "", pictures)


def _compared(scenario: Scenario, frames: int, keeps: bool) -> tuple[Pooled, int, int]:
    scene = scenario.scene
    chosen = tuple(sorted({round(x) for x in np.linspace(0, len(scene.frames) - 1, frames)}))
    recording, pooled, outside, pictures = Recording(ROOT, scene, SIZE), Pooled(), 0, 0
    changed = dirty_frames(recorded(scene), scenario)
    for chunk in draft(Request(ROOT, scenario, tuple(v.name for v in scene.views), chosen, SIZE)):
        pictures += 1
        if keeps:
            shown = recording.picture(chunk.frame, chunk.view).astype(int)
            apart = np.abs(chunk.picture.astype(int) - shown)[~chunk.dirty]
            outside = max(outside, int(apart.max(initial=0)))
        if chunk.frame not in changed[chunk.view]:
            continue
        true = render_truth(scenario, chunk.view, chunk.frame, SIZE).picture
        before = _before(Same(scene), chunk.view, chunk.frame)
        region = np.abs(true.astype(int) - before).max(axis=-1) > LEVELS
        if region.any():
            error, count = squared_error(chunk.picture, true, region)
            pooled.error += error
            pooled.count += count
            pooled.drawn_energy += laplacian_energy(chunk.picture, region)
            pooled.true_energy += laplacian_energy(true, region)
    return pooled, outside, pictures


@cache
def _before(scene: Same[Scene], view: str, frame: int) -> np.ndarray:
    return render_truth(recorded(scene.value), view, frame, SIZE).picture


def _actors(scene: Scene) -> list[Actor]:
    """Vehicles that come near, nearest first."""

    def nearest(actor: Actor) -> float:
        places = [(p.T_world.translation, actor_at(actor, p.t_us)) for p in scene.ego[::5]]
        return min((float(np.linalg.norm(np.subtract(e, T.translation))) for e, T in places if T is not None), default=np.inf)

    near = [(nearest(a), a.id, a) for a in scene.actors if a.category.startswith("vehicle.")]
    return [actor for away, _, actor in sorted(near, key=lambda item: item[:2]) if away < NEAR_M]


def _left(actor: Actor, metres: float, ahead: float = 0.0) -> tuple[float, float, float]:
    x, y, z = rotation_matrix(actor.track[0].T_world.rotation) @ (ahead, metres, 0.0)
    return float(x), float(y), float(z)


def _path(scene: Scene, actor: Actor) -> Edit:
    last = actor.track[-1]
    x, y, _ = np.add(last.T_world.translation, _left(actor, 2.0))
    return PathEdit(actor.id, actor.track[0].t_us, (Waypoint(float(x), float(y), last.t_us),), is_goal=True)


def _add(scene: Scene, actor: Actor) -> Edit:
    shift = _left(actor, 3.5)
    poses = tuple(Pose(p.t_us, Rigid(tuple(np.add(p.T_world.translation, shift)), p.T_world.rotation)) for p in actor.track)
    return Add(ActorId("new-added"), actor.category, actor.size_lwh, poses, Look(f"actor:{actor.id}"))


KINDS: dict[str, Callable[[Scene, Actor], Edit]] = {
    "move": lambda scene, a: Move(a.id, a.track[0].t_us, _left(a, 3.0)),
    "rotate": lambda scene, a: Rotate(a.id, a.track[0].t_us, 0.3, "moment" if len(a.track) == 1 else "track"),
    "resize": lambda scene, a: Resize(a.id, tuple(1.1 * s for s in a.size_lwh)),
    "path": _path,
    "delete": lambda scene, a: Delete(a.id),
    "add": _add,
    "duplicate": lambda scene, a: Duplicate(a.id, ActorId("new-copy"), (0.0, 3.5, 0.0)),
    "recolour": lambda scene, a: Recolour(a.id, "#1f4fb0"),
    "ego_path": lambda scene, a: EgoPath((EgoOffset(scene.span[0], 0.0), EgoOffset(scene.span[1], 1.0))),
}
