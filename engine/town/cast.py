"""Rays through places of pictures, and what they hit, but for the light of it."""

from dataclasses import dataclass, fields
from itertools import accumulate

import torch

from engine.town import columns
from engine.town.columns import put, some
from engine.town.eyes import Eyes
from engine.town.hits import Found, towards_eye
from engine.town.mesh import Kind
from engine.town.rays import Hit
from engine.town.world import World

RUN = {"cpu": 1 << 19, "cuda": 1 << 22}  # rays that are worked on at once, so that memory stays bounded
FOLIAGE = 1 << 30  # the number that all leaves share as a surface


@dataclass(frozen=True, eq=False)
class Cast:
    """n rays through places of pictures, and what they hit."""

    which: torch.Tensor  # (n,) the picture
    origin: torch.Tensor  # (1 or n, 3)
    ray: torch.Tensor  # (n, 3) of depth 1
    pixel: torch.Tensor  # (n,) how far apart neighbours are at depth 1
    hit: Hit
    flat: torch.Tensor  # (n, 3) unit normals of the triangles, towards the eye; 0 for the sky
    found: Found

    @classmethod
    def through(cls, world: World, eyes: Eyes, which: torch.Tensor, u: torch.Tensor, v: torch.Tensor) -> "Cast":
        """Rays through places u, v (n,)."""
        return cls.along(world, which, *eyes.rays(which, u, v))

    @classmethod
    def along(cls, world: World, which: torch.Tensor, origin: torch.Tensor, ray: torch.Tensor, pixel: torch.Tensor) -> "Cast":
        """Rays that are known already."""
        hit = world.tracer.nearest(origin, ray)
        return cls(which, origin, ray, pixel, hit, towards_eye(hit, ray), Found.of(world.parts, hit))

    def some(self, world: World, index: torch.Tensor) -> "Cast":
        """Some of them."""
        origin = self.origin if len(self.origin) == 1 else some(self.origin, index)
        which, ray, pixel, flat = (some(x, index) for x in (self.which, self.ray, self.pixel, self.flat))
        hit = Hit(*(some(getattr(self.hit, f.name), index) for f in fields(Hit)))
        return Cast(which, origin, ray, pixel, hit, flat, Found.of(world.parts, hit))


@dataclass(frozen=True, eq=False)
class Met:
    """What n rays hit."""

    depth: torch.Tensor  # inf for the sky
    thing: torch.Tensor  # int32, an actor's number, or 0
    kind: torch.Tensor  # int32, of the surface, -1 for the sky
    surface: torch.Tensor  # int32, a number for each, FOLIAGE for all leaves, -1 for the sky
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


def runs(*arrays: torch.Tensor) -> list[tuple[torch.Tensor, ...]]:
    """Arrays of n, the first of them surely, or of one row for all, in runs that are worked on at once."""
    size, n = RUN[arrays[0].device.type], len(arrays[0])
    parts = [array.split(size) if len(array) == n else [array] * -(-n // size) for array in arrays]
    return list(zip(*parts, strict=True))


def joined(several: list[Met]) -> Met:
    """One after the other."""
    if len(several) == 1:
        return several[0]
    return Met(*(columns.joined([getattr(one, f.name) for one in several]) for f in fields(Met)))


def met_by(cast: Cast) -> Met:
    """What rays hit, but for the light of it."""
    hit, found = cast.hit, cast.found
    numbers = [stretch.surface() for stretch in found.parts]
    firsts = [0, *accumulate(len(stretch.part.table) for stretch in found.parts)]
    surface = torch.cat([number + first for number, first in zip(numbers, firsts, strict=False)])
    thing = torch.cat([stretch.part.thing_of(stretch.triangle) for stretch in found.parts])
    surface = torch.where(found.kind == Kind.LEAF, FOLIAGE, surface)
    out = Met(
        torch.where(hit.part >= 0, hit.distance, torch.inf), *(torch.full_like(hit.part, v) for v in (0, -1, -1)), cast.flat
    )
    for to, values in ((out.thing, thing), (out.kind, found.kind), (out.surface, surface)):
        put(to, found.index, values)
    return out
