"""A plan as the street map that a data set carries."""

import numpy as np
import shapely

from editor.map import Lane, StreetMap
from engine.town.lanes import lanes
from engine.town.plans import PAVEMENT_M
from engine.town.streets import CANVAS_M, Array, Plan, Street


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
    inner = shapely.box(1, 1, CANVAS_M - 1, CANVAS_M - 1)
    walks = (plan.road.buffer(PAVEMENT_M) - plan.road) & inner
    return StreetMap(
        lanes=tuple(_inside(lane) for lane in lanes(plan).values()),
        lane_dividers=tuple(_flat(_within(d)) for d in dividers), road_dividers=tuple(_flat(_within(m)) for m in middles),
        stop_lines=tuple(stops), crossings=tuple(crossings),
        walkways=tuple(_ring(p.exterior) for p in shapely.get_parts(walks)),
        drivable=tuple((_ring(p.exterior), tuple(_ring(r) for r in p.interiors)) for p in shapely.get_parts(plan.road & inner)),
    )  # fmt: skip


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


def _within(points: Array) -> Array:
    """Kept to the canvas, whose coordinates are positive."""
    return np.clip(points, 0.5, CANVAS_M - 0.5)


def _inside(lane: Lane) -> Lane:
    """The lane within the canvas, without the points that a straight piece does not need."""
    centre, outline = _fewer(_within(lane.centre[:, :2])), _fewer(_within(lane.outline))
    return Lane(lane.id, _flat(centre), outline, lane.is_connector, lane.successors)


def _fewer(points: Array) -> Array:
    return np.array(shapely.LineString(points).simplify(0.02).coords)
