"""Walls, hedges and poles of which a sparse LiDAR hit only dots: closed up between the dots and down to the ground."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

CELL_M = 0.4  # dots nearer to each other than this are one column
BRIDGED_M = 2.2  # columns no further apart than this are one wall
NEIGHBOURS = 4
STEP_M = 0.2, 0.2  # between the points that are put in, along and up
STANDS_M = 2.0  # what was hit lower than this stands on the ground; what was not may hang
ENOUGH_POINTS = 30_000  # a drive with more needs none put in


def closed_up(points: Points, above: NDArray[np.float32]) -> Points:
    """The points (n, 3), which lie so far `above` the ground (n,), with those that a denser LiDAR would have hit."""
    if not 0 < len(points) < ENOUGH_POINTS:
        return points
    columns = _columns(points, above)
    one, other = _neighbours(columns)
    steps = np.linspace(0, 1, 1 + round(BRIDGED_M / STEP_M[0]), dtype=np.float32)[None, :, None]
    between = (columns[one][:, None] * (1 - steps) + columns[other][:, None] * steps).reshape(-1, columns.shape[1])
    return np.concatenate([points, _stacked(_apart(np.concatenate([columns, between])))]).astype(np.float32)


def _columns(points: Points, above: NDArray[np.float32]) -> Points:
    """Per cell that holds points: x, y, the ground's height there, and from how far to how far above it they reach."""
    cells = np.floor(points[:, :2] / CELL_M).astype(np.int64)
    _, which, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    which = which.ravel()
    mean = [np.bincount(which, values) / count for values in (points[:, 0], points[:, 1], points[:, 2] - above)]
    low, high = np.full(len(count), np.inf), np.full(len(count), -np.inf)
    np.minimum.at(low, which, above)
    np.maximum.at(high, which, above)
    return np.stack([*mean, np.where(low < STANDS_M, 0.1, low), high], axis=1).astype(np.float32)


def _neighbours(columns: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of columns that are near and reach to common heights."""
    xy, low, high = columns[:, :2], columns[:, 3], columns[:, 4]
    ones, others = [], []
    for start in range(0, len(columns), 512):
        rows = np.arange(start, min(start + 512, len(columns)))
        away = np.linalg.norm(xy[rows, None] - xy[None], axis=-1)
        meet = (low[rows, None] < high[None] + 0.5) & (low[None] < high[rows, None] + 0.5)
        away[~meet | (away < 1e-6) | (away > BRIDGED_M)] = np.inf
        nearest = np.argsort(away, axis=1, kind="stable")[:, :NEIGHBOURS]
        near = np.isfinite(np.take_along_axis(away, nearest, axis=1))
        ones.append(np.repeat(rows[:, None], nearest.shape[1], axis=1)[near])
        others.append(nearest[near])
    return np.concatenate(ones), np.concatenate(others)


def _apart(columns: Points) -> Points:
    """One column of those that nearly coincide."""
    keys = np.floor(columns[:, :2] / STEP_M[0]).astype(np.int64)
    _, first = np.unique(keys, axis=0, return_index=True)
    return columns[np.sort(first)]


def _stacked(columns: Points) -> Points:
    """Points up each column, from its foot to its top."""
    count = np.ceil((columns[:, 4] - columns[:, 3]) / STEP_M[1]).astype(np.int64) + 1
    which = np.repeat(np.arange(len(columns)), count)
    level = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    x, y, ground, low, high = columns[which].T
    return np.stack([x, y, ground + np.minimum(low + STEP_M[1] * level, high)], axis=1)
