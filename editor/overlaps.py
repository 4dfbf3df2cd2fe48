"""Boxes that stand in one another: all frames of many pairs at once, by the separating axis theorem on their footprints."""

import numpy as np

from editor.findings import Finding, called, runs
from editor.geometry import Array
from editor.sampled import Sampled, frame_times, sampled
from editor.scene import Actor, Scene

TOUCHING_M = 0.15  # boxes are drawn loosely; this much is no collision
CERTAIN_M = 0.6  # this much is one for certain
MOST_REMEMBERED = 100_000

Pair = tuple[Actor, Actor]


class Overlaps:
    """Finds overlaps of pairs of actors, and remembers them by the actors' identity."""

    def __init__(self) -> None:
        # The actors are kept beside the answer, so that their identity cannot pass to others.
        self._known: dict[tuple[int, int, int], tuple[Actor, Actor, Scene, tuple[Finding, ...]]] = {}

    def between(self, pairs: list[Pair], scene: Scene) -> list[tuple[Finding, ...]]:
        """The findings of each pair."""
        if len(self._known) + len(pairs) > MOST_REMEMBERED:
            self._known = {}
        known = self._known  # another thread may begin a new one; this one stays whole
        keys = [(id(a), id(b), id(scene)) for a, b in pairs]
        new = [i for i, key in enumerate(keys) if key not in known]
        if new:
            for i, found in zip(new, _overlaps([pairs[i] for i in new], scene), strict=True):
                known[keys[i]] = (*pairs[i], scene, found)
        return [known[key][3] for key in keys]


def _overlaps(pairs: list[Pair], scene: Scene) -> list[tuple[Finding, ...]]:
    """The findings of each pair (P), from the depth (P, T) to which they stand in one another."""
    depth = _depths(pairs, scene)
    found: list[tuple[Finding, ...]] = [()] * len(pairs)
    for p in np.flatnonzero((depth > TOUCHING_M).any(1)):
        found[p] = tuple(_finding(pairs[p], scene, depth[p], a, b) for a, b in runs(depth[p] > TOUCHING_M))
    return found


def _finding(pair: Pair, scene: Scene, depth: Array, a: int, b: int) -> Finding:
    times, metres = frame_times(scene), float(depth[a : b + 1].max())
    names = " and ".join((called(pair[0]), called(pair[1]).replace("The ego", "the ego")))
    severity = round(min(metres / CERTAIN_M, 1.0), 3)
    span = (int(times[a]), int(times[b]))
    return Finding("overlap", (pair[0].id, pair[1].id), span, severity, f"{names} overlap by {metres:.1f} m")


def _depths(pairs: list[Pair], scene: Scene) -> Array:
    """How deep the boxes of each pair stand in one another at each frame (P, T), metres; 0 where they do not."""
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    A, B = ([sampled(actor, scene) for actor in side] for side in (a, b))
    half_a, half_b = (np.array([actor.size_lwh for actor in side]) / 2 for side in (a, b))
    apart = _stacked(B, "places") - _stacked(A, "places")
    reach = np.hypot(*half_a[:, :2].T) + np.hypot(*half_b[:, :2].T)
    near = (np.abs(apart[..., :2]) < reach[:, None, None]).all(-1) & _stacked(A, "present") & _stacked(B, "present")
    near &= np.abs(apart[..., 2]) < (half_a[:, 2] + half_b[:, 2] - TOUCHING_M)[:, None]
    p, t = np.nonzero(near)
    depth = np.zeros(near.shape)
    if len(p):
        yaw_a, yaw_b = _stacked(A, "headings")[p, t], _stacked(B, "headings")[p, t]
        depth[p, t] = np.maximum(_depth(apart[p, t, :2], yaw_a, yaw_b, half_a[p, :2], half_b[p, :2]), 0.0)
    return depth


def _stacked(side: list[Sampled], name: str) -> Array:
    return np.stack([getattr(one, name) for one in side])


def _depth(apart: Array, yaw_a: Array, yaw_b: Array, half_a: Array, half_b: Array) -> Array:
    """The least overlap (n,) of two rectangles' shadows on their own axes: negative where one axis separates them."""
    axes = np.stack([_axes(yaw_a), _axes(yaw_b)])  # (2, n, 2 axes, 2)
    shadows = sum(
        np.abs(np.einsum("bnki,nji->bnkj", axes, _axes(yaw)) * half[None, :, None, :]).sum(-1)
        for yaw, half in ((yaw_a, half_a), (yaw_b, half_b))
    )
    return (shadows - np.abs(np.einsum("bnki,ni->bnk", axes, apart))).min((0, 2))


def _axes(yaw: Array) -> Array:
    """Ahead and left (n, 2, 2)."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], axis=-2)
