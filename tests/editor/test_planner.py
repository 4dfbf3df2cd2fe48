"""Paths, speeds and ground: plans are smooth, keep to what a category can do, and say so where they cannot."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from editor.apply import apply
from editor.categories import CAR, CATEGORIES, WALKING, category_of, size_range
from editor.checks import findings
from editor.curves import smooth_curve
from editor.edits import EditError, Path, Waypoint
from editor.ground import along_ground, ground_height
from editor.map import StreetMap
from editor.motion_checks import motion_findings
from editor.scene import recorded
from editor.speeds import duration, timed, travelled, untimed
from editor.tracks import track_at
from tests.editor.made import made_scene, time_of

SCENE = made_scene()
BASE = recorded(SCENE)
NOWHERE = StreetMap()

speeds = st.floats(0, 25)


@settings(max_examples=200, deadline=None)
@given(metres=st.floats(0.1, 300), seconds=st.floats(0.2, 20), start=speeds, end=st.one_of(st.none(), speeds))
def test_a_timed_way_arrives_on_time_within_the_limits(metres, seconds, start, end):
    ramps = timed(metres, seconds, start, end, CAR.speed_mps, CAR)
    assume(ramps is not None)
    assert duration(ramps) == pytest.approx(seconds)
    t = np.linspace(0, seconds, 501)
    way = travelled(ramps, t)
    assert way[-1] == pytest.approx(metres, abs=2e-3)
    speed = np.gradient(way, t)
    rate = np.gradient(speed, t)
    assert speed.min() > -0.05
    assert rate.max() < CAR.acceleration_mps2 * 1.05
    assert rate.min() > -CAR.braking_mps2 * 1.05
    assert ramps[-1].end_mps == pytest.approx(ramps[-1].end_mps if end is None else end)


@settings(max_examples=200, deadline=None)
@given(metres=st.floats(0.1, 300), seconds=st.floats(0.2, 20), start=speeds)
def test_what_is_refused_could_not_be_driven_at_the_limits(metres, seconds, start):
    """Between full braking and full acceleration, every way with room to spare is found."""
    if timed(metres, seconds, start, None, CAR.speed_mps, CAR) is not None:
        return
    change = CAR.acceleration_mps2 / 1.5  # the mean of a ramp whose peak is the limit
    most = start * seconds + change * seconds**2 / 2
    stopping = min(seconds, start / (CAR.braking_mps2 / 1.5))
    least = start * stopping - CAR.braking_mps2 / 1.5 * stopping**2 / 2
    assert not least + 0.01 < metres < most - 0.01


@settings(max_examples=200, deadline=None)
@given(metres=st.floats(0.5, 300), start=speeds, wanted=st.floats(0.5, 25), end=st.one_of(st.none(), st.just(0.0), speeds))
def test_an_untimed_way_covers_its_length_and_never_goes_back(metres, start, wanted, end):
    ramps = untimed(metres, start, wanted, end, CAR)
    assert sum(ramp.metres for ramp in ramps) == pytest.approx(metres, rel=1e-3, abs=0.02)
    way = travelled(ramps, np.linspace(0, duration(ramps), 500))
    assert (np.diff(way) > -1e-6).all()
    if end == 0.0:
        assert ramps[-1].end_mps == 0.0


def test_a_curve_passes_its_points_and_leaves_in_the_given_direction():
    points = np.array([[0.0, 0.0], [20.0, 1.0], [40.0, 6.0], [45.0, 20.0]])
    curve = smooth_curve(points, 0.3)
    assert np.allclose(curve.at(curve.knots)[0], points, atol=1e-6)
    assert curve.headings[0] == pytest.approx(0.3, abs=1e-6)
    assert np.abs(np.diff(curve.curvatures)).max() < 0.02  # it bends continuously
    beyond, _ = curve.at(np.array([curve.length + 5.0]))
    assert np.hypot(*(beyond[0] - points[-1])) == pytest.approx(5.0)


GOALS = [(90.0, 3.5, 70), (80.0, 0.0, 75), (70.0, -3.0, 60), (110.0, 3.5, 80), (60.0, 2.0, 50)]


@pytest.mark.parametrize(("x", "y", "frame"), GOALS)
def test_a_goal_within_reach_brings_no_findings(x: float, y: float, frame: int):
    after = apply(BASE, Path("lead", time_of(20), (Waypoint(x, y, t_us=time_of(frame)),), is_goal=True))
    assert not motion_findings(after.actor("lead"))


@pytest.mark.parametrize("actor", ["lead", "oncoming", "parked", "walker"])
def test_waypoints_ahead_bring_no_findings(actor: str):
    pose = BASE.actor(actor).track[4].T_world
    ahead = [pose.apply(np.array([d, side, 0.0])) for d, side in ((15.0, 1.0), (30.0, 3.0), (45.0, 3.0))]
    after = apply(BASE, Path(actor, time_of(20), tuple(Waypoint(float(p[0]), float(p[1])) for p in ahead)))
    assert not motion_findings(after.actor(actor))


def test_a_given_speed_is_met_where_it_is_asked_for():
    after = apply(BASE, Path("lead", time_of(20), (Waypoint(80.0, 0.0, speed_mps=4.0), Waypoint(100.0, 0.0))))
    track = after.actor("lead").track
    passing = next((a, b) for a, b in pairwise(track) if b.T_world.translation[0] >= 80.0)
    dt = (passing[1].t_us - passing[0].t_us) * 1e-6
    assert (passing[1].T_world.translation[0] - passing[0].T_world.translation[0]) / dt == pytest.approx(4.0, abs=0.1)


def test_waypoints_with_times_are_passed_then():
    points = ((55.0, 1.0, 35), (75.0, 2.0, 55), (95.0, 1.0, 78))
    after = apply(BASE, Path("lead", time_of(20), tuple(Waypoint(x, y, time_of(f)) for x, y, f in points)))
    for x, y, f in points:
        assert np.allclose(track_at(after.actor("lead").track, time_of(f)).translation[:2], (x, y), atol=0.05)


def test_a_stop_is_a_stop():
    after = apply(BASE, Path("lead", time_of(20), (Waypoint(70.0, 0.0, speed_mps=0.0),)))
    assert after.actor("lead").track[-1].T_world.translation[0] == pytest.approx(70.0, abs=0.02)


def test_one_that_turns_on_the_spot_may_go_anywhere():
    after = apply(BASE, Path("walker", time_of(20), (Waypoint(25.0, -14.0),)))
    assert not motion_findings(after.actor("walker"))


def test_a_bend_too_tight_for_a_car_is_a_finding():
    after = apply(BASE, Path("lead", time_of(20), (Waypoint(43.0, 3.0), Waypoint(38.0, 3.0))))
    assert "curvature" in {f.kind for f in findings(after, NOWHERE)}


def goal(x: float) -> Path:
    """Straight ahead of the car that drives along x, at the end of the scene."""
    return Path("lead", time_of(40), (Waypoint(x, 0.0, t_us=time_of(80)),), is_goal=True)


def test_a_goal_that_no_time_allows_says_so_and_how_far_it_gets():
    with pytest.raises(EditError, match="no arrival time in this scene is possible; by its end it gets at most") as refused:
        apply(BASE, goal(400.0))
    asked, most = (float(number) for number in re.findall(r"([\d.]+) m (?:in|far)", str(refused.value)))
    begun = 400.0 - asked
    assert apply(BASE, goal(begun + most - 0.1))
    with pytest.raises(EditError, match="at most"):
        apply(BASE, goal(begun + most + 0.1))


# ---------------------------------------------------------------------------------------------------------- ground


def test_the_ground_is_where_things_stood():
    places = np.array([[10.0, 0.0], [40.0, -5.0], [300.0, 40.0]])
    assert np.allclose(ground_height(SCENE, places), 0.0, atol=1e-3)
    assert along_ground(SCENE, (20.0, 0.0, 0.85), 5.0, 1.0) == pytest.approx((5.0, 1.0, 0.0), abs=1e-3)


def test_real_boxes_stand_on_the_ground(pandaset_root):
    from editor.datasets.nuscenes import open_data_set

    scene = open_data_set(pandaset_root).scene("scene-0002")
    feet = np.array(
        [(*p.T_world.translation[:2], p.T_world.translation[2] - a.size_lwh[2] / 2) for a in scene.actors for p in a.track]
    )
    assert np.percentile(np.abs(ground_height(scene, feet[:, :2]) - feet[:, 2]), 90) < 0.25


# ------------------------------------------------------------------------------------------------------ categories


def test_every_category_is_sound():
    assert len(CATEGORIES) == 23
    for name, category in CATEGORIES.items():
        low, high = size_range(name)
        assert all(a < s < b for a, s, b in zip(low, category.size_lwh, high, strict=True))
        assert category.limits.cruise_mps < category.limits.speed_mps
    assert category_of("human.pedestrian.juggler").limits is WALKING


@pytest.mark.slow
def test_detection_classes_are_the_devkit_s():
    from nuscenes.eval.detection.utils import category_to_detection_name

    for name, category in CATEGORIES.items():
        assert category.detection == category_to_detection_name(name)
