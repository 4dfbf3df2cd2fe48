"""Houses along the streets: where they stand, how they look, and their meshes (façades are the shader's)."""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from engine.town.chance import dice
from engine.town.ground import PAVEMENT_M
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, merge, mesh, quads, rgb
from engine.town.streets import CANVAS_M, Array, Plan, Street
from engine.town.walls import GROUND_FLOOR_M

PLASTER = ("#d9cdb4", "#c9b08a", "#e4ded0", "#b9a48c", "#c98f6b", "#d8b8a0", "#a9b3b0", "#c7b8c0", "#8f9c8c", "#e0c890")
BRICK = ("#80503f", "#704a3e", "#8c6049", "#65483d", "#98775f", "#5a463f")
PANEL = ("#a8a49a", "#8c8a86", "#b8b2a6", "#7d8288")
CURTAIN = ("#5b6468", "#4b5258", "#707a7e")
TILE = ("#7a3d2a", "#5a4036", "#4a4a4e", "#8a5038")


@dataclass(frozen=True, eq=False)
class House:
    """A building: its footprint (4, 2) counter-clockwise with the street side first, and its façade's numbers."""

    footprint: Array
    height: float
    storey: float
    bay: float
    window: tuple[float, float]
    style: int
    shops: bool
    colour: Colour
    seed: float
    gabled: bool
    detailed: bool = True


def houses(plan: Plan) -> list[House]:
    """All buildings of a town, near rows first."""
    taken = [plan.road.buffer(PAVEMENT_M - 0.2)]
    out: list[House] = []
    for row in range(2):
        for street in plan.streets:
            for side in (-1, 1):
                _row(plan, street, side, row, taken, out)
    return out + _ends(plan, taken)


def _row(plan: Plan, street: Street, side: int, row: int, taken: list[shapely.Geometry], out: list[House]) -> None:
    rng = dice("houses", plan.seed, street.name, side, row)
    s = rng.uniform(2, 10)
    shops_from = rng.random()
    while s < street.length - 8:
        width, depth = (rng.uniform(11, 26), rng.uniform(11, 16)) if row == 0 else (rng.uniform(18, 34), rng.uniform(16, 26))
        gap = rng.uniform(3, 13) if rng.random() < 0.22 else rng.uniform(0.0, 0.06)
        shop = bool(math.sin(s / 60 + 6 * shops_from) > -0.35)
        setback = rng.uniform(0.2, 0.6) if shop else rng.uniform(1.5, 5.0)
        offset = street.half + PAVEMENT_M + (setback if row == 0 else rng.uniform(24, 48))
        footprint = _footprint(street, side, s + width / 2, offset, width, depth)
        shape = shapely.Polygon(footprint)
        if not any(shape.intersects(t) for t in taken):
            taken.append(shape.buffer(-0.05))
            out.append(_house(rng, footprint, width, shop and row == 0, row))
        s += width + gap if row == 0 else width + rng.uniform(2, 30)


def _footprint(street: Street, side: int, s: float, offset: float, width: float, depth: float) -> Array:
    front, heading = street.at(s, side * offset), float(street.heading(s))
    along = np.array([math.cos(heading), math.sin(heading)]) * side  # the street side runs counter-clockwise
    away = np.array([-math.sin(heading), math.cos(heading)]) * side
    a, b = front - along * width / 2, front + along * width / 2
    return np.array([a, b, b + away * depth, a + away * depth])


def _house(rng: np.random.Generator, footprint: Array, width: float, shop: bool, row: int) -> House:
    style = int(rng.choice(4, p=(0.40, 0.32, 0.14, 0.14) if row == 0 else (0.2, 0.15, 0.35, 0.30)))
    floors = int(rng.integers(2, 6)) if row == 0 else int(rng.integers(5, 14))
    gabled = bool(style < 2 and row == 0 and not shop and width < 19 and rng.random() < 0.7)
    if gabled:
        floors = int(rng.integers(1, 3))
    storey = rng.uniform(2.95, 3.4) if style < 3 else rng.uniform(3.3, 3.8)
    codes = (PLASTER, BRICK, PANEL, CURTAIN)[style]
    colour = rgb(codes[int(rng.integers(len(codes)))])
    tint = rng.uniform(0.72, 0.98)
    window = (rng.uniform(1.0, 1.7), rng.uniform(1.35, 1.75))
    return House(
        footprint, GROUND_FLOOR_M + floors * storey + 0.9, storey, rng.uniform(2.5, 3.8), window, style, shop,
        (colour[0] * tint, colour[1] * tint, colour[2] * tint), float(rng.integers(1, 999)), gabled, row == 0,
    )  # fmt: skip


def _ends(plan: Plan, taken: list[shapely.Geometry]) -> list[House]:
    """A big building across each street's end, so that no street runs into nothing."""
    rng = dice("ends", plan.seed)
    out = []
    for street in plan.streets:
        for s, sign in ((0.0, -1), (street.length, 1)):
            h = float(street.heading(s))
            along, away = sign * np.array([math.sin(h), -math.cos(h)]), sign * np.array([math.cos(h), math.sin(h)])
            middle = np.clip(street.at(s), 3, CANVAS_M - 3) + away * 6
            w, d = rng.uniform(36, 52), 14.0
            footprint = np.array(
                [
                    middle + along * w / 2,
                    middle - along * w / 2,
                    middle - along * w / 2 + away * d,
                    middle + along * w / 2 + away * d,
                ]
            )
            out.append(_house(rng, footprint[::1], w, False, 1))
    return out


def house_mesh(house: House) -> Mesh:
    """Walls, roof, ledges, awnings, balconies, what stands on the roof."""
    rng = dice("house", house.seed, house.height)
    top = house.height if not house.gabled else house.height - 0.6
    parts = [_walls(house, top)]
    trim = Surface(Kind.PLAIN, tuple(min(1.0, 0.5 * c + 0.22) for c in house.colour))
    if house.gabled:
        parts.append(_gable(house, top, Surface(Kind.ROOF, rgb(TILE[int(house.seed) % len(TILE)]))))
        return merge(parts)
    parts.append(_flat_roof(house, top))
    if house.style < 2:
        parts += [_ledge(house, top - 0.42, top + 0.02, 0.34, trim), _ledge(house, top - 0.6, top - 0.42, 0.17, trim)]
        parts.append(_ledge(house, GROUND_FLOOR_M - 0.16, GROUND_FLOOR_M + 0.04, 0.13, trim))
    else:
        parts.append(_ledge(house, top - 0.25, top + 0.03, 0.06, trim))
    parts += _on_roof(house, top, rng)
    if house.detailed and house.shops:
        parts += _awnings(house, rng)
    if house.detailed and house.style in (0, 2) and rng.random() < 0.5:
        parts += _balconies(house, rng, trim)
    return merge(parts)


def _walls(house: House, top: float) -> Mesh:
    parts = []
    for k in range(4):
        a, b = house.footprint[k], house.footprint[(k + 1) % 4]
        length = float(np.linalg.norm(b - a))
        shop = 1.0 if house.shops and k != 2 else 0.0
        params = (house.storey, house.bay, *house.window, float(house.style), shop, house.height)
        surface = Surface(Kind.WALL, house.colour, house.seed * 4 + k, params)
        wall = quads([(*a, 0), (*b, 0), (*b, top), (*a, top)], [(0, 1, 2, 3)], surface)
        rest = np.array([(0, 0, length), (length, 0, length), (length, top, length), (0, top, length)], np.float32)
        parts.append(Mesh(wall.points, wall.triangles, wall.normals, rest[wall.triangles], wall.surface, wall.surfaces))
    return merge(parts)


def _flat_roof(house: House, top: float) -> Mesh:
    points = [(*p, top) for p in house.footprint]
    return quads(points, [(0, 1, 2, 3)], Surface(Kind.ROOF, (0.11, 0.105, 0.10)))


def _frame(house: House) -> tuple[Array, Array, Array, float, float]:
    """Corner, unit vectors along the front and away from the street, width and depth."""
    a, b, _, d = house.footprint
    w, t = float(np.linalg.norm(b - a)), float(np.linalg.norm(d - a))
    return a, (b - a) / w, (d - a) / t, w, t


def _placed(house: House, part: Mesh) -> Mesh:
    """A part in (along, away, up) of the front's corner, put into the world with its texture left as it is."""
    a, along, away, _, _ = _frame(house)
    turn = np.array([[along[0], away[0], 0], [along[1], away[1], 0], [0, 0, 1]])
    return part.moved(turn, (*a, 0.0))


def _ledge(house: House, low: float, high: float, out: float, surface: Surface) -> Mesh:
    _, _, _, w, t = _frame(house)
    return _placed(house, box((-out * 0.3, -out, low), (w + out * 0.3, t + out, high), surface))


def _gable(house: House, top: float, surface: Surface) -> Mesh:
    """A pitched roof with its ridge along the front, and the walls' triangles under it."""
    _, _, _, w, t = _frame(house)
    rise, over = 0.36 * t, 0.45
    slope = rise / (t / 2)
    z = top - over * slope
    ridge, e = top + rise, 0.35
    points = [
        (-e, -over, z),
        (w + e, -over, z),
        (w + e, t / 2, ridge),
        (-e, t / 2, ridge),
        (-e, t + over, z),
        (w + e, t + over, z),
    ]
    tiles = quads(points, [(0, 1, 2, 3), (3, 2, 5, 4)], surface, 5.0)
    under = quads(
        [(x, y, h - 0.18) for x, y, h in points], [(3, 2, 1, 0), (4, 5, 2, 3)], Surface(Kind.PLAIN, (0.30, 0.28, 0.25)), 5.0
    )
    side = Surface(Kind.PLAIN, house.colour)
    ends = mesh(
        [(0, 0, top), (0, t, top), (0, t / 2, ridge - 0.1), (w, 0, top), (w, t, top), (w, t / 2, ridge - 0.1)],
        [(0, 2, 1), (3, 4, 5)],
        side,
    )
    chimney = box(
        (w * 0.3, t * 0.55, ridge - 1.2), (w * 0.3 + 0.7, t * 0.55 + 0.7, ridge + 0.9), Surface(Kind.PLAIN, rgb("#7a4a3a"))
    )
    return _placed(house, merge([tiles, under, ends, chimney]))


def _on_roof(house: House, top: float, rng: np.random.Generator) -> list[Mesh]:
    _, _, _, w, t = _frame(house)
    out = []
    for _ in range(int(rng.integers(1, 4))):
        x, y, sx, sy = rng.uniform(2, w - 4), rng.uniform(2, t - 4), rng.uniform(1.2, 3.5), rng.uniform(1.2, 3.0)
        surface = Surface(Kind.PLAIN, (0.32, 0.32, 0.31))
        out.append(_placed(house, box((x, y, top), (x + sx, y + sy, top + rng.uniform(0.8, 2.4)), surface)))
    return out


def _awnings(house: House, rng: np.random.Generator) -> list[Mesh]:
    _, _, _, w, _ = _frame(house)
    out, x = [], rng.uniform(0.5, 3.0)
    codes = ("#7c1d1a", "#1f4a35", "#23395a", "#8a6a2a", "#4a4a4a")
    while x < w - 3:
        span = rng.uniform(2.6, 5.2)
        if rng.random() < 0.55 and x + span < w - 0.4:
            second = (0.62, 0.60, 0.55) if rng.random() < 0.6 else rgb(codes[0])
            surface = Surface(Kind.STRIPES, rgb(codes[int(rng.integers(len(codes)))]), params=(*second, 0.5, 0.0))
            d = rng.uniform(1.0, 1.5)
            points = [
                (x, -d, 2.52),
                (x + span, -d, 2.52),
                (x + span, 0, 3.02),
                (x, 0, 3.02),
                (x, -d, 2.30),
                (x + span, -d, 2.30),
            ]
            out.append(_placed(house, quads(points, [(0, 1, 2, 3), (4, 5, 1, 0)], surface, 5.0)))
        x += span + rng.uniform(0.4, 2.5)
    return out


def _balconies(house: House, rng: np.random.Generator, trim: Surface) -> list[Mesh]:
    _, _, _, w, _ = _frame(house)
    bays = max(1, round(w / house.bay))
    bay = w / bays
    columns = [k for k in range(bays) if rng.random() < 0.4]
    rail = Surface(Kind.METAL, (0.05, 0.055, 0.06))
    floors = int((house.height - 1.0 - GROUND_FLOOR_M) / house.storey)
    out = []
    for level in range(floors):
        z = GROUND_FLOOR_M + level * house.storey + 0.35
        for k in columns:
            x0, x1 = k * bay + 0.3, (k + 1) * bay - 0.3
            out.append(box((x0, -1.15, z - 0.15), (x1, 0, z), trim))
            for h in (0.45, 0.95):
                out.append(box((x0, -1.15, z + h), (x1, -1.11, z + h + 0.05), rail))
            out += [box((x, -1.15, z), (x + 0.03, -1.12, z + 1.0), rail) for x in np.arange(x0, x1, 0.28)]
    return [_placed(house, merge(out))] if out else []
