"""Every kind of edit: its result, that undo restores what was, and that it survives its JSON."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from editor.apply import apply
from editor.edits import (
    Add,
    Delete,
    Duplicate,
    Edit,
    EditError,
    EgoOffset,
    EgoPath,
    Move,
    Path,
    Recolour,
    Relabel,
    Resize,
    Rotate,
    SetTimeOfDay,
    SetWeather,
    Waypoint,
)
from editor.files import dumps, edit_from_json, edit_to_json, loads
from editor.geometry import Rigid, yaw_of
from editor.history import opened
from editor.rules import FARTHEST_PLACE_M
from editor.scene import Look, Pose, Scenario, recorded
from editor.take import Take, scenario_of
from editor.tracks import is_present, track_at
from tests.editor.made import at, made_scene, replayed, time_of

SCENE = made_scene()
BASE = recorded(SCENE)
KEY, BETWEEN = time_of(20), time_of(22)  # an annotated time, and one between two
NEW = Add("new-car", "vehicle.car", (4.5, 1.9, 1.6), (Pose(time_of(0), at(50, 3)), Pose(time_of(80), at(50, 3))))
KINDS: list[Edit] = [
    Move("lead", KEY, (1.0, -2.5, 0.25), "moment"),
    Move("lead", BETWEEN, (1.0, -2.5, 0.0), "moment"),
    Move("lead", BETWEEN, (1.0, -2.5, 0.0), "onward"),
    Move("lead", KEY, (1.0, -2.5, 0.0)),
    Rotate("lead", BETWEEN, 0.3, "moment"),
    Rotate("lead", BETWEEN, 0.3, "onward"),
    Rotate("parked", KEY, -2.0),
    Resize("parked", (6.0, 2.5, 2.7)),
    Path("lead", KEY, (Waypoint(60.0, 3.5), Waypoint(90.0, 3.5, speed_mps=5.0))),
    Path("lead", KEY, (Waypoint(100.0, 3.5, t_us=time_of(80)),), is_goal=True),
    Delete("parked"),
    Delete("lead", time_of(10), time_of(30)),
    NEW,
    Duplicate("lead", "new-twin", (0.0, 3.5, 0.0)),
    Relabel("lead", "vehicle.truck"),
    Recolour("lead", "#c02020"),
    EgoPath((EgoOffset(time_of(10), 0.0), EgoOffset(time_of(40), 1.0), EgoOffset(time_of(70), 0.0, 0.5))),
    SetTimeOfDay("night"),
    SetWeather("rain"),
]


def take_with(*edits: Edit) -> Take:
    history = opened(Take("t1", "a take", SCENE.fingerprint, "2026-01-31T12:00:00Z"), SCENE)
    for edit in edits:
        history = history.commit(edit)
    return history.take


@pytest.mark.parametrize("keeps_look", [False, True])
def test_a_label_that_is_given_back_leaves_nothing_behind(keeps_look: bool):
    truck = apply(BASE, Relabel("lead", "vehicle.truck", keeps_look))
    assert truck != BASE
    assert apply(truck, Relabel("lead", "vehicle.car", keeps_look)) == BASE


def test_a_copy_of_who_is_relabelled_looks_like_it():
    def source(*edits: Edit) -> str | None:
        scenario = BASE
        for edit in (*edits, Duplicate("lead", "new-twin", (0.0, 3.5, 0.0))):
            scenario = apply(scenario, edit)
        return scenario.actor("new-twin").look.source

    assert source() == source(Relabel("lead", "vehicle.truck", keeps_look=True)) == "actor:lead"
    assert source(Relabel("lead", "vehicle.truck")) is None


@pytest.mark.parametrize("edit", KINDS, ids=lambda e: f"{e.kind}-{getattr(e, 'scope', '')}")
def test_an_edit_applies_is_undone_and_survives_its_file(edit: Edit):
    after = apply(BASE, edit)
    assert after != BASE
    assert after.scene is SCENE
    history = opened(take_with(), SCENE).commit(edit)
    assert history.present == after
    assert history.undo().present is history.past[0]
    assert history.undo().redo().present == after
    assert edit_from_json(edit_to_json(edit)) == edit
    assert scenario_of(loads(dumps(history.take)), SCENE) == after


@pytest.mark.parametrize("edit", KINDS, ids=lambda e: f"{e.kind}-{getattr(e, 'scope', '')}")
def test_an_edit_leaves_what_it_does_not_name_as_the_same_objects(edit: Edit):
    after = apply(BASE, edit)
    named = {getattr(edit, "actor", None), getattr(edit, "new_actor", None)}
    for actor in after.actors:
        if actor.id not in named or edit.kind == "duplicate" and actor.id == edit.actor:
            assert actor is next(a for a in BASE.actors if a.id == actor.id)
    if edit.kind != "ego_path":
        assert after.ego is SCENE.ego


def poses(scenario: Scenario, actor: str) -> dict[int, Rigid]:
    return {pose.t_us: pose.T_world for pose in scenario.actor(actor).track}


class TestMove:
    def test_a_moment_moves_one_pose_and_no_other(self):
        before, after = poses(BASE, "lead"), poses(apply(BASE, Move("lead", KEY, (1.0, 2.0, 0.5), "moment")), "lead")
        assert {t for t in before if before[t] != after[t]} == {KEY}
        assert np.allclose(np.subtract(after[KEY].translation, before[KEY].translation), (1.0, 2.0, 0.5), atol=1e-8)

    def test_a_moment_between_annotations_puts_a_pose_in(self):
        after = poses(apply(BASE, Move("lead", BETWEEN, (0.0, 1.0, 0.0), "moment")), "lead")
        assert after.keys() - poses(BASE, "lead").keys() == {BETWEEN}

    def test_onward_keeps_what_was_before(self):
        before, after = poses(BASE, "lead"), poses(apply(BASE, Move("lead", BETWEEN, (0.0, 1.0, 0.0), "onward")), "lead")
        for t in before:
            assert (before[t] == after[t]) == (t < BETWEEN)

    def test_a_time_when_the_actor_is_not_there_is_refused(self):
        with pytest.raises(EditError, match="is not there at 7.50 s; it is there from 0.00 s to 6.00 s"):
            apply(BASE, Move("parked", time_of(75), (1.0, 0.0, 0.0), "moment"))


class TestRotate:
    def test_a_whole_track_turns_about_the_pose_at_its_time(self):
        turned = apply(BASE, Rotate("lead", KEY, math.pi / 2)).actor("lead").track
        pivot = poses(BASE, "lead")[KEY].translation
        for old, new in zip(BASE.actor("lead").track, turned, strict=True):
            dx, dy = np.subtract(old.T_world.translation, pivot)[:2]
            assert np.allclose(np.subtract(new.T_world.translation, pivot)[:2], (-dy, dx), atol=1e-6)
            assert yaw_of(new.T_world.rotation) == pytest.approx(yaw_of(old.T_world.rotation) + math.pi / 2, abs=1e-8)

    def test_a_moment_turns_in_place(self):
        before, after = poses(BASE, "lead"), poses(apply(BASE, Rotate("lead", KEY, 0.5, "moment")), "lead")
        assert after[KEY].translation == before[KEY].translation
        assert {t for t in before if before[t] != after[t]} == {KEY}


class TestResize:
    def test_it_stays_standing_on_its_ground(self):
        after = apply(BASE, Resize("parked", (6.0, 2.5, 2.7))).actor("parked")
        for old, new in zip(BASE.actor("parked").track, after.track, strict=True):
            assert new.T_world.translation[2] - 2.7 / 2 == pytest.approx(old.T_world.translation[2] - 1.7 / 2, abs=1e-7)

    def test_the_old_size_gives_the_recording_back(self):
        assert apply(apply(BASE, Resize("parked", (6.0, 2.5, 2.7))), Resize("parked", (4.6, 1.9, 1.7))) == BASE


class TestDelete:
    def test_a_range_keeps_the_track_and_takes_the_presence(self):
        actor = apply(BASE, Delete("lead", time_of(10), time_of(30))).actor("lead")
        assert actor.track == BASE.actor("lead").track
        assert [is_present(actor, time_of(f)) for f in (9, 10, 30, 31)] == [True, False, False, True]

    def test_to_the_end_leaves_nothing_that_lingers(self):
        actor = apply(BASE, Delete("parked", time_of(30))).actor("parked")
        assert not is_present(actor, time_of(60) + 50_000)

    def test_ranges_that_cover_everything_delete_the_actor(self):
        after = replayed(SCENE, [Delete("lead", None, time_of(40)), Delete("lead", time_of(40), None)])
        assert all(actor.id != "lead" for actor in after.actors)


class TestAdded:
    def test_a_duplicate_stands_beside_the_original_in_its_own_frame(self):
        twin = apply(BASE, Duplicate("oncoming", "new-twin", (0.0, 3.0, 0.0))).actor("new-twin")
        for old, new in zip(BASE.actor("oncoming").track, twin.track, strict=True):
            there = old.T_world.apply(np.array([0.0, 3.0, 0.0]))
            assert np.allclose(new.T_world.translation, there, atol=1e-7)
        assert twin.look == Look("actor:oncoming")

    def test_a_single_pose_at_each_end_stands_still(self):
        actor = apply(BASE, NEW).actor("new-car")
        assert track_at(actor.track, time_of(33)) == actor.track[0].T_world


class TestPath:
    def test_what_was_before_keeps_its_own_poses(self):
        for edit in KINDS[8:10]:
            before, after = poses(BASE, "lead"), poses(apply(BASE, edit), "lead")
            assert all(after[t] == T for t, T in before.items() if t <= KEY)

    def test_annotated_times_have_poses_of_their_own(self):
        after = poses(apply(BASE, KINDS[9]), "lead")
        assert all(frame.t_us in after for frame in SCENE.keyframes)

    def test_a_goal_is_reached_in_time(self):
        after = apply(BASE, KINDS[9]).actor("lead").track
        assert np.allclose(track_at(after, time_of(80)).translation[:2], (100.0, 3.5), atol=0.02)

    def test_it_faces_where_it_goes(self):
        track = [p for p in apply(BASE, KINDS[8]).actor("lead").track if p.t_us >= KEY]
        for a, b in zip(track[1:], track[2:], strict=False):
            step = np.subtract(b.T_world.translation, a.T_world.translation)
            if np.hypot(*step[:2]) > 0.3:
                middle = (yaw_of(a.T_world.rotation) + yaw_of(b.T_world.rotation)) / 2
                assert math.atan2(step[1], step[0]) == pytest.approx(middle, abs=0.02)

    def test_it_stays_on_its_ground(self):
        after = apply(BASE, KINDS[8]).actor("lead").track
        assert all(pose.T_world.translation[2] == pytest.approx(0.85, abs=0.03) for pose in after)

    def test_an_impossible_goal_says_what_would_be_possible(self):
        goal = Path("lead", KEY, (Waypoint(160.0, 0.0, t_us=time_of(50)),), is_goal=True)
        with pytest.raises(
            EditError, match=r"120\.0 m in 3\.00 s .* is beyond a car; it can arrive from (.*) s to 8.0 s"
        ) as no:
            apply(BASE, goal)
        first = float(str(no.value).split("from ")[2].split(" s")[0])
        apply(BASE, replace(goal, waypoints=(replace(goal.waypoints[0], t_us=time_of(round(first * 10))),)))


class TestPlaces:
    def test_any_number_of_turns_is_a_turn(self):
        turned = apply(BASE, Rotate("lead", KEY, 1.0, scope="track"))
        more = apply(BASE, Rotate("lead", KEY, 1.0 + 200 * math.pi, scope="track"))
        for a, b in zip(poses(turned, "lead").values(), poses(more, "lead").values(), strict=True):
            assert np.allclose(a.rotation, b.rotation, atol=1e-6)
        apply(BASE, Rotate("lead", KEY, 1e300, scope="track"))

    def test_whoever_is_near_the_drive_is_near_however_long_the_drive_is(self):
        ego = tuple(Pose(pose.t_us, at(k * 60.0, 0.0)) for k, pose in enumerate(SCENE.ego))
        assert ego[-1].T_world.translation[0] > 2 * FARTHEST_PLACE_M
        long = recorded(replace(SCENE, ego=ego))
        assert apply(long, Move("lead", KEY, (6.0, 0.0, 0.0))) != long

    def test_a_height_that_is_not_of_this_world_is_refused(self):
        with pytest.raises(EditError, match="a height of .* m; wanted at most 1000 m above or below the drive"):
            apply(BASE, Add("new-high", "vehicle.car", (4.0, 2.0, 1.5), (Pose(KEY, at(20.0, 0.0, z=1e200)),)))


class TestEgoPath:
    def test_no_offset_is_the_recording(self):
        assert apply(BASE, EgoPath((EgoOffset(KEY, 0.0), EgoOffset(time_of(40), 0.0)))) == BASE
        assert apply(apply(BASE, KINDS[16]), EgoPath(())) == BASE

    def test_offsets_are_met_and_poses_outside_stay(self):
        after = apply(BASE, KINDS[16])
        left = {p.t_us: p.T_world.translation[1] for p in after.ego}
        assert left[time_of(40)] == pytest.approx(1.0, abs=1e-6)
        assert all(a is b for a, b in zip(after.ego[:10], BASE.ego[:10], strict=True))
        assert max(left.values()) <= 1.0 + 1e-6

    def test_who_stands_keeps_his_heading(self):
        stands = replace(SCENE, ego=tuple(Pose(pose.t_us, SCENE.ego[0].T_world) for pose in SCENE.ego))
        after = apply(
            recorded(stands), EgoPath((EgoOffset(KEY, 0.0), EgoOffset(time_of(40), 0.25), EgoOffset(time_of(60), 0.0)))
        )
        assert max(pose.T_world.translation[1] for pose in after.ego) == pytest.approx(0.25, abs=1e-6)
        assert all(pose.T_world.rotation == SCENE.ego[0].T_world.rotation for pose in after.ego)

    def test_falling_back_turns_nobody_around(self):
        after = apply(BASE, EgoPath((EgoOffset(KEY, 0.0), EgoOffset(KEY + 1_000_000, 0.3, -12.0))))
        assert min(b.T_world.translation[0] - a.T_world.translation[0] for a, b in pairwise(after.ego)) < 0
        assert all(abs(yaw_of(pose.T_world.rotation)) < math.pi / 2 for pose in after.ego)

    def test_the_heading_follows_the_bent_path(self):
        ego = apply(BASE, KINDS[16]).ego
        for a, b in zip(ego, ego[1:], strict=False):
            step = np.subtract(b.T_world.translation, a.T_world.translation)
            middle = (yaw_of(a.T_world.rotation) + yaw_of(b.T_world.rotation)) / 2
            assert math.atan2(step[1], step[0]) == pytest.approx(middle, abs=3e-3)


NAN = float("nan")
REFUSED: list[tuple[Edit, str]] = [
    (Move("nobody", KEY, (1.0, 0.0, 0.0)), "no actor 'nobody'"),
    (Move("lead", KEY, (NAN, 0.0, 0.0)), "is nan; wanted a finite number"),
    (Move("lead", KEY, (5e3, 0.0, 0.0)), "wanted at most 1000 m"),
    (Move("lead", KEY + 10**9, (1.0, 0.0, 0.0)), "runs from"),
    (Rotate("lead", KEY, math.inf), "an angle is inf"),
    (Resize("lead", (40.0, 2.0, 1.5)), "length 40 m for a car; wanted 1.15 to 18.40 m"),
    (Resize("lead", (4.0, 0.0, 1.5)), "width 0 m"),
    (Delete("lead", KEY, KEY - 1), "rising order"),
    (Delete("parked", time_of(70)), "is not there between those times"),
    (replace(NEW, actor="car"), "wanted 'new-'"),
    (replace(NEW, category="vehicle.spaceship"), "unknown category"),
    (replace(NEW, track=()), "a track of 0 poses"),
    (replace(NEW, track=NEW.track[::-1]), "wanted rising times"),
    (replace(NEW, track=(Pose(KEY, Rigid((50.0, 3.0, 0.8), (0.0, 0.0, 0.0, 0.0))),)), "unit quaternion"),
    (replace(NEW, track=(Pose(KEY, at(9e9, 0.0)),)), "from the recorded drive"),
    (replace(NEW, look=Look("actor:nobody")), "names no recorded actor"),
    (replace(NEW, look=Look("/etc/passwd")), "wanted 'actor:<id>' or 'bank:<name>'"),
    (Duplicate("lead", "lead", (0.0, 3.0, 0.0)), "wanted 'new-'"),
    (Relabel("lead", "CAR"), "unknown category 'CAR'"),
    (Recolour("lead", "red"), "wanted '#rrggbb'"),
    (Path("lead", KEY, ()), "0 waypoints"),
    (Path("lead", KEY, (Waypoint(60.0, 0.0),), is_goal=True), "a goal without a time"),
    (Path("lead", KEY, (Waypoint(NAN, 0.0),)), "is nan"),
    (
        Path("lead", KEY, (Waypoint(60.0, 0.0, speed_mps=100.0),)),
        "speed of 100 m/s (360 km/h) for a car; wanted 0 to 60 m/s (216 km/h)",
    ),
    (Path("lead", KEY, (Waypoint(60.0, 0.0, t_us=KEY - 1),)), "rising times"),
    (Path("lead", KEY, (Waypoint(60.0, 0.0), Waypoint(60.0, 0.0))), "is the one before"),
    (Path("lead", KEY, (Waypoint(60.0, 0.0, t_us=time_of(900)),)), "runs from"),
    (EgoPath((EgoOffset(KEY, 1.0), EgoOffset(KEY, 2.0))), "wanted rising times"),
    (EgoPath((EgoOffset(KEY, NAN),)), "is nan"),
    (EgoPath((EgoOffset(KEY, 99.0),)), "wanted at most 50 m"),
]


@pytest.mark.parametrize(("edit", "says"), REFUSED, ids=lambda v: v if isinstance(v, str) else v.kind)
def test_what_cannot_be_is_refused_in_one_sentence(edit: Edit, says: str):
    with pytest.raises(EditError) as no:
        apply(BASE, edit)
    assert says in str(no.value)
    assert "\n" not in str(no.value)


def test_an_added_actor_cannot_take_an_identity_twice():
    with pytest.raises(EditError, match="'new-car' is there already"):
        replayed(SCENE, [NEW, NEW])


def test_replay_names_the_edit_that_cannot_be_taken():
    with pytest.raises(EditError, match=r"edit 2 \(move\): there is no actor 'lead'"):
        replayed(SCENE, [Delete("lead"), Move("lead", KEY, (1.0, 0.0, 0.0))])
