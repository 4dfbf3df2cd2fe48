"""How far an edit reaches into a picture: what the world model may draw anew beside what the draft has drawn.

A draft knows its own pixels only. A car that goes takes its shadow and the light of its headlamps along, and one that is called
a truck looks otherwise from top to bottom; that much is the model's to change.
"""

import numpy as np
from numpy.typing import NDArray

from editor.boxes import seen_boxes
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

    The distances are ours. A changed ego path, hour or weather reaches everywhere and is no part of this."""
    picture = scenario.scene.frames[frame].picture(view)
    mask = np.zeros((size[1], size[0]), np.uint8)
    if picture is None:
        return mask > 0
    shown = fit(scenario.scene.view(view), *size).view
    for change in changes(recorded(scenario.scene), scenario):
        named = change.named[scenario.scene.views.index(scenario.scene.view(view)), frame]
        for actor in (change.was, change.now) if named else ():
            if actor is not None:
                _fill(mask, scenario, picture, shown, actor)
    return mask > 0


def _fill(mask: NDArray[np.uint8], scenario: Scenario, picture: Picture, view: View, actor: Actor) -> None:
    T_world_box = actor_at(actor, picture.t_us)
    if T_world_box is None:
        return
    length, width, height = actor.size_lwh
    ahead = LIT_M if actor.category.startswith("vehicle.") else AROUND_M
    front, back, side = length / 2 + ahead, -length / 2 - AROUND_M, width / 2 + AROUND_M
    around = [(front, side), (back, side), (back, -side), (front, -side)]
    ground = np.array([(x, y, -height / 2) for x, y in around])
    T_camera = T_camera_world(ego_at(scenario, picture), view)
    corners = clipped_polygon((T_camera @ T_world_box).apply(ground))
    if len(corners) >= 3:
        pixels = drawable(view, (corners @ matrix_of(view).T)[:, :2] / corners[:, 2:])
        if len(pixels) >= 3:
            fill(mask, pixels, 1)
    alone = Scenario(scenario.scene, (actor,), scenario.ego)
    for box in seen_boxes(alone, picture, view):
        middle = box.hull.mean(0)
        fill(mask, (middle + (box.hull - middle) * (1 + OUTLINE)).astype(np.float32), 1)
