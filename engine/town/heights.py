"""How high the ground lies: one smooth function of place, for the mesh of the ground and for all that stands on it."""

import numpy as np

from engine.town.streets import Array, Plan


def height(plan: Plan, places: Array) -> Array:
    """Metres (n,) of the carriageway's level at places (n, 2); pavements lie a kerb higher."""
    return np.zeros(len(places))


def slope(plan: Plan, places: Array) -> Array:
    """The gradient (n, 2) of `height`: metres upwards per metre east and north."""
    return np.zeros((len(places), 2))
