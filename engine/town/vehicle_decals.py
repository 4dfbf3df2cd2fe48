"""All vehicles' decal pictures as one array, and where in it each vehicle's are."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.town.car_decals import car_decals
from engine.town.decals import CHANNELS, HEIGHT, WIDTH
from engine.town.heavy_decals import bus_decals, cab_decals, cargo_decals, wheel_decals
from engine.town.vehicle_shapes import LIVERIES

HEAVY = {"bus": lambda: bus_decals(True), "section": lambda: bus_decals(False), "cargo": cargo_decals, "cab": cab_decals,
         "wheel": wheel_decals}  # fmt: skip


def decal_name(shape: str, livery: str) -> str:
    """What a shape's decals with a livery are called."""
    return f"{shape}-{livery}" if livery else shape


@cache
def index() -> dict[str, int]:
    """The first picture of each vehicle's four."""
    names = [decal_name(shape.name, livery) for shape, livery in LIVERIES] + list(HEAVY)
    return {name: 4 * i for i, name in enumerate(names)}


@cache
def pictures() -> NDArray[np.uint8]:
    """All decal pictures (n, HEIGHT, WIDTH, CHANNELS), rows downwards."""
    cars = [canvas for shape, livery in LIVERIES for canvas in car_decals(shape, livery)]
    heavy = [canvas for draw in HEAVY.values() for canvas in draw()]
    return np.stack([c.pixels for c in (*cars, *heavy)]).reshape(-1, HEIGHT, WIDTH, CHANNELS)
