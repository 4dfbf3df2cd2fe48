"""Everything that stands in one instant, as arrays that shading gathers from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from engine.town import columns
from engine.town.mesh import Kind, Mesh, Surface, face_normals

ROW = 4 + 1 + 10  # of a surface's table: kind, colour, seed, params


@dataclass(frozen=True, eq=False)
class Part:
    """The triangles of all still, or of all moving things."""

    normals: torch.Tensor  # (m, 9) of the corners, in their bone's own frame
    rest: torch.Tensor  # (m, 9)
    surface: torch.Tensor  # (m,) int32, row of `table`
    kind: torch.Tensor  # (m,) uint8, the surface's
    thing: torch.Tensor  # (m,) int32, 0 for what is not an actor, else its number within the part from 1
    bone: torch.Tensor  # (m,) int32, row of `turns`: what its triangle turns with
    table: torch.Tensor  # (s, ROW), kept by columns
    turns: torch.Tensor  # (bones, 9) rotations to the world
    before: int  # actors in the parts before this one

    def thing_of(self, triangle: torch.Tensor) -> torch.Tensor:
        """Actor numbers over all parts, 0 for what is none."""
        number = self.thing.index_select(0, triangle)
        return torch.where(number > 0, number + self.before, number)


def table_of(surfaces: tuple[Surface, ...]) -> torch.Tensor:
    """Surfaces as rows, kept by columns: kind, red, green, blue, seed, params."""
    rows = np.zeros((max(1, len(surfaces)), ROW), np.float32, order="F")
    for row, s in zip(rows, surfaces, strict=False):
        row[:5] = (s.kind, *s.colour, s.seed)
        row[5 : 5 + len(s.params)] = s.params
    return torch.from_numpy(rows)


def part_of(mesh: Mesh, thing: np.ndarray | None = None, turns: np.ndarray | None = None, first: int = 1) -> Part:
    """A mesh as arrays; still things are number 0 and are not turned. `first` is the number of the part's first actor."""
    m = len(mesh.triangles)
    number = torch.zeros(m, dtype=torch.int32) if thing is None else torch.from_numpy(thing.astype(np.int32))
    table = table_of(mesh.surfaces)
    return Part(
        torch.from_numpy(np.ascontiguousarray(mesh.normals.reshape(m, 9))),
        torch.from_numpy(np.ascontiguousarray(mesh.rest.reshape(m, 9))),
        torch.from_numpy(mesh.surface.astype(np.int32)),
        torch.from_numpy(table[:, 0].numpy().astype(np.uint8)[mesh.surface]),
        number,
        number,
        table,
        torch.eye(3).reshape(1, 9) if turns is None else torch.from_numpy(turns.reshape(-1, 9).astype(np.float32)),
        first - 1,
    )


@dataclass(frozen=True, eq=False)
class Stretch:
    """Points of one part by their triangles. What only some rules ask for is looked up when one does."""

    part: Part
    triangle: torch.Tensor  # (n,)
    uv: torch.Tensor  # (n, 2) barycentric of corners 1 and 2

    def __len__(self) -> int:
        """How many points."""
        return len(self.triangle)

    def __getitem__(self, index: torch.Tensor) -> "Stretch":
        """Some of them."""
        return Stretch(self.part, columns.some(self.triangle, index), columns.some(self.uv, index))

    def split(self, counts: list[int]) -> "list[Stretch]":
        """So many of them after so many; nothing is copied."""
        return [Stretch(self.part, t, b) for t, b in zip(self.triangle.split(counts), self.uv.split(counts), strict=True)]

    def normals(self) -> torch.Tensor:
        """Smooth normals (n, 3) in the world, not of unit length."""
        own = self._blended(self.part.normals)
        if len(self.part.turns) == 1:
            return own
        turn = self.part.turns.index_select(0, self.part.bone.index_select(0, self.triangle)).view(-1, 3, 3)
        return columns.columns(*torch.bmm(turn, own[:, :, None])[:, :, 0].unbind(1))

    def rest(self) -> torch.Tensor:
        """Where (n, 3) texture sticks."""
        return self._blended(self.part.rest)

    def rows(self) -> torch.Tensor:
        """The rows of their surfaces (n, ROW)."""
        return columns.some(self.part.table, self.surface())

    def surface(self) -> torch.Tensor:
        """The rows' numbers (n,)."""
        return self.part.surface.index_select(0, self.triangle)

    def _blended(self, corners: torch.Tensor) -> torch.Tensor:
        """Between three corners, whose values triangles have in rows (m, 9)."""
        b = self.uv.T
        first, second, third = (t.unbind(1) for t in corners.index_select(0, self.triangle).split(3, 1))
        return columns.columns(*(x + b[0] * (y - x) + b[1] * (z - x) for x, y, z in zip(first, second, third, strict=True)))


@dataclass(frozen=True, eq=False)
class Spots:
    """Points to shade, all arrays of n, those of several columns kept as `engine.town.columns` says."""

    place: torch.Tensor  # (n, 3) world
    normal: torch.Tensor  # (n, 3) world, smooth, towards the viewer
    flat: torch.Tensor  # (n, 3) geometric, towards the viewer
    view: torch.Tensor  # (n, 3) unit direction of the ray
    footprint: torch.Tensor  # (n,) metres that a pixel covers there
    kind: torch.Tensor  # (n,) of surface, int32
    stretches: tuple[tuple[Kind, Stretch], ...]  # of one kind each, one after the other; a rule gets one alone

    @cached_property
    def rest(self) -> torch.Tensor:
        """Where (n, 3) their texture sticks, in metres of the thing."""
        return columns.joined([stretch.rest() for _, stretch in self.stretches])

    @cached_property
    def row(self) -> torch.Tensor:
        """Their surfaces' rows of the table (n, ROW)."""
        return columns.joined([stretch.rows() for _, stretch in self.stretches])

    def __getitem__(self, index: torch.Tensor) -> "Spots":
        """Some of one stretch."""
        ((kind, stretch),) = self.stretches
        return Spots(*(columns.some(array, index) for array in self._arrays()), ((kind, stretch[index]),))

    def by_kind(self) -> Iterator[tuple[Kind, "Spots"]]:
        """Each stretch alone, and of what kind it is; nothing is copied."""
        first = 0
        for kind, stretch in self.stretches:
            yield kind, Spots(*(a.narrow(0, first, len(stretch)) for a in self._arrays()), ((kind, stretch),))
            first += len(stretch)

    def _arrays(self) -> tuple[torch.Tensor, ...]:
        return self.place, self.normal, self.flat, self.view, self.footprint, self.kind


def without_slivers(mesh: Mesh) -> Mesh:
    """The mesh without triangles of no area, which no ray should hit."""
    keep = np.linalg.norm(face_normals(mesh.points, mesh.triangles), axis=1) > 1e-10
    return Mesh(mesh.points, mesh.triangles[keep], mesh.normals[keep], mesh.rest[keep], mesh.surface[keep], mesh.surfaces)
