"""What stands along the kerbs: trees, lamps, signs, bins, benches, bus stops, traffic lights, poles and wires."""

import math
from dataclasses import dataclass, field

import numpy as np

from engine.town import furniture
from engine.town.chance import dice
from engine.town.furniture import Lantern, Sign
from engine.town.heights import KERB_HEIGHT_M, height
from engine.town.kerbs import edge_at
from engine.town.lamps import Lamp
from engine.town.lenses import TrafficLights
from engine.town.mesh import tube
from engine.town.placing import Place, Scatter
from engine.town.plans import PAVEMENT_M
from engine.town.quarters import Block, block_at
from engine.town.signals import masts
from engine.town.streets import Array, Plan, Street
from engine.town.trees import SPECIES, VARIANTS, Detail, Season, tree

NEAR_M, MIDDLE_M = 17.0, 58.0  # from the ego's way: within these trees have all their leaves, or larger ones
TURNED_M, BESIDE_M = 120.0, 30.0  # so far the ego may get along another street; trees so near to that are no lumps either
ROOM_M = 0.25  # from the road's edge to what stands nearest to it
STREET_TREES = ("lime", "maple", "plane", "poplar", "birch", "cherry", "pine")


@dataclass(eq=False)
class Stand:
    """A town while things are put into it."""

    plan: Plan
    out: Scatter = field(default_factory=Scatter)
    lamps: list[Lamp] = field(default_factory=list)

    def __post_init__(self) -> None:
        main = self.plan.streets[0]
        self.way: Array = main.at(np.arange(150.0, 330.0, 5.0))
        places = np.concatenate([street.at(np.arange(0.0, street.length, 5.0)) for street in self.plan.streets])
        self.turned: Array = places[[float(np.linalg.norm(self.way - p, axis=1).min()) < TURNED_M for p in places]]
        self.season: Season = ("spring", "summer", "summer", "autumn")[int(dice("season", self.plan.seed).integers(4))]

    def level(self, x: float, y: float) -> float:
        """The height of the raised ground there."""
        return float(height(self.plan, np.array([[x, y]]))[0]) + KERB_HEIGHT_M

    def at(self, street: Street, s: float, offset: float) -> Place:
        """A place on the raised ground beside a street."""
        x, y = (float(v) for v in street.at(s, offset))
        return x, y, self.level(x, y)

    def away(self, place: Place) -> float:
        """Metres from the part of the first street that the ego drives."""
        return float(np.linalg.norm(self.way - place[:2], axis=1).min())

    def tree(self, species: str, place: Place, rng: np.random.Generator, scale: float = 1.0) -> None:
        """One more tree, in as much detail as its distance from the ego's way asks for."""
        away = self.away(place)
        beside = float(np.linalg.norm(self.turned - place[:2], axis=1).min()) < BESIDE_M
        detail: Detail = "near" if away < NEAR_M else "middle" if away < MIDDLE_M or beside else "far"
        mesh = tree(species, int(rng.integers(VARIANTS)), self.season, detail)
        self.out.put(mesh, place, rng.uniform(0, 6.28), scale * rng.uniform(0.85, 1.12), rng.uniform(0.92, 1.08))


@dataclass(frozen=True, eq=False)
class Kerb:
    """One side of a street while things are put beside it."""

    stand: Stand
    street: Street
    side: int

    def clear(self, s: float, margin: float) -> bool:
        """Whether a station is so far from all junctions and driveways that something may stand there."""
        plan, street = self.stand.plan, self.street
        if not -60 < s < street.length + 60:
            return False
        for at, other, junction in plan.crossings_of(street):
            if abs(s - at) < max(other.half, junction.ring_m) + margin:
                return False
        x, y = street.at(s, self.side * (street.half + 1.0))
        return not any(np.linalg.norm(lot.driveway.mean(0) - (x, y)) < 5.5 for lot in plan.lots)

    def place(self, s: float, out: float) -> Place:
        """So many metres out from the kerb."""
        return self.stand.at(self.street, s, self.side * (self.street.half + out))

    def beside(self, s: float, out: float) -> Place:
        """So many metres out from the kerb, and farther where it bends away from the street."""
        for more in np.arange(0.0, 3.0, 0.5):
            place = self.place(s, out + more)
            if edge_at(self.stand.plan, np.array([place[:2]]))[0] > ROOM_M:
                break
        return place

    def heading(self, s: float) -> float:
        """The direction of the traffic on this side."""
        return float(self.street.heading(s)) + (0.0 if self.side < 0 else math.pi)

    def put_sign(self, kind: Sign, s: float, out: float = 0.4) -> None:
        """A sign that drivers on this side see."""
        self.stand.out.put(furniture.sign(kind), self.beside(s, out), self.heading(s) - math.pi / 2)

    def block(self, s: float) -> Block:
        """The block that it runs along there."""
        return block_at(self.stand.plan, self.street.name, self.side, s)


def line_streets(stand: Stand) -> None:
    """All that stands along all streets."""
    plan = stand.plan
    warm = bool(dice("lamps", plan.seed).random() < 0.5)
    for street in plan.streets:
        for side in (-1, 1):
            kerb = Kerb(stand, street, side)
            _trees(kerb)
            _lanterns(kerb, warm)
            _things(kerb)
    _signs(stand)
    _catenary(stand)
    _stops(stand)
    _medians(stand)


def _range(street: Street, plan: Plan, start: float) -> tuple[float, float]:
    ends = plan.ends(street)
    return (start if ends[0] else start - 55.0), street.length + (0.0 if ends[1] else 55.0)


def _trees(kerb: Kerb) -> None:
    plan, street = kerb.stand.plan, kerb.street
    rng = dice("street trees", plan.seed, street.name, kerb.side)
    species = STREET_TREES[int(rng.integers(len(STREET_TREES)))]
    leafy = {"old": 0.25, "homes": 0.7, "shops": 0.6, "offices": 0.7, "works": 0.35, "park": 0.8, "estate": 0.6}
    row = rng.random() < 0.75
    s, last = _range(street, plan, rng.uniform(2, 9))
    while s < last:
        quarter = kerb.block(s).quarter
        if row and rng.random() < leafy[quarter] and kerb.clear(s, 15):
            kerb.stand.tree(species, kerb.place(s, 0.95), rng)
        s += rng.uniform(8, 12) * (1.4 if species == "plane" else 1.0)


def _lanterns(kerb: Kerb, warm: bool) -> None:
    plan, street = kerb.stand.plan, kerb.street
    rng = dice("lanterns", plan.seed, street.name)
    old = rng.random()
    wooden = rng.random() < 0.5
    if street.median_m:
        return
    shift = 13.0 if kerb.side > 0 else 0.0
    last_pole: float | None = None
    first, last = _range(street, plan, 12.0 + shift)
    for s in np.arange(first, last, 26.0):
        quarter = kerb.block(s).quarter
        if not kerb.clear(s, 5):
            last_pole = None
            continue
        kind: Lantern = "arm"
        if quarter == "old" and old < 0.8 or quarter == "park" and old < 0.4:
            kind = "post"
        elif quarter in ("homes", "works") and wooden and kerb.side > 0:
            kind = "pole"
        place, towards = kerb.place(s, 0.45), kerb.heading(s) + math.pi / 2
        kerb.stand.out.put(furniture.lantern(kind), place, towards)
        kerb.stand.lamps += furniture.lamps_of(kind, place, towards, warm)
        if kind == "pole":
            if last_pole is not None and s - last_pole < 30:
                for out in (-1.0, 0.2, 1.0):
                    a, b = (kerb.place(at, 0.45 - out) for at in (last_pole, s))
                    _wires(kerb.stand, a, b, (8.6,))
            last_pole = s


def _wires(stand: Stand, a: Place, b: Place, levels: tuple[float, ...], radius: float = 0.016, sag: float = 0.45) -> None:
    """Hanging wires from one pole to the next."""
    for z in levels:
        t = np.linspace(0, 1, 7)[:, None]
        line = (1 - t) * np.add(a, (0, 0, z)) + t * np.add(b, (0, 0, z)) - np.array([0, 0, sag]) * 4 * t * (1 - t)
        stand.out.add(tube(line, radius, furniture.DARK, 3))


def _catenary(stand: Stand) -> None:
    """In some towns trolleybuses run: poles at both kerbs of the main street, wires across, two contact wires each way."""
    plan, street = stand.plan, stand.plan.streets[0]
    if plan.kind not in ("junction", "boulevard", "curve") or dice("catenary", plan.seed).random() > 0.35:
        return
    pole = tube([(0, 0, -0.2), (0, 0, 7.4)], [0.12, 0.09], furniture.POLE, 8)
    first, last = _range(street, plan, 4.0)
    spans = np.arange(first, last, 28.0)
    offsets = [
        o + d for o in (street.lane_offset(1, street.lanes - 1), street.lane_offset(-1, street.lanes - 1)) for d in (-0.3, 0.3)
    ]
    for s in spans:
        posts = [stand.at(street, s, side * (street.half + 0.5)) for side in (-1, 1)]
        if all(Kerb(stand, street, side).clear(s, 2.5) for side in (-1, 1)):
            for post in posts:
                stand.out.put(pole, post)
            _wires(stand, posts[0], posts[1], (6.6,), 0.012, 0.55)
    for s0, s1 in zip(spans[:-1], spans[1:], strict=True):
        for offset in offsets:
            a, b = stand.at(street, s0, offset), stand.at(street, s1, offset)
            _wires(stand, a, b, (5.85,), 0.012, 0.06)


def _things(kerb: Kerb) -> None:
    """Bins, benches, hydrants, bollards, planters, parking machines, signs of parking and speed."""
    plan, street, put = kerb.stand.plan, kerb.street, kerb.stand.out.put
    rng = dice("things", plan.seed, street.name, kerb.side)
    red = rng.random() < 0.5
    first, last = _range(street, plan, 14.0)
    for s in np.arange(first, last, 11.0):
        at, pick, second = s + rng.uniform(-3.5, 3.5), rng.random(), rng.random()
        if not kerb.clear(at, 9.5):
            continue
        quarter = kerb.block(at).quarter
        heading = kerb.heading(at)
        busy = quarter in ("old", "shops", "offices")
        if pick < 0.10:
            kerb.put_sign(("parking" if second < 0.6 else "no parking") if street.parking_m else "limit", at)
        elif pick < 0.16:
            kerb.put_sign("limit", at)
        elif pick < 0.28:
            put(furniture.bin_(0 if busy else 1), kerb.place(at, 0.6), heading + math.pi)
        elif pick < 0.40 and quarter != "works":
            put(furniture.bench(), kerb.place(at, 2.7), heading + math.pi / 2)
        elif pick < 0.45 and red:
            put(furniture.hydrant(), kerb.place(at, 0.55), 0.4)
        elif pick < 0.62 and busy:
            for post in (at + 1.5 * k for k in range(5)):
                if kerb.clear(post, 9.5):
                    put(furniture.bollard(), kerb.place(post, 0.4))
        elif pick < 0.72 and busy:
            put(furniture.planter(), kerb.place(at, 2.9), heading)
        elif pick < 0.77 and street.parking_m:
            put(furniture.meter(), kerb.place(at, 0.5), heading - math.pi / 2)
        elif pick < 0.83:
            put(furniture.cabinet(), kerb.place(at, PAVEMENT_M - 0.3), heading + math.pi)
        elif pick < 0.90 and quarter in ("homes", "estate"):
            for k in range(2 if second < 0.5 else 1):
                put(furniture.bin_(2), kerb.place(at + 0.75 * k, PAVEMENT_M - 0.7), heading + math.pi)


def _signs(stand: Stand) -> None:
    """Signs at junctions: who gives way, where people cross, what the streets are called."""
    plan = stand.plan
    for junction in plan.junctions:
        for arm in plan.arms(junction):
            street = plan.street(arm.street)
            kerb = Kerb(stand, street, -arm.inward)
            if junction.control != "signals" and arm.waits:
                stops = dice("stop", plan.seed, junction.b, arm.side).random() < 0.3 and not junction.ring_m
                kerb.put_sign("stop" if stops else "yield", arm.stop + arm.side * 0.6)
                if arm.crossing is not None:
                    kerb.put_sign("crossing", arm.crossing[1] + arm.side * (0.6 if junction.ring_m else 2.4), 0.5)
        if not junction.ring_m:
            a, b = plan.street(junction.a), plan.street(junction.b)
            place = stand.at(a, junction.sa + b.half + 2.6, a.half + 2.6)
            if edge_at(plan, np.array([place[:2]]))[0] > 0.4:
                stand.out.put(furniture.sign("name"), place, float(a.heading(junction.sa)))


def _stops(stand: Stand) -> None:
    """Bus stops with their shelters."""
    for stop in stand.plan.bus_stops:
        kerb = Kerb(stand, stand.plan.street(stop.street), -stop.direction)
        kerb.put_sign("bus", stop.station + stop.direction * 6.0)
        place = kerb.place(stop.station, 2.4)
        stand.out.put(furniture.shelter(), place, kerb.heading(stop.station) + math.pi)
        stand.out.put(furniture.bin_(1), kerb.place(stop.station - stop.direction * 3.2, 2.4), kerb.heading(stop.station))


def _medians(stand: Stand) -> None:
    """Trees and lamps amid boulevards, and what stands on roundabouts' islands."""
    plan = stand.plan
    rng = dice("medians", plan.seed)
    for street in plan.streets:
        species = ("plane", "lime", "poplar", "cherry", "pine")[int(rng.integers(5))]
        for s0, s1 in plan.open_stretches(street) if street.median_m else ():
            for k, s in enumerate(np.arange(s0 + 8, s1 - 6, 9.0)):
                place = stand.at(street, s, 0.0)
                if k % 3 == 1:
                    towards = float(street.heading(s)) + math.pi / 2
                    stand.out.put(furniture.lantern("double"), place, towards)
                    stand.lamps += furniture.lamps_of("double", place, towards, False)
                else:
                    stand.tree(species, place, rng, 0.9)
    for junction in plan.junctions:
        if junction.ring_m:
            _island(stand, plan, junction.a, junction.sa, junction.island_m, rng)


def _island(stand: Stand, plan: Plan, name: str, s: float, radius: float, rng: np.random.Generator) -> None:
    street = plan.street(name)
    x, y = (float(v) for v in street.at(s))
    z = stand.level(x, y)
    kind = rng.random()
    if kind < 0.6:
        stand.tree(tuple(SPECIES)[int(rng.integers(6))], (x, y, z), rng, 0.95)
    for k in range(7):
        a = 2 * math.pi * k / 7 + rng.uniform(-0.2, 0.2)
        r = radius * rng.uniform(0.35, 0.6)
        stand.tree("shrub" if kind < 0.8 else "cherry", (x + r * math.cos(a), y + r * math.sin(a), z), rng, 0.8)
    junction = next(j for j in plan.junctions if j.ring_m)
    for arm in plan.arms(junction):
        at = plan.street(arm.street).at(junction.station(arm.street) + arm.side * (radius - 1.2))
        towards = float(plan.street(arm.street).heading(arm.edge)) + (math.pi if arm.side > 0 else 0.0)
        board = (float(at[0]), float(at[1]), stand.level(*at))
        stand.out.put(furniture.sign("chevrons"), board, towards - math.pi / 2)


def traffic_lights(stand: Stand, lights: TrafficLights) -> None:
    """The masts of junctions that have traffic lights."""
    for mast in masts(stand.plan):
        street = stand.plan.street(mast.arm.street)
        there, lens = stand.at(street, mast.station, mast.offset), lights.numbers(mast.junction, street.name)
        stand.out.put(furniture.signal(mast.reach, lens), there, mast.heading - math.pi / 2)
