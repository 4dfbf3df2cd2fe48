"""Buildings as meshes: walls, roofs, dormers, ledges, balconies, awnings, steps, what stands on roofs and at gates."""

import math

import numpy as np

from engine.town.buildings import House
from engine.town.chance import dice
from engine.town.facades import GROUND_FLOOR_M, Front, Style
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, merge, rgb
from engine.town.placing import faces, sides
from engine.town.streets import Array

AWNINGS = ("#7c1d1a", "#1f4a35", "#23395a", "#8a6a2a", "#4a4a4a", "#6d2f4a", "#2f5f66", "#a35a2a")
LIT = {"old": 0.34, "homes": 0.40, "shops": 0.34, "offices": 0.30, "works": 0.12, "park": 0.0, "estate": 0.42}
RAIL = Surface(Kind.METAL, (0.05, 0.055, 0.06))


def house_mesh(house: House) -> Mesh:
    """All of a building."""
    rng = dice("house", house.seed, round(house.height, 3), round(float(house.footprint[0, 0]), 2))
    top = house.height
    trim = Surface(Kind.PLAIN, tuple(min(1.0, 0.5 * c + 0.22) for c in house.colour))
    parts = [_walls(house, rng)]
    if house.roof == "flat":
        parts += _flat_roof(house, top, trim, rng)
    else:
        parts += _pitched_roof(house, top, rng)
    if house.detailed:
        parts += _details(house, rng, trim)
    return merge(parts)


def _details(house: House, rng: np.random.Generator, trim: Surface) -> list[Mesh]:
    """What only shows from near."""
    out = []
    if house.front == Front.SHOPS:
        out += _awnings(house, rng) + _blade_signs(house, rng)
        if house.style in (Style.PLASTER, Style.STONE, Style.BRICK):
            out.append(_ledge(house, GROUND_FLOOR_M - 0.16, GROUND_FLOOR_M + 0.04, 0.13, trim))
    if house.front == Front.LOBBY:
        out.append(_canopy(house, rng))
    if house.front == Front.PORCH:
        out += _porch(house, rng, trim)
    flats = {"estate": 0.85, "old": 0.12, "shops": 0.35}.get(house.quarter, 0.0)
    if rng.random() < flats:
        out += _balconies(house, rng, trim)
    if house.quarter in ("old", "homes", "shops"):
        out += _downpipes(house)
    return out


def _numbers(house: House, front: Front) -> tuple[float, ...]:
    """What the façades' rule takes."""
    ground = GROUND_FLOOR_M if house.front in (Front.SHOPS, Front.LOBBY) else house.storey
    ground = house.height - 1.2 if house.front == Front.GATES else ground
    accent = (house.seed * 0.61803) % 1.0
    window, style = house.window, float(house.style)
    return (house.storey, house.bay, *window, style, float(front), house.height, ground, accent, LIT[house.quarter])


def _walls(house: House, rng: np.random.Generator) -> Mesh:
    """Four sides; shops and lobbies go round the corners."""
    corners, rest, surfaces = [], [], []
    low, high = house.base - house.foot, house.base + house.height
    for k in range(4):
        wide = k == 0 or (k != 2 and house.front in (Front.SHOPS, Front.LOBBY))
        numbers = _numbers(house, house.front if wide else Front.HOMES)
        if k in (1, 3) and house.quarter in ("old", "homes") and rng.random() < 0.45:
            numbers = _blank(numbers)
        a, b = house.footprint[k], house.footprint[(k + 1) % 4]
        n = math.hypot(b[0] - a[0], b[1] - a[1])
        corners.append([(*a, low), (*b, low), (*b, high), (*a, high)])
        rest.append([(0, -house.foot, n), (n, -house.foot, n), (n, house.height, n), (0, house.height, n)])
        surfaces.append(Surface(Kind.WALL, house.colour, house.seed * 4 + k, numbers))
    return sides(corners, tuple(surfaces), rest)


def _blank(numbers: tuple[float, ...]) -> tuple[float, ...]:
    """The same wall without windows."""
    return (*numbers[:2], 0.0, *numbers[3:])


def _frame(house: House) -> tuple[Array, Array, Array, float, float]:
    """Corner, unit vectors along the front and away from the street, width and depth."""
    a, b, _, d = house.footprint
    w, t = float(np.linalg.norm(b - a)), float(np.linalg.norm(d - a))
    return a, (b - a) / w, (d - a) / t, w, t


def _placed(house: House, part: Mesh) -> Mesh:
    """A part in (along, away, up) of the front's corner, put into the world with its texture left as it is."""
    a, along, away, _, _ = _frame(house)
    turn = np.array([[along[0], away[0], 0], [along[1], away[1], 0], [0, 0, 1]])
    return part.moved(turn, (*a, house.base))


def _ledge(house: House, low: float, high: float, out: float, surface: Surface) -> Mesh:
    _, _, _, w, t = _frame(house)
    return _placed(house, box((-out * 0.3, -out, low), (w + out * 0.3, t + out, high), surface))


# -------------------------------------------------------------------------------------------------------- roofs


def _flat_roof(house: House, top: float, trim: Surface, rng: np.random.Generator) -> list[Mesh]:
    _, _, _, w, t = _frame(house)
    grey = rng.uniform(0.07, 0.2)
    roof = faces([[(0, 0, top), (w, 0, top), (w, t, top), (0, t, top)]], Surface(Kind.ROOF, (grey, grey * 0.97, grey * 0.93)))
    out = [_placed(house, roof)]
    if house.style in (Style.PLASTER, Style.BRICK, Style.STONE):
        out += [_ledge(house, top - 0.42, top + 0.02, 0.34, trim), _ledge(house, top - 0.6, top - 0.42, 0.17, trim)]
    elif house.style != Style.SHEET:
        out.append(_ledge(house, top - 0.25, top + 0.03, 0.06, trim))
    plant = Surface(Kind.METAL, (0.30, 0.31, 0.31))
    count = int(rng.integers(1, 4)) if house.quarter != "works" else int(rng.integers(3, 8))
    for _ in range(count):
        sx, sy = rng.uniform(1.2, 3.5), rng.uniform(1.2, 3.0)
        x, y = rng.uniform(1.0, max(1.1, w - sx - 1)), rng.uniform(1.5, max(1.6, t - sy - 1))
        out.append(_placed(house, box((x, y, top), (x + sx, y + sy, top + rng.uniform(0.8, 2.2)), plant)))
    if house.quarter == "offices" and w > 20:
        out.append(
            _placed(house, box((w * 0.3, t * 0.3, top), (w * 0.7, t * 0.75, top + 3.4), Surface(Kind.PLAIN, house.colour)))
        )
    if rng.random() < 0.35:
        out.append(
            _placed(house, box((w * 0.4, t * 0.5, top), (w * 0.4 + 0.05, t * 0.5 + 0.05, top + rng.uniform(2, 5)), RAIL))
        )
    return out


def _pitched_roof(house: House, top: float, rng: np.random.Generator) -> list[Mesh]:
    """Ridge along the front, across it, or from four sides; with gables, chimneys, dormers."""
    _, _, _, w, t = _frame(house)
    tiles = Surface(Kind.ROOF, house.tile)
    steep = {"old": rng.uniform(0.85, 1.15), "homes": rng.uniform(0.55, 0.95), "works": 0.22}.get(house.quarter, 0.7)
    turned = house.roof == "cross"
    long, deep = (t, w) if turned else (w, t)
    rise = steep * deep / 2
    over = 0.35 if house.quarter != "works" else 0.15
    parts = [_tent(long, deep, top, rise, over, tiles, hipped=house.roof == "hip")]
    if house.roof != "hip":
        parts.append(_gables(house, long, deep, top, rise))
    if house.quarter != "works":
        brick = Surface(Kind.PLAIN, rgb("#7a4a3a"))
        x, y, ridge = long * rng.uniform(0.2, 0.8), deep * rng.uniform(0.42, 0.58), top + rise
        parts.append(box((x, y, ridge - 1.4), (x + 0.7, y + 0.6, ridge + 0.9), brick))
    if house.detailed and not turned and house.quarter in ("old", "homes") and rise > 2.6 and rng.random() < 0.75:
        parts += _dormers(house, w, t, top, steep, tiles, rng)
    whole = merge(parts)
    if turned:  # a quarter turn: what runs along the ridge then runs away from the street
        whole = whole.moved(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], float), (w, 0, 0))
    return [_placed(house, whole)]


def _tent(long: float, deep: float, top: float, rise: float, over: float, tiles: Surface, hipped: bool) -> Mesh:
    slope = rise / (deep / 2)
    z, ridge, e = top - over * slope, top + rise, over * 0.8
    cut = min(deep / 2, long * 0.45) if hipped else 0.0
    e = over if hipped else e
    a, b, c, d = (-e, -over, z), (long + e, -over, z), (long + e, deep + over, z), (-e, deep + over, z)
    r0, r1 = (
        ((cut, deep / 2, ridge), (long - cut, deep / 2, ridge))
        if hipped
        else ((-e, deep / 2, ridge), (long + e, deep / 2, ridge))
    )
    slopes = [[a, b, r1, r0], [c, d, r0, r1]]
    if hipped:
        slopes += [[d, a, r0, r0], [b, c, r1, r1]]
    under = [[tuple(np.subtract(p, (0, 0, 0.16))) for p in reversed(quad)] for quad in slopes[:2]]
    edge = [[tuple(np.subtract(p, (0, 0, 0.16))), tuple(np.subtract(q, (0, 0, 0.16))), q, p] for p, q in ((a, b), (c, d))]
    if not hipped:
        edge += [
            [tuple(np.subtract(p, (0, 0, 0.16))), tuple(np.subtract(q, (0, 0, 0.16))), q, p]
            for p, q in ((r0, a), (d, r0), (b, r1), (r1, c))
        ]
    wood = Surface(Kind.PLAIN, (0.30, 0.28, 0.25))
    return merge([faces(slopes, tiles), faces(under + edge, wood)])


def _gables(house: House, long: float, deep: float, top: float, rise: float) -> Mesh:
    """The walls' triangles under the roof's ends."""
    surface = Surface(Kind.WALL, house.colour, house.seed * 4 + 1, _blank(_numbers(house, Front.HOMES)))
    y, z = deep / 2, top + rise - 0.12
    ends = [
        [(0, deep, top), (0, 0, top), (0, y, z), (0, y, z)],
        [(long, 0, top), (long, deep, top), (long, y, z), (long, y, z)],
    ]
    rest = [[(0, top, deep), (deep, top, deep), (y, z, deep), (y, z, deep)]] * 2
    return faces(ends, surface, rest)


def _dormers(
    house: House, w: float, t: float, top: float, steep: float, tiles: Surface, rng: np.random.Generator
) -> list[Mesh]:
    """Small windowed boxes in the front slope."""
    out = []
    side = Surface(Kind.PLAIN, tuple(0.9 * c for c in house.colour))
    glass, frame = Surface(Kind.GLASS, (0.03, 0.035, 0.04)), Surface(Kind.PLAIN, (0.5, 0.49, 0.46))
    count = max(1, int(w / rng.uniform(3.0, 4.5)))
    for k in range(count):
        x = w * (k + 0.5) / count
        front, z0, z1 = 0.9, top + 0.9 * steep - 0.1, top + 0.9 * steep + 1.45
        back = min(t / 2, (z1 - top) / steep)
        out += [
            box((x - 0.65, front, z0), (x + 0.65, back, z1), side),
            box((x - 0.45, front - 0.03, z0 + 0.3), (x + 0.45, front, z1 - 0.12), frame),
            box((x - 0.38, front - 0.045, z0 + 0.37), (x - 0.02, front, z1 - 0.19), glass),
            box((x + 0.02, front - 0.045, z0 + 0.37), (x + 0.38, front, z1 - 0.19), glass),
        ]  # fmt: skip
        r = 0.5
        a, b, c, d = (x - 0.8, front - 0.2, z1), (x, front - 0.2, z1 + r), (x, back + r / steep, z1 + r), (x - 0.8, back, z1)
        e, f = (x + 0.8, front - 0.2, z1), (x + 0.8, back, z1)
        out += [faces([[a, b, c, d], [b, e, f, c]], tiles), faces([[(x - 0.65, front, z1), (x + 0.65, front, z1), b, b]], side)]
    return out


# ------------------------------------------------------------------------------------------------------ details


def _awnings(house: House, rng: np.random.Generator) -> list[Mesh]:
    _, _, _, w, _ = _frame(house)
    out, x = [], rng.uniform(0.5, 3.0)
    while x < w - 3:
        span = rng.uniform(2.6, 5.2)
        if rng.random() < 0.5 and x + span < w - 0.4:
            own: Colour = rgb(AWNINGS[int(rng.integers(len(AWNINGS)))])
            second = (0.62, 0.60, 0.55) if rng.random() < 0.5 else own
            surface = Surface(Kind.STRIPES, own, params=(*second, 0.5, 0.0))
            d, z = rng.uniform(1.0, 1.5), 2.72
            cloth = [[(x, -d, z), (x + span, -d, z), (x + span, 0, z + 0.5), (x, 0, z + 0.5)],
                     [(x, -d, z - 0.22), (x + span, -d, z - 0.22), (x + span, -d, z), (x, -d, z)]]  # fmt: skip
            out.append(_placed(house, faces(cloth, surface)))
        x += span + rng.uniform(0.4, 2.5)
    return out


def _blade_signs(house: House, rng: np.random.Generator) -> list[Mesh]:
    """Signs that stand out from the wall over the shops."""
    _, _, _, w, _ = _frame(house)
    out = []
    for x in np.arange(rng.uniform(0.8, 4), w - 0.8, rng.uniform(5, 9)):
        if rng.random() < 0.55:
            tall, deep = rng.uniform(0.6, 1.3), rng.uniform(0.55, 0.9)
            plate = Surface(Kind.PLAIN, rgb(AWNINGS[int(rng.integers(len(AWNINGS)))]))
            band = Surface(Kind.PLAIN, (0.6, 0.58, 0.5))
            z = rng.uniform(3.9, 4.4)
            out += [
                box((x - 0.05, -deep - 0.15, z), (x + 0.05, -0.15, z + tall), plate),
                box((x - 0.02, -0.2, z + tall * 0.7), (x + 0.02, 0, z + tall * 0.75), RAIL),
                box((x - 0.056, -deep - 0.05, z + tall * 0.38), (x + 0.056, -0.25, z + tall * 0.62), band),
            ]  # fmt: skip
    return [_placed(house, merge(out))] if out else []


def _canopy(house: House, rng: np.random.Generator) -> Mesh:
    """A roof over an office's doors, and its name."""
    _, _, _, w, _ = _frame(house)
    x = w * rng.uniform(0.35, 0.65)
    steel = Surface(Kind.METAL, (0.16, 0.17, 0.18))
    plate = Surface(Kind.GLOW, rgb(AWNINGS[int(rng.integers(len(AWNINGS)))]), 0.0, (0.12,))
    parts = [box((x - 3.2, -2.2, 3.55), (x + 3.2, 0, 3.75), steel), box((x - 2.2, -2.26, 3.78), (x + 2.2, -2.16, 4.25), plate)]
    parts += [box((x + d - 0.07, -2.1, 0), (x + d + 0.07, -1.96, 3.55), steel) for d in (-3.0, 2.86)]
    return _placed(house, merge(parts))


def _porch(house: House, rng: np.random.Generator, trim: Surface) -> list[Mesh]:
    """Steps and a small roof at the door in the middle bay."""
    _, _, _, w, _ = _frame(house)
    bays = max(1, round(w / house.bay))
    x = (bays // 2 + 0.5) * w / bays
    stone = Surface(Kind.PLAIN, (0.26, 0.25, 0.24))
    parts = [box((x - 0.9, -1.1, -0.3), (x + 0.9, 0, 0.02), stone), box((x - 0.9, -1.5, -0.5), (x + 0.9, -1.1, -0.14), stone)]
    if rng.random() < 0.7:
        tiles = Surface(Kind.ROOF, house.tile)
        z = 2.55
        parts.append(faces([[(x - 1.1, -1.2, z), (x + 1.1, -1.2, z), (x + 1.1, 0, z + 0.5), (x - 1.1, 0, z + 0.5)]], tiles))
        parts.append(box((x - 1.1, -1.2, z - 0.14), (x + 1.1, -1.1, z), trim))
        parts += [box((x + d - 0.06, -1.15, 0), (x + d + 0.06, -1.03, z - 0.1), trim) for d in (-0.98, 0.98)]
    return [_placed(house, merge(parts))]


def _downpipes(house: House) -> list[Mesh]:
    _, _, _, w, _ = _frame(house)
    zinc = Surface(Kind.METAL, (0.20, 0.205, 0.21))
    pipes = [box((x, -0.10, -house.foot), (x + 0.09, -0.01, house.height - 0.3), zinc) for x in (0.12, w - 0.22)]
    pipes.append(box((-0.1, -0.42, house.height - 0.36), (w + 0.1, -0.30, house.height - 0.26), zinc))
    return [_placed(house, merge(pipes if house.roof == "gable" else pipes[:2]))]


def _balconies(house: House, rng: np.random.Generator, trim: Surface) -> list[Mesh]:
    """Rows of balconies over some bays, with rails or panels."""
    _, _, _, w, _ = _frame(house)
    bays = max(1, round(w / house.bay))
    bay = w / bays
    columns = [k for k in range(bays) if rng.random() < 0.42]
    ground = GROUND_FLOOR_M if house.front in (Front.SHOPS, Front.LOBBY) else house.storey
    panel = Surface(Kind.PLAIN, rgb(AWNINGS[int(rng.integers(len(AWNINGS)))])) if rng.random() < 0.4 else trim
    solid = house.quarter == "estate" and rng.random() < 0.7
    out = []
    for level in range(max(0, math.floor((house.height - 1.0 - ground) / house.storey))):
        z = ground + level * house.storey + 0.3
        for k in columns:
            x0, x1 = k * bay + 0.25, (k + 1) * bay - 0.25
            out.append(box((x0, -1.25, z - 0.15), (x1, 0, z), trim))
            if solid:
                out += [
                    box((x0, -1.25, z), (x1, -1.19, z + 0.85), panel),
                    box((x0, -1.25, z + 0.95), (x1, -1.2, z + 1.0), RAIL),
                ]
                out += [box((x, -1.2, z), (x + 0.05, 0, z + 0.85), panel) for x in (x0, x1 - 0.05)]
            else:
                out += [box((x0, -1.25, z + h), (x1, -1.21, z + h + 0.05), RAIL) for h in (0.1, 0.95)]
                out += [box((x, -1.25, z), (x + 0.03, -1.22, z + 1.0), RAIL) for x in np.arange(x0, x1, 0.3)]
    return [_placed(house, merge(out))] if out else []
