"""How far an edit reaches into a picture: what the world model may draw anew beside what the draft has drawn.

A draft knows its own pixels only. A car that goes takes its shadow and the light of its headlamps along, and one that is called
a truck looks otherwise from top to bottom; that much is the model's to change.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from editor.boxes import SeenBox, seen_boxes
from editor.cameras import T_camera_world, clipped_polygon, drawable, fit, matrix_of
from editor.dirty import changes
from editor.masks import fill
from editor.scene import Actor, Picture, Scenario, View, recorded
from editor.tracks import actor_at, ego_at

AROUND_M = 3.0  # of an actor's box on the ground: its shadow, where the sun is not very low
LIT_M = 14.0  # in front of a vehicle: what its headlamps light
OUTLINE = 0.1  # of a box's size, added around its outline, for what stands out of it


def reach(scenario: Scenario, frame: int, view: str, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where (H, W) a picture may be otherwise than recorded, around every actor that differs from the recording at its time.
    The bodies of others are spared, before it and on the ground around it.

    The distances are ours. A changed ego path, hour or weather reaches everywhere and is no part of this."""
    picture, out = scenario.scene.frames[frame].picture(view), np.zeros((size[1], size[0]), bool)
    if picture is None:
        return out
    shown = fit(scenario.scene.view(view), *size).view
    at = scenario.scene.views.index(scenario.scene.view(view)), frame
    differing = changes(recorded(scenario.scene), scenario)
    named = [actor for c in differing if c.named[at] for actor in (c.was, c.now) if actor is not None]
    if not named:
        return out
    ids = {actor.id for c in differing for actor in (c.was, c.now) if actor is not None}
    others = _seen(scenario, [actor for actor in scenario.actors if actor.id not in ids], picture, shown)
    bodies = _filled(size, [box.hull for box in others])
    for actor in named:
        out |= _filled(size, _ground_around(scenario, picture, shown, actor)) & ~bodies
    for box in _seen(scenario, named, picture, shown):
        before = _filled(size, [other.hull for other in others if other.distance < box.distance])
        middle = box.hull.mean(0)
        out |= _filled(size, [(middle + (box.hull - middle) * (1 + OUTLINE)).astype(np.float32)]) & ~before
    return out


def _seen(scenario: Scenario, actors: Sequence[Actor], picture: Picture, view: View) -> tuple[SeenBox, ...]:
    return seen_boxes(Scenario(scenario.scene, tuple(actors), scenario.ego), picture, view)


def _filled(size: tuple[int, int], polygons: Iterable[NDArray[np.float32]]) -> NDArray[np.bool_]:
    mask = np.zeros((size[1], size[0]), np.uint8)
    for polygon in polygons:
        fill(mask, polygon, 1)
    return mask > 0


def _ground_around(scenario: Scenario, picture: Picture, view: View, actor: Actor) -> list[NDArray[np.float32]]:
    """The outline of the ground that an actor may darken or light; none where nothing of it shows."""
    T_world_box = actor_at(actor, picture.t_us)
    if T_world_box is None:
        return []
    length, width, height = actor.size_lwh
    ahead = LIT_M if actor.category.startswith("vehicle.") else AROUND_M
    front, back, side = length / 2 + ahead, -length / 2 - AROUND_M, width / 2 + AROUND_M
    ground = np.array([(x, y, -height / 2) for x, y in ((front, side), (back, side), (back, -side), (front, -side))])
    T_camera = T_camera_world(ego_at(scenario, picture), view)
    corners = clipped_polygon((T_camera @ T_world_box).apply(ground))
    if len(corners) < 3:
        return []
    pixels = drawable(view, (corners @ matrix_of(view).T)[:, :2] / corners[:, 2:])
    return [pixels] if len(pixels) >= 3 else []
