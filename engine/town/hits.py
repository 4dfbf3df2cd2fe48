"""What rays hit, as points to shade."""

import torch

from engine.town.columns import dot, index_of, some, unit
from engine.town.mesh import Kind
from engine.town.rays import Hit
from engine.town.stage import Part, Spots, gathered


def met(parts: tuple[Part, ...], hit: Hit) -> torch.Tensor:
    """The rays that hit something, part by part and within each by the kind of surface, so that what follows takes slices."""
    runs = []
    for k, part in enumerate(parts):
        index = index_of(hit.part == k)
        surface = part.surface.index_select(0, hit.triangle.index_select(0, index))
        kind = part.table[:, 0].round().to(torch.uint8).index_select(0, surface)
        runs.append(index.index_select(0, torch.argsort(kind, stable=True)))
    return torch.cat(runs)


def spots_at(
    parts: tuple[Part, ...], hit: Hit, index: torch.Tensor, origin: torch.Tensor, rays: torch.Tensor, pixel: torch.Tensor
) -> Spots:
    """The points where the rays `index`, in the order of `met`, hit something. `rays` (n, 3) start at `origin` (1 or n, 3)
    and need not be of unit length; `pixel` (n,) is how far apart neighbours are for each unit of their hits' distances."""
    distance, ray = some(hit.distance, index), some(rays, index)
    start = origin if len(origin) == 1 else some(origin, index)
    place = start + ray * distance[:, None]
    d = unit(ray)
    flat = unit(some(hit.normal, index))
    flat = torch.where((dot(flat, d) > 0)[:, None], -flat, flat)
    normal, rest, row, thing, surface = gathered(parts, *(some(x, index) for x in (hit.part, hit.triangle, hit.uv)))
    away = (dot(normal, flat) < 0) & (row[:, 0] != Kind.LEAF)  # leaves take their crown's normals, seen from any side
    normal = torch.where(away[:, None], -normal, normal)
    slant = (-dot(flat, d)).clamp(min=0.03)
    footprint = distance * pixel.index_select(0, index) / slant.sqrt()
    return Spots(place, normal, flat, d, rest, row, thing, surface, footprint)
