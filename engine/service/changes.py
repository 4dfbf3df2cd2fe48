"""What of a take's changes each picture can show: a draft draws a picture from the recording and from this alone.

So a second edit leaves the pictures that do not see it as they are, and undoing an edit finds them stored.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from editor.cameras import NEAR_M, T_camera_world
from editor.geometry import Array, Rigid
from editor.scene import Actor, Picture, Scenario, View
from editor.tracks import HOLD_US, actor_at, ego_at

AROUND_M = 4.0  # how far from its box an actor can change a picture: by its shadow, and the room that a cut-out takes
Change = tuple[Actor | None, Actor | None]  # as recorded, as asked


def shown_changes(scenario: Scenario, pictures: list[Picture]) -> list[str]:
    """What each picture shows otherwise than the recording: the same words whenever it shows the same."""
    views = {view.name: view for view in scenario.scene.views}
    egos = [ego_at(scenario, picture) for picture in pictures]
    words = [[] if ego == p.T_world_ego else [repr(ego)] for ego, p in zip(egos, pictures, strict=True)]
    changes = changed_actors(scenario)
    if changes:
        times = np.array([picture.t_us for picture in pictures])
        seen_by = [_Cameras([p.T_world_ego for p in pictures], pictures, views)]
        if any(words):
            seen_by.append(_Cameras(egos, pictures, views))
        for was, now in changes:
            seen = np.any([c.may_see(actor, times) for c in seen_by for actor in (was, now) if actor is not None], axis=0)
            for i in np.flatnonzero(seen):
                words[i] += _words(was, now, pictures[i].t_us)
    return ["\n".join(said) for said in words]


def changed_actors(scenario: Scenario) -> tuple[Change, ...]:
    """The actors that are not what was recorded of them, in the order of the scene and then of the take."""
    asked = {actor.id: actor for actor in scenario.actors}
    recorded = {actor.id: actor for actor in scenario.scene.actors}
    pairs = ((recorded.get(name), asked.get(name)) for name in recorded | asked)
    return tuple((was, now) for was, now in pairs if was is not now and was != now)


def _words(was: Actor | None, now: Actor | None, t_us: int) -> list[str]:
    before, after = (actor_at(actor, t_us) if actor is not None else None for actor in (was, now))
    if before == after and _looks(was) == _looks(now):
        return []
    return [repr(((was or now).id, after, _looks(now) if after is not None else None))]


def _looks(actor: Actor | None) -> tuple[object, ...] | None:
    return None if actor is None else (actor.size_lwh, actor.look, actor.category)


@lru_cache(maxsize=16384)
def _camera(T_world_ego: Rigid, view: View) -> Array:
    return T_camera_world(T_world_ego, view).matrix()


class _Cameras:
    """Pictures' cameras as arrays."""

    def __init__(self, egos: list[Rigid], pictures: list[Picture], views: dict[str, View]) -> None:
        self._T = np.array([_camera(ego, views[p.view]) for ego, p in zip(egos, pictures, strict=True)])
        reach = {name: _reach(view) for name, view in views.items()}
        self._right, self._down = np.array([reach[p.view] for p in pictures]).T

    def may_see(self, actor: Actor, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether a ball about the actor's box, with room around it, reaches into each picture."""
        x, y, z = (np.einsum("pij,pj->pi", self._T[:, :3, :3], _centres(actor, times)) + self._T[:, :3, 3]).T
        radius = np.linalg.norm(actor.size_lwh) / 2 + AROUND_M
        inside = (np.abs(x) - self._right * z < radius * np.hypot(1, self._right)) & (z > NEAR_M - radius)
        inside &= np.abs(y) - self._down * z < radius * np.hypot(1, self._down)
        return inside & (times >= actor.track[0].t_us - HOLD_US) & (times <= actor.track[-1].t_us + HOLD_US)


def _centres(actor: Actor, times: NDArray[np.int64]) -> Array:
    """`tracks.track_at`'s translations (n, 3) at many times."""
    centres = np.array([pose.T_world.translation for pose in actor.track])
    if len(centres) == 1:
        return np.broadcast_to(centres, (len(times), 3))
    track = np.array([pose.t_us for pose in actor.track])
    after = np.clip(np.searchsorted(track, times, side="right"), 1, len(track) - 1)
    share = (times - track[after - 1]) / (track[after] - track[after - 1])
    return centres[after - 1] + share[:, None] * (centres[after] - centres[after - 1])


def _reach(view: View) -> Array:
    """Tangents of the half angles that a view sees, horizontally and vertically, at the wider side."""
    fx, fy, cx, cy, _ = view.intrinsics
    return np.array([max(cx, view.width - cx) / fx, max(cy, view.height - cy) / fy])
