"""Pictures of instants: what rays show, edges drawn finer; in torch, for any intersector, on any device."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import torch
from numpy.typing import NDArray

from editor.geometry import Rigid
from editor.scene import View
from engine.town import columns
from engine.town.cast import Cast, Met, joined, met_by, runs
from engine.town.columns import index_of, put, some
from engine.town.edges import ABOVE, BELOW, LEFT, RIGHT, alike, edges
from engine.town.eyes import Eyes, place_and_axis
from engine.town.lamps import Lamp, headlights, in_view
from engine.town.layers import Layer, Layers, category_of, in_camera
from engine.town.lens import GRAINY, grain, veil
from engine.town.seen import seen_by
from engine.town.shading import tone_mapped
from engine.town.world import World

# Places in a pixel besides its centre that no row or column shares, and the neighbours between whose centres and its own
# each lies: where these show what the pixel does, the place does too, but for what is finer than a pixel.
SUBPIXELS = ((-0.33, -0.17), (0.33, -0.21), (0.02, 0.36))
BETWEEN = ((LEFT, ABOVE), (RIGHT, ABOVE), (BELOW,))
CENTRE = 0.7  # how much the centre counts beside one of them
AT_EDGES = 1 << 20  # pixels that are drawn finer at once


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
    casts = [Cast.along(world, *run) for run in runs(*eyes.rays_of_centres())]
    met = joined([met_by(cast) for cast in casts])
    light, lit = map(columns.joined, zip(*(seen_by(world, eyes, cast) for cast in casts), strict=True))
    keys = [(world.seed, world.t_us, shot.view.name) for shot in shots]
    shown = zip(light.view(*shape, 3), met.depth.view(shape), keys, strict=True)
    veils = columns.joined([veil(world.light, one, depth, key).view(-1, 3) for one, depth, key in shown])
    tone = tone_mapped(light + veils)
    finer, shadows = (_of_subpixels(sides) for sides in edges(met.surface, lit, met.normal, met.depth, shape))
    for index in index_of(reduce(torch.bitwise_or, finer)).split(AT_EDGES):
        where = finer.index_select(1, index), shadows.index_select(1, index)
        around = _around(world, eyes, index, met.some(index), some(tone, index), some(veils, index), *where)
        put(tone, index, (some(tone, index) * CENTRE + around) / (CENTRE + len(SUBPIXELS)))
    if world.light.night >= GRAINY:
        tone = tone + torch.cat([grain(world.light, *shape[1:], key).view(-1, 3) for key in keys])
    pictures = (tone.clamp(0, 1) * 255 + 0.5).to(torch.uint8).contiguous().view(*shape, 3)
    return pictures, _layers(world, eyes, met, layers, shape)


def _of_subpixels(sides: torch.Tensor) -> torch.Tensor:
    """What is said of pixels' sides (4, n), of their SUBPIXELS (3, n)."""
    return torch.stack([reduce(torch.bitwise_or, [sides[side] for side in between]) for between in BETWEEN])


def _around(
    world: World,
    eyes: Eyes,
    pixel: torch.Tensor,
    own: Met,
    tone: torch.Tensor,
    veils: torch.Tensor,
    finer: torch.Tensor,
    shadows: torch.Tensor,
) -> torch.Tensor:
    """The sum of the tones (m, 3) of SUBPIXELS in pixels (m,), which show `own` in `tone` at their centres, as do all their
    places but those (3, m) that are drawn `finer`; of these, `shadows` may be in another light.

    Places in a pixel share one tone, as in multisampling, where they show the same surface, both in the sun or both not."""
    n, m = len(SUBPIXELS), len(pixel)
    # From here on places are numbered k * m + j: first the centres of all pixels j, then their k-th subpixels. Rays go pixel by
    # pixel, since those of one meet the same things.
    at = index_of(finer.T.flatten())
    j = torch.div(at, n, rounding_mode="floor")
    k = at - j * n + 1
    new = k * m + j
    cast = Cast.through(world, eyes, *_places(eyes, some(pixel, j), k))
    met = joined([own] * (n + 1))
    met.put(new, met_by(cast))
    hidden = _hidden(world, eyes, pixel, met, torch.cat([shadows.any(0)[None], shadows]))
    several = [met.span(k * m, m) for k in range(n + 1)]
    source = torch.arange(m).repeat(n + 1)  # whose tone each takes
    put(source, new, new)
    whose = source.view(n + 1, m)
    for k in range(1, n + 1):
        for j in reversed(range(k)):
            same = alike(several[k], several[j]) & (hidden[k] == hidden[j])
            whose[k] = torch.where(same, whose[j], whose[k])
    tones = columns.joined([tone, torch.zeros(3, n * m).T])
    alone = index_of(some(source, new) == new)
    (light, _), place = seen_by(world, eyes, cast.some(world, alone)), some(new, alone)
    put(tones, place, tone_mapped(light + some(veils, place % m)))
    return sum(some(tones, whose[k]) for k in range(1, n + 1))


def _places(eyes: Eyes, pixel: torch.Tensor, k: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Which camera sees the k-th places (m,) of pixels (m,), and where; the first of them is the centre."""
    which, u, v = eyes.centres_of(pixel)
    du, dv = torch.tensor([(0.0, 0.0), *SUBPIXELS]).index_select(0, k).T
    return which, u + du, v + dv


def _hidden(world: World, eyes: Eyes, pixel: torch.Tensor, met: Met, asked: torch.Tensor) -> torch.Tensor:
    """Whether the sun is hidden (k, m) from what k places of m pixels show: where it is `asked`; elsewhere as at the centre."""
    index = index_of(asked.flatten())
    k = torch.div(index, len(pixel), rounding_mode="floor")
    origin, ray, apart = eyes.rays(*_places(eyes, some(pixel, index - k * len(pixel)), k))
    met = met.some(index)
    depth = met.depth.nan_to_num(posinf=0.0)
    start = origin + ray * depth[:, None] + met.normal * (0.004 + 0.02 * depth * apart)[:, None]
    sun = torch.tensor(world.light.towards_sun)[None].expand_as(start)
    out = torch.zeros_like(asked)
    put(out.view(-1), index, world.tracer.blocked(start, sun))
    return torch.where(asked, out, out[:1])


def look(world: World, view: View, T_world_ego: Rigid, layers: Collection[Layer] = ()) -> Layers[np.ndarray]:
    """The layers of a view alone, without its picture."""
    with working_on(world.device):
        eyes = Eyes.of([view], [T_world_ego], world.device)
        met = joined([met_by(Cast.along(world, *run)) for run in runs(*eyes.rays_of_centres())])
        return _layers(world, eyes, met, frozenset(layers), (1, view.height, view.width)).picture(0)


def _layers(world: World, eyes: Eyes, met: Met, wanted: frozenset[Layer], shape: tuple[int, int, int]) -> Layers[torch.Tensor]:
    normal = category = None
    if "normal" in wanted:
        normal = in_camera(eyes, met.normal.view(shape[0], -1, 3)).view(*shape, 3)
    if "category" in wanted:
        _, origin, rays, _ = eyes.rays_of_centres()
        category = category_of(world, met.kind, met.thing, origin + rays * met.depth[:, None]).view(shape)
    return Layers(met.depth.view(shape), met.thing.to(torch.int32).view(shape), category, normal)
