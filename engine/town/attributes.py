"""nuScenes' attributes of Town's actors, as they truly are: who moves, who waits, who is parked, who rides, who sits."""

import numpy as np
import shapely

from editor.datasets.attributes import CYCLES, attributes_of
from editor.scene import Actor
from engine.town.cycles import RIDDEN_FROM_M
from engine.town.lanes import lanes
from engine.town.streets import Plan


class Attributes:
    """The attributes of those who are in a plan's streets."""

    def __init__(self, plan: Plan) -> None:
        self.lanes = shapely.union_all([shapely.Polygon(lane.outline).buffer(0) for lane in lanes(plan).values()])
        shapely.prepare(self.lanes)

    def of(self, actor: Actor, t_us: int) -> tuple[str, ...]:
        """Their names at a time: one, or none for what has none in nuScenes.

        A vehicle that stands has stopped where it stands in a lane, and is parked beside the lanes."""
        by_motion = attributes_of(actor, t_us)
        if actor.category in CYCLES:
            return ("cycle.with_rider" if actor.size_lwh[2] > RIDDEN_FROM_M else "cycle.without_rider",)
        if actor.category == "human.pedestrian.wheelchair":
            return ("pedestrian.sitting_lying_down",)
        if by_motion in (("vehicle.parked",), ("vehicle.stopped",)):
            return ("vehicle.stopped" if self._in_a_lane(actor) else "vehicle.parked",)
        return by_motion

    def _in_a_lane(self, actor: Actor) -> bool:
        places = np.array([pose.T_world.translation for pose in actor.track])
        return bool(shapely.contains_xy(self.lanes, places[:, 0], places[:, 1]).any())
