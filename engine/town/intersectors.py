"""Who finds what rays hit, chosen by name. Nothing stands in for another: what is not there is an error."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import torch

from engine.town import descent
from engine.town.bvh import Bvh, bvh
from engine.town.columns import columns, index_of
from engine.town.rays import Hit, Intersector, Intersectors, Reach, Triangles

_made: WeakKeyDictionary[Triangles, dict[str, Any]] = WeakKeyDictionary()  # structures, for as long as their mesh is kept


class IntersectorError(ValueError):
    """An intersector that is not to be had on a device; the sentence says what was got and what was wanted."""


def intersector(name: Intersectors, device: str, meshes: tuple[Triangles, ...]) -> Intersector:
    """What finds hits on meshes, numbered in their order, with rays on a device; structures are kept with their meshes."""
    kind = torch.device(device).type
    if name == "open3d":
        if kind != "cpu":
            raise IntersectorError(f"intersector open3d on {device}; wanted cpu, or torch or triton on {device}")
        from engine.town.trace import Body, Embree  # here, since Open3D need not be installed

        return Embree(tuple(_kept(mesh, name, partial(Body.of, mesh)) for mesh in meshes))
    trees = tuple(_kept(mesh, f"tree on {device}", partial(bvh, mesh, device)) for mesh in meshes)
    if name == "torch":
        return Trees(trees, descent.nearest, descent.blocked)
    if name == "triton":
        if kind != "cuda":
            raise IntersectorError(f"intersector triton on {device}; wanted a cuda device")
        from engine.town import kernel  # here, since Triton need not be installed

        return Trees(trees, kernel.nearest, kernel.blocked)
    raise IntersectorError(f"intersector {name!r}; wanted open3d, torch or triton")


def _kept(mesh: Triangles, key: str, make: Callable[[], Any]) -> Any:
    made = _made.setdefault(mesh, {})
    if key not in made:
        made[key] = make()
    return made[key]


Nearest = Callable[[Bvh, torch.Tensor, torch.Tensor, torch.Tensor], descent.Met]
Blocked = Callable[[Bvh, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Trees:
    """The intersector over one tree per mesh; who goes down them is given."""

    trees: tuple[Bvh, ...]
    first_in: Nearest
    any_in: Blocked

    def nearest(self, origins: torch.Tensor, directions: torch.Tensor) -> Hit:
        """The first hit of each ray."""
        n, device = len(directions), directions.device
        origins, directions = origins.contiguous(), directions.contiguous()
        part = torch.full((n,), -1, dtype=torch.int32, device=device)
        triangle = torch.zeros(n, dtype=torch.int32, device=device)
        distance = torch.full((n,), torch.inf, device=device)
        uv, normal = torch.zeros(n, 2, device=device), torch.zeros(n, 3, device=device)
        for k, tree in enumerate(self.trees):
            met = self.first_in(tree, origins, directions, distance)
            nearer = met.triangle >= 0
            part = torch.where(nearer, k, part)
            triangle = torch.where(nearer, met.triangle.to(torch.int32), triangle)
            distance = met.distance
            uv = torch.where(nearer[:, None], met.uv, uv)
            normal = torch.where(nearer[:, None], tree.normals.index_select(0, met.triangle.clamp(min=0)), normal)
        return Hit(distance, part, triangle, columns(*uv.unbind(1)), columns(*normal.unbind(1)))

    def blocked(self, origins: torch.Tensor, directions: torch.Tensor, within: Reach = torch.inf) -> torch.Tensor:
        """Whether anything lies on each ray nearer than `within`, in units of its direction."""
        origins, directions = origins.contiguous(), directions.contiguous()
        reach = torch.as_tensor(within, dtype=torch.float32, device=directions.device).expand(len(directions))
        out = torch.zeros(len(directions), dtype=torch.bool, device=directions.device)
        for tree in self.trees:
            index = index_of(~out)
            start = origins if len(origins) == 1 else origins.index_select(0, index)
            out[index] = self.any_in(tree, start, directions.index_select(0, index), reach.index_select(0, index))
        return out
