"""Where a line of places is nearest to another place, stretch by stretch."""

import numpy as np

from editor.geometry import Array

SHORTEST_M2 = 1e-12  # squared; below, a stretch is a point


def nearest_on(line: Array, x: float, y: float) -> tuple[Array, Array]:
    """Of each stretch (n - 1,) of a line (n, 2 or 3): at what share of it, 0 to 1, its x and y are nearest to a place, and how
    many metres away that is."""
    start, step = line[:-1, :2], np.diff(line[:, :2], axis=0)
    share = np.clip((([x, y] - start) * step).sum(1) / np.maximum((step**2).sum(1), SHORTEST_M2), 0.0, 1.0)
    return share, np.hypot(*(start + share[:, None] * step - [x, y]).T)
