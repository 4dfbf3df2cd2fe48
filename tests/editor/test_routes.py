"""A vehicle's goal is reached along the lanes that lead there, as waypoints; where none do, straight on as before."""

from dataclasses import replace

import numpy as np
import pytest

from editor.apply import apply
from editor.edits import Path, Waypoint
from editor.files import edit_from_json, edit_to_json
from editor.map import Lane, StreetMap
from editor.motion_checks import motion_findings
from editor.routes import along_lanes
from editor.scene import ActorId, recorded
from editor.tracks import track_at
from tests.editor.made import lane, made_scene, time_of

BASE = recorded(made_scene())  # "lead" is at (20, 0) and drives along x at 10 m/s for 8 s
RADIUS_M = 25.0
BEND = np.array([(60 + RADIUS_M * np.sin(a), RADIUS_M * (1 - np.cos(a)), 0.0) for a in np.linspace(0, np.pi / 2, 30)])
STREETS = StreetMap(
    lanes=(
        lane("a", (0, 0), (60, 0), "off", "bend", "b"),
        lane("b", (60, 0), (200, 0)),
        Lane("bend", BEND, np.zeros((0, 2)), True, ("up",)),
        lane("off", (60, 0), (75, -30)),
        lane("up", (85, 25), (85, 100)),
        lane("left", (0, 3.5), (200, 3.5)),
        lane("against", (200, 7), (0, 7)),
        lane("cross", (70, -40), (70, 40)),
    )
)


def goal(x: float, y: float, actor: str = "lead", frame: int = 80) -> Path:
    return Path(ActorId(actor), time_of(0), (Waypoint(x, y, t_us=time_of(frame)),), is_goal=True)


def driven(edit: Path) -> np.ndarray:
    """Where the actor is from start to goal, ten times a second."""
    track = apply(BASE, edit).actor(edit.actor).track
    return np.array([track_at(track, time_of(frame)).translation[:2] for frame in range(81)])


def off_lanes(places: np.ndarray) -> float:
    """How far from the middle of every lane one ever is."""
    middles = np.concatenate(
        [np.linspace(a, b, 60) for each in STREETS.lanes for a, b in zip(each.centre, each.centre[1:], strict=False)]
    )
    return max(np.hypot(*(middles[:, :2] - place).T).min() for place in places)


def test_a_goal_round_a_corner_is_reached_through_the_bend():
    edit = goal(85.0, 30.0)
    led = along_lanes(BASE, STREETS, edit)
    assert led == replace(edit, waypoints=led.waypoints)
    assert led.waypoints[-1:] == edit.waypoints
    assert off_lanes(driven(led)) < 0.4 < 2.0 < off_lanes(driven(edit))
    assert not motion_findings(apply(BASE, led).actor("lead"))


def test_what_a_take_keeps_is_waypoints_and_needs_no_map():
    led = along_lanes(BASE, STREETS, goal(85.0, 30.0))
    assert edit_from_json(edit_to_json(led)) == led
    assert along_lanes(BASE, StreetMap(), led) == led
    assert along_lanes(BASE, STREETS, led) == led


def test_a_goal_on_a_lane_beside_is_reached_by_one_change_of_lane():
    led = along_lanes(BASE, STREETS, goal(110.0, 3.5))
    across = driven(led)[:, 1]
    assert (np.diff(across) > -0.05).all()
    assert ((across > 0.5) & (across < 3.0)).sum() < 40
    assert not motion_findings(apply(BASE, led).actor("lead"))


def test_who_is_beside_a_lane_s_middle_comes_to_it_and_leaves_it_for_the_goal_along_the_street():
    beside = replace(BASE, actors=tuple(replace(actor, id=ActorId("lead")) for actor in BASE.actors if actor.id == "parked"))
    led = along_lanes(beside, StreetMap(lanes=(lane("kerb", (0, -2.5), (200, -2.5)),)), goal(90.0, -3.5, frame=60))
    y = [waypoint.y for waypoint in led.waypoints]
    assert max(y) == pytest.approx(-2.5, abs=0.1)
    assert y[-1] == -3.5
    assert np.abs(np.diff([-5.0, *y])).max() < 1.2


@pytest.mark.parametrize(
    "edit",
    [
        goal(85.0, 30.0, "walker"),  # walks where it likes
        goal(60.0, 40.0),  # on no lane
        goal(60.0, 7.0),  # on one that leads the other way
        goal(5.0, 0.0),  # behind
        goal(85.0, 30.0, frame=30),  # not in time
        goal(85.0, 30.0, "nobody"),
        replace(goal(85.0, 30.0), is_goal=False),
        replace(goal(85.0, 30.0), waypoints=(Waypoint(60.0, 1.0), Waypoint(85.0, 30.0, t_us=time_of(80)))),
    ],
)
def test_anything_else_stays_as_it_was_asked_for(edit):
    assert along_lanes(BASE, STREETS, edit) == edit


def test_round_the_block_is_not_what_was_meant():
    round_it = StreetMap(
        lanes=(lane("out", (0, 0), (60, 0), "over"), lane("over", (60, 0), (60, 6), "back"), lane("back", (60, 6), (0, 6)))
    )
    edit = goal(25.0, 6.0)
    assert along_lanes(BASE, round_it, edit) == edit


def test_where_lanes_cross_the_one_that_leads_to_the_goal_counts_not_the_nearest():
    led = along_lanes(BASE, STREETS, goal(70.3, 0.5))
    assert len(led.waypoints) > 1
    assert all(0 <= waypoint.y <= 0.5 for waypoint in led.waypoints)
