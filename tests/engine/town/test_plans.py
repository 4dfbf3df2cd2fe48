"""Street plans: every seed has one, of a kind by its dice; lanes connect; crossing streets never have green at once."""

import numpy as np
import pytest

from engine.town.heights import STEEPEST, height, slope
from engine.town.kerbs import edge_at, kerb_rings, underfoot
from engine.town.lanes import lanes, ways
from engine.town.paint import paint
from engine.town.plans import kind_of, plan
from engine.town.quarters import QUARTERS, blocks
from engine.town.signals import AMBER_S, phase
from engine.town.street_map import street_map
from engine.town.streets import CANVAS_M, KINDS

SEEDS = range(41)


@pytest.fixture(scope="module", params=KINDS)
def any_plan(request):
    return plan(11, request.param)


def on_canvas(points, margin=1.0):
    return points[((points[:, :2] > margin) & (points[:, :2] < CANVAS_M - margin)).all(1)]


def test_every_seed_has_a_plan_and_all_kinds_occur():
    plans = [plan(seed) for seed in SEEDS]
    assert [p.kind for p in plans] == [kind_of(seed) for seed in SEEDS]
    assert {p.kind for p in plans} == set(KINDS)
    assert {j.control for p in plans for j in p.junctions} == {"signals", "yield", "roundabout"}
    assert {s.lanes for p in plans for s in p.streets} == {1, 2, 3}
    assert any(p.lots for p in plans)
    assert any(p.bus_stops for p in plans)
    assert {b.quarter for p in plans for b in blocks(p)} == set(QUARTERS)


def test_the_same_seed_gives_the_same_plan():
    a, b = plan(5), plan(5)
    assert all((s.centre == t.centre).all() for s, t in zip(a.streets, b.streets, strict=True))
    assert a.junctions == b.junctions
    assert a.bus_stops == b.bus_stops


@pytest.mark.parametrize("seed", SEEDS)
def test_lanes_connect(seed):
    there = lanes(plan(seed))
    for lane in there.values():
        for name in lane.successors:
            after = there[name]
            assert np.linalg.norm(after.centre[0] - lane.centre[-1]) < 0.05
            ahead, onward = lane.centre[-1] - lane.centre[-2], after.centre[1] - after.centre[0]
            assert ahead @ onward / np.linalg.norm(ahead) / np.linalg.norm(onward) > 0.9, (lane.id, name)
        assert lane.is_connector == (">" in lane.id)


def test_every_lane_that_comes_to_a_junction_leads_on(any_plan):
    for junction in any_plan.junctions:
        turns = {}
        for gate, turn, _ in ways(any_plan, junction):
            turns.setdefault(gate.end, set()).add(turn)
        for arm in any_plan.arms(junction):
            street = any_plan.street(arm.street)
            coming = [end for end in turns if end[0] == arm.street and end[1] == arm.inward]
            assert {end[2] for end in coming} == set(range(street.lanes)) or len(any_plan.arms(junction)) == 3


def test_lanes_lie_on_the_carriageway(any_plan):
    for lane in lanes(any_plan).values():
        places = on_canvas(lane.centre)
        if len(places):
            assert edge_at(any_plan, places[:, :2]).max() < -0.7, lane.id


def test_a_roundabouts_ways_go_round_its_island():
    town = plan(11, "roundabout")
    ring = next(j for j in town.junctions if j.control == "roundabout")
    middle = town.street(ring.a).at(ring.sa)
    there = lanes(town)
    for gate, turn, _ in ways(town, ring):
        centre = (
            there[f"{gate.end[0]}{'+' if gate.end[1] > 0 else '-'}{gate.end[2]}.{gate.end[3]}>{turn}"].centre[:, :2] - middle
        )
        assert np.linalg.norm(centre, axis=1).min() > ring.island_m + 1.0
        turned = np.diff(np.unwrap(np.arctan2(centre[:, 1], centre[:, 0])))
        assert turned.min() > -0.02  # counter-clockwise
        assert turned.sum() == pytest.approx({"right": np.pi / 2, "straight": np.pi, "left": 1.5 * np.pi}[turn], abs=0.45)


@pytest.mark.parametrize("seed", [0, 2, 8])
def test_crossing_streets_never_both_have_green(seed):
    town = plan(seed)
    lit = [j for j in town.junctions if j.control == "signals"]
    assert lit
    for junction in lit:
        shown = [phase(town, junction, round(1.7e15) + k * 250_000) for k in range(4 * 60)]
        assert {p.a for p in shown} == {p.b for p in shown} == {"green", "amber", "red"}
        for now in shown:
            assert "red" in (now.a, now.b)
            assert not (now.walk_a and now.a != "red")
            assert not (now.walk_b and now.b != "red")
        for before, after in zip(shown, shown[1:], strict=False):
            assert (before.a, after.a) not in {("green", "red"), ("red", "amber"), ("amber", "green")}
        assert sum(p.a == "amber" for p in shown) * 0.25 > AMBER_S - 0.3


def test_phases_are_refused_where_there_are_no_lights():
    town = plan(11, "curve")
    junction = next(j for j in town.junctions if j.control == "yield")
    with pytest.raises(ValueError, match="wanted one with signals"):
        phase(town, junction, 0)


@pytest.mark.parametrize("seed", [*range(8), *(s for s in SEEDS if kind_of(s) == "slope")])
def test_no_street_is_too_steep_and_the_slope_is_the_heights(seed):
    town = plan(seed)
    places = np.random.default_rng(seed).uniform(0, CANVAS_M, (400, 2))
    gradient = slope(town, places)
    assert np.linalg.norm(gradient, axis=1).max() <= STEEPEST + 1e-9
    e = 1e-3
    for axis in range(2):
        step = np.zeros(2)
        step[axis] = e
        rise = (height(town, places + step) - height(town, places - step)) / (2 * e)
        assert rise == pytest.approx(gradient[:, axis], abs=1e-5)


def test_a_slope_is_one():
    town = plan(11, "slope")
    main = town.streets[0]
    z = height(town, main.at(np.arange(150.0, 330.0)))
    assert np.ptp(z) > 2.5


def test_pavements_lie_a_kerb_higher_but_where_people_cross(any_plan):
    main = any_plan.streets[0]
    s0, s1 = max(any_plan.open_stretches(main), key=lambda stretch: stretch[1] - stretch[0])
    s = np.linspace(s0 + 12, s1 - 12, 9)
    road, walk = main.at(s, main.lane_offset(1, 0)), main.at(s, -(main.half + 2.6))
    assert underfoot(any_plan, road) == pytest.approx(height(any_plan, road))
    clear = edge_at(any_plan, walk) > 0.5  # a car park's driveway may come through
    assert underfoot(any_plan, walk)[clear] - height(any_plan, walk)[clear] == pytest.approx(0.14)
    arm = next(a for j in any_plan.junctions for a in any_plan.arms(j) if a.crossing)
    street = any_plan.street(arm.street)
    out = street.at(np.full(40, sum(arm.crossing) / 2), street.half + np.linspace(0, 4, 40))
    mouth = out[(edge_at(any_plan, out) > 0.02) & (edge_at(any_plan, out) < 0.3)]
    lift = underfoot(any_plan, mouth) - height(any_plan, mouth)
    assert 0 < lift.min() <= lift.max() < 0.06


def test_kerbs_are_closed_rings_along_the_edge(any_plan):
    rings = kerb_rings(any_plan)
    for ring in rings:
        inner = on_canvas(ring, 2.0)
        if len(inner):
            assert np.abs(edge_at(any_plan, inner)).max() < 0.05
    gaps = [np.linalg.norm(ring[0] - ring[-1]) for ring in rings]
    assert max(gaps) < 0.8


def test_paint_lies_on_the_carriageway(any_plan):
    coats = paint(any_plan)
    assert coats.white
    for polygon in (*coats.white, *coats.yellow):
        places = on_canvas(polygon, 3.0)
        if len(places):
            assert edge_at(any_plan, places).max() < 0.25


def test_the_map_has_the_streets(any_plan):
    streets = street_map(any_plan)
    assert len(streets.crossings) == sum(arm.crossing is not None for j in any_plan.junctions for arm in any_plan.arms(j))
    assert len(streets.stop_lines) == sum(arm.waits for j in any_plan.junctions for arm in any_plan.arms(j))
    names = {lane.id for lane in streets.lanes}
    assert all(set(lane.successors) <= names for lane in streets.lanes)
    assert all(((lane.centre[:, :2] >= 0) & (lane.centre[:, :2] <= CANVAS_M)).all() for lane in streets.lanes)
    assert any_plan.road.area == pytest.approx(float((edge_at(any_plan, _cells()) < 0).sum()), rel=0.01)


def _cells():
    middle = np.arange(0.5, CANVAS_M)
    return np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 2)
