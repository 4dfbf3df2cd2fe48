"""What a plan's map says of whole roads: segments, their blocks, car parks, traffic lights."""

import math

import numpy as np
import shapely

from editor.map import CarPark, RoadBlock, RoadSegment, TrafficLight
from engine.town.heights import height
from engine.town.signals import masts
from engine.town.streets import Array, Junction, Plan, Street

OVERHEAD_M = 5.5  # how high lights hang over the street
FROM_END_M = 0.3  # and how far from their beam's end


def block_id(street: str, direction: int, stretch: int) -> str:
    """The name of one direction of a street between two junctions."""
    return f"{street}{'+' if direction > 0 else '-'}.{stretch}"


def road_segments(plan: Plan) -> tuple[RoadSegment, ...]:
    """Streets between junctions, and junctions from stop line to stop line."""
    between = [
        RoadSegment(f"{street.name}.{k}", street.strip(s0, s1, -street.driven, street.driven), False)
        for street in plan.streets
        for k, (s0, s1) in enumerate(plan.open_stretches(street))
    ]
    crossed = [RoadSegment(f"{j.a}x{j.b}@{j.sa:.0f}", _middle(plan, j), True) for j in plan.junctions]
    return (*between, *crossed)


def _middle(plan: Plan, junction: Junction) -> Array:
    """The road inside the arms' stop lines."""
    ends = []
    for arm in plan.arms(junction):
        street = plan.street(arm.street)
        ends += [street.at(arm.stop, side * street.driven) for side in (-1, 1)]
    inside = shapely.MultiPoint(np.array(ends)).convex_hull
    if junction.ring_m:
        inside |= shapely.Point(plan.street(junction.a).at(junction.sa)).buffer(junction.ring_m)
    pieces = shapely.get_parts(inside & plan.road)
    return np.array(max(pieces, key=lambda piece: piece.area).exterior.simplify(0.05).coords)[:-1]


def road_blocks(plan: Plan) -> tuple[RoadBlock, ...]:
    """Both directions of each street between junctions."""
    return tuple(
        _block(street, direction, k, stretch)
        for street in plan.streets
        for k, stretch in enumerate(plan.open_stretches(street))
        for direction in (1, -1)
    )


def _block(street: Street, direction: int, k: int, stretch: tuple[float, float]) -> RoadBlock:
    inner, outer = sorted((street.lane_edge(direction, 0), street.lane_edge(direction, street.lanes)))
    outline = street.strip(*stretch, inner, outer)
    first, last = (street.at(s, (inner + outer) / 2) for s in stretch[::direction])
    return RoadBlock(block_id(street.name, direction, k), f"{street.name}.{k}", outline, first, last)


def car_parks(plan: Plan) -> tuple[CarPark, ...]:
    """Car parks, which look as their first stall does, and the strips along the kerb, which look as the street runs."""
    lots = [CarPark(lot.corners, lot.stalls[0][2]) for lot in plan.lots if lot.stalls]
    strips = [
        CarPark(_strip(street, s0, s1, side), float(street.heading((s0 + s1) / 2)))
        for street in plan.streets
        if street.parking_m
        for s0, s1 in plan.open_stretches(street)
        for side in (-1, 1)
    ]
    return (*lots, *strips)


def _strip(street: Street, s0: float, s1: float, side: int) -> Array:
    return street.strip(s0, s1, *sorted((side * street.half, side * (street.half - street.parking_m))))


def traffic_lights(plan: Plan) -> tuple[TrafficLight, ...]:
    """The lights over the street, each for the road block of those who come."""
    out = []
    for mast in masts(plan):
        street, arm = plan.street(mast.arm.street), mast.arm
        left = np.array([-math.sin(mast.heading), math.cos(mast.heading)])
        place = street.at(mast.station, mast.offset) + (mast.reach - FROM_END_M) * left
        stretch = next((k for k, ends in enumerate(plan.open_stretches(street)) if arm.stop in ends), None)
        if stretch is not None and mast.reach:
            up = float(height(plan, place[None])[0]) + OVERHEAD_M
            name = f"{mast.junction}/{street.name}/{arm.side}"
            block = block_id(street.name, arm.inward, stretch)
            out.append(TrafficLight(name, np.array([*place, up]), mast.heading + math.pi, block))
    return tuple(out)
