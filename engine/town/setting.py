"""Everything of a town that stands still, built once from its plan."""

from dataclasses import dataclass

import numpy as np
import shapely

from engine.town.buildings import House, Site, houses, skyline
from engine.town.chance import dice
from engine.town.fields import ground_map
from engine.town.furniture import bench, bin_, bollard, hedge, hydrant, lamp, light_of_lamp, sign, signal
from engine.town.ground import PAVEMENT_M, GroundMap
from engine.town.house_parts import house_mesh
from engine.town.lamps import Lamp
from engine.town.lenses import Lenses, TrafficLights
from engine.town.mesh import Mesh, merge
from engine.town.rays import Triangles
from engine.town.signals import masts
from engine.town.stage import Part, part_of, without_slivers
from engine.town.streets import STOP_M, Plan, Street
from engine.town.terrain import KERB_HEIGHT_M, terrain
from engine.town.trees import KINDS, tree

Z = KERB_HEIGHT_M


@dataclass(frozen=True, eq=False)
class Setting:
    """The still part of a town, ready for rays, and its houses' footprints."""

    part: Part
    rays: Triangles
    ground: GroundMap
    houses: tuple[House, ...]
    lamps: tuple[Lamp, ...]  # of the street
    lenses: Lenses

    def at(self, t_us: int) -> Part:
        """Its part at a time: the same but for which lenses of its traffic lights are lit."""
        return self.lenses.lit(self.part, t_us)


def setting(plan: Plan) -> Setting:
    """Build all that stands still."""
    built = houses(plan, Site(plan))
    meshes = [terrain(plan), *(house_mesh(h) for h in [*built, *skyline(plan)])]
    lamps: list[Lamp] = []
    for street in plan.streets:
        meshes += _beside(plan, street, lamps)
    lights = TrafficLights(plan)
    meshes += _signals(plan, lights) + _lots(plan, built)
    still = without_slivers(merge(meshes))
    footprints = [h.footprint for h in built]
    rays = Triangles(still.points, still.triangles)
    ground = ground_map(plan, footprints, [])
    return Setting(part_of(still), rays, ground, tuple(built), tuple(lamps), lights.lenses(still.surfaces))


def _clear(plan: Plan, street: Street, s: float, margin: float) -> bool:
    return all(abs(s - at) > other.half + margin for at, other, _ in plan.crossings_of(street))


def _near_ego(plan: Plan, street: Street, s: float) -> bool:
    """Whether the ego, which drives the middle of the first street, comes near."""
    main = plan.streets[0]
    path = main.at(np.arange(170.0, 300.0, 5.0))
    return float(np.linalg.norm(path - street.at(s), axis=1).min()) < 45


def _place(street: Street, s: float, offset: float) -> tuple[float, float, float]:
    x, y = street.at(s, offset)
    return float(x), float(y), Z


def _beside(plan: Plan, street: Street, lamps: list[Lamp]) -> list[Mesh]:
    """Trees, lamps, signs and the like along both kerbs."""
    out = []
    for side in (-1, 1):
        rng = dice("beside", plan.seed, street.name, side)
        edge = side * street.half
        s = rng.uniform(0, 9)
        leafy = rng.random() < 0.8
        while s < street.length:
            if leafy and rng.random() < 0.82 and _clear(plan, street, s, 13):
                out.append(
                    tree(
                        int(rng.integers(KINDS)),
                        _place(street, s, edge + side * 0.95),
                        rng.uniform(0, 6.28),
                        rng.uniform(0.78, 1.12),
                        _near_ego(plan, street, s),
                    )
                )
            s += rng.uniform(9, 14)
        for s in np.arange(12.0 + 13 * (side > 0), street.length, 27.0):
            if _clear(plan, street, s, 4):
                x, y, z = _place(street, s, edge + side * 0.45)
                towards = float(street.heading(s)) - side * np.pi / 2
                out.append(lamp((x, y, z), towards))
                lamps.append(light_of_lamp((x, y, z), towards))
        for s in np.arange(20.0, street.length, 16.0):
            pick, at = rng.random(), s + rng.uniform(-5, 5)
            if not _clear(plan, street, at, 9) or at > street.length:
                continue
            heading = float(street.heading(at)) + (0 if side < 0 else np.pi)
            if pick < 0.20:
                out.append(sign(_place(street, at, edge + side * 0.4), heading, "parking" if street.parking_m else "limit"))
            elif pick < 0.32:
                out.append(sign(_place(street, at, edge + side * 0.4), heading, "limit"))
            elif pick < 0.48:
                out.append(bin_(_place(street, at, edge + side * 0.6), heading))
            elif pick < 0.60:
                out.append(bench(_place(street, at, edge + side * 3.0), heading + np.pi / 2))
            elif pick < 0.68:
                out.append(hydrant(_place(street, at, edge + side * 0.55)))
            elif pick < 0.82:
                out += [bollard(_place(street, at + 1.5 * k, edge + side * 0.4)) for k in range(4)]
    return out


def _signals(plan: Plan, lights: TrafficLights) -> list[Mesh]:
    """Traffic lights on their masts."""
    out = []
    for mast in masts(plan):
        place = _place(plan.street(mast.arm.street), mast.station, mast.offset)
        out.append(signal(place, mast.heading, mast.reach, lights.numbers(mast.junction, mast.arm.street)))
    return out


def _lots(plan: Plan, built: list[House]) -> list[Mesh]:
    """Trees and hedges in the gaps between houses."""
    taken = shapely.union_all([shapely.Polygon(h.footprint).buffer(2.6) for h in built] + [plan.road.buffer(PAVEMENT_M + 1.5)])
    rng = dice("lots", plan.seed)
    out = []
    for street in plan.streets:
        for side in (-1, 1):
            for s in np.arange(6.0, street.length, 7.5):
                x, y, _ = place = _place(street, s, side * (street.half + PAVEMENT_M + rng.uniform(3, 16)))
                if rng.random() < 0.75 and not shapely.contains_xy(taken, x, y):
                    out.append(
                        tree(
                            int(rng.integers(KINDS)),
                            place,
                            rng.uniform(0, 6.28),
                            rng.uniform(0.8, 1.35),
                            _near_ego(plan, street, s),
                        )
                    )
            out += _hedges(street, side, taken, rng)
    return out


def _hedges(street: Street, side: int, taken: shapely.Geometry, rng: np.random.Generator) -> list[Mesh]:
    out = []
    for s in np.arange(10.0, street.length - 8, 9.0):
        offset = side * (street.half + PAVEMENT_M + 0.7)
        x, y, _ = place = _place(street, s, offset)
        near = shapely.box(x - 4, y - 4, x + 4, y + 4)
        if rng.random() < 0.5 and shapely.area(near & taken) < 45 and abs(s - street.length / 2) > STOP_M + 9:
            out.append(hedge((-4.0, -0.35), (4.0, 0.35), place, float(street.heading(s)) + (0 if side > 0 else np.pi)))
    return out
