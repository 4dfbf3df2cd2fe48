"""Optical flow from the worlds of two instants: where what a pixel shows appears in another picture, and whether it is seen."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.town.cast import runs
from engine.town.columns import index_of, length
from engine.town.eyes import Eyes
from engine.town.picture import Shot, working_on
from engine.town.rays import Hit
from engine.town.stage import Part
from engine.town.world import World

THIN_M = 0.02  # what is nearer than this before a point does not hide it, so that rounding does not either


@dataclass(frozen=True, eq=False)
class Flow:
    """Per pixel (H, W) of a picture: `shift` (…, 2) from its centre to where the same point of the same surface appears in the
    other picture, in pixels right and down; NaN where it is behind that camera or no longer in the world. `visible`: it is
    inside that picture, and nothing hides it. The sky is infinitely far away."""

    shift: NDArray[np.float32]
    visible: NDArray[np.bool_]


def flow(now: Shot, then: Shot) -> Flow:
    """The flow from one picture to another of the same size and scene: both the camera and the actors may have moved, and
    actors' limbs within them. ValueError for pictures of different sizes."""
    sizes = [(shot.view.width, shot.view.height) for shot in (now, then)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"flow between pictures of {sizes[0]} and {sizes[1]} pixels; wanted one size")
    with working_on(now.world.device):
        here, there = (Eyes.of([shot.view], [shot.T_world_ego], shot.world.device) for shot in (now, then))
        done = [_run(now.world, then.world, here, there, *run) for run in runs(*here.centres())]
        shape = (here.height, here.width)
        shift, visible = (torch.cat(column) for column in zip(*done, strict=True))
        return Flow(shift.view(*shape, 2).cpu().numpy(), visible.view(shape).cpu().numpy())


def _run(
    now: World, then: World, here: Eyes, there: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    origin, rays, _ = here.rays(which, u, v)
    hit = now.tracer.nearest(origin, rays)
    sky = hit.part < 0
    places, known = _later(now, then, hit, origin + rays * hit.distance.nan_to_num(posinf=0.0)[:, None])
    places = torch.where(sky[:, None], rays, places)
    to_u, to_v, depth = there.seen(which, places, sky)
    known = (known | sky) & (depth > 1e-3)
    shift = torch.stack([to_u - u, to_v - v], 1)
    shift = torch.where(known[:, None], shift, torch.nan)
    visible = known & there.inside(to_u, to_v, depth)
    towards = torch.where(sky[:, None], rays, places - there.origins)
    other = then.tracer.nearest(there.origins, torch.where(visible[:, None], towards, rays))
    room = 1 - THIN_M / length(towards).clamp(min=THIN_M)
    return shift, visible & torch.where(sky, other.part < 0, other.distance > room)


def _later(now: World, then: World, hit: Hit, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the points that rays hit are in another instant (n, 3), and whether they are there at all (n,)."""
    places, known = places.clone(), torch.zeros(len(places), dtype=torch.bool)
    triangles = [_triangles_of(part) for part in then.parts]
    for k, part in enumerate(now.parts):
        index = index_of(hit.part == k)
        triangle = hit.triangle.index_select(0, index)
        number = part.thing.index_select(0, triangle)
        known[index] = number == 0  # what stands still stays
        own = _triangles_of(part)
        for one in torch.unique(number[number > 0]).tolist():
            found = _counterpart(then, triangles, now.ids[part.before + one - 1])
            if found is None or found[1].numel() != own[one].numel():
                continue
            mine = index_of(number == one)
            there = found[1].index_select(0, triangle.index_select(0, mine) - own[one][0])
            rows = index.index_select(0, mine)
            places[rows] = _blended(then, found[0], there, hit.uv.index_select(0, rows))
            known[rows] = True
    return places, known


def _triangles_of(part: Part) -> dict[int, torch.Tensor]:
    """The triangles of each actor of a part; an actor's follow one another, in the same order in every instant."""
    counts = torch.bincount(part.thing, minlength=1)
    firsts = torch.cumsum(counts, 0) - counts
    order = torch.arange(len(part.thing))
    return {k: order[firsts[k] : firsts[k] + counts[k]] for k in range(1, len(counts))}


def _counterpart(then: World, triangles: list[dict[int, torch.Tensor]], actor: str) -> tuple[int, torch.Tensor] | None:
    """The part and the triangles of an actor in another instant, or None where it is not there."""
    if actor not in then.ids:
        return None
    number = then.ids.index(actor) + 1
    for k, part in enumerate(then.parts):
        if number - part.before in triangles[k]:
            return k, triangles[k][number - part.before]
    return None


def _blended(world: World, part: int, triangle: torch.Tensor, uv: torch.Tensor) -> torch.Tensor:
    """World places (n, 3) at barycentric places in triangles."""
    mesh, device = world.meshes[part], uv.device
    corners = torch.from_numpy(mesh.corners).to(device).index_select(0, triangle).long()
    a, b, c = torch.from_numpy(mesh.points).to(device)[corners].unbind(1)
    return a + uv[:, :1] * (b - a) + uv[:, 1:] * (c - a)
