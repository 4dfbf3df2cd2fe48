"""Tracks as arrays: an actor at the times of all frames, and pose by pose; made once per actor, for whoever compares many."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3
from editor.identity import Same
from editor.motion import heading
from editor.scene import Actor, ActorId, Pose, Scene
from editor.tracks import HOLD_US

EGO = ActorId("ego")
# The car that recorded nuScenes, a Renault Zoe; its frame's origin is on the ground under the rear axle.
EGO_SIZE: Vec3 = (4.084, 1.73, 1.562)
EGO_AXLE_TO_CENTRE_M = 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """A track pose by pose: times (n,) s from its first, places (n, 3), headings (n,) unwrapped."""

    first_us: int
    seconds: Array
    places: Array
    headings: Array


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """An actor at the frames' times: places (T, 3), headings (T,), and whether it is there (T,)."""

    places: Array
    headings: Array
    present: NDArray[np.bool_]


@lru_cache(maxsize=64)
def _frame_times(scene: Same[Scene]) -> NDArray[np.int64]:
    return np.array([frame.t_us for frame in scene.value.frames], dtype=np.int64)


def frame_times(scene: Scene) -> NDArray[np.int64]:
    """The times (T,) of a scene's frames, microseconds."""
    return _frame_times(Same(scene))


@lru_cache(maxsize=2048)
def _poses(actor: Same[Actor]) -> Poses:
    track = actor.value.track
    seconds = np.array([(pose.t_us - track[0].t_us) * 1e-6 for pose in track])
    places = np.array([pose.T_world.translation for pose in track])
    headings = np.unwrap([heading(pose.T_world.rotation) for pose in track])
    return Poses(track[0].t_us, seconds, places, headings)


def poses_of(actor: Actor) -> Poses:
    """A track as arrays."""
    return _poses(Same(actor))


@lru_cache(maxsize=2048)
def _sampled(actor: Same[Actor], scene: Same[Scene]) -> Sampled:
    times, poses = _frame_times(scene), _poses(actor)
    seconds = (times - poses.first_us) * 1e-6
    places = np.stack([np.interp(seconds, poses.seconds, poses.places[:, i]) for i in range(3)], axis=-1)
    end_us = actor.value.track[-1].t_us
    present = (times >= poses.first_us - HOLD_US) & (times <= end_us + HOLD_US)
    for a, b in actor.value.absent:
        present &= (times < a) | (times > b)
    return Sampled(places, np.interp(seconds, poses.seconds, poses.headings), present)


def sampled(actor: Actor, scene: Scene) -> Sampled:
    """An actor at the times of a scene's frames."""
    return _sampled(Same(actor), Same(scene))


@lru_cache(maxsize=2048)
def _reach(actor: Same[Actor], scene: Same[Scene]) -> Array:
    places = _sampled(actor, scene).places[:, :2]
    around = np.hypot(*actor.value.size_lwh[:2]) / 2
    return np.stack([places.min(0) - around, places.max(0) + around])


def reach(actor: Actor, scene: Scene) -> Array:
    """The lowest and highest x and y (2, 2) that any part of an actor comes to at any frame."""
    return _reach(Same(actor), Same(scene))


@lru_cache(maxsize=256)
def _ego_body(ego: Same[tuple[Pose, ...]]) -> Actor:
    centre = Rigid((EGO_AXLE_TO_CENTRE_M, 0.0, EGO_SIZE[2] / 2), (1.0, 0.0, 0.0, 0.0))
    return Actor(EGO, "vehicle.car", EGO_SIZE, tuple(Pose(pose.t_us, pose.T_world @ centre) for pose in ego.value))


def ego_body(ego: tuple[Pose, ...]) -> Actor:
    """The ego as a box among the others."""
    return _ego_body(Same(ego))
