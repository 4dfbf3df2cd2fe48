"""A plan as the street map that a data set carries."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np
import shapely

from editor.map import CarPark, Lane, RoadBlock, RoadSegment, StreetMap
from engine.town.lanes import lanes
from engine.town.plans import PAVEMENT_M
from engine.town.road_parts import car_parks, road_blocks, road_segments, traffic_lights
from engine.town.streets import CANVAS_M, Array, Plan, Street

INNER = shapely.box(0.5, 0.5, CANVAS_M - 0.5, CANVAS_M - 0.5)
SMALLEST_M2 = 1.0  # what the canvas leaves less of is left out
Part = TypeVar("Part", RoadSegment, RoadBlock, CarPark)


def street_map(plan: Plan) -> StreetMap:
    """The streets as a data set's map expansion has them; heights are left out, as there."""
    dividers, middles, stops, crossings = [], [], [], []
    for street in plan.streets:
        for s0, s1 in plan.open_stretches(street):
            s = np.linspace(s0, s1, max(2, int((s1 - s0) / 3)))
            middles.append(street.at(s, 0.0))
            dividers += [street.at(s, street.lane_edge(side, lane)) for lane in range(1, street.lanes) for side in (-1, 1)]
        stops += _stops(plan, street)
        arms = [arm for arm in plan.arms_of(street) if arm.crossing is not None]
        crossings += [street.strip(*arm.crossing, -street.half, street.half) for arm in arms if arm.crossing is not None]
    road = shapely.get_parts(plan.road & INNER)
    return StreetMap(
        lanes=_lanes(plan),
        lane_dividers=_lines(dividers), road_dividers=_lines(middles),
        stop_lines=_areas(stops), crossings=_areas(crossings), walkways=tuple(_walkways(plan)),
        drivable=tuple((_ring(p.exterior), tuple(_ring(r) for r in p.interiors)) for p in road),
        segments=_parts(road_segments(plan)), blocks=_parts(road_blocks(plan)), car_parks=_parts(car_parks(plan)),
        traffic_lights=traffic_lights(plan),
    )  # fmt: skip


def _walkways(plan: Plan) -> Iterator[Array]:
    """Outlines of the pavements; one that runs all round a block is cut open where it does."""
    left = list(shapely.get_parts((plan.road.buffer(PAVEMENT_M) - plan.road) & INNER))
    while left:
        piece = left.pop()
        if piece.is_empty or piece.area < SMALLEST_M2:
            continue
        if not piece.interiors:
            yield _ring(piece.exterior)
            continue
        x = shapely.Polygon(piece.interiors[0]).representative_point().x
        for half in (shapely.box(0, 0, x, CANVAS_M), shapely.box(x, 0, CANVAS_M, CANVAS_M)):
            left += [part for part in shapely.get_parts(piece & half) if part.geom_type == "Polygon"]


def _stops(plan: Plan, street: Street) -> list[Array]:
    """Stop lines, on the side of those who come."""
    out = []
    for arm in plan.arms_of(street):
        if arm.waits:
            outer = street.lane_edge(arm.inward, street.lanes)
            out.append(street.strip(arm.stop, arm.stop + arm.side * 0.42, street.lane_edge(arm.inward, 0), outer))
    return out


def _flat(points: Array) -> Array:
    return np.column_stack([points, np.zeros(len(points))])


def _ring(ring: shapely.LinearRing) -> Array:
    return np.array(ring.simplify(0.05).coords)[:-1]


def _lines(lines: list[Array]) -> tuple[Array, ...]:
    return tuple(_flat(_fewer(line)) for line in map(_line, lines) if line is not None)


def _areas(rings: list[Array]) -> tuple[Array, ...]:
    return tuple(_fewer(ring) for ring in map(_area, rings) if ring is not None)


def _parts(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    there = ((part, _area(part.outline)) for part in parts)
    return tuple(replace(part, outline=_fewer(outline)) for part, outline in there if outline is not None)


def _line(points: Array) -> Array | None:
    """What of a line lies on the canvas, whose coordinates are positive."""
    if _is_inside(points):
        return points
    pieces = [p for p in shapely.get_parts(shapely.LineString(points) & INNER) if p.geom_type == "LineString"]
    return np.array(max(pieces, key=lambda p: p.length).coords) if pieces else None


def _area(ring: Array) -> Array | None:
    """What of an area lies on the canvas; a junction beyond the end of its road has none."""
    if not len(ring):
        return None
    if _is_inside(ring):
        return ring
    pieces = [p for p in shapely.get_parts(shapely.Polygon(ring) & INNER) if p.geom_type == "Polygon" and p.area > SMALLEST_M2]
    return np.array(max(pieces, key=lambda p: p.area).exterior.coords)[:-1] if pieces else None


def _is_inside(points: Array) -> bool:
    return bool(points.min() >= 0.5 and points.max() <= CANVAS_M - 0.5)


def _lanes(plan: Plan) -> tuple[Lane, ...]:
    """The lanes on the canvas."""
    out = []
    for lane in lanes(plan).values():
        centre, outline = _line(lane.centre[:, :2]), _area(lane.outline)
        if centre is not None and outline is not None:
            out.append(replace(lane, centre=_flat(_fewer(centre)), outline=_fewer(outline)))
    there = {lane.id for lane in out}
    return tuple(replace(lane, successors=tuple(i for i in lane.successors if i in there)) for lane in out)


def _fewer(points: Array) -> Array:
    """Without the points that straight pieces do not need."""
    return np.array(shapely.LineString(points).simplify(0.02).coords)
