"""Many copies of a few meshes put into the world at once, and small meshes made without looking for shared corners."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from engine.town.mesh import F32, Mesh, Surface, crossed

Place = tuple[float, float, float]
FIRST, SECOND = np.array([0, 1, 2], np.int32), np.array([0, 2, 3], np.int32)


def faces(corners: ArrayLike, surface: Surface, rest: ArrayLike | None = None) -> Mesh:
    """Flat four-cornered faces (k, 4, 3), counter-clockwise from outside; `rest`, if given, is where texture sticks."""
    return _faces(corners, (surface,), rest)


def sides(corners: ArrayLike, surfaces: tuple[Surface, ...], rest: ArrayLike) -> Mesh:
    """Flat faces as above, each with a surface of its own."""
    return _faces(corners, surfaces, rest)


def _faces(corners: ArrayLike, surfaces: tuple[Surface, ...], rest: ArrayLike | None) -> Mesh:
    c = np.asarray(corners, np.float32).reshape(-1, 4, 3)
    n = crossed(c[:, 1] - c[:, 0], c[:, 2] - c[:, 0])
    n /= np.maximum(np.sqrt(n[:, :1] ** 2 + n[:, 1:2] ** 2 + n[:, 2:] ** 2), 1e-9)
    k = 4 * np.arange(len(c), dtype=np.int32)[:, None]
    triangles = np.concatenate([k + FIRST, k + SECOND])
    points = c.reshape(-1, 3)
    sticks = points if rest is None else np.asarray(rest, np.float32).reshape(-1, 3)
    own = np.arange(len(c), dtype=np.int32) if len(surfaces) > 1 else np.zeros(len(c), np.int32)
    normals = np.concatenate([n, n]).repeat(3, 0).reshape(-1, 3, 3)
    return Mesh(points, triangles, normals, sticks[triangles], np.concatenate([own, own]), surfaces)


@dataclass
class Scatter:
    """Gathers copies of meshes; `meshes` gives them, each kind as one."""

    _kinds: dict[int, tuple[Mesh, list[tuple[float, ...]]]] = field(default_factory=dict)
    _single: list[Mesh] = field(default_factory=list)

    def put(self, mesh: Mesh, place: Place, heading: float = 0.0, scale: float = 1.0, stretch: float = 1.0) -> None:
        """One more copy, turned and scaled; `stretch` makes it higher only."""
        self._kinds.setdefault(id(mesh), (mesh, []))[1].append((*place, heading, scale, stretch))

    def add(self, *meshes: Mesh) -> None:
        """Meshes that are in place already."""
        self._single += meshes

    def meshes(self) -> list[Mesh]:
        """All of them, in the order in which kinds came."""
        return self._single + [_copies(mesh, np.array(rows)) for mesh, rows in self._kinds.values()]


def _copies(mesh: Mesh, rows: np.ndarray) -> Mesh:
    """Copies of a mesh at rows of x, y, z, heading, scale, stretch; their texture is bound to where they stand."""
    c, s = np.cos(rows[:, 3]), np.sin(rows[:, 3])
    zero, one = np.zeros_like(c), np.ones_like(c)
    turn = np.stack([np.stack([c, s, zero], -1), np.stack([-s, c, zero], -1), np.stack([zero, zero, one], -1)], 1)
    size = rows[:, 4, None] * np.stack([one, one, rows[:, 5]], -1)
    points = mesh.points @ (size[:, :, None] * turn).astype(np.float32) + rows[:, None, :3].astype(np.float32)
    normals = mesh.normals.reshape(-1, 3) @ (turn / size[:, :, None]).astype(np.float32)
    normals /= np.maximum(np.sqrt((normals * normals).sum(2, keepdims=True)), 1e-9)
    k, n, m = len(rows), len(mesh.points), len(mesh.triangles)
    triangles = (mesh.triangles[None] + n * np.arange(k)[:, None, None]).reshape(-1, 3).astype(np.int32)
    flat: F32 = points.reshape(-1, 3)
    return Mesh(
        flat,
        triangles,
        normals.reshape(k * m, 3, 3),
        flat[triangles],
        np.tile(mesh.surface, k),
        mesh.surfaces,
    )
