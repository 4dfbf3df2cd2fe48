"""What drives, stands and walks in a town: categories and plausible sizes, most near nuScenes' own means."""

import numpy as np

from editor.geometry import Vec3

KINDS: dict[str, tuple[str, Vec3]] = {
    "sedan": ("vehicle.car", (4.72, 1.90, 1.46)), "hatch": ("vehicle.car", (4.08, 1.82, 1.50)),
    "city": ("vehicle.car", (3.62, 1.68, 1.51)), "suv": ("vehicle.car", (4.74, 1.97, 1.72)),
    "sports": ("vehicle.car", (4.40, 1.90, 1.31)), "van": ("vehicle.car", (5.55, 2.10, 2.42)),
    "pickup": ("vehicle.truck", (5.60, 2.05, 1.88)), "truck": ("vehicle.truck", (7.70, 2.50, 3.25)),
    "semi": ("vehicle.truck", (13.8, 2.60, 3.75)), "bus": ("vehicle.bus.rigid", (11.60, 2.85, 3.30)),
    "bendy": ("vehicle.bus.bendy", (17.2, 2.85, 3.30)), "motorcycle": ("vehicle.motorcycle", (2.11, 0.79, 1.56)),
    "bicycle": ("vehicle.bicycle", (1.74, 0.62, 1.74)), "police": ("vehicle.emergency.police", (4.78, 1.94, 1.60)),
    "ambulance": ("vehicle.emergency.ambulance", (5.90, 2.15, 2.75)), "trailer": ("vehicle.trailer", (6.60, 2.45, 3.40)),
    "small trailer": ("vehicle.trailer", (4.40, 1.95, 2.15)), "parked bicycle": ("vehicle.bicycle", (1.72, 0.58, 1.07)),
    "parked motorcycle": ("vehicle.motorcycle", (2.06, 0.80, 1.14)), "rack": ("static_object.bicycle_rack", (4.6, 1.75, 1.15)),
    "roller": ("vehicle.construction", (4.70, 1.90, 2.55)), "excavator": ("vehicle.construction", (6.30, 2.35, 3.10)),
    "loader": ("vehicle.construction", (6.60, 2.50, 3.20)), "cone": ("movable_object.trafficcone", (0.40, 0.40, 0.86)),
    "barrier": ("movable_object.barrier", (0.55, 2.30, 1.02)), "debris": ("movable_object.debris", (1.3, 1.0, 0.65)),
    "bin": ("movable_object.pushable_pullable", (0.62, 0.60, 1.08)),
}  # fmt: skip
MOVING = {"sedan": 26, "hatch": 18, "city": 8, "suv": 18, "sports": 4, "van": 8, "pickup": 4, "truck": 5, "bus": 3, "semi": 1.2,
          "bendy": 1, "motorcycle": 4, "police": 1, "ambulance": 0.8}  # fmt: skip
PARKED = {"sedan": 28, "hatch": 24, "city": 10, "suv": 18, "sports": 4, "van": 7, "pickup": 4, "small trailer": 2.5,
          "police": 0.7, "parked motorcycle": 2.0, "parked bicycle": 1.5, "rack": 1.2}  # fmt: skip
LONG = ("truck", "semi", "bus", "bendy")  # who does not take tight turns


def pick(rng: np.random.Generator, weights: dict[str, float]) -> str:
    """One kind by its weight."""
    share = np.array(list(weights.values()))
    return list(weights)[int(rng.choice(len(share), p=share / share.sum()))]


def varied(rng: np.random.Generator, kind: str) -> tuple[str, Vec3]:
    """A kind's category and a size near its usual one."""
    category, (length, width, height) = KINDS[kind]
    k = rng.uniform(0.97, 1.03)
    return category, (round(length * k, 3), width, round(height * rng.uniform(0.985, 1.015), 3))
