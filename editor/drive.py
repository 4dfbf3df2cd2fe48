"""Giving an actor another path: from its pose at a time, along a plan, over the ground that it stood on."""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from editor import rules
from editor.categories import Limits, category_of
from editor.edits import Path
from editor.geometry import Array, Rigid, multiply, wrapped, yaw_quaternion
from editor.ground import ground_height
from editor.identity import Same
from editor.motion import Recorded, Track, heading, index_at, recorded_poses, settled, simplified, with_pose_at
from editor.planner import STARTING_MPS, Plan, Start, plan
from editor.scene import Actor, Pose, Scenario, Scene
from editor.stretches import nearest_on
from editor.tracks import track_at

SAMPLE_US = 100_000
CROWDED_US = 40_000  # no sample of ours this close to an annotated time
LOOK_BACK_US = 500_000
TURNING_S = 0.8  # what turns on the spot needs to face the new way
PASSED_M = 0.5  # so near a waypoint was passed
AS_DRIVEN_M = 6.0  # a last waypoint this near a recorded path is reached in its direction


def along_path(scenario: Scenario, actor: Actor, edit: Path) -> Actor:
    """The actor driving along the edit's waypoints from its time on; what it did before stays as it is."""
    scene = scenario.scene
    t_us = rules.time_of(scene, actor, edit.t_us)
    limits = category_of(actor.category).limits
    start = start_of(actor.track, t_us, limits)
    course = plan(scene, actor.category, limits, start, edit, _end_heading(scenario, actor, start, edit, limits))
    end_us = max(actor.track[-1].t_us, *(w.t_us or 0 for w in edit.waypoints))
    recorded = recorded_poses(scene, actor)
    annotated = {frame.t_us for frame in scene.keyframes} | set(recorded)
    times = _sampled_times(t_us, end_us, annotated)
    before = with_pose_at(actor.track, t_us)
    before = before[: (index_at(before, t_us) or 0) + 1]
    after = driven(scene, course, before[-1], times, recorded)
    track = simplified((*before[-1:], *after), lambda t: t in annotated)
    return replace(actor, track=(*before[:-1], *track))


def num_passed(track: Track, edit: Path) -> int:
    """How many of a path's first waypoints a track passes, in their order, until it ends."""
    later = [pose.T_world for pose in track if pose.t_us > edit.t_us]
    line = np.array([T.translation[:2] for T in (track_at(track, edit.t_us), *later)])
    for number, waypoint in enumerate(edit.waypoints):
        _, away = nearest_on(line, waypoint.x, waypoint.y)
        if not (away < PASSED_M).any():
            return number
        line = line[int(np.argmax(away < PASSED_M)) :]
    return len(edit.waypoints)


def start_of(track: Track, t_us: int, limits: Limits) -> Start:
    """Where and how fast a track is at a time, as a plan's start."""
    T_world = track_at(track, t_us)
    x, y, _ = T_world.translation
    yaw = heading(T_world.rotation)
    vx, vy = _velocity(track, t_us)
    if limits.turn_radius_m:
        along = vx * math.cos(yaw) + vy * math.sin(yaw)
        return Start(x, y, yaw, along if along > STARTING_MPS else 0.0, t_us)
    speed = math.hypot(vx, vy)
    return Start(x, y, math.atan2(vy, vx), speed, t_us) if speed > STARTING_MPS else Start(x, y, None, 0.0, t_us)


def _velocity(track: Track, t_us: int) -> tuple[float, float]:
    """The mean velocity of the half second before a time, or after it where the track begins."""
    first, last = track[0].t_us, track[-1].t_us
    a = max(first, t_us - LOOK_BACK_US)
    b = t_us if a < t_us else min(last, t_us + LOOK_BACK_US)
    if a == b:
        return 0.0, 0.0
    step = np.subtract(track_at(track, b).translation, track_at(track, a).translation) / ((b - a) * 1e-6)
    return float(step[0]), float(step[1])


def _sampled_times(start_us: int, end_us: int, annotated: set[int]) -> list[int]:
    """Annotated times and, between them, times close enough for straight lines to look smooth."""
    fixed = sorted({t for t in annotated if start_us < t <= end_us} | ({end_us} if end_us > start_us else set()))
    ends = np.array(fixed, dtype=np.int64)
    between = np.arange(start_us + SAMPLE_US, end_us, SAMPLE_US)
    if len(ends) and len(between):
        between = between[np.abs(between[:, None] - ends[None, :]).min(1) > CROWDED_US]
    return sorted({*fixed, *between.tolist()})


def driven(scene: Scene, course: Plan, begin: Pose, times: list[int], recorded: Recorded) -> Track:
    """The poses of a plan: on the ground, facing along it, tilted as at its beginning."""
    if not times:
        return ()
    places, headings = course.at(np.array(times))
    x, y, z = begin.T_world.translation
    yaw = heading(begin.T_world.rotation)
    heights = ground_height(scene, np.concatenate([[[x, y]], places]))
    turns = headings - yaw + _facing(course, yaw, times)
    return tuple(
        Pose(
            t_us,
            settled(
                Rigid(
                    (float(place[0]), float(place[1]), z + float(height - heights[0])),
                    multiply(yaw_quaternion(float(turn)), begin.T_world.rotation),
                ),
                recorded.get(t_us),
            ),
        )
        for t_us, place, height, turn in zip(times, places, heights[1:], turns, strict=True)
    )


def _facing(course: Plan, yaw: float, times: list[int]) -> Array:
    """What is left of the turn from the old facing to the new one (n,)."""
    gap = wrapped(yaw - float(course.curve.headings[0]))
    p = np.clip((np.array(times) - course.start.t_us) * 1e-6 / TURNING_S, 0.0, 1.0)
    return gap * (1 - p * p * (3 - 2 * p))


def _end_heading(scenario: Scenario, actor: Actor, start: Start, edit: Path, limits: Limits) -> float | None:
    """The direction in which a vehicle reaches its last waypoint: as others drove there, if they did."""
    if not edit.waypoints or not limits.turn_radius_m:
        return None
    goal = edit.waypoints[-1]
    x, y = (edit.waypoints[-2].x, edit.waypoints[-2].y) if len(edit.waypoints) > 1 else (start.x, start.y)
    way = math.atan2(goal.y - y, goal.x - x)
    driven = _driven_places(Same(scenario.scene.as_recorded))
    away = np.hypot(driven[:, 0] - goal.x, driven[:, 1] - goal.y)
    off = np.abs((driven[:, 2] - way + np.pi) % (2 * np.pi) - np.pi)
    away[off > np.pi / 4] = np.inf
    nearest = int(away.argmin())
    return float(driven[nearest, 2]) if away[nearest] < AS_DRIVEN_M else None


@lru_cache(maxsize=16)
def _driven_places(scene: Same[Scene]) -> Array:
    """Where (n, 2) recorded vehicles and the ego were, and which way they faced, as rows (n, 3)."""
    tracks = [scene.value.ego, *(a.track for a in scene.value.actors if a.category.startswith("vehicle."))]
    poses = [pose.T_world for track in tracks for pose in track]
    return np.array([(*T.translation[:2], heading(T.rotation)) for T in poses])
