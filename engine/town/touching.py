"""Which boxes come to touch during a drive: all steps of all near pairs at once, by the separating axis theorem.

Annotated tracks are straight between keyframes, so the boxes are looked at where those lines have them.
"""

import numpy as np
from numpy.typing import NDArray

from engine.town.road_users import STEP_S, RoadUser
from engine.town.streets import Array

KEY_STEPS = round(0.5 / STEP_S)
SPARE_M = 0.06  # around each box


def as_annotated(users: list[RoadUser]) -> Array:
    """Everyone's x, y and heading (users, steps, 3) on lines between keyframes, two of which pass each second."""
    places = np.array([u.places for u in users])[:, :, :3]
    places[:, :, 2] = np.unwrap(places[:, :, 2], axis=1)
    steps = places.shape[1]
    keys = np.arange(0, steps, KEY_STEPS)
    at = np.arange(keys[-1] + 1)
    low = np.minimum(at // KEY_STEPS, len(keys) - 2)
    share = ((at - keys[low]) / KEY_STEPS)[None, :, None]
    return places[:, keys[low]] * (1 - share) + places[:, keys[low + 1]] * share


def touching(users: list[RoadUser]) -> set[int]:
    """Numbers of users to leave out so that no two boxes touch; of two, who comes later in the list goes."""
    track = as_annotated(users)
    half = np.array([u.size[:2] for u in users]) / 2 + SPARE_M
    reach = np.linalg.norm(half, axis=1)
    low, high = track[:, :, :2].min(1) - reach[:, None], track[:, :, :2].max(1) + reach[:, None]
    near = ((low[:, None] <= high[None]) & (low[None] <= high[:, None])).all(-1)
    out: set[int] = set()
    for a, b in np.argwhere(np.triu(near, 1)).tolist():
        if a in out or b in out or users[b].towed_by is users[a]:
            continue
        if _meet(track[a], track[b], half[a], half[b]):
            out.add(b)
            out |= {k for k, u in enumerate(users) if u.towed_by is users[b]}
    return out


def _meet(a: Array, b: Array, half_a: Array, half_b: Array) -> bool:
    apart = b[:, :2] - a[:, :2]
    close = np.linalg.norm(apart, axis=1) < np.linalg.norm(half_a) + np.linalg.norm(half_b)
    if not close.any():
        return False
    a, b, apart = a[close], b[close], apart[close]
    axes_a, axes_b = _axes(a[:, 2]), _axes(b[:, 2])
    depth = np.full(len(a), np.inf)
    for axis in (axes_a[:, 0], axes_a[:, 1], axes_b[:, 0], axes_b[:, 1]):
        shadow = sum(
            np.abs((axes[:, i] * axis).sum(1)) * half[i] for axes, half in ((axes_a, half_a), (axes_b, half_b)) for i in (0, 1)
        )
        depth = np.minimum(depth, shadow - np.abs((apart * axis).sum(1)))
    return bool((depth > 0).any())


def _axes(heading: Array) -> NDArray[np.float64]:
    c, s = np.cos(heading), np.sin(heading)
    return np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], 1)
