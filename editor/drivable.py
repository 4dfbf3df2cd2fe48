"""Where one may drive, asked for many places at once."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from editor.identity import Same
from editor.map import Raster, StreetMap
from editor.scene import Scene

AROUND_M = 150.0  # the streets are drawn so far around the recorded path
PIXELS_PER_M = 4.0
MOST_PIXELS = 40e6  # of one raster; drives that reach farther have larger pixels


@lru_cache(maxsize=8)
def _raster(street_map: Same[StreetMap], scene: Same[Scene]) -> Raster | None:
    """The drivable area as a picture; None where the map says nothing of it."""
    streets = street_map.value
    if not streets.drivable:
        # A mask that is the same everywhere is a placeholder, not knowledge.
        known = streets.raster is not None and streets.raster.drivable.any() and not streets.raster.drivable.all()
        return streets.raster if known else None
    ego = np.array([pose.T_world.translation[:2] for pose in scene.value.ego])
    low, high = ego.min(0) - AROUND_M, ego.max(0) + AROUND_M
    per_m = min(PIXELS_PER_M, float(np.sqrt(MOST_PIXELS / np.prod(high - low))))
    columns, rows = (np.ceil((high - low) * per_m).astype(int)).tolist()
    drivable = np.zeros((rows, columns), np.uint8)
    for outer, holes in streets.drivable:
        _fill(drivable, *(_pixels(ring, low, rows, per_m) for ring in (outer, *holes)))
    return Raster(drivable.view(bool), per_m, (float(low[0]), float(low[1])))


def _fill(drivable: NDArray[np.uint8], outer: NDArray[np.int32], *holes: NDArray[np.int32]) -> None:
    """Add a polygon with holes, in a piece that just holds it: another polygon may fill its holes."""
    shape = np.array(drivable.shape[::-1])
    low, high = np.clip(outer.min(0), 0, shape), np.clip(outer.max(0) + 1, 0, shape)
    if (low >= high).any():
        return
    piece = np.zeros((high - low)[::-1], np.uint8)
    for ring, value in ((outer, 1), *((hole, 0) for hole in holes)):
        cv2.fillPoly(piece, [ring - low.astype(np.int32)], value)
    drivable[low[1] : high[1], low[0] : high[0]] |= piece


def _pixels(ring: Array, low: Array, rows: int, per_m: float) -> NDArray[np.int32]:
    column, up = ((ring[:, :2] - low) * per_m).T
    return np.stack([column, rows - 1 - up], axis=-1).round().astype(np.int32)


def is_drivable(street_map: StreetMap, scene: Scene, places: Array) -> NDArray[np.bool_]:
    """Whether one may drive at places (..., 2); also where nothing is known."""
    raster = _raster(Same(street_map), Same(scene))
    if raster is None:
        return np.ones(places.shape[:-1], dtype=bool)
    points = places.reshape(-1, 2)
    extent = np.array(raster.drivable.shape[::-1]) / raster.pixels_per_m
    known = ((points >= raster.origin) & (points < raster.origin + extent)).all(-1)
    return (~known | raster.is_drivable(points)).reshape(places.shape[:-1])
