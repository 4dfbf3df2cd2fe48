"""The nuScenes categories: what they are called, how big they are, and how they can move.

Names and detection classes are nuScenes' own (Caesar et al., 2020; `nuscenes.eval.detection`). Sizes and limits are our
readings: sizes are what boxes of the kind usually measure; limits are the comfort bounds of nuPlan's closed-loop metrics
(Caesar et al., 2021: 2.4 and -4.05 m/s2 along, 4.89 m/s2 across, 0.95 rad/s) widened to what tyres on a dry road (about
0.9 g) and legs can do, since a check must call out the impossible, not the uncomfortable.
"""

import re
from dataclasses import dataclass

from editor.geometry import Vec3


@dataclass(frozen=True, slots=True)
class Limits:
    """How a category can move. `turn_radius_m` is the tightest turn of the box's centre; 0 means that it turns on the spot."""

    speed_mps: float
    cruise_mps: float  # what it settles at when nothing says otherwise
    acceleration_mps2: float
    braking_mps2: float
    lateral_mps2: float
    turn_radius_m: float
    yaw_rate_radps: float

    @property
    def curvature(self) -> float:
        """The sharpest bend, 1/m."""
        return 1 / self.turn_radius_m if self.turn_radius_m else float("inf")


CAR = Limits(60.0, 8.0, 5.0, 9.0, 8.0, 4.5, 1.2)
HEAVY = Limits(36.0, 7.0, 2.5, 7.0, 5.0, 8.0, 0.7)
MOTORCYCLE = Limits(60.0, 8.0, 7.0, 9.0, 9.0, 2.0, 2.0)
BICYCLE = Limits(18.0, 4.5, 3.0, 6.0, 6.0, 1.2, 2.5)
WALKING = Limits(9.0, 1.4, 4.0, 5.0, 6.0, 0.0, 7.0)
STANDING = Limits(3.0, 1.0, 3.0, 4.0, 4.0, 0.0, 7.0)  # things that a hand or the wind moves


@dataclass(frozen=True, slots=True)
class Category:
    """One nuScenes category. `detection` is None where the detection benchmark leaves it out."""

    name: str
    label: str  # for people
    size_lwh: Vec3  # metres
    limits: Limits
    detection: str | None
    colour: str  # "#rrggbb", of its boxes

    @property
    def on_the_road(self) -> bool:
        """Whether it belongs on the drivable area."""
        return self.name.startswith("vehicle.")


BLUE, PURPLE, ORANGE, TEAL, GREY = "#3b82f6", "#8b5cf6", "#f59e0b", "#14b8a6", "#94a3b8"

CATEGORIES: dict[str, Category] = {
    c.name: c
    for c in (
        Category("vehicle.car", "Car", (4.6, 1.95, 1.7), CAR, "car", BLUE),
        Category("vehicle.truck", "Truck", (6.9, 2.5, 2.8), HEAVY, "truck", PURPLE),
        Category("vehicle.bus.rigid", "Bus", (11.0, 2.9, 3.5), HEAVY, "bus", PURPLE),
        Category("vehicle.bus.bendy", "Articulated bus", (9.2, 2.8, 3.3), HEAVY, "bus", PURPLE),
        Category("vehicle.trailer", "Trailer", (12.3, 2.9, 3.9), HEAVY, "trailer", PURPLE),
        Category("vehicle.construction", "Construction vehicle", (6.4, 2.8, 3.2), HEAVY, "construction_vehicle", PURPLE),
        Category("vehicle.emergency.ambulance", "Ambulance", (6.2, 2.4, 2.9), CAR, None, BLUE),
        Category("vehicle.emergency.police", "Police car", (4.8, 2.0, 1.7), CAR, None, BLUE),
        Category("vehicle.motorcycle", "Motorcycle", (2.1, 0.8, 1.5), MOTORCYCLE, "motorcycle", TEAL),
        Category("vehicle.bicycle", "Bicycle", (1.7, 0.6, 1.3), BICYCLE, "bicycle", TEAL),
        Category("human.pedestrian.adult", "Adult", (0.7, 0.7, 1.75), WALKING, "pedestrian", ORANGE),
        Category("human.pedestrian.child", "Child", (0.5, 0.5, 1.4), WALKING, "pedestrian", ORANGE),
        Category(
            "human.pedestrian.construction_worker", "Construction worker", (0.75, 0.7, 1.75), WALKING, "pedestrian", ORANGE
        ),
        Category("human.pedestrian.police_officer", "Police officer", (0.7, 0.7, 1.8), WALKING, "pedestrian", ORANGE),
        Category("human.pedestrian.personal_mobility", "Scooter rider", (1.2, 0.6, 1.75), BICYCLE, None, ORANGE),
        Category("human.pedestrian.stroller", "Pushchair", (1.0, 0.6, 1.2), WALKING, None, ORANGE),
        Category("human.pedestrian.wheelchair", "Wheelchair", (1.1, 0.8, 1.4), WALKING, None, ORANGE),
        Category("animal", "Animal", (0.8, 0.4, 0.6), WALKING, None, ORANGE),
        Category("movable_object.barrier", "Barrier", (0.5, 2.5, 1.0), STANDING, "barrier", GREY),
        Category("movable_object.trafficcone", "Traffic cone", (0.4, 0.4, 1.1), STANDING, "traffic_cone", GREY),
        Category("movable_object.debris", "Debris", (1.0, 1.0, 0.6), STANDING, None, GREY),
        Category("movable_object.pushable_pullable", "Pushable object", (0.7, 0.7, 1.1), STANDING, None, GREY),
        Category("static_object.bicycle_rack", "Bicycle rack", (7.0, 2.5, 1.4), STANDING, None, GREY),
    )
}

SMALLEST_M, LARGEST_M = 0.05, 40.0
SIZE_FACTOR = 4.0  # how many times smaller or larger than usual one of its kind may be
NAME = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


def category_of(name: str) -> Category:
    """The category of that name; one that nuScenes does not know moves as its first word suggests."""
    if name in CATEGORIES:
        return CATEGORIES[name]
    limits = {"vehicle": CAR, "human": WALKING, "animal": WALKING}.get(name.split(".")[0], STANDING)
    return Category(name, name.replace("_", " ").replace(".", ", "), (1.0, 1.0, 1.0), limits, None, GREY)


def one_of(name: str) -> str:
    """One of a category, in a sentence: "an adult"."""
    label = category_of(name).label
    return f"{'an' if label[0] in 'AEIOU' else 'a'} {label[0].lower()}{label[1:]}"


def size_range(name: str) -> tuple[Vec3, Vec3]:
    """The smallest and largest sizes that one of this category may be given."""
    if name not in CATEGORIES:
        return (SMALLEST_M,) * 3, (LARGEST_M,) * 3
    usual = CATEGORIES[name].size_lwh
    low = tuple(max(SMALLEST_M, s / SIZE_FACTOR) for s in usual)
    high = tuple(min(LARGEST_M, s * SIZE_FACTOR) for s in usual)
    return low, high  # type: ignore[return-value]
