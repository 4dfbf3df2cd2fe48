"""The boxes of a scenario as one picture sees them: in its camera's frame, with outlines, farthest first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.cameras import NEAR_M, T_camera_world, box_hull
from editor.geometry import CORNER_SIGNS, Array, rotation_matrix
from editor.scene import Actor, Picture, Scenario, View
from editor.tracks import actor_at, ego_at


@dataclass(frozen=True, slots=True, eq=False)
class SeenBox:
    """An actor's box where a picture's camera sees it."""

    index: int  # of the actor in `Scenario.actors`
    actor: Actor
    R_camera_box: Array  # (3, 3)
    corners_camera: Array  # (8, 3), in the order of `geometry.CORNER_SIGNS`
    hull: NDArray[np.float32]  # (n, 2) pixels, convex
    distance: float  # metres from the camera to its middle


def seen_boxes(scenario: Scenario, picture: Picture, view: View) -> tuple[SeenBox, ...]:
    """Every box of which the picture of that view shows something, farthest first; what hides what is not considered."""
    T_camera = T_camera_world(ego_at(scenario, picture), view)
    placed = [(i, actor, actor_at(actor, picture.t_us)) for i, actor in enumerate(scenario.actors)]
    placed = [(i, actor, T_world_box) for i, actor, T_world_box in placed if T_world_box is not None]
    if not placed:
        return ()
    centres = T_camera.apply(np.array([T.translation for _, _, T in placed]))
    distances = np.linalg.norm(centres, axis=1)
    reach = np.linalg.norm([actor.size_lwh for _, actor, _ in placed], axis=1) / 2
    R_camera_world = rotation_matrix(T_camera.rotation)
    boxes = []
    for k in np.flatnonzero(centres[:, 2] + reach >= NEAR_M):
        i, actor, T_world_box = placed[k]
        R_camera_box = R_camera_world @ rotation_matrix(T_world_box.rotation)
        corners = centres[k] + (CORNER_SIGNS * (np.asarray(actor.size_lwh) / 2)) @ R_camera_box.T
        hull = box_hull(view, corners)
        if hull is not None:
            boxes.append(SeenBox(i, actor, R_camera_box, corners, hull, float(distances[k])))
    return tuple(sorted(boxes, key=lambda box: -box.distance))
