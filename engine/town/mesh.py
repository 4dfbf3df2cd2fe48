"""Triangle meshes with what shading needs at each corner: a normal, and where texture sticks to the thing."""

import math
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from editor.geometry import BOX_FACES

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
Colour = tuple[float, float, float]  # linear light, 0 to 1


class Kind(IntEnum):
    """Which rule of `engine.town.surfaces` shades a surface."""

    PLAIN = 0  # params: grain
    GROUND = 1
    WALL = 2  # params: see engine.town.buildings
    VEHICLE = 3  # params: first picture of its decals, extent x, y, z in metres
    GLASS = 4
    LEAF = 5
    BARK = 6
    CLOTH = 7
    METAL = 8
    GLOW = 9  # params: strength
    ROOF = 10
    STRIPES = 11  # params: second colour, stripe width
    SIGN = 12  # params: decal picture, extent
    LAMP = 13  # params: how bright by day, by night, braking, turning left, right; if parking puts it out; see paintwork


@dataclass(frozen=True, slots=True)
class Surface:
    """How a part of a mesh is shaded."""

    kind: Kind
    colour: Colour = (0.5, 0.5, 0.5)
    seed: float = 0.0
    params: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles of one thing, in its own frame. `rest` is where texture sticks: the corner's place before any motion."""

    points: F32  # (n, 3)
    triangles: I32  # (m, 3)
    normals: F32  # (m, 3, 3) per corner
    rest: F32  # (m, 3, 3) per corner
    surface: I32  # (m,) index into surfaces
    surfaces: tuple[Surface, ...] = field(default=())

    def moved(self, rotation: NDArray[np.float64], translation: ArrayLike) -> "Mesh":
        """The same mesh elsewhere; texture goes along."""
        turn = np.asarray(rotation, np.float32)
        points = self.points @ turn.T + np.asarray(translation, np.float32)
        return Mesh(points, self.triangles, self.normals @ turn.T, self.rest, self.surface, self.surfaces)


def rgb(code: str) -> Colour:
    """Linear light of "#rrggbb"."""
    values = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b


def merge(meshes: list[Mesh]) -> Mesh:
    """All of them as one."""
    offset, first, surfaces = 0, 0, []
    triangles, surface = [], []
    for mesh in meshes:
        triangles.append(mesh.triangles + offset)
        surface.append(mesh.surface + first)
        surfaces += mesh.surfaces
        offset += len(mesh.points)
        first += len(mesh.surfaces)
    return Mesh(
        np.concatenate([m.points for m in meshes]),
        np.concatenate(triangles).astype(np.int32),
        np.concatenate([m.normals for m in meshes]),
        np.concatenate([m.rest for m in meshes]),
        np.concatenate(surface).astype(np.int32),
        tuple(surfaces),
    )


def face_normals(points: F32, triangles: I32) -> F32:
    """Area-weighted normals (m, 3), not of unit length."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    return crossed(b - a, c - a).astype(np.float32)


def crossed(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.floating]:
    """The cross product of rows; numpy's own spends more time on checking axes than on numbers."""
    x, y, z = a[..., 0], a[..., 1], a[..., 2]
    u, v, w = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], -1)


def corner_normals(points: F32, triangles: I32, crease_deg: float) -> F32:
    """Unit normals (m, 3, 3), averaged over neighbouring faces that meet at less than the crease angle."""
    faces = face_normals(points, triangles)
    unit = faces / np.maximum(np.linalg.norm(faces, axis=1, keepdims=True), 1e-12)
    keys = np.round(points * 4096).astype(np.int64) @ np.array([1, 2097169, 4398046511119], np.int64)
    _, vertex = np.unique(keys, return_inverse=True)
    corners = vertex.reshape(-1)[triangles.reshape(-1)]
    order = np.argsort(corners, kind="stable")
    starts = np.searchsorted(corners[order], corners, side="left")
    counts = np.searchsorted(corners[order], corners, side="right") - starts
    mine = np.repeat(np.arange(len(corners)), counts)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
    theirs = order[np.repeat(starts, counts) + within] // 3
    close = (unit[mine // 3] * unit[theirs]).sum(1) > np.cos(np.radians(crease_deg))
    total = np.zeros((len(corners), 3), np.float64)
    for axis in range(3):
        total[:, axis] = np.bincount(mine[close], faces[theirs[close], axis], minlength=len(corners))
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return total.reshape(-1, 3, 3).astype(np.float32)


def mesh(points: ArrayLike, triangles: ArrayLike, surface: Surface, crease_deg: float = 40.0) -> Mesh:
    """A mesh of one surface."""
    p, t = np.asarray(points, np.float32), np.asarray(triangles, np.int32)
    return Mesh(p, t, corner_normals(p, t, crease_deg), p[t], np.zeros(len(t), np.int32), (surface,))


def quads(points: ArrayLike, corners: ArrayLike, surface: Surface, crease_deg: float = 40.0) -> Mesh:
    """A mesh of four-cornered faces, counter-clockwise from outside."""
    q = np.asarray(corners, np.int32).reshape(-1, 4)
    return mesh(points, np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]]), surface, crease_deg)


BOX_SIGNS = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0], [0, 1, 0]], np.float32)
_FACES = np.array(BOX_FACES, np.int32)
BOX_TRIANGLES = np.concatenate([_FACES[:, [0, 1, 2]], _FACES[:, [0, 2, 3]]])
BOX_NORMALS = np.repeat(
    np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]] * 2, np.float32)[:, None], 3, 1
)


def box(low: ArrayLike, high: ArrayLike, surface: Surface) -> Mesh:
    """An axis-aligned box between two corners."""
    lo, hi = np.asarray(low, np.float32), np.asarray(high, np.float32)
    points = lo + BOX_SIGNS * (hi - lo)
    return Mesh(points, BOX_TRIANGLES, BOX_NORMALS, points[BOX_TRIANGLES], np.zeros(12, np.int32), (surface,))


def loft(rings: ArrayLike, surface: Surface, crease_deg: float = 40.0, capped: bool = True) -> Mesh:
    """The skin through closed rings (k, n, 3); rings run counter-clockwise seen against the direction of the loft."""
    r = np.asarray(rings, np.float32)
    k, n, _ = r.shape
    i, j = np.meshgrid(np.arange(k - 1), np.arange(n), indexing="ij")
    a, b = i * n + j, i * n + (j + 1) % n
    faces = np.stack([a, b, b + n, a + n], -1).reshape(-1, 4)
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    points = r.reshape(-1, 3)
    if capped:
        points = np.concatenate([points, r[0].mean(0)[None], r[-1].mean(0)[None]])
        turn = np.arange(n)
        near = np.stack([(turn + 1) % n, turn, np.full(n, k * n)], -1)
        far = np.stack([turn + (k - 1) * n, (turn + 1) % n + (k - 1) * n, np.full(n, k * n + 1)], -1)
        triangles = np.concatenate([triangles, near, far])
    return mesh(points, triangles, surface, crease_deg)


def frame_along(direction: ArrayLike) -> NDArray[np.float64]:
    """Two unit vectors (2, 3) across a direction."""
    x, y, z = np.asarray(direction, float).tolist()
    n = max(math.sqrt(x * x + y * y + z * z), 1e-9)
    x, y, z = x / n, y / n, z / n
    u = (-y, x, 0.0) if abs(z) < 0.9 else (0.0, -z, y)
    n = math.sqrt(sum(c * c for c in u))
    a, b, c = (v / n for v in u)
    return np.array([(a, b, c), (y * c - z * b, z * a - x * c, x * b - y * a)])


@lru_cache(maxsize=64)
def _grid(rings: int, sides: int) -> I32:
    """Triangles between neighbouring rings of points."""
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(sides), indexing="ij")
    a, b = i * sides + j, i * sides + (j + 1) % sides
    faces = np.stack([a, b, b + sides, a + sides], -1).reshape(-1, 4)
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)


def smooth_skin(rings: NDArray[np.float64], normals: NDArray[np.float64], surface: Surface) -> Mesh:
    """The skin through closed rings (k, n, 3) with known normals (k, n, 3); its ends are drawn together to points."""
    k, n, _ = rings.shape
    triangles = _grid(k, n)
    points = rings.reshape(-1, 3).astype(np.float32)
    corners = normals.reshape(-1, 3).astype(np.float32)[triangles]
    return Mesh(points, triangles, corners, points[triangles], np.zeros(len(triangles), np.int32), (surface,))


@lru_cache(maxsize=64)
def _circle(sides: int) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def tube(path: ArrayLike, radii: ArrayLike, surface: Surface, sides: int = 8) -> Mesh:
    """A round limb along a path (k, 3) with a radius at each point."""
    p = np.asarray(path, float)
    r = np.broadcast_to(np.asarray(radii, float), len(p))
    p, r = np.concatenate([p[:1], p, p[-1:]]), np.concatenate([[1e-4], r, [1e-4]])
    d = p[-1] - p[0]
    d = d / max(np.linalg.norm(d), 1e-9)
    circle = _circle(sides) @ frame_along(d)
    normals = np.broadcast_to(circle, (len(p), sides, 3)).copy()
    normals[0], normals[-1] = -d, d
    return smooth_skin(p[:, None] + r[:, None, None] * circle, normals, surface)


_CAP = np.array([-0.999, -0.85, -0.5, 0.0])


def limb(a: ArrayLike, b: ArrayLike, ra: float, rb: float, surface: Surface, sides: int = 8) -> Mesh:
    """A tube between two joints with rounded ends."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    d = (b - a) / max(np.linalg.norm(b - a), 1e-9)
    circle = _circle(sides) @ frame_along(d)
    along = np.concatenate([_CAP, -_CAP[::-1]])
    across = np.sqrt(1 - along**2)
    radius = np.repeat([ra, rb], len(_CAP))
    middle = np.repeat([a, b], len(_CAP), axis=0) + d * (radius * along)[:, None]
    rings = middle[:, None] + (radius * across)[:, None, None] * circle
    return smooth_skin(rings, along[:, None, None] * d + across[:, None, None] * circle, surface)


def ellipsoid(centre: ArrayLike, radii: ArrayLike, surface: Surface, rows: int = 8, sides: int = 10) -> Mesh:
    """A ball stretched along the axes."""
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None, None]
    ring = np.column_stack([_circle(sides), np.zeros(sides)])[None]
    unit = np.sin(polar) * ring + np.cos(polar) * np.array([0.0, 0.0, -1.0])
    r = np.asarray(radii, float)
    normals = unit / r
    return smooth_skin(np.asarray(centre) + unit * r, normals / np.linalg.norm(normals, axis=2, keepdims=True), surface)


def disc_wheel(centre: ArrayLike, radius: float, width: float, surface: Surface, sides: int = 24) -> Mesh:
    """A wheel on a y axis with slightly rounded shoulders."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(sides), -np.sin(angle)], -1)
    across = np.array([0.0, 1.0, 0.0])
    rings = [
        ring * radius * r + across * y * width
        for y, r in ((-0.5, 0.6), (-0.5, 0.9), (-0.38, 1.0), (0.38, 1.0), (0.5, 0.9), (0.5, 0.6))
    ]
    return loft(np.asarray(centre) + np.array(rings), surface, 35.0)
