"""What Town's LiDAR measures: one turn of its beams through an instant of the world, and which actors they hit."""

from dataclasses import dataclass

import numpy as np
import torch

from editor.geometry import Rigid
from editor.scene import Actor
from engine.town.columns import dot, index_of, put
from engine.town.rays import Hit
from engine.town.rig import LIDAR_RANGE_M, lidar_rays
from engine.town.town import instant
from engine.town.world import World


@dataclass(frozen=True, eq=False)
class Sweep:
    """One turn of the LiDAR: points (n, 5) x, y, z, intensity, ring in its own frame; per actor id the points on it."""

    points: np.ndarray
    counts: dict[str, int]


def sweep(seed: int, actors: tuple[Actor, ...], t_us: int, T_world_lidar: Rigid, columns: int) -> Sweep:
    """What the LiDAR measures at a time, with so many beams in one turn of a ring."""
    world, ids = instant(seed, actors, t_us)
    own = lidar_rays(columns)
    origin = torch.tensor(T_world_lidar.translation, dtype=torch.float32)[None]
    rays = torch.from_numpy((own @ T_world_lidar.matrix()[:3, :3].T).astype(np.float32))
    hit = world.tracer.nearest(origin, rays)
    keep = ((hit.part >= 0) & (hit.distance < LIDAR_RANGE_M)).numpy()
    distance = hit.distance.numpy()
    facing = dot(rays, hit.normal).abs().numpy()
    intensity = np.clip(70 * facing / (1 + distance / 30), 1, 255).round()
    ring = np.repeat(np.arange(32), columns)
    points = np.column_stack([own[keep] * distance[keep, None], intensity[keep], ring[keep]]).astype(np.float32)
    counts = np.bincount(things(world, hit).numpy()[keep], minlength=len(ids) + 1)
    return Sweep(points, {i: int(counts[k + 1]) for k, i in enumerate(ids)})


def things(world: World, hit: Hit) -> torch.Tensor:
    """Actor numbers of hits, 0 for none."""
    out = torch.zeros(len(hit.part), dtype=torch.int32)
    for k, part in enumerate(world.parts):
        index = index_of(hit.part == k)
        put(out, index, part.thing_of(hit.triangle.index_select(0, index)))
    return out
