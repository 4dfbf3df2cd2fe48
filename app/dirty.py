"""Which pictures a take changes: those that an actor that differs from its recording can be seen in, then or now.

An actor is taken for a ball about its box, with room for its shadow, so that 240 frames of six views are one array operation;
that calls a few pictures changed that are not, and none unchanged that is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.cameras import NEAR_M, T_camera_world
from editor.scene import Actor, Scenario, Scene
from editor.tracks import HOLD_US, track_at
from engine.service.changes import AROUND_M

Mask = NDArray[np.bool_]  # (frames, views)


@dataclass(frozen=True, eq=False)
class Cameras:
    """Every picture of a scene as arrays (frames, views, …); NaN times where there is no picture."""

    times: NDArray[np.float64]
    T_camera_world: NDArray[np.float64]  # (F, V, 4, 4)
    reach: NDArray[np.float64]  # (V, 2): tangents of the half angles, horizontally and vertically, at the wider side


def cameras_of(scene: Scene) -> Cameras:
    """The scene's pictures."""
    shape = len(scene.frames), len(scene.views)
    times, matrices = np.full(shape, np.nan), np.broadcast_to(np.eye(4), (*shape, 4, 4)).copy()
    for i, frame in enumerate(scene.frames):
        for j, view in enumerate(scene.views):
            picture = frame.picture(view.name)
            if picture is not None:
                times[i, j] = picture.t_us
                matrices[i, j] = T_camera_world(picture.T_world_ego, view).matrix()
    return Cameras(times, matrices, np.array([_reach(view.width, view.height, *view.intrinsics) for view in scene.views]))


def _reach(width: int, height: int, fx: float, fy: float, cx: float, cy: float, _skew: float) -> tuple[float, float]:
    return max(cx, width - cx) / fx, max(cy, height - cy) / fy


def _places(actor: Actor, times: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], Mask]:
    """Centres (F, V, 3), rotations (F, V, 4; not of unit length) and presence of an actor at times (F, V)."""
    at = np.array([pose.t_us for pose in actor.track], dtype=np.float64)
    poses = np.array([(*pose.T_world.translation, *pose.T_world.rotation) for pose in actor.track])
    flips = np.cumprod([1.0, *np.where((poses[1:, 3:] * poses[:-1, 3:]).sum(1) < 0, -1.0, 1.0)])
    poses[:, 3:] *= flips[:, None]
    values = np.stack([np.interp(times, at, column) for column in poses.T], axis=-1)
    there = (times >= at[0] - HOLD_US) & (times <= at[-1] + HOLD_US)
    for start, end in actor.absent:
        there &= ~((times >= start) & (times <= end))
    return values[..., :3], values[..., 3:], there


def _visible(cameras: Cameras, centres: NDArray[np.float64], radius: float) -> Mask:
    """Whether any of a ball can be in each picture."""
    x, y, z = np.moveaxis(
        np.einsum("fvij,fvj->fvi", cameras.T_camera_world[..., :3, :3], centres) + cameras.T_camera_world[..., :3, 3], -1, 0
    )
    right, down = cameras.reach[:, 0], cameras.reach[:, 1]
    inside = (np.abs(x) - right * z) / np.hypot(1, right) < radius
    inside &= (np.abs(y) - down * z) / np.hypot(1, down) < radius
    return inside & (z > NEAR_M - radius)


def _radius(actor: Actor) -> float:
    return float(np.linalg.norm(actor.size_lwh) / 2 + AROUND_M)


def changed_by(cameras: Cameras, before: Actor | None, now: Actor | None) -> Mask:
    """The pictures that differ because an actor is no longer what was recorded of it."""
    shown = [actor for actor in (before, now) if actor is not None]
    places = [_places(actor, cameras.times) for actor in shown]
    seen = np.zeros(cameras.times.shape, bool)
    for actor, (centres, _, there) in zip(shown, places, strict=True):
        seen |= there & _visible(cameras, centres, _radius(actor))
    if before is not None and now is not None and (before.size_lwh, before.look) == (now.size_lwh, now.look):
        (old, old_turn, was), (new, new_turn, is_there) = places
        same_turn = np.abs(old_turn - new_turn).max(-1) < 1e-7
        seen &= (was != is_there) | (np.abs(old - new).max(-1) > 1e-6) | ~same_turn
    return seen


def looks_the_same(a: Actor | None, b: Actor | None) -> bool:
    """Whether two actors give the same picture: a category is only a name."""
    if a is b:
        return True
    return (
        a is not None and b is not None and (a.size_lwh, a.track, a.absent, a.look) == (b.size_lwh, b.track, b.absent, b.look)
    )


def ego_changed(scenario: Scenario, cameras: Cameras) -> Mask:
    """The pictures that are taken from elsewhere than the recorded ones."""
    mask = np.zeros(cameras.times.shape, bool)
    if scenario.ego is scenario.scene.ego:
        return mask
    for i, j in zip(*np.nonzero(np.isfinite(cameras.times)), strict=True):
        t_us = int(cameras.times[i, j])
        mask[i, j] = track_at(scenario.ego, t_us) != track_at(scenario.scene.ego, t_us)
    return mask


@dataclass(frozen=True, eq=False)
class Dirty:
    """The changed pictures of a scenario, and what is needed to find those of the next one cheaply."""

    mask: Mask
    by_actor: dict[str, tuple[Actor | None, Mask]]  # of the actors that differ from their recording


def dirty(scenario: Scenario, cameras: Cameras, last: Dirty | None = None) -> Dirty:
    """The pictures that a scenario changes; actors that are as they were at `last` are not looked at again."""
    recorded = {actor.id: actor for actor in scenario.scene.actors}
    now = {actor.id: actor for actor in scenario.actors}
    known = last.by_actor if last is not None else {}
    by_actor: dict[str, tuple[Actor | None, Mask]] = {}
    for actor_id in recorded.keys() | now.keys():
        before, after = recorded.get(actor_id), now.get(actor_id)
        if before is after:
            continue
        if actor_id in known and known[actor_id][0] is after:
            by_actor[actor_id] = known[actor_id]
        elif not looks_the_same(before, after):
            by_actor[actor_id] = after, changed_by(cameras, before, after)
    mask = ego_changed(scenario, cameras)
    for _, seen in by_actor.values():
        mask |= seen
    return Dirty(mask & np.isfinite(cameras.times), by_actor)


def ranges(column: Mask) -> list[tuple[int, int]]:
    """The runs of True in a row of frames, as first and last index."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], column, [False]]).astype(np.int8)))
    return [(int(start), int(end) - 1) for start, end in edges.reshape(-1, 2)]
