"""Rays through places of pictures, and what they hit, but for the light of it."""

from dataclasses import dataclass, fields

import torch

from engine.town import columns
from engine.town.columns import dot, index_of, like_columns, put, some, unit
from engine.town.eyes import Eyes
from engine.town.mesh import Kind
from engine.town.rays import Hit
from engine.town.world import World

RUN = {"cpu": 1 << 19, "cuda": 1 << 22}  # rays that are worked on at once, so that memory stays bounded
FOLIAGE = 1 << 40  # the number that all leaves share as a surface


@dataclass(frozen=True, eq=False)
class Cast:
    """n rays through places of pictures, and what they hit."""

    which: torch.Tensor  # (n,) the picture
    origin: torch.Tensor  # (1 or n, 3)
    ray: torch.Tensor  # (n, 3) of depth 1
    pixel: torch.Tensor  # (n,) how far apart neighbours are at depth 1
    hit: Hit

    @classmethod
    def through(cls, world: World, eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> "Cast":
        """Rays through places u, v (n,)."""
        origin, ray, pixel = eyes.rays(which, u, v)
        return cls(which, origin, ray, pixel, world.tracer.nearest(origin, ray))

    def some(self, index: torch.Tensor) -> "Cast":
        """Some of them."""
        origin = self.origin if len(self.origin) == 1 else some(self.origin, index)
        which, ray, pixel = (some(x, index) for x in (self.which, self.ray, self.pixel))
        return Cast(which, origin, ray, pixel, Hit(*(some(getattr(self.hit, f.name), index) for f in fields(Hit))))


@dataclass(frozen=True, eq=False)
class Met:
    """What n rays hit."""

    depth: torch.Tensor  # inf for the sky
    thing: torch.Tensor  # an actor's number, or 0
    kind: torch.Tensor  # of the surface, -1 for the sky
    surface: torch.Tensor  # a number for each, FOLIAGE for all leaves, -1 for the sky
    normal: torch.Tensor  # (n, 3) of the triangle, towards the eye; 0 for the sky

    def some(self, index: torch.Tensor) -> "Met":
        """Some of them."""
        return Met(*(some(getattr(self, f.name), index) for f in fields(Met)))

    def span(self, first: int, count: int) -> "Met":
        """Some that follow one another; nothing is copied."""
        return Met(*(getattr(self, f.name).narrow(0, first, count) for f in fields(Met)))

    def put(self, index: torch.Tensor, others: "Met") -> None:
        """Write others over some of them."""
        for f in fields(Met):
            put(getattr(self, f.name), index, getattr(others, f.name))


def runs(eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
    """Places in pictures in runs that are worked on at once."""
    size = RUN[eyes.origins.device.type]
    return list(zip(which.split(size), u.split(size), v.split(size), strict=True))


def joined(several: list[Met]) -> Met:
    """One after the other."""
    if len(several) == 1:
        return several[0]
    return Met(*(columns.joined([getattr(one, f.name) for one in several]) for f in fields(Met)))


def met_by(world: World, cast: Cast) -> Met:
    """What rays hit, but for the light of it."""
    hit = cast.hit
    there = hit.part >= 0
    none = torch.full_like(hit.part, -1)
    out = Met(torch.where(there, hit.distance, torch.inf), torch.zeros_like(none), none, none.clone(), like_columns(cast.ray))
    first = 0
    for k, part in enumerate(world.parts):
        index = index_of(hit.part == k)
        triangle = hit.triangle.index_select(0, index)
        surface = part.surface.index_select(0, triangle)
        kind = part.table[:, 0].round().to(torch.int64).index_select(0, surface)
        put(out.thing, index, part.thing_of(triangle))
        put(out.kind, index, kind)
        put(out.surface, index, torch.where(kind == Kind.LEAF, FOLIAGE, surface + first))
        first += len(part.table)
    flat = unit(hit.normal)
    away = dot(flat, cast.ray) > 0
    out.normal.copy_(torch.where(there[:, None], torch.where(away[:, None], -flat, flat), 0.0))
    return out
