"""Pictures of instants: rays, hits, what they show, edges drawn finer; in torch, for any intersector, on any device."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from editor.geometry import Rigid
from editor.scene import View
from engine.town.edges import FOLIAGE, edges
from engine.town.eyes import Eyes, place_and_axis
from engine.town.hits import spots_at
from engine.town.lamps import Lamp, halos, headlights, in_view
from engine.town.layers import Layer, Layers, category_of, in_camera
from engine.town.lens import grain, veil
from engine.town.mesh import Kind
from engine.town.shading import shaded, tone_mapped
from engine.town.sky import sky, through_haze
from engine.town.world import World

# Places in a pixel besides its centre that no row or column shares.
SUBPIXELS = ((-0.33, -0.17), (0.33, -0.21), (0.02, 0.36))
RUN = {"cpu": 1 << 17, "cuda": 1 << 22}  # rays that are worked on at once, so that memory stays bounded
THICK_M, AIR_M = 300.0, 400.0  # air that shows halos of lamps, and how far they are followed into the sky


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture to draw: an instant, a view of it, and where the ego stands."""

    world: World
    view: View
    T_world_ego: Rigid


def draw(
    world: World, view: View, T_world_ego: Rigid, layers: Collection[Layer] = ()
) -> tuple[NDArray[np.uint8], Layers[np.ndarray]]:
    """The picture (H, W, 3) of a view, with depth, instances and whatever other `layers` are asked for."""
    pictures, drawn = draw_batch((Shot(world, view, T_world_ego),), layers)
    return pictures[0].cpu().numpy(), drawn.picture(0)


def draw_batch(shots: Sequence[Shot], layers: Collection[Layer] = ()) -> tuple[torch.Tensor, Layers[torch.Tensor]]:
    """Pictures (n, H, W, 3) of shots of one size, and their layers, on the device that their worlds are on.

    Shots of one world follow one another for speed: those that the same lamps light are drawn together."""
    sizes = {(shot.view.width, shot.view.height) for shot in shots}
    devices = {shot.world.device for shot in shots}
    if len(sizes) != 1 or len(devices) != 1:
        raise ValueError(f"{len(shots)} shots of sizes {sizes} on devices {devices}; wanted one or more, of one size on one")
    with working_on(devices.pop()):
        groups = [_drawn(world, lamps, run, frozenset(layers)) for world, lamps, run in _together(shots)]
        return torch.cat([g[0] for g in groups]), Layers.joined([g[1] for g in groups])


@contextmanager
def working_on(device: torch.device) -> Iterator[None]:
    """New tensors are made on a device; on the CPU with the same sums in the same order, in every process."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(), nullcontext() if device.type == "cpu" else device:
            yield
    finally:
        torch.set_num_threads(threads)


def _together(shots: Sequence[Shot]) -> list[tuple[World, tuple[Lamp, ...], list[Shot]]]:
    """Neighbouring shots of one world by the same lamps."""
    out: list[tuple[World, tuple[Lamp, ...], list[Shot]]] = []
    for shot in shots:
        lamps = (*shot.world.lamps, headlights(shot.T_world_ego))
        lamps = in_view(lamps, shot.world.light, *place_and_axis(shot.view, shot.T_world_ego))
        if out and out[-1][0] is shot.world and out[-1][1] == lamps:
            out[-1][2].append(shot)
        else:
            out.append((shot.world, lamps, [shot]))
    return out


def _drawn(
    world: World, lamps: tuple[Lamp, ...], shots: list[Shot], layers: frozenset[Layer]
) -> tuple[torch.Tensor, Layers[torch.Tensor]]:
    world = replace(world, lamps=lamps)
    eyes = Eyes.of([shot.view for shot in shots], [shot.T_world_ego for shot in shots], world.device)
    shape = (len(shots), eyes.height, eyes.width)
    which, u, v = eyes.centres()
    first = _radiance(world, eyes, which, u, v)
    keys = [(world.seed, world.t_us, shot.view.name) for shot in shots]
    shown = zip(first.light.view(*shape, 3), first.depth.view(shape), keys, strict=True)
    veils = torch.cat([veil(world.light, light, depth, key).view(-1, 3) for light, depth, key in shown])
    tone = tone_mapped(first.light + veils)
    rough = torch.nonzero(edges(first.surface, first.lit, first.normal, first.depth, shape))[:, 0]
    if len(rough):
        again = rough.repeat(len(SUBPIXELS))
        du, dv = torch.tensor(SUBPIXELS).repeat_interleave(len(rough), 0).T
        more = _radiance(world, eyes, which[again], u[again] + du, v[again] + dv)
        around = tone_mapped(more.light + veils[again]).view(len(SUBPIXELS), -1, 3)
        tone[rough] = (tone[rough] * 0.7 + around.sum(0)) / (0.7 + len(SUBPIXELS))
    tone = tone + torch.cat([grain(world.light, *shape[1:], key).view(-1, 3) for key in keys])
    pictures = (tone.clamp(0, 1) * 255 + 0.5).to(torch.uint8).view(*shape, 3)
    return pictures, _layers(world, eyes, first, layers, shape)


def look(world: World, view: View, T_world_ego: Rigid, layers: Collection[Layer] = ()) -> Layers[np.ndarray]:
    """The layers of a view alone, without its picture."""
    with working_on(world.device):
        eyes = Eyes.of([view], [T_world_ego], world.device)
        _, u, v = eyes.centres()
        runs = [_met(world, eyes, a, b, c) for a, b, c in runs_of(eyes, torch.zeros_like(u, dtype=torch.int64), u, v)]
        return _layers(world, eyes, _Seen.joined(runs), frozenset(layers), (1, view.height, view.width)).picture(0)


def _layers(
    world: World, eyes: Eyes, seen: "_Seen", wanted: frozenset[Layer], shape: tuple[int, int, int]
) -> Layers[torch.Tensor]:
    normal = category = None
    if "normal" in wanted:
        normal = in_camera(eyes, seen.normal.view(shape[0], -1, 3)).view(*shape, 3)
    if "category" in wanted:
        which, u, v = eyes.centres()
        origin, rays, _ = eyes.rays(which, u, v)
        category = category_of(world, seen.kind, seen.thing, origin + rays * seen.depth[:, None]).view(shape)
    return Layers(seen.depth.view(shape), seen.thing.to(torch.int32).view(shape), category, normal)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What n rays show."""

    light: torch.Tensor  # (n, 3) linear
    depth: torch.Tensor  # inf for sky
    thing: torch.Tensor
    kind: torch.Tensor  # -1 for sky
    surface: torch.Tensor
    normal: torch.Tensor
    lit: torch.Tensor

    @classmethod
    def joined(cls, runs: "list[_Seen]") -> "_Seen":
        if len(runs) == 1:
            return runs[0]
        fields = ("light", "depth", "thing", "kind", "surface", "normal", "lit")
        return cls(*(torch.cat([getattr(run, f) for run in runs]) for f in fields))


Run = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def runs_of(eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> list[Run]:
    """Places in pictures in runs that are worked on at once."""
    size = RUN[eyes.origins.device.type]
    return list(zip(which.split(size), u.split(size), v.split(size), strict=True))


def _radiance(world: World, eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> _Seen:
    """What places in pictures show, worked out in runs."""
    return _Seen.joined([_seen(world, eyes, *run) for run in runs_of(eyes, which, u, v)])


def _seen(world: World, eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> _Seen:
    origin, rays, pixel = eyes.rays(which, u, v)
    length = rays.norm(dim=1)
    view = rays / length[:, None]
    hit = world.tracer.nearest(origin, rays)
    seen = _nothing(len(u), torch.where(hit.part >= 0, hit.distance, torch.inf))
    missed = torch.nonzero(hit.part < 0)[:, 0]
    seen.light[missed] = sky(world.light, view.index_select(0, missed))
    index = torch.nonzero(hit.part >= 0)[:, 0]
    if len(index):
        spots = spots_at(world.parts, hit, index, origin, rays, length.sqrt() * pixel)
        light, lit = shaded(world, spots)
        distance = (hit.distance * length)[index]
        seen.light[index] = through_haze(world.light, light, spots.view, distance)
        _note(seen, index, spots.row[:, 0], spots.thing, spots.surface, spots.flat)
        seen.lit[index] = lit
    if world.lamps and world.light.haze_m < THICK_M:
        _add_halos(world, eyes, which, view, (hit.distance * length).clamp(max=AIR_M), seen.light)
    return seen


def _met(world: World, eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> _Seen:
    """What places in pictures show but for its light."""
    origin, rays, pixel = eyes.rays(which, u, v)
    hit = world.tracer.nearest(origin, rays)
    seen = _nothing(len(u), torch.where(hit.part >= 0, hit.distance, torch.inf))
    index = torch.nonzero(hit.part >= 0)[:, 0]
    if len(index):
        spots = spots_at(world.parts, hit, index, origin, rays, pixel)
        _note(seen, index, spots.row[:, 0], spots.thing, spots.surface, spots.flat)
    return seen


def _nothing(n: int, depth: torch.Tensor) -> _Seen:
    none = torch.full((n,), -1, dtype=torch.int64)
    return _Seen(torch.empty(n, 3), depth, torch.zeros_like(none), none, none.clone(), torch.zeros(n, 3), torch.zeros(n))


def _note(
    seen: _Seen, index: torch.Tensor, kind: torch.Tensor, thing: torch.Tensor, surface: torch.Tensor, flat: torch.Tensor
) -> None:
    kind = kind.round().to(torch.int64)
    seen.thing[index], seen.kind[index], seen.normal[index] = thing, kind, flat
    seen.surface[index] = torch.where(kind == Kind.LEAF, FOLIAGE, surface)


def _add_halos(
    world: World, eyes: Eyes, which: torch.Tensor, view: torch.Tensor, distance: torch.Tensor, out: torch.Tensor
) -> None:
    if len(eyes.origins) == 1:
        out.add_(halos(world.lamps, world.light, eyes.origins, view, distance))
        return
    for k, origin in enumerate(eyes.origins):
        index = torch.nonzero(which == k)[:, 0]
        some = halos(world.lamps, world.light, origin[None], view.index_select(0, index), distance.index_select(0, index))
        out.index_add_(0, index, some)
