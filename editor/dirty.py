"""Which pictures an edit made stale: those that show what changed, where it was or where it is now.

A picture is named by its view and the index of its frame. An actor makes stale what its box, old or new, reaches at the
picture's own time, with room for its shadow; a changed ego pose makes stale all views of the frame. Other weather or hours are
nothing that a draft shows, nor are other labels of whom it draws with recorded pixels: they make stale what the model drew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from editor.appearance import appearance
from editor.cameras import NEAR_M, matrix_of
from editor.geometry import CORNER_SIGNS, Array, Vec3
from editor.identity import Same
from editor.sampled import poses_of
from editor.scene import Actor, ActorId, Pose, Scenario, Scene, View
from editor.tracks import HOLD_US, ego_at

AROUND_M = 4.0  # added to a box on every side: how far from it an actor's cut-out can change a picture
SHADOW_HEIGHTS = 3.0  # of an actor, added on the ground where that is more: how far from it a draft draws its shadow
UNMOVED = 1e-9
FramesByView = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Dirty:
    """Stale pictures by view, as rising frame indices: of drafts, and of what the model drew (never fewer)."""

    draft: FramesByView
    model: FramesByView

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames with a stale draft in any view."""
        return tuple(sorted({index for indices in self.draft.values() for index in indices}))


@dataclass(frozen=True, slots=True, eq=False)
class _Shots:
    """A scene's pictures as arrays (V, F): times, and whether there is one."""

    times: NDArray[np.int64]
    exists: NDArray[np.bool_]


@lru_cache(maxsize=16)
def _shots(scene: Same[Scene]) -> _Shots:
    frames, views = scene.value.frames, scene.value.views
    times = np.zeros((len(views), len(frames)), dtype=np.int64)
    exists = np.zeros(times.shape, dtype=bool)
    row = {view.name: i for i, view in enumerate(views)}
    for f, frame in enumerate(frames):
        times[:, f] = frame.t_us
        for picture in frame.pictures:
            times[row[picture.view], f], exists[row[picture.view], f] = picture.t_us, True
    return _Shots(times, exists)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One actor that two scenarios do not agree on, and the pictures (V, F) that show it or, at least, name it otherwise.

    That is said of the ego of the scenario before; where the ego moves, everything is another picture anyway.
    """

    was: Actor | None
    now: Actor | None
    drawn: NDArray[np.bool_]
    named: NDArray[np.bool_]


def changes(before: Scenario, after: Scenario) -> tuple[Change, ...]:
    """The actors that differ, in the order of `before` and then of `after`; rows of masks go by `Scene.views`."""
    if before.scene.as_recorded is not after.scene.as_recorded:
        raise ValueError(f"scenarios of scenes {before.scene.name} and {after.scene.name}; wanted one scene's")
    scene, ego = Same(after.scene), Same(before.ego)
    return tuple(_change(scene, ego, Same(old), Same(new)) for old, new in _changed_actors(before, after))


def ground_room_m(size_lwh: Vec3) -> float:
    """How far from a box on the ground an actor that fills it can change a draft."""
    return max(AROUND_M, SHADOW_HEIGHTS * size_lwh[2])


def dirty(before: Scenario, after: Scenario) -> Dirty:
    """What is stale of pictures of one scenario when another is asked for; both of one drive. Frames go by the other's, and
    those that the one has not got are stale."""
    shots = _shots(Same(after.scene))
    shown = _ego_moved(before, after, shots.times)
    shown[:, len(before.scene.frames) :] = True
    said = shown.copy()
    for change in changes(before, after):
        shown |= change.drawn
        said |= change.named
    said |= shown
    if (before.weather, before.time_of_day) != (after.weather, after.time_of_day):
        said[:] = True
    return Dirty(_by_view(after.scene, shown & shots.exists), _by_view(after.scene, said & shots.exists))


def _by_view(scene: Scene, stale: NDArray[np.bool_]) -> FramesByView:
    return {view.name: tuple(np.flatnonzero(row).tolist()) for view, row in zip(scene.views, stale, strict=True)}


def _changed_actors(before: Scenario, after: Scenario) -> Iterable[tuple[Actor | None, Actor | None]]:
    if before.actors is after.actors:
        return
    old, new = ({actor.id: actor for actor in scenario.actors} for scenario in (before, after))
    for actor_id in old | new:
        a, b = old.get(actor_id), new.get(actor_id)
        if a is not b and a != b:
            yield a, b


# -------------------------------------------------------------------------------------------------------- the ego


def _ego_moved(before: Scenario, after: Scenario, times: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Frames (V, F) in which the ego is elsewhere in any view."""
    if before.ego is after.ego or before.ego == after.ego:
        return np.zeros(times.shape, dtype=bool)
    a, b = (_interpolated(scenario.ego, times) for scenario in (before, after))
    moved = (np.abs(a - b) > UNMOVED).any(-1).any(0)
    return np.broadcast_to(moved, times.shape).copy()


def _interpolated(track: tuple[Pose, ...], times: NDArray[np.int64]) -> Array:
    """Places and rotations (..., 7) as plain numbers, good for telling whether two tracks are the same."""
    at = np.array([pose.t_us - track[0].t_us for pose in track], dtype=np.float64)
    rows = np.array([(*pose.T_world.translation, *pose.T_world.rotation) for pose in track])
    return np.stack([np.interp(times - track[0].t_us, at, column) for column in rows.T], axis=-1)


# ----------------------------------------------------------------------------------------------------- the actors


@lru_cache(maxsize=1024)
def _change(scene: Same[Scene], ego: Same[tuple[Pose, ...]], was: Same[Actor | None], now: Same[Actor | None]) -> Change:
    old, new, times = was.value, now.value, _shots(scene).times
    a, b = (None if actor is None else _boxes(actor, times) for actor in (old, new))
    drawn = _differs(old, new, a, b, times, _recorded(scene).get((old or new).id))
    relabelled = old is not None and new is not None and old.category != new.category
    seen = np.zeros(times.shape, dtype=bool)
    for actor, boxes in ((old, a), (new, b)):
        if actor is None or boxes is None:
            continue
        wanted = boxes.present if relabelled else boxes.present & drawn
        seen |= _in_view(_cameras(ego, scene), scene.value.views, actor, boxes, wanted)
    return Change(old, new, seen & drawn, seen)


@lru_cache(maxsize=16)
def _recorded(scene: Same[Scene]) -> dict[ActorId, Actor]:
    return {actor.id: actor for actor in scene.value.as_recorded.actors}


@dataclass(frozen=True, slots=True, eq=False)
class _Boxes:
    """An actor at the pictures' times: centres (V, F, 3), headings (V, F), and whether it is there (V, F)."""

    centres: Array
    headings: Array
    present: NDArray[np.bool_]


def _boxes(actor: Actor, times: NDArray[np.int64]) -> _Boxes:
    poses = poses_of(actor)
    seconds = (times - poses.first_us) * 1e-6
    centres = np.stack([_extended(seconds, poses.seconds, poses.places[:, i]) for i in range(3)], axis=-1)
    present = (times >= poses.first_us - HOLD_US) & (times <= actor.track[-1].t_us + HOLD_US)
    for start, end in actor.absent:
        present &= (times < start) | (times > end)
    return _Boxes(centres, np.interp(seconds, poses.seconds, poses.headings), present)


def _extended(seconds: Array, at: Array, values: Array) -> Array:
    """Linear interpolation that goes on in a straight line beyond the ends, as tracks do."""
    inner = np.interp(seconds, at, values)
    if len(at) < 2:
        return inner
    first, last = (values[1] - values[0]) / (at[1] - at[0]), (values[-1] - values[-2]) / (at[-1] - at[-2])
    return inner + np.minimum(seconds, 0.0) * first + np.maximum(seconds - at[-1], 0.0) * last


def _differs(
    old: Actor | None, new: Actor | None, a: _Boxes | None, b: _Boxes | None, times: NDArray[np.int64], recorded: Actor | None
) -> NDArray[np.bool_]:
    """Where (V, F) the two states look different."""
    if old is None or new is None or a is None or b is None or appearance(old, recorded) != appearance(new, recorded):
        return np.ones(times.shape, dtype=bool)
    moved = (np.abs(a.centres - b.centres) > UNMOVED).any(-1)
    turned = np.abs(np.sin((a.headings - b.headings) / 2)) > UNMOVED
    leans = (np.abs(_leaning(old, times) - _leaning(new, times)) > UNMOVED).any(-1)
    return (a.present != b.present) | ((moved | turned | leans) & a.present)


def _leaning(actor: Actor, times: NDArray[np.int64]) -> Array:
    """What of an actor's rotation is more than heading (V, F, 2) at the pictures' times, as plain numbers; 0 for level ones."""
    at = np.array([pose.t_us - actor.track[0].t_us for pose in actor.track], dtype=np.float64)
    rows = np.array([pose.T_world.rotation[1:3] for pose in actor.track])
    if not rows.any():
        return np.zeros((*times.shape, 2))
    return np.stack([np.interp(times - actor.track[0].t_us, at, column) for column in rows.T], axis=-1)


@lru_cache(maxsize=64)
def _cameras(ego: Same[tuple[Pose, ...]], scene: Same[Scene]) -> tuple[Array, Array]:
    """Where the camera of each picture stands (V, F, 3), and its axes in the world (V, F, 3, 3)."""
    scenario = Scenario(scene.value, scene.value.actors, ego.value)
    views, frames = scene.value.views, scene.value.frames
    out = np.tile(np.eye(4), (len(views), len(frames), 1, 1))
    row = {view.name: i for i, view in enumerate(views)}
    for f, frame in enumerate(frames):
        for picture in frame.pictures:
            out[row[picture.view], f] = ego_at(scenario, picture).matrix()
    out = out @ np.stack([view.T_ego_camera.matrix() for view in views])[:, None]
    return out[..., :3, 3], out[..., :3, :3]


def _in_view(
    cameras: tuple[Array, Array], views: tuple[View, ...], actor: Actor, boxes: _Boxes, wanted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Where (V, F) the box with its margin may show: it is not wholly beyond one side of what the camera sees."""
    seen = np.zeros(wanted.shape, dtype=bool)
    v, f = np.nonzero(wanted)
    if not len(v):
        return seen
    origins, axes = cameras
    ground = ground_room_m(actor.size_lwh)
    offsets = CORNER_SIGNS * (np.array(actor.size_lwh) / 2 + (ground, ground, AROUND_M))
    c, s = np.cos(boxes.headings[v, f])[:, None], np.sin(boxes.headings[v, f])[:, None]
    x, y = c * offsets[:, 0] - s * offsets[:, 1], s * offsets[:, 0] + c * offsets[:, 1]
    corners = np.stack([x, y, np.broadcast_to(offsets[:, 2], x.shape)], axis=-1)
    corners += (boxes.centres[v, f] - origins[v, f])[:, None]
    camera = np.einsum("npi,nij->npj", corners, axes[v, f])
    sides = np.stack([_sides(view) for view in views])[v]
    distances = np.einsum("npi,nsi->nps", camera, sides)
    distances = np.concatenate([distances, camera[..., 2:] - NEAR_M], axis=-1)
    seen[v, f] = ~(distances < 0).all(1).any(-1)
    return seen


def _sides(view: View) -> Array:
    """The inward normals (4, 3), in the camera frame, of the planes through the camera and the picture's borders."""
    K = matrix_of(view)
    u, v, w = K
    return np.stack([u + 0.5 * w, (view.width - 0.5) * w - u, v + 0.5 * w, (view.height - 0.5) * w - v])
