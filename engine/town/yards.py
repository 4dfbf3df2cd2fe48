"""What lies behind the pavements: gardens with hedges and fences, parks, yards, trees between houses, and what paves them."""

import math

import numpy as np

from engine.town import furniture
from engine.town.buildings import House, Site, rectangle_at
from engine.town.chance import dice
from engine.town.covers import Cover
from engine.town.facades import Front
from engine.town.furniture import Fence
from engine.town.placing import Place
from engine.town.plans import PAVEMENT_M
from engine.town.quarters import Block, blocks
from engine.town.roadside import Stand
from engine.town.streets import Array, Street

GARDEN_TREES = ("maple", "birch", "cherry", "spruce", "pine", "lime", "shrub")
PARK_TREES = ("lime", "maple", "plane", "birch", "spruce", "cherry", "pine")
BORDERS: dict[str, tuple[Fence | None, ...]] = {  # None: a hedge
    "homes": (None, None, "pickets", "rails", "wall"), "works": ("mesh", "mesh", "wall"),
    "estate": (None, None, None, "rails"),
}  # fmt: skip
Paved = list[tuple[Array, Cover]]


def fill_yards(stand: Stand, site: Site, built: list[House]) -> Paved:
    """Put things on all that is left between buildings and streets; says what is paved there."""
    paved: Paved = []
    for house in built:
        if house.quarter == "homes" and house.detailed:
            _paths(house, paved)
    for block in blocks(stand.plan):
        street = stand.plan.street(block.street)
        rng = dice("yards", stand.plan.seed, block.number)
        if block.quarter == "park":
            _park(stand, block, street, site, paved, rng)
        else:
            _border(stand, block, street, rng)
            _scattered(stand, block, street, site, rng)
    _beyond(stand)
    return paved


def _paths(house: House, paved: Paved) -> None:
    """A path to the door and a drive beside the house."""
    a, b, _, d = house.footprint
    w, t = np.linalg.norm(b - a), np.linalg.norm(d - a)
    along, away = (b - a) / w, (d - a) / t
    bays = max(1, round(float(w) / house.bay))
    x = (bays // 2 + 0.5) * w / bays

    def strip(u0: float, u1: float, v0: float, v1: float) -> Array:
        return np.array([a + along * u + away * v for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))])

    if house.front == Front.PORCH:
        paved.append((strip(x - 0.75, x + 0.75, -9.0, 0.3), Cover.PAVERS))
    paved.append((strip(w + 0.5, w + 3.3, -9.0, t * 0.6), Cover.GRAVEL if house.seed % 2 else Cover.PAVERS))


def _border(stand: Stand, block: Block, street: Street, rng: np.random.Generator) -> None:
    """Hedges and fences between pavement and garden or yard, with gaps where one goes in."""
    if block.quarter not in ("homes", "works", "estate"):
        return
    kinds = BORDERS[block.quarter]
    kind, out = kinds[int(rng.integers(len(kinds)))], PAVEMENT_M + 0.45
    share = 0.8 if block.quarter != "estate" else 0.35
    there = True
    for k, s in enumerate(np.arange(block.s0 + 2.0, block.s1 - 2.0, 3.0)):
        if k % 5 == 0:  # another property
            there = bool(rng.random() < share)
            kind = kinds[int(rng.integers(len(kinds)))] if block.quarter == "homes" and rng.random() < 0.6 else kind
        gate = k % 5 == 3 and block.quarter == "homes"
        if gate or not there or not _is_open(stand, block, street, s, 2.4):
            continue
        place = stand.at(street, s, block.side * (street.half + out))
        heading, fine = float(street.heading(s)), stand.away(place) < 30
        if kind is None:
            stand.out.put(furniture.hedge(3.0, fine), place, heading, 1.0, rng.uniform(0.95, 1.25))
        else:
            stand.out.put(furniture.fence(kind, fine), place, heading + (math.pi if block.side > 0 else 0.0))


def _is_open(stand: Stand, block: Block, street: Street, s: float, margin: float) -> bool:
    """Whether no other street or driveway comes through at a station."""
    for at, other, junction in stand.plan.crossings_of(street):
        if abs(s - at) < max(other.half, junction.ring_m) + PAVEMENT_M + margin:
            return False
    near = street.at(s, block.side * (street.half + PAVEMENT_M))
    return not any(np.linalg.norm(lot.driveway.mean(0) - near) < 5.5 for lot in stand.plan.lots)


def _scattered(stand: Stand, block: Block, street: Street, site: Site, rng: np.random.Generator) -> None:
    """Trees and shrubs wherever there is room."""
    share = {"homes": 0.62, "estate": 0.55, "works": 0.22, "offices": 0.35, "shops": 0.25, "old": 0.2}[block.quarter]
    for s in np.arange(block.s0 + 3.0, block.s1 - 2.0, 6.5):
        for low, high in ((1.2, 6.0), (6.0, 22.0), (22.0, 46.0)):
            if rng.random() > share:
                continue
            offset = block.side * (street.half + PAVEMENT_M + rng.uniform(low, high))
            x, y, z = stand.at(street, s + rng.uniform(-2.5, 2.5), offset)
            small = low < 2
            if site.is_free(_square((x, y, z), 1.2 if small else 2.4)):
                species = ("shrub", "cherry", "shrub")[int(rng.integers(3))] if small else _pick(rng, GARDEN_TREES)
                stand.tree(species, (x, y, z), rng, 0.85 if small else 1.0)


def _square(place: Place, half: float) -> Array:
    """The corners (4, 2) of what a thing so wide needs."""
    return np.array([(-half, -half), (half, -half), (half, half), (-half, half)]) + place[:2]


def _pick(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _park(stand: Stand, block: Block, street: Street, site: Site, paved: Paved, rng: np.random.Generator) -> None:
    """Lawns with paths, groups of trees, benches and lamps, now and then a playground; a hedge or rails at the street."""
    deep = 40.0
    middle, side = (block.s0 + block.s1) / 2, block.side
    base = street.half + PAVEMENT_M
    lane = base + rng.uniform(7, 12)
    paved.append((street.strip(block.s0, block.s1, side * lane, side * (lane + 2.2)), Cover.GRAVEL))
    paved.append((street.strip(middle - 1.2, middle + 1.2, side * (base - 0.2), side * (base + deep)), Cover.GRAVEL))
    if block.s1 - block.s0 > 45 and rng.random() < 0.5:
        place = stand.at(street, middle + 14, side * (lane + 11))
        soil = rectangle_at(street, side, middle + 16, lane + 6, 16.0, 11.0)
        if site.is_free(soil):
            stand.out.put(furniture.playground(), place, float(street.heading(middle)))
            paved.append((soil, Cover.SOIL))
    for s in np.arange(block.s0 + 4, block.s1 - 3, 9.0):
        place = stand.at(street, s, side * (lane - 0.8))
        if abs(s - middle) > 4 and site.is_free(_square(place, 1.0)):
            stand.out.put(furniture.bench(), place, float(street.heading(s)) + side * math.pi / 2)
        lamp = stand.at(street, s + 4.5, side * (lane + 2.7))
        if int(s) % 2 and site.is_free(_square(lamp, 0.5)):
            stand.out.put(furniture.lantern("park"), lamp)
            stand.lamps += furniture.lamps_of("park", lamp, 0.0, True)
    for _ in range(int((block.s1 - block.s0) * 0.62)):
        s, offset = rng.uniform(block.s0 + 1, block.s1 - 1), rng.uniform(1.5, deep)
        on_path = abs(base + offset - lane - 1.1) < 2.4 or abs(s - middle) < 2.8
        x, y, z = stand.at(street, s, side * (base + offset))
        if not on_path and site.is_free(_square((x, y, z), 2.0)):
            stand.tree("shrub" if rng.random() < 0.2 else _pick(rng, PARK_TREES), (x, y, z), rng)
    rails = rng.random()
    for s in np.arange(block.s0 + 2, block.s1 - 2, 3.0) if rails < 0.7 else ():
        if abs(s - middle) > 3.2 and _is_open(stand, block, street, s, 1.0):
            place = stand.at(street, s, side * (base + 0.5))
            fine = stand.away(place) < 30
            thing = furniture.hedge(3.0, fine) if rails < 0.4 else furniture.fence("rails", fine)
            stand.out.put(thing, place, float(street.heading(s)))


def _beyond(stand: Stand) -> None:
    """Far trees round the canvas, among the buildings of the skyline."""
    rng = dice("beyond", stand.plan.seed)
    for _ in range(150):
        angle, reach = rng.uniform(0, 2 * math.pi), rng.uniform(232, 420)
        away = np.array([math.cos(angle), math.sin(angle)])
        x, y = 220.0 + away * reach / max(abs(away).max(), 0.75)
        stand.tree(_pick(rng, PARK_TREES), (float(x), float(y), stand.level(x, y)), rng, 1.3)
