"""One picture of one instant: rays, hits, what they show, edges drawn finer; in torch, for any intersector."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from editor.geometry import Rigid, Vec3, rotation_matrix
from editor.scene import View
from engine.town.hits import spots_at
from engine.town.lamps import halos, headlights, in_view
from engine.town.lens import grain, veil
from engine.town.mesh import Kind
from engine.town.shading import shaded, tone_mapped
from engine.town.sky import sky, through_haze
from engine.town.world import World

# Places in a pixel besides its centre that no row or column shares.
SUBPIXELS = ((-0.33, -0.17), (0.33, -0.21), (0.02, 0.36))
RUN = 1 << 18  # rays that are worked on at once, so that memory stays bounded
THICK_M, AIR_M = 300.0, 400.0  # air that shows halos of lamps, and how far they are followed into the sky
LEAVES = 1 << 40  # the number that all foliage shares as a surface


@dataclass(frozen=True, eq=False)
class Layers:
    """Exact layers of a picture, at pixel centres: metres along the optical axis (inf for sky), actor numbers (0: none)."""

    depth: NDArray[np.float32]
    instance: NDArray[np.int32]


def draw(world: World, view: View, T_world_ego: Rigid) -> tuple[NDArray[np.uint8], Layers]:
    """The picture (H, W, 3) of a view with its layers."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the same sums in the same order, in every process
    try:
        with torch.inference_mode():
            return _draw(world, view, T_world_ego)
    finally:
        torch.set_num_threads(threads)


def _draw(world: World, view: View, T_world_ego: Rigid) -> tuple[NDArray[np.uint8], Layers]:
    camera = _Camera.of(view, T_world_ego @ view.T_ego_camera)
    lamps = (*world.lamps, headlights(T_world_ego))
    world = replace(world, lamps=in_view(lamps, world.light, *camera.place_and_axis))
    v, u = torch.meshgrid(torch.arange(view.height).float(), torch.arange(view.width).float(), indexing="ij")
    first = _radiance(world, camera, u.reshape(-1), v.reshape(-1))
    key, shape = (world.seed, world.t_us, view.name), (view.height, view.width)
    more_light = veil(world.light, first.light.view(*shape, 3), first.depth.view(shape), key).view(-1, 3)
    tone = tone_mapped(first.light + more_light)
    edges = torch.nonzero(_edges(first, view.height, view.width))[:, 0]
    if len(edges):
        eu, ev = u.reshape(-1)[edges], v.reshape(-1)[edges]
        more = _radiance(
            world,
            camera,
            torch.cat([eu + du for du, _ in SUBPIXELS]),
            torch.cat([ev + dv for _, dv in SUBPIXELS]),
        )
        around = tone_mapped(more.light + more_light[edges].repeat(len(SUBPIXELS), 1)).view(len(SUBPIXELS), -1, 3)
        tone[edges] = (tone[edges] * 0.7 + around.sum(0)) / (0.7 + len(SUBPIXELS))
    tone = tone + grain(world.light, *shape, key).view(-1, 3)
    picture = (tone.clamp(0, 1) * 255 + 0.5).to(torch.uint8).view(view.height, view.width, 3).numpy()
    depth = first.depth.view(view.height, view.width).numpy()
    return picture, Layers(depth, first.thing.view(view.height, view.width).to(torch.int32).numpy())


@dataclass(frozen=True, eq=False)
class _Camera:
    origin: torch.Tensor
    turn: torch.Tensor  # rows: camera axes in the world
    intrinsics: tuple[float, float, float, float, float]

    @classmethod
    def of(cls, view: View, T_world_camera: Rigid) -> "_Camera":
        turn = torch.from_numpy(rotation_matrix(T_world_camera.rotation).T.astype(np.float32))
        return cls(torch.tensor(T_world_camera.translation, dtype=torch.float32)[None], turn, view.intrinsics)

    @property
    def place_and_axis(self) -> tuple[Vec3, Vec3]:
        """Where it is and where it looks, as numbers."""
        return tuple(self.origin[0].tolist()), tuple(self.turn[2].tolist())

    def rays(self, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """World directions (n, 3) with depth 1."""
        fx, fy, cx, cy, skew = self.intrinsics
        y = (v - cy) / fy
        x = (u - cx - skew * y) / fx
        return torch.stack([x, y, torch.ones_like(x)], 1) @ self.turn


@dataclass(frozen=True, eq=False)
class _Seen:
    light: torch.Tensor  # (n, 3) linear
    depth: torch.Tensor
    thing: torch.Tensor
    surface: torch.Tensor
    normal: torch.Tensor
    lit: torch.Tensor


def _radiance(world: World, camera: _Camera, u: torch.Tensor, v: torch.Tensor) -> _Seen:
    """What places in a picture show, worked out in runs."""
    runs = [_seen(world, camera, a, b) for a, b in zip(u.split(RUN), v.split(RUN), strict=True)]
    fields = ("light", "depth", "thing", "surface", "normal", "lit")
    return _Seen(*(torch.cat([getattr(run, f) for run in runs]) for f in fields))


def _seen(world: World, camera: _Camera, u: torch.Tensor, v: torch.Tensor) -> _Seen:
    rays = camera.rays(u, v)
    length = rays.norm(dim=1)
    view = rays / length[:, None]
    hit = world.tracer.nearest(camera.origin, rays)
    n = len(u)
    seen = _Seen(
        torch.empty(n, 3),
        torch.where(hit.part >= 0, hit.distance, torch.inf),
        torch.zeros(n, dtype=torch.int64),
        torch.full((n,), -1, dtype=torch.int64),
        torch.zeros(n, 3),
        torch.zeros(n),
    )
    missed = torch.nonzero(hit.part < 0)[:, 0]
    seen.light[missed] = sky(world.light, view.index_select(0, missed))
    index = torch.nonzero(hit.part >= 0)[:, 0]
    if len(index):
        spots = spots_at(world.parts, hit, index, camera.origin, rays, length.sqrt() / camera.intrinsics[0])
        light, lit = shaded(world, spots)
        distance = (hit.distance * length)[index]
        seen.light[index] = through_haze(world.light, light, spots.view, distance)
        seen.thing[index] = spots.thing
        seen.surface[index] = torch.where(spots.row[:, 0] == Kind.LEAF, LEAVES, spots.surface)
        seen.normal[index], seen.lit[index] = spots.flat, lit
    if world.lamps and world.light.haze_m < THICK_M:
        seen.light.add_(halos(world.lamps, world.light, camera.origin, view, (hit.distance * length).clamp(max=AIR_M)))
    return seen


def _edges(seen: _Seen, height: int, width: int) -> torch.Tensor:
    """Pixels (n,) bool whose neighbours show another surface, facing or shadow."""
    shape = (height, width)
    surface, lit = seen.surface.view(shape), seen.lit.view(shape)
    normal, near = seen.normal.view(*shape, 3), (1 / seen.depth.clamp(min=0.1)).view(shape)
    out = torch.zeros(shape, dtype=torch.bool)
    for a, b in (((slice(1, None),), (slice(None, -1),)), ((slice(None), slice(1, None)), (slice(None), slice(None, -1)))):
        differs = (surface[a] != surface[b]) | ((lit[a] - lit[b]).abs() > 0.3)
        differs |= (normal[a] * normal[b]).sum(-1) < 0.85
        differs |= (near[a] - near[b]).abs() > 0.08 * torch.maximum(near[a], near[b])
        differs &= (surface[a] != surface[b]) | ((surface[a] >= 0) & (surface[a] != LEAVES))
        out[a] |= differs
        out[b] |= differs
    return out.view(-1)
