"""Drives far from their world's origin, as some data sets have them (UTM): drawn about an origin of their own.

What is drawn goes by differences of places, and single precision, in which points and rays are, holds places to a centimetre
only within a hundred kilometres; cells are counted in integers that reach as far. So footage and scenarios are moved by whole
kilometres, alike, before anything is drawn; whatever is near enough stays the very object that it was.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from editor.geometry import Rigid, Vec3
from editor.identity import Same
from editor.scene import Actor, Frame, LidarSweep, Pose, Scenario, Scene

NEAR_M = 10_000.0  # nuScenes' own drives lie within 4 km
STEP_M = 1000.0
NUM_SCENES, NUM_ACTORS = 16, 20_000  # kept, so that what is the same object stays one


def near_scene(scene: Scene) -> Scene:
    """The drive about an origin of its own; itself where it is near its world's."""
    return _scene(Same(scene)) if _away(scene) else scene


def near(scenario: Scenario) -> Scenario:
    """The scenario of the drive that `near_scene` gives."""
    away = _away(scenario.scene)
    if not away:
        return scenario
    actors = tuple(_actor(Same(actor), away) for actor in scenario.actors)
    return replace(scenario, scene=_scene(Same(scenario.scene)), actors=actors, ego=_track(scenario.ego, away))


def _away(scene: Scene) -> Vec3 | None:
    """Where its own origin lies, in whole kilometres; None where it needs none."""
    x, y, _ = scene.as_recorded.ego[0].T_world.translation
    if max(abs(x), abs(y)) <= NEAR_M:
        return None
    return float(np.floor(x / STEP_M) * STEP_M), float(np.floor(y / STEP_M) * STEP_M), 0.0


@lru_cache(maxsize=NUM_SCENES)
def _scene(scene: Same[Scene]) -> Scene:
    it, away = scene.value, _away(scene.value)
    return replace(
        it,
        frames=tuple(_frame(frame, away) for frame in it.frames),
        sweeps=tuple(_sweep(sweep, away) for sweep in it.sweeps),
        actors=tuple(_actor(Same(actor), away) for actor in it.actors),
        ego=_track(it.ego, away),
        recording=None if it.recording is None else _scene(Same(it.recording)),
    )


@lru_cache(maxsize=NUM_ACTORS)
def _actor(actor: Same[Actor], away: Vec3) -> Actor:
    return replace(actor.value, track=_track(actor.value.track, away))


def _frame(frame: Frame, away: Vec3) -> Frame:
    return replace(frame, pictures=tuple(replace(p, T_world_ego=_moved(p.T_world_ego, away)) for p in frame.pictures))


def _sweep(sweep: LidarSweep, away: Vec3) -> LidarSweep:
    return replace(sweep, T_world_lidar=_moved(sweep.T_world_lidar, away))


def _track(track: tuple[Pose, ...], away: Vec3) -> tuple[Pose, ...]:
    return tuple(replace(pose, T_world=_moved(pose.T_world, away)) for pose in track)


def _moved(T_world: Rigid, away: Vec3) -> Rigid:
    x, y, z = (place - origin for place, origin in zip(T_world.translation, away, strict=True))
    return replace(T_world, translation=(x, y, z))
