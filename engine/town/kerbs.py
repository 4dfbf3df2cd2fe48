"""Where the carriageway ends: its signed distance on a grid, from which mesh, shading and map all take the same kerb.

Each street is a strip; strips that meet are joined with rounded corners (the round union of distance functions), rings are
added, islands and medians taken out. Values are exact at straight kerbs, and within a centimetre at rounded ones.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.town.heights import KERB_HEIGHT_M, height
from engine.town.streets import BEYOND_M, CANVAS_M, Array, Lot, Plan, Street

if TYPE_CHECKING:
    import shapely

Grid = NDArray[np.float32]
CELL_M = 0.5
COUNT = round(CANVAS_M / CELL_M)
REACH_M = 9.0  # distances are not told beyond this
FILLET_M = 6.0
DROP_M = 0.115  # by which kerbs are dropped where people cross
BLOCK = 16  # cells to a side of the squares that are looked at or left out as one


def nearest(street: Street, places: Array, ends: tuple[bool, bool]) -> tuple[Array, Array]:
    """Stations and offsets (n,) of places (n, 2): from the nearest of every sixth point of the street, then by Newton's
    method on the foot of the perpendicular."""
    s0, s1 = (0.0 if ends[0] else -BEYOND_M), street.length + (0.0 if ends[1] else BEYOND_M)
    stations = np.arange(s0, s1 + 0.5, 6.0)
    coarse = street.at(stations).astype(np.float32)
    own = places.astype(np.float32)
    first = ((own[:, None, 0] - coarse[:, 0]) ** 2 + (own[:, None, 1] - coarse[:, 1]) ** 2).argmin(1)
    s = stations[first]
    bends = np.gradient(street.headings)
    for _ in range(3):
        at, h = street.at(s), street.heading(s)
        dx, dy = places[:, 0] - at[:, 0], places[:, 1] - at[:, 1]
        along, across = dx * np.cos(h) + dy * np.sin(h), dy * np.cos(h) - dx * np.sin(h)
        bend = np.interp(s, np.arange(len(bends)), bends, left=0.0, right=0.0)
        s = s + np.clip(along / np.maximum(1 - bend * across, 0.3), -8, 8)
    at, h = street.at(s), street.heading(s)
    return s, (places[:, 1] - at[:, 1]) * np.cos(h) - (places[:, 0] - at[:, 0]) * np.sin(h)


def near_cells(line: Array, reach: float, cell: float, count: int) -> NDArray[np.int64]:
    """Numbers of the grid's cells in squares of BLOCK cells that come within reach of a line of points."""
    blocks = -(-count // BLOCK)
    centre = (np.arange(blocks) + 0.5) * BLOCK * cell
    far2 = (reach + 0.75 * BLOCK * cell) ** 2
    x, y = np.meshgrid(centre, centre)
    points = line[::4]
    near = np.zeros((blocks, blocks), bool)
    for chunk in np.array_split(points, max(1, len(points) // 32)):
        near |= (((x[..., None] - chunk[:, 0]) ** 2 + (y[..., None] - chunk[:, 1]) ** 2) < far2).any(-1)
    mask = near.repeat(BLOCK, 0).repeat(BLOCK, 1)[:count, :count]
    return np.flatnonzero(mask)


def places_of(cells: NDArray[np.int64], cell: float, count: int) -> Array:
    """Middles (n, 2) of cells."""
    return np.stack([cells % count + 0.5, cells // count + 0.5], -1) * cell


def _joined(a: Grid, b: Grid, radius: float) -> Grid:
    """The round union of two signed distances: corners that both leave are filled with an arc."""
    inner = np.hypot(np.maximum(radius - a, 0), np.maximum(radius - b, 0))
    return np.maximum(np.minimum(a, b), radius) - inner


def _within(corners: Array, places: Array) -> Array:
    """Signed distance (n,) to a rectangle."""
    middle = corners.mean(0)
    u, v = corners[1] - corners[0], corners[3] - corners[0]
    lu, lv = np.linalg.norm(u), np.linalg.norm(v)
    a = np.abs((places - middle) @ (u / lu)) - lu / 2
    b = np.abs((places - middle) @ (v / lv)) - lv / 2
    return np.hypot(np.maximum(a, 0), np.maximum(b, 0)) + np.minimum(np.maximum(a, b), 0)


@lru_cache(maxsize=4)
def edge_grid(plan: Plan) -> Grid:
    """Metres (rows, columns) to the carriageway's edge at the middles of cells, south first, negative on the carriageway."""
    grid = np.full(COUNT * COUNT, REACH_M, np.float32)
    for street in plan.streets:
        _add_street(grid, plan, street)
    for junction in plan.junctions:
        if junction.ring_m:
            middle = plan.street(junction.a).at(junction.sa)
            cells = near_cells(middle[None], junction.ring_m + REACH_M, CELL_M, COUNT)
            r = np.linalg.norm(places_of(cells, CELL_M, COUNT) - middle, axis=1).astype(np.float32)
            grid[cells] = np.maximum(_joined(grid[cells], r - junction.ring_m, 8.0), junction.island_m - r)
    for lot in plan.lots:
        _add_lot(grid, lot)
    for a, b, radius in islands(plan):
        _take_island(grid, a, b, radius)
    grid = np.clip(grid, -REACH_M, REACH_M).reshape(COUNT, COUNT)
    grid[0], grid[-1], grid[:, 0], grid[:, -1] = (
        np.maximum(side, 0.2) for side in (grid[0], grid[-1], grid[:, 0], grid[:, -1])
    )
    grid.flags.writeable = False
    return grid


def _add_street(grid: Grid, plan: Plan, street: Street) -> None:
    ends = plan.ends(street)
    line = street.at(np.arange(0.0 if ends[0] else -BEYOND_M, street.length + (0.0 if ends[1] else BEYOND_M)))
    cells = near_cells(line, street.half + REACH_M, CELL_M, COUNT)
    s, o = nearest(street, places_of(cells, CELL_M, COUNT), ends)
    d = np.abs(o) - street.half
    if ends[0]:
        d = np.maximum(d, -s)
    if ends[1]:
        d = np.maximum(d, s - street.length)
    grid[cells] = _joined(grid[cells], d.astype(np.float32), FILLET_M)


def _add_lot(grid: Grid, lot: Lot) -> None:
    around = np.concatenate([lot.corners, lot.driveway])
    cells = near_cells(np.array([around.mean(0)]), float(np.ptp(around, axis=0).max()) * 0.75 + REACH_M, CELL_M, COUNT)
    places = places_of(cells, CELL_M, COUNT)
    drive = _joined(grid[cells], _within(lot.driveway, places).astype(np.float32), 1.6)
    grid[cells] = np.minimum(drive, _within(lot.corners, places) - 0.3)


def _take_island(grid: Grid, a: Array, b: Array, radius: float) -> None:
    steps = max(2, int(np.linalg.norm(b - a) / 4))
    cells = near_cells(np.linspace(a, b, 4 * steps), radius + 4, CELL_M, COUNT)
    p = places_of(cells, CELL_M, COUNT) - a
    along = np.clip(p @ (b - a) / ((b - a) @ (b - a)), 0, 1)
    d = np.linalg.norm(p - along[:, None] * (b - a), axis=1) - radius
    grid[cells] = np.maximum(grid[cells], -d)


def islands(plan: Plan) -> list[tuple[Array, Array, float]]:
    """Raised islands amid the streets as capsules: medians, in pieces that follow the street, and those at rings."""
    out = []
    for street in plan.streets:
        for s0, s1 in plan.open_stretches(street) if street.median_m else ():
            r = street.median_m / 2
            s = np.linspace(s0 + r + 1.0, s1 - r - 1.0, max(2, int((s1 - s0) / 3)))
            points = street.at(s)
            out += [(a, b, r) for a, b in zip(points[:-1], points[1:], strict=True)]
    for junction in plan.junctions:
        for arm in plan.arms(junction) if junction.ring_m else ():
            street = plan.street(arm.street)
            out.append((street.at(arm.edge + arm.side * 2.2), street.at(arm.edge + arm.side * 4.7), 0.6))
            out.append((street.at(arm.edge + arm.side * 9.4), street.at(arm.edge + arm.side * 14.0), 0.6))
    return out


# ----------------------------------------------------------------------------------------------------- contours

# Per case (bit k: corner k lies outside the carriageway; corners 0 1 2 3 run counter-clockwise from the south-west), the
# pieces of the cell that lie outside; 4 to 7 are places on the edges after corners 0 to 3.
PIECES: tuple[tuple[tuple[int, ...], ...], ...] = (
    (), ((0, 4, 7),), ((1, 5, 4),), ((0, 1, 5, 7),), ((2, 6, 5),), ((0, 4, 7), (2, 6, 5)), ((1, 2, 6, 4),), ((0, 1, 2, 6, 7),),
    ((3, 7, 6),), ((0, 4, 6, 3),), ((1, 5, 4), (3, 7, 6)), ((0, 1, 5, 6, 3),), ((2, 3, 7, 5),), ((0, 4, 5, 2, 3),),
    ((1, 2, 3, 7, 4),), ((0, 1, 2, 3),),
)  # fmt: skip


@lru_cache(maxsize=2)
def _cases(plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]:
    """Cells that the kerb runs through: column, row, case, and their eight places (n, 8, 2)."""
    grid = edge_grid(plan).astype(np.float64)
    corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]])
    case = sum((corners[k] > 0).astype(np.int64) << k for k in range(4))
    j, i = np.nonzero((case > 0) & (case < 15))
    value = corners[:, j, i]
    base = (np.stack([i, j], -1) + 0.5) * CELL_M
    places = np.empty((len(i), 8, 2))
    offset = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * CELL_M
    for k in range(4):
        after = (k + 1) % 4
        places[:, k] = base + offset[k]
        crosses = (value[k] > 0) != (value[after] > 0)
        share = np.where(crosses, value[k] / np.where(crosses, value[k] - value[after], 1.0), 0.5)
        places[:, k + 4] = base + offset[k] + share[:, None] * (offset[after] - offset[k])
    return i, j, case[j, i], places


def beside_pieces(plan: Plan) -> tuple[Array, Array]:
    """What of the cells on the kerb lies beside the carriageway: triangles (t, 3, 2); and the kerb's segments (n, 2, 2), the
    carriageway on their right."""
    _, _, case, places = _cases(plan)
    triangles, segments = [], []
    for number, pieces in enumerate(PIECES):
        index = np.flatnonzero(case == number)
        for piece in pieces if len(index) else ():
            p = places[index][:, piece]
            triangles += [p[:, [0, k, k + 1]] for k in range(1, len(piece) - 1)]
            n = len(piece)
            segments += [p[:, [k, (k + 1) % n]] for k in range(n) if piece[k] > 3 and piece[(k + 1) % n] > 3]
    return np.concatenate(triangles), np.concatenate(segments)


def kerb_rings(plan: Plan) -> list[Array]:
    """The kerb as closed rings (n, 2)."""
    _, segments = beside_pieces(plan)
    keys = np.round(segments * 1e5).astype(np.int64)
    after = {tuple(a): k for k, a in enumerate(keys[:, 0].tolist())}
    left = set(range(len(segments)))
    rings = []
    while left:
        k = start = min(left)
        ring = []
        while k in left:
            left.remove(k)
            ring.append(segments[k, 0])
            k = after.get(tuple(keys[k, 1].tolist()), start)
        if len(ring) > 3:
            rings.append(np.array(ring))
    return rings


def carriageway(plan: Plan) -> "shapely.Geometry":
    """The carriageway as one shape, with holes."""
    import shapely  # here, since a machine that only draws has none

    rings = [shapely.linearrings(ring) for ring in kerb_rings(plan)]
    return shapely.build_area(shapely.geometrycollections(rings)).simplify(0.02)


def edge_at(plan: Plan, places: Array) -> Array:
    """Metres (n,) from places (n, 2) to the carriageway's edge, negative on it, as the grid has them."""
    grid = edge_grid(plan)
    x, y = (np.clip(places[:, k] / CELL_M - 0.5, 0, COUNT - 1.001) for k in range(2))
    i, j = x.astype(np.int64), y.astype(np.int64)
    fx, fy = x - i, y - j
    low = grid[j, i] * (1 - fx) + grid[j, i + 1] * fx
    return low * (1 - fy) + (grid[j + 1, i] * (1 - fx) + grid[j + 1, i + 1] * fx) * fy


@dataclass(frozen=True, eq=False)
class Mouth:
    """Where people step from a pavement onto a crossing, and the kerb is dropped: beside a street, between two stations."""

    street: Street
    side: int
    s0: float
    s1: float

    def strip(self, longer: float, near: float, far: float) -> Array:
        """The polygon between two distances from the kerb, `longer` at both ends."""
        h = self.street.half
        return self.street.strip(self.s0 - longer, self.s1 + longer, self.side * (h + near), self.side * (h + far))


@lru_cache(maxsize=4)
def mouths(plan: Plan) -> tuple[Mouth, ...]:
    """All of a town's dropped kerbs."""
    out = []
    for street in plan.streets:
        for arm in plan.arms_of(street):
            if arm.crossing is not None:
                s0, s1 = sorted(arm.crossing)
                out += [Mouth(street, side, s0, s1) for side in (-1, 1)]
    return tuple(out)


def lift(plan: Plan, places: Array) -> Array:
    """Metres (n,) that the ground beside the carriageway lies above its level: a kerb's height, but for dropped ones."""
    out = np.full(len(places), KERB_HEIGHT_M)
    for mouth in mouths(plan):
        middle = mouth.street.at((mouth.s0 + mouth.s1) / 2, mouth.side * mouth.street.half)
        h = float(mouth.street.heading((mouth.s0 + mouth.s1) / 2))
        c, s = math.cos(h), math.sin(h)
        near = np.flatnonzero(np.abs(places - middle).max(1) < 6)
        d = places[near] - middle
        along = np.abs(d @ (c, s)) - (mouth.s1 - mouth.s0) / 2
        away = edge_at(plan, places[near]) - 0.4
        down = np.clip(1 - along / 1.1, 0, 1) * np.clip(1 - away / 1.5, 0, 1)
        out[near] = np.minimum(out[near], KERB_HEIGHT_M - DROP_M * down)
    return out


def underfoot(plan: Plan, places: Array) -> Array:
    """Metres (n,) of the ground that one stands on at places (n, 2): a kerb higher beside the carriageway."""
    return height(plan, places) + np.where(edge_at(plan, places) > 0, lift(plan, places), 0.0)
