"""What of a take's changes one picture can show: a draft draws each picture from the recording and from this alone.

So a second edit leaves the pictures that do not see it as they are, and undoing an edit finds them stored.
"""

import math

from editor.cameras import NEAR_M, T_camera_world
from editor.geometry import Rigid, Vec3
from editor.scene import Actor, Picture, Scenario, View
from editor.tracks import actor_at, ego_at

AROUND_M = 4.0  # how far from its box an actor can change a picture, by its shadow and the room that a cut-out takes
Change = tuple[Actor | None, Actor | None]  # as recorded, as asked


def changed_actors(scenario: Scenario) -> tuple[Change, ...]:
    """The actors that are not what was recorded of them, in the order of the scene and then of the take."""
    asked = {actor.id: actor for actor in scenario.actors}
    recorded = {actor.id: actor for actor in scenario.scene.actors}
    pairs = ((recorded.get(name), asked.get(name)) for name in recorded | asked)
    return tuple((was, now) for was, now in pairs if was is not now and was != now)


def shown_changes(changes: tuple[Change, ...], scenario: Scenario, picture: Picture) -> str:
    """What a picture shows otherwise than the recording: the same words whenever it shows the same."""
    view = scenario.scene.view(picture.view)
    T_world_ego = ego_at(scenario, picture)
    cameras = [T_camera_world(picture.T_world_ego, view)]
    parts = []
    if T_world_ego != picture.T_world_ego:
        cameras.append(T_camera_world(T_world_ego, view))
        parts.append(repr(T_world_ego))
    for was, now in changes:
        before, after = (actor_at(actor, picture.t_us) if actor is not None else None for actor in (was, now))
        if before == after and _looks(was) == _looks(now):
            continue
        places = [(T.translation, actor.size_lwh) for actor, T in ((was, before), (now, after)) if T is not None]
        if any(_may_see(T_camera, view, centre, size) for T_camera in cameras for centre, size in places):
            parts.append(repr(((was or now).id, after, _looks(now) if after is not None else None)))
    return "\n".join(parts)


def _looks(actor: Actor | None) -> tuple[object, ...] | None:
    return None if actor is None else (actor.size_lwh, actor.look, actor.category)


def _may_see(T_camera: Rigid, view: View, centre: Vec3, size_lwh: Vec3) -> bool:
    """Whether a ball about a box, with room for its shadow, reaches into the picture."""
    x, y, z = T_camera.apply(centre)
    radius = math.hypot(*size_lwh) / 2 + AROUND_M
    fx, fy, cx, cy, _ = view.intrinsics
    right, down = max(cx, view.width - cx) / fx, max(cy, view.height - cy) / fy
    beside = (abs(x) - right * z) / math.hypot(1, right)
    above = (abs(y) - down * z) / math.hypot(1, down)
    return z > NEAR_M - radius and beside < radius and above < radius
