"""Bodies and standees: what a wanted view's rays meet of a lifted actor."""

import numpy as np
import pytest

from editor.cameras import box_hull
from editor.geometry import Rigid, box_corners
from engine.draft.crowd import filled
from engine.draft.met import met_by, standee_points
from engine.draft.picks import Wanted
from engine.draft.surfaces import Block

CAR, BARRIER = ("vehicle.car", (4.6, 1.9, 1.5)), ("movable_object.barrier", (0.6, 2.5, 1.0))


def seen_from(aside_m: float, size: tuple[float, float, float], footage) -> Wanted:
    """An actor that stands eight metres before a camera, which looks at it from so far aside."""
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, _ = camera.T_world_camera.translation
    return Wanted(Rigid((x + 8.0, y - aside_m, size[2] / 2), (1.0, 0.0, 0.0, 0.0)), size, camera)


def eye_of(wanted: Wanted) -> np.ndarray:
    return wanted.T_world_box.inverse().apply(np.asarray(wanted.camera.T_world_camera.translation))


@pytest.mark.parametrize(("category", "size"), [CAR, BARRIER])
def test_seen_as_it_was_recorded_nothing_of_an_actor_is_cut_off(footage, category, size):
    wanted = seen_from(3.0, size, footage)
    met = met_by(wanted, eye_of(wanted), Block(0, 0, 160, 90), category, 1.0)
    assert not met.twice.any()


def test_no_flank_shows_twice_where_an_actor_turns(footage):
    """Rays beside it would be given what those that meet it are given already."""
    wanted, source = seen_from(3.0, CAR[1], footage), seen_from(6.0, CAR[1], footage)
    met = met_by(wanted, eye_of(source), Block(0, 0, 160, 90), CAR[0], 1.0)
    assert met.twice.any()
    body = met_by(wanted, eye_of(wanted), Block(0, 0, 160, 90), CAR[0], 1.0)
    assert np.array_equal(met.depth, body.depth)


def test_who_fills_less_of_the_box_is_farther_away(footage):
    wanted = seen_from(0.0, CAR[1], footage)
    full, less = (met_by(wanted, eye_of(wanted), Block(70, 40, 20, 20), CAR[0], share) for share in (1.0, 0.9))
    assert (less.depth > full.depth + 0.1).mean() > 0.5


def test_from_within_its_box_an_actor_is_a_standee(footage):
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, _ = camera.T_world_camera.translation
    wanted = Wanted(Rigid((x + 0.3, y, 1.2), (1.0, 0.0, 0.0, 0.0)), (5.5, 2.2, 2.4), camera)
    met = met_by(wanted, np.array([-9.0, 0.5, 0.3]), Block(0, 0, 160, 90), "vehicle.car", 1.0)
    points, _ = standee_points(wanted, np.array([-9.0, 0.5, 0.3]), Block(0, 0, 160, 90))
    assert np.array_equal(met.points, points)


def test_a_wall_above_the_bonnet_is_not_near_a_car_that_stays_and_a_truck_may_have_any_shape(footage):
    """What is recoloured where it stands is not its whole box."""
    wanted = seen_from(2.5, (5.5, 2.1, 2.4), footage)
    car, truck = (met_by(wanted, eye_of(wanted), Block(0, 0, 160, 90), name, 1.0) for name in ("vehicle.car", "vehicle.truck"))
    assert truck.near.all()
    corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
    box = filled(box_hull(wanted.camera.view, corners), (90, 160)) > 0
    assert 0.8 < (box & car.near).sum() / box.sum() < 1.0
    assert not car.near[:10].any()


def test_faces_are_turned_as_those_of_the_box_are_that_the_camera_sees(footage):
    wanted = seen_from(0.0, BARRIER[1], footage)  # right ahead: its near face alone
    met = met_by(wanted, eye_of(wanted), Block(70, 45, 20, 10), BARRIER[0], 1.0)
    assert met.normals(eye_of(wanted)) == pytest.approx(np.broadcast_to([-1.0, 0.0, 0.0], (10, 20, 3)), abs=0.02)


def test_people_are_standees_for_they_have_no_faces_that_a_box_would_give_them(footage):
    wanted, source = seen_from(2.0, (0.7, 0.7, 1.75), footage), seen_from(3.0, (0.7, 0.7, 1.75), footage)
    block = Block(0, 0, 160, 90)
    met = met_by(wanted, eye_of(source), block, "human.pedestrian.adult", 1.0)
    points, depth = standee_points(wanted, eye_of(source), block)
    assert np.array_equal(met.points, points)
    assert np.array_equal(met.depth, depth)
    assert not np.array_equal(met_by(wanted, eye_of(source), block, "movable_object.debris", 1.0).points, points)
