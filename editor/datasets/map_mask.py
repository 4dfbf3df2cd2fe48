"""Map masks: a picture of where one may drive, 10 pixels per metre, its lower left corner at the world's origin."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from editor.datasets.files import write_bytes
from editor.geometry import Array
from editor.map import Raster, StreetMap

PIXELS_PER_M = 10.0  # nuScenes' masks all have this, and its devkit knows no other
Area = tuple[float, float, float, float]  # x and y from, x and y to; metres


def write_map_mask(path: Path, street_map: StreetMap, canvas_edge: tuple[float, float]) -> None:
    """Paint the drivable area white on a canvas of (width, height) metres."""
    width, height = (round(edge * PIXELS_PER_M) for edge in canvas_edge)
    mask = np.zeros((height, width), np.uint8)
    for outer, holes in street_map.drivable:
        area = np.zeros_like(mask)
        cv2.fillPoly(area, [_pixels(ring, height) for ring in (outer, *holes)], 255)
        mask |= area
    write_bytes(path, cv2.imencode(".png", mask)[1].tobytes())


def read_map_mask(path: Path, area: Area) -> Raster | None:
    """The part of a mask inside an area, or None where there is no file that can be read or it does not reach there."""
    mask = _packed(path, path.stat().st_mtime_ns) if path.is_file() else None
    if mask is None:
        return None
    rows, width = mask
    height = len(rows)
    left, right = (min(max(round(x * PIXELS_PER_M), 0), width) for x in (area[0], area[2]))
    bottom, top = (min(max(round(y * PIXELS_PER_M), 0), height) for y in (area[1], area[3]))
    if left >= right or bottom >= top:
        return None
    drivable = np.unpackbits(rows[height - top : height - bottom], axis=1, count=width)[:, left:right]
    return Raster(drivable.astype(bool), PIXELS_PER_M, (left / PIXELS_PER_M, bottom / PIXELS_PER_M))


@lru_cache(maxsize=2)
def _packed(path: Path, changed_ns: int) -> tuple[np.ndarray, int] | None:
    """A mask's rows, a bit for each pixel, and its width. A city's takes seconds to decode and serves all of its scenes."""
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return None if mask is None else (np.packbits(mask > 127, axis=1), mask.shape[1])


def around(points: Iterable[Array], margin_m: float) -> Area:
    """The area around points (n, 2 or 3)."""
    xy = np.concatenate([np.asarray(p)[:, :2] for p in points])
    (x0, y0), (x1, y1) = xy.min(0) - margin_m, xy.max(0) + margin_m
    return float(x0), float(y0), float(x1), float(y1)


def _pixels(ring: Array, height: int) -> np.ndarray:
    column, row = ring[:, 0] * PIXELS_PER_M, height - ring[:, 1] * PIXELS_PER_M
    return np.round(np.stack([column, row], axis=1)).astype(np.int32)
