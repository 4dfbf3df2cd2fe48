"""How high the ground is under a scene, read off what stood on it: the ego's path and the recorded boxes' undersides."""

from functools import lru_cache

import numpy as np

from editor.geometry import Array
from editor.identity import Same
from editor.scene import Scene

REACH_M = 10.0  # the ground is taken to be a plane within about this distance
BESIDE_M = 15.0
MOST_POINTS = 600
STIFFNESS = 0.05  # pulls slopes that little was seen of towards level


@lru_cache(maxsize=16)
def _points(scene: Same[Scene]) -> Array:
    """Places (n, 3) on the ground."""
    ego = [pose.T_world.translation for pose in scene.value.ego]
    feet = [
        (x, y, z - actor.size_lwh[2] / 2)
        for actor in scene.value.actors
        for x, y, z in (pose.T_world.translation for pose in actor.track)
    ]
    road, feet = _thinned(np.array(ego)), _thinned(np.array(feet).reshape(-1, 3))
    return np.concatenate([_grounded(road, feet), feet])


def _grounded(road: Array, feet: Array) -> Array:
    """The ego's places at the height of the boxes beside them: not every data set has the ego frame's origin on the ground."""
    if not len(feet):
        return road
    apart = np.hypot(*(road[:, None, :2] - feet[None, :, :2]).transpose(2, 0, 1))
    near = apart.min(1) < BESIDE_M
    above = road[near, 2] - feet[apart.argmin(1)[near], 2]
    return road - [0.0, 0.0, np.median(above)] if near.any() else road


def _thinned(points: Array) -> Array:
    return points[:: 1 + len(points) // (MOST_POINTS // 2)]


def ground_height(scene: Scene, places: Array) -> Array:
    """The height (n,) of the ground at places (n, 2): a plane fitted to what was seen nearby, nearest first."""
    points = _points(Same(scene))
    offsets = points[None, :, :2] - places[:, None, :]
    squares = (offsets**2).sum(-1)
    # Relative to the nearest point, so that the weights do not vanish far from everything.
    weights = np.exp(-(squares - squares.min(1, keepdims=True)) / (2 * REACH_M**2))
    basis = np.concatenate([np.ones((*squares.shape, 1)), offsets / REACH_M], axis=-1)
    weighted = basis * weights[..., None]
    normal = np.einsum("npi,npj->nij", weighted, basis)
    normal += np.diag([0.0, STIFFNESS, STIFFNESS]) * weights.sum(1)[:, None, None]
    level = points[:, 2].mean()
    right = np.einsum("npi,p->ni", weighted, points[:, 2] - level)
    return np.linalg.solve(normal, right[..., None])[:, 0, 0] + level
