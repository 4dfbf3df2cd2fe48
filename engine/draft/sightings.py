"""Where a drive's pictures saw an actor from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit
from editor.geometry import Array, Rigid, Vec3
from editor.scene import Actor, Scene, View
from editor.tracks import actor_at
from engine.draft.gather import Source

LEAST_SHARE = 0.02  # of its hull that a picture holds of an actor to be a source for it where it stands


@dataclass(frozen=True, eq=False)
class Sightings:
    """Where every recorded picture of a drive saw one actor from, in the box's own frame."""

    sources: tuple[Source, ...]
    eyes: Array  # (n, 3) metres, box frame
    height_px: Array  # (n,) how tall it shows, at a view of 448 pixels across
    inside: Array  # (n,) how much of its hull the picture holds
    frames: Array  # (n,)
    views: NDArray[np.str_]  # (n,) names


def sightings(scene: Scene, actor: Actor) -> Sightings:
    """Every picture that exists and holds at least `LEAST_SHARE` of the actor."""
    pictures = [(number, p) for number, frame in enumerate(scene.frames) for p in frame.pictures if p.exists]
    views = {view.name: (view, fit(view, 448, round(448 * view.height / view.width)).view) for view in scene.views}
    sources, rows = [], []
    for number, picture in pictures:
        T_world_box = actor_at(actor, picture.t_us)
        if T_world_box is None:
            continue
        view, small = views[picture.view]
        seen = _seen(small, picture.T_world_ego @ view.T_ego_camera, T_world_box, actor.size_lwh)
        if seen is not None:
            sources.append(Source(number, picture.view))
            rows.append(seen)
    eyes, tall, inside = (np.array([row[k] for row in rows]) for k in range(3))
    at, by = np.array([s.frame for s in sources], int), np.array([s.view for s in sources], str)
    return Sightings(tuple(sources), eyes.reshape(-1, 3), tall, inside, at, by)


def _seen(view: View, T_world_camera: Rigid, T_world_box: Rigid, size_lwh: Vec3) -> tuple[Array, float, float] | None:
    T_camera_box = T_world_camera.inverse() @ T_world_box
    if T_camera_box.translation[2] < 1.0:
        return None
    corners = T_camera_box.apply(SIGNS * (np.asarray(size_lwh) / 2))
    z = np.maximum(corners[:, 2], 0.5)
    fx, fy, cx, cy, _ = view.intrinsics
    u, v = fx * corners[:, 0] / z + cx, fy * corners[:, 1] / z + cy
    wide = np.clip([u.min(), u.max()], 0, view.width), np.clip([v.min(), v.max()], 0, view.height)
    share = float(np.ptp(wide[0]) * np.ptp(wide[1]) / max(np.ptp(u) * np.ptp(v), 1e-6))
    if share < LEAST_SHARE:
        return None
    return np.asarray(T_camera_box.inverse().translation), float(fy * size_lwh[2] / T_camera_box.translation[2]), share


SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)
