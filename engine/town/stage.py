"""Everything that stands in one instant, as arrays that shading gathers from."""

from dataclasses import dataclass, fields

import numpy as np
import torch

from engine.town import columns
from engine.town.columns import unit
from engine.town.mesh import Mesh, Surface, face_normals

ROW = 4 + 1 + 10  # of a surface's table: kind, colour, seed, params


@dataclass(frozen=True, eq=False)
class Part:
    """The triangles of all still, or of all moving things."""

    normals: torch.Tensor  # (m, 9) of the corners, in their bone's own frame
    rest: torch.Tensor  # (m, 9)
    surface: torch.Tensor  # (m,) row of `table`
    thing: torch.Tensor  # (m,) 0 for what is not an actor, else its number within the part from 1
    bone: torch.Tensor  # (m,) row of `turns`: what its triangle turns with
    table: torch.Tensor  # (s, ROW)
    turns: torch.Tensor  # (bones, 9) rotations to the world
    before: int  # actors in the parts before this one

    def thing_of(self, triangle: torch.Tensor) -> torch.Tensor:
        """Actor numbers over all parts, 0 for what is none."""
        number = self.thing.index_select(0, triangle)
        return torch.where(number > 0, number + self.before, number)


def table_of(surfaces: tuple[Surface, ...]) -> torch.Tensor:
    """Surfaces as rows: kind, red, green, blue, seed, params."""
    rows = np.zeros((max(1, len(surfaces)), ROW), np.float32)
    for row, s in zip(rows, surfaces, strict=False):
        row[:5] = (s.kind, *s.colour, s.seed)
        row[5 : 5 + len(s.params)] = s.params
    return torch.from_numpy(rows)


def part_of(mesh: Mesh, thing: np.ndarray | None = None, turns: np.ndarray | None = None, first: int = 1) -> Part:
    """A mesh as arrays; still things are number 0 and are not turned. `first` is the number of the part's first actor."""
    m = len(mesh.triangles)
    number = torch.zeros(m, dtype=torch.int64) if thing is None else torch.from_numpy(thing.astype(np.int64))
    return Part(
        torch.from_numpy(np.ascontiguousarray(mesh.normals.reshape(m, 9))),
        torch.from_numpy(np.ascontiguousarray(mesh.rest.reshape(m, 9))),
        torch.from_numpy(mesh.surface.astype(np.int64)),
        number,
        number,
        table_of(mesh.surfaces),
        torch.eye(3).reshape(1, 9) if turns is None else torch.from_numpy(turns.reshape(-1, 9).astype(np.float32)),
        first - 1,
    )


@dataclass(frozen=True, eq=False)
class Spots:
    """Points to shade, all arrays of n, those of several columns kept as `engine.town.columns` says."""

    place: torch.Tensor  # (n, 3) world
    normal: torch.Tensor  # (n, 3) world, smooth, towards the viewer
    flat: torch.Tensor  # (n, 3) geometric, towards the viewer
    view: torch.Tensor  # (n, 3) unit direction of the ray
    rest: torch.Tensor  # (n, 3)
    row: torch.Tensor  # (n, ROW)
    thing: torch.Tensor  # (n,)
    surface: torch.Tensor  # (n,) a number for each surface of each part
    footprint: torch.Tensor  # (n,) metres that a pixel covers there

    def __getitem__(self, index: torch.Tensor) -> "Spots":
        """Some of them."""
        return Spots(*(columns.some(getattr(self, f.name), index) for f in fields(self)))

    def span(self, first: int, count: int) -> "Spots":
        """Some that follow one another; nothing is copied."""
        return Spots(*(getattr(self, f.name).narrow(0, first, count) for f in fields(self)))


def gathered(
    parts: tuple[Part, ...], which: torch.Tensor, triangle: torch.Tensor, uv: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    """Smooth normals, rest places, table rows, things and surface numbers of hits, which must come part by part."""
    counts = torch.bincount(which, minlength=len(parts)).tolist()
    made, first = [], 0
    for part, t, b in zip(parts, triangle.split(counts), uv.T.split(counts, 1), strict=True):
        own = _blend(part.normals.index_select(0, t), b)
        if len(part.turns) > 1:
            turn = part.turns.index_select(0, part.bone.index_select(0, t)).view(-1, 3, 3)
            own = columns.columns(*torch.bmm(turn, own[:, :, None])[:, :, 0].unbind(1))
        s = part.surface.index_select(0, t)
        row = part.table.T.contiguous().index_select(1, s).T
        made.append((own, _blend(part.rest.index_select(0, t), b), row, part.thing_of(t), s + first))
        first += len(part.table)
    normal, rest, row, thing, surface = (columns.joined(column) for column in zip(*made, strict=True))
    return unit(normal), rest, row, thing, surface


def _blend(corners: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Rows (n, 9) of three corners at barycentric places (2, n)."""
    first, second, third = (corners[:, k : k + 3].unbind(1) for k in (0, 3, 6))
    return columns.columns(*(x + b[0] * (y - x) + b[1] * (z - x) for x, y, z in zip(first, second, third, strict=True)))


def without_slivers(mesh: Mesh) -> Mesh:
    """The mesh without triangles of no area, which no ray should hit."""
    keep = np.linalg.norm(face_normals(mesh.points, mesh.triangles), axis=1) > 1e-10
    return Mesh(mesh.points, mesh.triangles[keep], mesh.normals[keep], mesh.rest[keep], mesh.surface[keep], mesh.surfaces)
