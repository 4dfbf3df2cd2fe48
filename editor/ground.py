"""How high the ground is under a scene, read off what stood on it: the ego's path and the recorded boxes' undersides."""

from functools import lru_cache

import numpy as np

from editor.geometry import Array, Vec3
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
    points = _points(Same(scene.as_recorded))
    middle = points.mean(0)
    x, y, z = (points - middle).T
    px, py = (places - middle[:2]).T
    squares = (px[:, None] - x) ** 2 + (py[:, None] - y) ** 2
    # Relative to the nearest point, so that the weights do not vanish far from everything.
    weights = np.exp((squares.min(1, keepdims=True) - squares) / (2 * REACH_M**2))
    n, x1, y1, xx, xy, yy, z1, xz, yz = (weights @ np.stack([z * 0 + 1, x, y, x * x, x * y, y * y, z, x * z, y * z], axis=1)).T
    # The weighted sums about each place follow from those about the middle.
    xz, yz = xz - px * z1, yz - py * z1
    xx, xy, yy = xx - 2 * px * x1 + px * px * n, xy - px * y1 - py * x1 + px * py * n, yy - 2 * py * y1 + py * py * n
    x1, y1 = x1 - px * n, y1 - py * n
    stiff = STIFFNESS * n * REACH_M**2
    normal = np.stack([n, x1, y1, x1, xx + stiff, xy, y1, xy, yy + stiff], axis=-1).reshape(-1, 3, 3)
    return np.linalg.solve(normal, np.stack([z1, xz, yz], axis=-1)[..., None])[:, 0, 0] + middle[2]


def along_ground(scene: Scene, place: Vec3, dx: float, dy: float) -> Vec3:
    """The displacement of something that stays on the ground while it moves (dx, dy) from a place."""
    before, after = ground_height(scene, np.array([place[:2], (place[0] + dx, place[1] + dy)]))
    return dx, dy, float(after - before)
