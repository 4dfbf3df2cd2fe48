"""The sun's shade lies on one side of those who move, and is blue; what else is dark about them is not the sun's."""

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Pose
from engine.draft.crowd import ray_box
from engine.draft.fromabove import CELL_M, FromAbove, Glance
from engine.draft.passing_shade import PassingShade, passing_shade

SIDE, FRAMES, STEP_US = 100, 10, 500_000
CAR = (4.5, 1.9, 1.6)
TOWARDS_SUN = np.array([0.2, 0.8, 0.55])  # to the left of whoever drives along x
BLUE_SHADE, GREY_SHADE = (-1.2, -1.0, -0.7), (-1.0, -1.0, -1.0)
EVERY = np.arange(SIDE * SIDE)
WAYS = [2.0 * np.array([np.cos(a), np.sin(a)], np.float32) for a in np.radians(np.arange(0, 360, 10))]


def driver(speed: float = 5.0) -> Actor:
    track = tuple(
        Pose(k * STEP_US, Rigid((8 + speed * k * STEP_US * 1e-6, 20.0, CAR[2] / 2), (1.0, 0.0, 0.0, 0.0)))
        for k in range(FRAMES)
    )
    return Actor(ActorId("driver"), "vehicle.car", CAR, track)


def shaded(pose: Rigid, towards: np.ndarray) -> np.ndarray:
    """Which cells a body keeps the sun from."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    points = CELL_M * np.stack([column, row, 0 * row], axis=-1).astype(float)
    enter, leave = ray_box(points, towards / np.linalg.norm(towards), pose, np.array(CAR) / 2)
    return (enter < leave) & (leave > 0)


def seen(actor: Actor, *darkened: tuple[tuple[float, float, float], np.ndarray], cells: np.ndarray = EVERY) -> PassingShade:
    """A drive whose level ground is darkened about an actor, by so much and away from there; some cells of it are seen."""
    glances = []
    for k, pose in enumerate(actor.track):
        light = np.random.default_rng(k).normal(0, 0.05, (SIDE * SIDE, 3)).astype(np.float32)
        for shade, towards in darkened:
            light[shaded(pose.T_world, towards)] += np.float32(shade)
        glances.append(Glance(pose.t_us, cells, light[cells]))
    lights = np.full((FRAMES, SIDE * SIDE, 3), -2.5, np.float32)
    lights[:, cells] = [glance.light for glance in glances]
    means, brightest = (each.reshape(SIDE, SIDE, 3) for each in (lights.mean(axis=0), lights.max(axis=0)))
    times = np.zeros(SIDE * SIDE, np.int32)
    times[cells] = FRAMES
    return passing_shade(FromAbove(means, brightest, times.reshape(SIDE, SIDE), np.zeros(2), {}, tuple(glances)), (actor,), 3.0)


def best(passing: PassingShade) -> np.ndarray:
    return max(WAYS, key=passing.score)


def test_shadows_fall_away_from_the_sun_and_leave_what_share_of_the_light_they_do():
    passing = seen(driver(), (BLUE_SHADE, TOWARDS_SUN))
    away = -TOWARDS_SUN[:2] / np.linalg.norm(TOWARDS_SUN[:2])
    found = best(passing)
    assert found @ away > 2.0 * np.cos(np.radians(20))
    assert passing.score(found) > 2 * max(passing.score(-found), 1)  # the ground under it is dark either way
    assert passing.is_dark
    assert passing.shade(found).shade == pytest.approx(BLUE_SHADE, abs=0.2)
    assert passing.shade(found).level == pytest.approx((0, 0, 0), abs=0.2)


@pytest.mark.parametrize(
    "darkened",
    [
        [(GREY_SHADE, TOWARDS_SUN)],  # a mirror image in a wet street
        [(BLUE_SHADE, TOWARDS_SUN), (BLUE_SHADE, TOWARDS_SUN * (-1, -1, 1))],  # the dark beside headlights
        [((-0.3, -0.25, -0.15), TOWARDS_SUN)],  # the bright part of an overcast sky
    ],
)
def test_what_is_grey_or_dark_on_either_side_or_hardly_dark_is_not_the_suns(darkened):
    passing = seen(driver(), *darkened)
    assert all(passing.shade(way) is None for way in WAYS)


def test_where_the_ground_on_the_suns_side_was_not_seen_nothing_is_told():
    """Headlights leave the dark on both sides, and an actor may hide one."""
    row, _ = np.divmod(np.arange(SIDE * SIDE), SIDE)
    near_side = np.flatnonzero(row * CELL_M < 21.0)
    both = (BLUE_SHADE, TOWARDS_SUN), (BLUE_SHADE, TOWARDS_SUN * (-1, -1, 1))
    passing = seen(driver(), *both, cells=near_side)
    assert passing.is_dark
    found = best(passing)
    assert all(passing.shade(way) is None for way in WAYS if abs(way @ found) > 4.0 * np.cos(np.radians(40)))


def test_of_those_who_are_parked_nothing_is_told():
    passing = seen(driver(speed=0.0), (BLUE_SHADE, TOWARDS_SUN))
    assert not passing.moments
    assert not passing.is_dark
    assert passing.score(WAYS[0]) == 0
    assert passing.shade(WAYS[0]) is None
