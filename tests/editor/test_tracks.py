"""Tracks between, before and after their poses; who is there; where the ego of a picture stands."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.geometry import Rigid, rotation_matrix, yaw_of, yaw_quaternion
from editor.scene import Actor, ActorId, Picture, Pose, recorded
from editor.tracks import HOLD_US, actor_at, ego_at, is_present, track_at, velocity_at
from tests.editor.geometries import reals, rigids
from tests.engine.service.scenes import scene


@st.composite
def tracks(draw):
    times = sorted(draw(st.sets(st.integers(0, 10_000_000), min_size=2, max_size=6)))
    return tuple(Pose(t, draw(rigids)) for t in times)


@given(tracks())
def test_a_track_passes_its_poses_exactly(track):
    for pose in track:
        assert track_at(track, pose.t_us) == pose.T_world


@given(tracks(), reals(0, 1))
def test_between_poses_the_centre_is_on_the_line(track, share):
    a, b = track[:2]
    t_us = a.t_us + round(share * (b.t_us - a.t_us))
    exact = (t_us - a.t_us) / (b.t_us - a.t_us)
    wanted = (1 - exact) * np.array(a.T_world.translation) + exact * np.array(b.T_world.translation)
    assert np.allclose(track_at(track, t_us).translation, wanted, atol=1e-9)


@given(tracks())
def test_beyond_its_ends_a_track_goes_straight_on_without_turning(track):
    a, b = track[-2:]
    later = track_at(track, b.t_us + (b.t_us - a.t_us))
    assert np.allclose(later.translation, 2 * np.array(b.T_world.translation) - a.T_world.translation, atol=1e-6)
    assert np.allclose(rotation_matrix(later.rotation), rotation_matrix(b.T_world.rotation), atol=1e-9)


def car(*times, absent=()):
    track = tuple(Pose(t, Rigid((t * 1e-6, 0.0, 0.0), yaw_quaternion(0.0))) for t in times)
    return Actor(ActorId("car"), "vehicle.car", (4.0, 2.0, 1.5), track, absent)


def test_an_actor_is_there_from_just_before_its_first_to_just_after_its_last_pose():
    actor = car(1_000_000, 2_000_000)
    assert not is_present(actor, 1_000_000 - HOLD_US - 1)
    assert is_present(actor, 1_000_000 - HOLD_US)
    assert is_present(actor, 2_000_000 + HOLD_US)
    assert not is_present(actor, 2_000_000 + HOLD_US + 1)
    assert actor_at(actor, 2_000_000 + HOLD_US).translation[0] == pytest.approx(2.1)
    assert actor_at(actor, 3_000_000) is None


def test_an_absent_actor_is_away_both_ends_included():
    actor = car(0, 2_000_000, absent=((500_000, 600_000), (900_000, 900_000)))
    assert [is_present(actor, t) for t in (499_999, 500_000, 600_000, 600_001, 900_000, 900_001)] == [
        True, False, False, True, False, True,
    ]  # fmt: skip


def test_a_single_pose_stands_still():
    actor = car(1_000_000)
    assert actor_at(actor, 1_050_000) == actor.track[0].T_world
    assert (velocity_at(actor.track, 1_000_000) == 0).all()


def test_speed_is_that_of_the_stretch():
    assert velocity_at(car(0, 1_000_000, 3_000_000).track, 2_000_000).tolist() == [1.0, 0.0, 0.0]


# ---------------------------------------------------------------------------------------------------------- ego


def test_a_recorded_picture_keeps_its_own_ego_pose():
    unedited = recorded(scene())
    fine = Rigid((1.05, 0.01, 0.0), yaw_quaternion(0.001))
    picture = Picture("p", "CAM_FRONT", 105_000, fine, "p.jpg", True)
    assert ego_at(unedited, picture) is fine


def test_an_edited_path_moves_a_picture_by_what_it_moves_the_track():
    unedited = recorded(scene())
    shift = Rigid((0.0, 2.0, 0.0), yaw_quaternion(0.1))
    edited = replace(unedited, ego=tuple(Pose(p.t_us, p.T_world @ shift) for p in unedited.ego))
    picture = Picture("p", "CAM_FRONT", 150_000, Rigid((1.5, 0.01, 0.0), yaw_quaternion(0.0)), "p.jpg", True)
    moved = ego_at(edited, picture)
    # The path's own change at that time, 2 m left and a turn of 0.1 about the track's point, applied to the finer pose.
    assert yaw_of(moved.rotation) == pytest.approx(0.1)
    assert moved.translation[:2] == pytest.approx((1.5 - 0.01 * np.sin(0.1), 2 + 0.01 * np.cos(0.1)))


def test_where_an_edited_path_is_as_it_was_the_pose_is_the_recorded_one_exactly():
    unedited = recorded(scene(num_frames=6))
    bent = tuple(
        replace(p, T_world=Rigid((9.0, 9.0, 0.0), p.T_world.rotation)) if i == 5 else p for i, p in enumerate(unedited.ego)
    )
    edited = replace(unedited, ego=bent)
    fine = Rigid((1.05, 0.01, 0.0), yaw_quaternion(0.001))
    assert ego_at(edited, Picture("p", "CAM_FRONT", 105_000, fine, "p.jpg", True)) is fine
