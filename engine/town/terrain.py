"""The carriageway, kerbs and the raised ground beside them as meshes that follow the relief, out to the horizon."""

import numpy as np
from numpy.typing import NDArray

from engine.town.heights import KERB_HEIGHT_M, height, is_level, slope
from engine.town.kerbs import CELL_M, beside_pieces, edge_grid, lift, mouths
from engine.town.mesh import F32, Kind, Mesh, Surface, merge
from engine.town.streets import CANVAS_M, Array, Plan

GROUND = Surface(Kind.GROUND)
SPAN = 16  # cells to a side of the largest squares that the ground is made of: 8 m, or 4 m where it is not level
STEPS_OUT = (1.0, 1.12, 1.3, 1.6, 2.2, 3.4, 5.5, 11.5)  # rings of the far ground, in halves of the canvas


def terrain(plan: Plan) -> Mesh:
    """The whole ground, to the horizon."""
    return merge([_road(plan), _raised(plan), _kerbs(plan), _far(plan)])


def _squares(wanted: NDArray[np.bool_], largest: int) -> NDArray[np.int64]:
    """Squares (n, 3) of cells, column, row and side, that tile what is wanted; the largest first."""
    rows, columns = wanted.shape
    pad = ((0, -rows % largest), (0, -columns % largest))
    left = np.pad(wanted, pad)
    out = []
    side = largest
    while side:
        h, w = left.shape
        whole = left.reshape(h // side, side, w // side, side).all((1, 3))
        j, i = np.nonzero(whole)
        out.append(np.stack([i * side, j * side, np.full(len(i), side)], -1))
        left &= ~whole.repeat(side, 0).repeat(side, 1)
        side //= 2
    return np.concatenate(out)


def _ground(plan: Plan, places: Array, triangles: Array, above: float | Array) -> Mesh:
    """Ground over places (n, 2), so far above the carriageway's level."""
    z = height(plan, places) + above
    points = np.column_stack([places, z]).astype(np.float32)
    normals = _normals(plan, places)
    t = triangles.astype(np.int32)
    return Mesh(points, t, normals[t], points[t], np.zeros(len(t), np.int32), (GROUND,))


def _normals(plan: Plan, places: Array) -> F32:
    d = slope(plan, places)
    n = np.column_stack([-d, np.ones(len(d))])
    return (n / np.linalg.norm(n, axis=1, keepdims=True)).astype(np.float32)


def _tiles(squares: NDArray[np.int64]) -> tuple[Array, Array]:
    """Places and triangles of squares."""
    base = (squares[:, None, :2] + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * squares[:, None, 2:] + 0.5) * CELL_M
    k = 4 * np.arange(len(squares))[:, None]
    return base.reshape(-1, 2), np.concatenate([k + (0, 1, 2), k + (0, 2, 3)])


def _corners(grid: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]])


def _road(plan: Plan) -> Mesh:
    """The carriageway's level, under every square that has some of it."""
    largest = SPAN if is_level(plan) else SPAN // 2
    low = _corners(edge_grid(plan)).min(0) < 0
    h, w = (-(-n // largest) for n in low.shape)
    low = np.pad(low, ((0, h * largest - low.shape[0]), (0, w * largest - low.shape[1])))
    j, i = np.nonzero(low.reshape(h, largest, w, largest).any((1, 3)))
    places, triangles = _tiles(np.stack([i * largest, j * largest, np.full(len(i), largest)], -1))
    return _ground(plan, np.minimum(places, CANVAS_M - CELL_M / 2), triangles, 0.0)


def _raised(plan: Plan) -> Mesh:
    """Pavements, islands and all that lies beside the carriageway."""
    beside = _corners(edge_grid(plan)).min(0) > 0
    dropped = _near_mouths(plan, beside.shape)
    whole = _squares(beside & ~dropped, SPAN if is_level(plan) else SPAN // 2)
    places, triangles = _tiles(np.concatenate([whole, _squares(beside & dropped, 1)]))
    pieces, _ = beside_pieces(plan)
    more = len(places) + np.arange(3 * len(pieces)).reshape(-1, 3)
    places = np.concatenate([places, pieces.reshape(-1, 2)])
    return _ground(plan, places, np.concatenate([triangles, more]), lift(plan, places))


def _near_mouths(plan: Plan, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Cells where the ground slopes down to a dropped kerb, which takes small squares."""
    out = np.zeros(shape, bool)
    for mouth in mouths(plan):
        low, high = (fold(mouth.strip(1.2, -0.5, 2.2), 0) / CELL_M for fold in (np.min, np.max))
        (i0, j0), (i1, j1) = np.maximum(low.astype(int) - 1, 0), np.maximum(high.astype(int) + 1, 0)
        out[j0:j1, i0:i1] = True
    return out


def _kerbs(plan: Plan) -> Mesh:
    """Upright faces, seen from the carriageway."""
    _, segments = beside_pieces(plan)
    a, b = segments[:, 0], segments[:, 1]
    low_a, low_b = (np.column_stack([p, height(plan, p)]) for p in (a, b))
    up_a, up_b = (np.column_stack([p[:, :2], p[:, 2] + lift(plan, p[:, :2])]) for p in (low_a, low_b))
    points = np.stack([low_a, low_b, up_b, up_a], 1).astype(np.float32)
    k = 4 * np.arange(len(a))[:, None]
    triangles = np.concatenate([k + (0, 2, 1), k + (0, 3, 2)]).astype(np.int32)
    d = (b - a) / np.maximum(np.linalg.norm(b - a, axis=1, keepdims=True), 1e-9)
    out = np.column_stack([d[:, 1], -d[:, 0], np.zeros(len(d))]).astype(np.float32)
    points = points.reshape(-1, 3)
    normals = np.repeat(np.concatenate([out, out])[:, None], 3, 1)
    return Mesh(points, triangles, normals, points[triangles], np.zeros(len(triangles), np.int32), (GROUND,))


def _far(plan: Plan) -> Mesh:
    """Rings of ground round the canvas."""
    half = CANVAS_M / 2
    n = 44
    t = np.linspace(-1, 1, n + 1)[:-1]
    one = np.ones(n)
    square = np.concatenate([np.stack(side, -1) for side in ((t, -one), (one, t), (-t, one), (-one, -t))])
    inner = half - CELL_M / 2
    places = np.concatenate([half + square * (inner if k == 0 else half * step) for k, step in enumerate(STEPS_OUT)])
    m = len(square)
    i, j = np.meshgrid(np.arange(len(STEPS_OUT) - 1), np.arange(m), indexing="ij")
    a, b = i * m + j, i * m + (j + 1) % m
    faces = np.stack([a, a + m, b + m, b], -1).reshape(-1, 4)
    return _ground(plan, places, np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]), KERB_HEIGHT_M)
