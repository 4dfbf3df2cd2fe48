"""Where things are going to be: paths on the ground for the seconds after a time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np

from editor.geometry import Array
from editor.ground import ground_height
from editor.scene import Actor, Pose, Scenario
from editor.tracks import is_present, track_at

AHEAD_S = 4.0
STILL_M = 0.5  # what moves less than this ahead of a time has no path


def paths_ahead(scenario: Scenario, t_us: int) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """The ego's path and the other actors' (n, 4): x, y, z on the ground, and the share of `AHEAD_S` at which it is there."""
    ego = _path(scenario.ego, t_us, 0.0)
    ego[:, 2] = ground_height(scenario.scene, ego[:, :2])  # the ego frame's origin is not on the ground everywhere
    actors = (_path(_present(actor, t_us), t_us, actor.size_lwh[2] / 2) for actor in scenario.actors if is_present(actor, t_us))
    return _some((ego,)), _some(actors)


def _present(actor: Actor, t_us: int) -> tuple[Pose, ...]:
    """The track until the actor is next taken away."""
    gone = min((start for start, _ in actor.absent if start > t_us), default=None)
    return actor.track if gone is None else tuple(pose for pose in actor.track if pose.t_us < gone)


def _path(track: tuple[Pose, ...], t_us: int, down_m: float) -> Array:
    """Empty for what does not get anywhere."""
    end_us = t_us + int(AHEAD_S * 1e6)
    inner = track[bisect_right(track, t_us, key=_time) : bisect_left(track, end_us, key=_time)]
    if not inner:
        return np.zeros((0, 4))
    points = [(*pose.T_world.translation, (pose.t_us - t_us) / (end_us - t_us)) for pose in inner]
    points.insert(0, (*track_at(track, t_us).translation, 0.0))
    if track[-1].t_us >= end_us:
        points.append((*track_at(track, end_us).translation, 1.0))
    path = np.array(points) - (0.0, 0.0, down_m, 0.0)
    return path if (np.ptp(path[:, :2], axis=0) ** 2).sum() > STILL_M**2 else path[:0]


def _time(pose: Pose) -> int:
    return pose.t_us


def _some(paths: Iterable[Array]) -> tuple[Array, ...]:
    return tuple(path for path in paths if len(path))
