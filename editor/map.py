"""The streets under a scene: lanes, dividers, crossings, drivable area, as arrays in the world frame.

Plain values; `editor.datasets` reads them from a map expansion or a raster, and everything that draws or checks uses these.
A data set without a map gives a `StreetMap` with nothing in it, which means "unknown", never "not drivable".
"""

from dataclasses import dataclass

import numpy as np

from editor.geometry import Array


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane or lane connector: its centre line (n, 3) in driving direction, outline (m, 2), and what follows it."""

    id: str
    centre: Array
    outline: Array
    is_connector: bool
    successors: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Raster:
    """A semantic map picture: `drivable` (rows, columns) bool, north up, `pixels_per_m`, lower left corner at `origin`."""

    drivable: np.ndarray
    pixels_per_m: float
    origin: tuple[float, float]

    def is_drivable(self, points: Array) -> np.ndarray:
        """Whether each of the points (n, 2) in the world is on the drivable part; False beyond the picture."""
        rows, columns = self.drivable.shape
        column = np.floor((points[:, 0] - self.origin[0]) * self.pixels_per_m).astype(int)
        row = rows - 1 - np.floor((points[:, 1] - self.origin[1]) * self.pixels_per_m).astype(int)
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        return inside & self.drivable[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]


@dataclass(frozen=True, eq=False)
class RoadSegment:
    """A junction, or a piece of road between two, by its outline (n, 2)."""

    id: str
    outline: Array
    is_intersection: bool


@dataclass(frozen=True, eq=False)
class RoadBlock:
    """One direction of traffic of a road segment: its outline (n, 2), and where its traffic comes in and goes out (2,)."""

    id: str
    segment: str
    outline: Array
    start: Array
    end: Array


@dataclass(frozen=True, eq=False)
class CarPark:
    """An area where cars stand, its outline (n, 2), and the direction in radians that they look in."""

    outline: Array
    heading: float


@dataclass(frozen=True, eq=False)
class TrafficLight:
    """A traffic light at a place (3,) that faces a direction in radians, for the traffic that goes out of a road block."""

    id: str
    place: Array
    heading: float
    block: str


@dataclass(frozen=True, eq=False)
class StreetMap:
    """What is known of the streets. Polygons are (n, 2), dividers (n, 3); z is 0 where the map has no heights.

    Segments, blocks, car parks and traffic lights are for those who read what is written; Retake itself reads none of them."""

    lanes: tuple[Lane, ...] = ()
    lane_dividers: tuple[Array, ...] = ()
    road_dividers: tuple[Array, ...] = ()
    stop_lines: tuple[Array, ...] = ()  # polygons, as nuScenes has them
    crossings: tuple[Array, ...] = ()  # pedestrian crossings, polygons
    walkways: tuple[Array, ...] = ()
    drivable: tuple[tuple[Array, tuple[Array, ...]], ...] = ()  # outer ring and its holes
    raster: Raster | None = None
    segments: tuple[RoadSegment, ...] = ()
    blocks: tuple[RoadBlock, ...] = ()
    car_parks: tuple[CarPark, ...] = ()
    traffic_lights: tuple[TrafficLight, ...] = ()

    @property
    def knows_drivable(self) -> bool:
        """Whether anything can be said about where one may drive."""
        return bool(self.drivable) or self.raster is not None
