"""Everything of a town that stands still, built once from its plan."""

from dataclasses import dataclass

from engine.town.buildings import House, Site, houses, skyline
from engine.town.fields import ground_map
from engine.town.ground import GroundMap
from engine.town.horizon import horizon
from engine.town.house_parts import house_mesh
from engine.town.lamps import Lamp
from engine.town.lenses import Lenses, TrafficLights
from engine.town.mesh import merge
from engine.town.rays import Triangles
from engine.town.roadside import Stand, line_streets, traffic_lights
from engine.town.stage import Part, part_of, without_slivers
from engine.town.streets import Plan
from engine.town.terrain import terrain
from engine.town.yards import fill_yards


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
    site = Site(plan)
    built = houses(plan, site)
    stand, lights = Stand(plan), TrafficLights(plan)
    stand.out.add(terrain(plan), horizon(plan), *(house_mesh(h) for h in [*built, *skyline(plan)]))
    line_streets(stand)
    traffic_lights(stand, lights)
    paved = fill_yards(stand, site, built)
    still = without_slivers(merge(stand.out.meshes()))
    ground = ground_map(plan, [h.footprint for h in built], paved)
    rays = Triangles(still.points, still.triangles)
    return Setting(part_of(still), rays, ground, tuple(built), tuple(stand.lamps), lights.lenses(still.surfaces))
