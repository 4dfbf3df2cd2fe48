"""How much of each actor the cameras see at a keyframe, in nuScenes' four levels.

nuScenes' visibility is the share of an actor's pixels, over all cameras, that nothing stands before (Caesar et al., 2020).
Here it is exact but for sampling: of the rays through a grid over the actor's outline in each view that hit it when it is
alone, those that hit it first in the whole world, weighted by the part of the picture that each stands for. So it does not
depend on how large the pictures are.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch

from editor.cameras import T_camera_world, box_hull, rays
from editor.geometry import Array, Rigid, box_corners
from editor.identity import Same
from editor.scene import Actor, View
from editor.tracks import actor_at
from engine.town.actors import figure_of
from engine.town.lidar import things
from engine.town.motion import Motion, motion_of
from engine.town.rays import Triangles
from engine.town.stage import without_slivers
from engine.town.town import instant
from engine.town.trace import Body, Embree

GRID = 32  # rays along each side of an outline
LEVELS = (0.4, 0.6, 0.8)  # where nuScenes' levels 2, 3 and 4 begin


def level(share: float) -> str:
    """nuScenes' visibility token of a share."""
    return str(1 + int(np.searchsorted(LEVELS, share, side="right")))


def visible_shares(
    seed: int, actors: tuple[Actor, ...], t_us: int, T_world_ego: Rigid, views: tuple[View, ...]
) -> dict[str, float]:
    """The visible share of each actor that is there, by id; 0 for one that no picture would show."""
    world, ids = instant(seed, actors, t_us)
    by_id = {str(actor.id): actor for actor in actors}
    cameras = [(view, T_world_ego @ view.T_ego_camera, T_camera_world(T_world_ego, view)) for view in views]
    found = {i: list(_seen_alone(seed, by_id[i], t_us, cameras)) for i in ids}
    flat = [(number, *ray) for number, i in enumerate(ids, 1) for ray in found[i]]
    if not flat:
        return dict.fromkeys(ids, 0.0)
    number = np.concatenate([np.full(len(d), n) for n, _, d, _ in flat])
    origins = np.concatenate([np.broadcast_to(o, d.shape) for _, o, d, _ in flat]).astype(np.float32)
    directions = np.concatenate([d for _, _, d, _ in flat]).astype(np.float32)
    weight = np.concatenate([np.full(len(d), w) for _, _, d, w in flat])
    first = things(world, world.tracer.nearest(torch.from_numpy(origins), torch.from_numpy(directions))).numpy()
    alone = np.bincount(number, weight, len(ids) + 1)
    seen = np.bincount(number, weight * (first == number), len(ids) + 1)
    return {i: float(seen[k] / alone[k]) if alone[k] > 0 else 0.0 for k, i in enumerate(ids, 1)}


def _seen_alone(
    seed: int, actor: Actor, t_us: int, cameras: list[tuple[View, Rigid, Rigid]]
) -> Iterator[tuple[Array, Array, float]]:
    """Per view, which come with T_world_camera and T_camera_world, that shows any of the actor: origin (3,) and directions
    (n, 3) in the world of rays that hit it when it is alone, and the share of a square as wide as the picture that each stands
    for."""
    T_world_box = actor_at(actor, t_us)
    if T_world_box is None:
        return
    alone, corners = None, box_corners(T_world_box, actor.size_lwh)
    for view, T_world_camera, T_into_camera in cameras:
        hull = box_hull(view, T_into_camera.apply(corners))
        if hull is None:
            continue
        pixels, area = _grid(view, hull)
        directions = rays(view, pixels) @ T_world_camera.matrix()[:3, :3].T
        alone = alone or _structure(seed, Same(actor), motion_of(actor, t_us))
        hits = _hits(alone, T_world_box, np.array(T_world_camera.translation), directions)
        if hits.any():
            yield np.array(T_world_camera.translation), directions[hits], area / view.width**2


def _grid(view: View, hull: Array) -> tuple[Array, float]:
    """Places (n, 2) spread evenly over what the picture holds of an outline's upright rectangle, and the area of each."""
    low = np.maximum(hull.min(0), -0.5)
    high = np.minimum(hull.max(0), (view.width - 0.5, view.height - 0.5))
    side = (np.arange(GRID) + 0.5) / GRID
    x, y = np.meshgrid(low[0] + side * (high[0] - low[0]), low[1] + side * (high[1] - low[1]))
    return np.stack([x, y], -1).reshape(-1, 2), float(np.prod(high - low)) / GRID**2


@lru_cache(maxsize=256)
def _structure(seed: int, actor: Same[Actor], motion: Motion) -> Embree:
    """What rays hit of an actor in its box's own frame; of one that rests it stays the same."""
    mesh = without_slivers(figure_of(seed, actor.value).posed(motion))
    return Embree((Body.of(Triangles(mesh.points, mesh.triangles)),))


def _hits(alone: Embree, T_world_box: Rigid, origin: Array, directions: Array) -> np.ndarray:
    """Which rays, given in the world, hit what is built in the box's own frame."""
    turn = T_world_box.matrix()[:3, :3]
    own = torch.from_numpy(((origin - T_world_box.translation) @ turn).astype(np.float32))[None]
    return (alone.nearest(own, torch.from_numpy((directions @ turn).astype(np.float32))).part >= 0).numpy()
