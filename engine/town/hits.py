"""What rays hit, as points to shade."""

from dataclasses import dataclass

import torch

from engine.town.columns import dot, index_equal, joined, some, unit
from engine.town.mesh import Kind
from engine.town.rays import Hit
from engine.town.stage import Part, Spots, Stretch


@dataclass(frozen=True, eq=False)
class Found:
    """The rays that hit something, part by part and within each by the kind of surface, so that what follows takes slices."""

    index: torch.Tensor  # (m,) which rays
    parts: tuple[Stretch, ...]  # one of each part
    kind: torch.Tensor  # (m,) int32, of surface
    kinds: tuple[tuple[Kind, Stretch], ...]  # a stretch of each kind within each part

    @classmethod
    def of(cls, parts: tuple[Part, ...], hit: Hit) -> "Found":
        """All that hit something."""
        indices, whole, sorted_, kinds = [], [], [], []
        for k, part in enumerate(parts):
            index = index_equal(hit.part, k)
            kind, order = torch.sort(part.kind.index_select(0, hit.triangle.index_select(0, index)), stable=True)
            index = index.index_select(0, order)
            indices.append(index)
            sorted_.append(kind)
            whole.append(Stretch(part, hit.triangle.index_select(0, index), some(hit.uv, index)))
            runs = whole[-1].split(torch.bincount(kind, minlength=len(Kind)).tolist())
            kinds += [(kind, run) for kind, run in zip(Kind, runs, strict=True) if len(run)]
        return cls(torch.cat(indices), tuple(whole), torch.cat(sorted_).to(torch.int32), tuple(kinds))


def towards_eye(hit: Hit, rays: torch.Tensor) -> torch.Tensor:
    """Unit normals (n, 3) of the triangles that rays (n, 3) hit, on the side that they come from; 0 where they hit nothing."""
    flat = unit(hit.normal)
    return torch.where((dot(flat, rays) > 0)[:, None], -flat, flat)


def spots_at(
    found: Found, hit: Hit, origin: torch.Tensor, rays: torch.Tensor, flat: torch.Tensor, pixel: torch.Tensor
) -> Spots:
    """The points where rays hit something. `rays` (n, 3) start at `origin` (1 or n, 3) and need not be of unit length; `flat`
    (n, 3) is as `towards_eye` has it, `pixel` (n,) how far apart neighbours are for each unit of their hits' distances."""
    index = found.index
    distance, ray, flat = some(hit.distance, index), some(rays, index), some(flat, index)
    place = (origin if len(origin) == 1 else some(origin, index)) + ray * distance[:, None]
    view = unit(ray)
    normal = unit(joined([stretch.normals() for stretch in found.parts]))
    away = (dot(normal, flat) < 0) & (found.kind != Kind.LEAF)  # leaves take their crown's normals, seen from any side
    normal = torch.where(away[:, None], -normal, normal)
    slant = (-dot(flat, view)).clamp(min=0.03)
    footprint = distance * pixel.index_select(0, index) / slant.sqrt()
    return Spots(place, normal, flat, view, footprint, found.kind, found.kinds)
