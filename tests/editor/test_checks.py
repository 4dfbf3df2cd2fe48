"""Checks: each kind is found where it is, recordings bring none, one edit more costs little; and what an edit makes stale."""

import random
from dataclasses import replace

import numpy as np
import pytest

from editor.apply import apply
from editor.cameras import T_camera_world, box_hull
from editor.checks import Finding, all_findings, findings
from editor.datasets.nuscenes import open_data_set
from editor.dirty import dirty
from editor.edits import (
    Add,
    Delete,
    Duplicate,
    Edit,
    EgoOffset,
    EgoPath,
    Move,
    Recolour,
    Relabel,
    Rotate,
    SetWeather,
)
from editor.geometry import box_corners
from editor.map import Raster, StreetMap
from editor.motion_checks import motion_findings
from editor.overlaps import Overlaps
from editor.scene import Actor, ActorId, Pose, Scenario, recorded
from editor.tracks import actor_at, ego_at
from tests.editor.made import at, made_scene, replayed, time_of

SCENE = made_scene()
BASE = recorded(SCENE)
NOWHERE = StreetMap()
KEY = time_of(20)


def found(*edits: Edit, street_map: StreetMap = NOWHERE) -> tuple[Finding, ...]:
    return findings(replayed(SCENE, edits), street_map)


def kinds(*edits: Edit, street_map: StreetMap = NOWHERE) -> set[str]:
    return {finding.kind for finding in found(*edits, street_map=street_map)}


def test_an_unedited_scene_brings_no_findings():
    assert found() == ()
    assert all_findings(BASE, NOWHERE) == ()


def test_actors_in_one_another_overlap_for_as_long_as_they_do():
    (finding,) = [f for f in found(Move("parked", KEY, (0.0, 5.0, 0.0))) if f.actors == ("lead", "parked")]
    assert finding.kind == "overlap"
    assert finding.severity == 1.0
    # The lead car, 4.6 m long, passes the parked one's place, 20 m ahead of its start, at 10 m/s.
    begin, end = ((t - SCENE.span[0]) * 1e-6 for t in finding.span)
    assert 1.5 < begin < 1.65
    assert 2.35 < end < 2.5


def test_the_ego_counts_among_those_who_overlap():
    assert ("overlap", ("parked", "ego")) in {(f.kind, f.actors) for f in found(Move("parked", KEY, (0.0, 5.0, 0.0)))}


def test_the_depth_of_an_overlap_is_that_of_the_boxes():
    beside = replayed(SCENE, [Duplicate("parked", "new-a", (0.0, 1.4, 0.0))])
    (finding,) = [f for f in findings(beside, NOWHERE) if f.kind == "overlap"]
    assert "overlap by 0.5 m" in finding.sentence


@pytest.mark.parametrize("seed", range(30))
def test_overlaps_agree_with_sampled_points(seed: int):
    rng = random.Random(seed)
    a = replace(SCENE.actors[0], id="a", track=(Pose(KEY, at(0.0, 0.0, rng.uniform(-3, 3))),))
    b = replace(SCENE.actors[0], id="b", track=(Pose(KEY, at(rng.uniform(-4, 4), rng.uniform(-3, 3), rng.uniform(-3, 3))),))
    (some,) = Overlaps().between([(a, b)], SCENE)
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 81), np.linspace(-1, 1, 81), [0.0]), axis=-1).reshape(-1, 3)
    inside = b.track[0].T_world.inverse().apply(a.track[0].T_world.apply(grid * np.array(a.size_lwh) / 2))
    share = (np.abs(inside) <= np.array(b.size_lwh) / 2).all(-1).mean()
    assert share < 0.12 if not some else share > 0


def test_a_jump_is_a_jump():
    (finding,) = found(Move("lead", KEY, (0.0, 3.5, 0.0), "onward"))
    assert (finding.kind, finding.actors) == ("jump", ("lead",))
    assert finding.span == (time_of(15), KEY)


def test_moving_a_whole_track_brings_nothing_but_where_it_is():
    assert found(Move("lead", KEY, (0.0, 3.0, 0.0))) == ()
    assert found(Move("walker", KEY, (0.0, -2.0, 0.0))) == ()


def test_what_a_category_cannot_do_is_found():
    assert "speed" in kinds(Relabel("lead", "movable_object.trafficcone"))
    assert "yaw_rate" in kinds(Rotate("lead", KEY, 2.5, "moment"))
    fast = Add(
        "new-a", "vehicle.car", (4.5, 1.9, 1.6), tuple(Pose(time_of(f), at(20 + 0.2 * f * f, 20)) for f in range(0, 60, 5))
    )
    assert "acceleration" in kinds(fast)


@pytest.mark.parametrize(("frames", "number"), [(10, 1), (30, 2)])  # ten a second
def test_pushes_that_hardly_lie_apart_are_one_finding(frames, number):
    """A car that is pushed to the left, drifts for some frames, and is pushed back."""
    aside = [0.6 * float(np.clip(frame - 20, 0, frames)) for frame in range(0, 80, 5)]
    track = tuple(Pose(time_of(f), at(20 + 1.0 * f, 20 + y)) for f, y in zip(range(0, 80, 5), aside, strict=True))
    told = [each.sentence for each in motion_findings(Actor(ActorId("a"), "vehicle.car", (4.5, 1.9, 1.6), track))]
    assert told == ["Car a is pushed sideways by 12.0 m/s²; a car can take 8.0"] * number


def test_a_kink_is_as_abrupt_without_the_poses_on_the_straight_stretches_beside_it():
    def told(*frames: int) -> list[str]:
        track = tuple(Pose(time_of(f), at(20 + f, 20 + 0.8 * max(f - 40, 0))) for f in frames)
        return [each.sentence for each in motion_findings(Actor(ActorId("a"), "vehicle.car", (4.5, 1.9, 1.6), track))]

    assert told(*range(0, 81, 5)) == told(0, 40, 80) == ["Car a is pushed sideways by 16.0 m/s²; a car can take 8.0"]


def test_sliding_sideways_is_against_the_heading():
    track = tuple(Pose(time_of(f), at(50.0, 10.0 + 0.4 * f, 0.0)) for f in range(0, 60, 5))
    assert kinds(Add("new-a", "vehicle.car", (4.5, 1.9, 1.6), track)) == {"heading"}
    assert kinds(Add("new-a", "human.pedestrian.adult", (0.7, 0.7, 1.75), track)) == set()


def test_turning_on_the_spot_is_for_those_who_can():
    track = tuple(Pose(time_of(f), at(50.0, 20.0, 0.03 * f)) for f in range(0, 60, 5))
    assert kinds(Add("new-a", "vehicle.car", (4.5, 1.9, 1.6), track)) == {"curvature"}
    assert kinds(Add("new-a", "human.pedestrian.adult", (0.7, 0.7, 1.75), track)) == set()


def street() -> StreetMap:
    """Drivable from 6 m right to 9 m left of the ego's path."""
    drivable = np.zeros((400, 1600), dtype=bool)
    row = 400 - 1 - np.arange(400)
    drivable[((row / 4 - 50 > -6) & (row / 4 - 50 < 9))] = True
    return StreetMap(raster=Raster(drivable, 4.0, (-100.0, -50.0)))


STREET = street()


def test_leaving_the_drivable_area_is_for_vehicles_only():
    assert kinds(Move("lead", KEY, (0.0, 2.0, 0.0)), street_map=STREET) == set()
    assert kinds(Move("parked", KEY, (8.0, -4.0, 0.0)), street_map=STREET) == {"off_road"}
    assert kinds(Move("walker", KEY, (0.0, -1.0, 0.0)), street_map=STREET) == set()
    polygon = np.array([[-90.0, -6.0], [280.0, -6.0], [280.0, 9.0], [-90.0, 9.0]])
    assert kinds(Move("parked", KEY, (8.0, -4.0, 0.0)), street_map=StreetMap(drivable=((polygon, ()),))) == {"off_road"}


def test_a_blank_map_says_nothing():
    blank = StreetMap(raster=Raster(np.zeros((10, 10), dtype=bool), 1.0, (0.0, 0.0)))
    assert kinds(Move("parked", KEY, (8.0, -4.0, 0.0)), street_map=blank) == set()


def test_an_ego_far_from_anything_recorded():
    near = EgoPath((EgoOffset(time_of(10), 0.0), EgoOffset(time_of(50), 1.0)))
    far = EgoPath((EgoOffset(time_of(10), 0.0), EgoOffset(time_of(70), -6.5)))
    assert found(near) == ()
    assert "ego_far_from_recording" in kinds(far)


def test_a_finding_that_the_recording_shows_too_is_not_the_edits():
    scene = replace(SCENE, actors=(*SCENE.actors, replace(SCENE.actors[2], id="double")))
    base = recorded(scene)
    assert len(all_findings(base, NOWHERE)) == 1
    assert findings(base, NOWHERE) == ()
    assert findings(apply(base, Recolour("double", "#ffffff")), NOWHERE) == ()


def test_what_is_away_overlaps_nothing():
    edits = [Move("parked", KEY, (0.0, 5.0, 0.0)), Delete("parked", time_of(10), time_of(59))]
    assert ("lead", "parked") not in {f.actors for f in found(*edits)}


def test_the_real_drive_brings_no_findings(pandaset_root):
    data_set = open_data_set(pandaset_root)
    scene = data_set.scene("scene-0002")
    base, streets = recorded(scene), data_set.street_map(scene)
    assert findings(base, streets) == ()
    assert len(all_findings(base, streets)) <= 5


# ------------------------------------------------------------------------------------------------ stale pictures

RED = "#ff0000"


def shown(scenario: Scenario, actor: str, view_name: str) -> set[int]:
    """The frames in which a view shows a box, asked one by one."""
    view = scenario.scene.view(view_name)
    frames = set()
    for index, frame in enumerate(scenario.scene.frames):
        picture = frame.picture(view_name)
        there = actor_at(scenario.actor(actor), picture.t_us)
        if there is not None:
            corners = T_camera_world(ego_at(scenario, picture), view).apply(box_corners(there, scenario.actor(actor).size_lwh))
            if box_hull(view, corners) is not None:
                frames.add(index)
    return frames


@pytest.mark.parametrize("actor", ["lead", "oncoming", "parked", "walker"])
@pytest.mark.parametrize("bent", [False, True])
def test_stale_pictures_hold_all_that_show_the_actor_before_or_after(actor: str, bent: bool):
    base = apply(BASE, EgoPath((EgoOffset(KEY, 0.0), EgoOffset(time_of(40), 2.0)))) if bent else BASE
    after = apply(base, Move(actor, KEY, (2.0, 1.5, 0.0)))
    stale = dirty(base, after).draft
    most = 0
    for view in SCENE.views:
        needed = shown(base, actor, view.name) | shown(after, actor, view.name)
        assert needed <= set(stale[view.name])
        most += len(stale[view.name]) - len(needed)
    assert most < 150


def test_what_was_not_moved_is_not_stale():
    stale = dirty(BASE, apply(BASE, Move("lead", KEY, (0.0, 1.0, 0.0), "moment"))).draft
    assert stale["CAM_FRONT"] == tuple(range(16, 25))
    assert stale["CAM_BACK"] == ()
    assert dirty(BASE, BASE).frames == ()


def test_a_bent_ego_path_makes_all_views_stale_where_it_differs():
    stale = dirty(BASE, apply(BASE, EgoPath((EgoOffset(KEY, 0.0), EgoOffset(time_of(40), 2.0))))).draft
    assert all(frames == tuple(range(21, 81)) for frames in stale.values())


def test_weather_and_labels_are_for_the_model_only():
    rain = dirty(BASE, apply(BASE, SetWeather("rain")))
    assert rain.frames == ()
    assert all(frames == tuple(range(81)) for frames in rain.model.values())
    label = dirty(BASE, apply(BASE, Relabel("lead", "vehicle.truck", keeps_look=True)))
    assert label.frames == ()
    assert label.model["CAM_FRONT"]
    colour = dirty(BASE, apply(BASE, Recolour("lead", RED)))
    assert colour.draft == colour.model
    assert set(colour.frames) == set(range(81))


def test_added_and_deleted_actors_are_stale_where_they_are_or_were():
    gone = dirty(BASE, apply(BASE, Delete("lead"))).draft
    part = dirty(BASE, apply(BASE, Delete("lead", time_of(10), time_of(20)))).draft
    assert set(gone["CAM_FRONT"]) == set(range(81))
    assert part["CAM_FRONT"] == tuple(range(10, 21))
    twin = apply(BASE, Duplicate("lead", "new-a", (0.0, 3.0, 0.0)))
    assert set(dirty(BASE, twin).draft["CAM_FRONT"]) == set(range(81))
