"""Where things are going to be: paths on the ground for the seconds after a time."""

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
    return _moving((ego,)), _moving(tuple(actors))


def _present(actor: Actor, t_us: int) -> tuple[Pose, ...]:
    """The track until the actor is next taken away."""
    gone = min((start for start, _ in actor.absent if start > t_us), default=None)
    return actor.track if gone is None else tuple(pose for pose in actor.track if pose.t_us < gone)


def _path(track: tuple[Pose, ...], t_us: int, down_m: float) -> Array:
    end_us = t_us + int(AHEAD_S * 1e6)
    inner = [pose for pose in track if t_us < pose.t_us < end_us]
    if not inner:
        return np.zeros((0, 4))
    points = [(*track_at(track, t_us).translation, 0.0)]
    points += [(*pose.T_world.translation, (pose.t_us - t_us) / (end_us - t_us)) for pose in inner]
    if track[-1].t_us >= end_us:
        points.append((*track_at(track, end_us).translation, 1.0))
    return np.array(points) - (0.0, 0.0, down_m, 0.0)


def _moving(paths: tuple[Array, ...]) -> tuple[Array, ...]:
    return tuple(p for p in paths if len(p) > 1 and np.linalg.norm(np.ptp(p[:, :3], axis=0)) > STILL_M)
