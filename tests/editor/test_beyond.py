"""What lies beyond a recording: the recorded part stays, the rest goes on from it, and edits work there as anywhere."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.apply import apply
from editor.beyond import beyond
from editor.dirty import dirty
from editor.edits import Add, Delete, EditError, EgoOffset, EgoPath, Move, Path, SetBeyond, SetWeather, Way, Waypoint
from editor.files import dumps, loads
from editor.history import opened
from editor.scene import ActorId, Pose, Scene, recorded
from editor.take import Step, Take, scenario_of
from editor.tracks import actor_at
from tests.editor.made import at, made_scene, replayed, time_of


def taken(scene: Scene, lost: str = "") -> Scene:
    """The scene with its pictures on disk, but for those of a lost view."""
    frames = (replace(f, pictures=tuple(replace(p, exists=p.view != lost) for p in f.pictures)) for f in scene.frames)
    return replace(scene, frames=tuple(frames))


SCENE = taken(made_scene())
LAST = len(SCENE.frames) - 1
SECONDS = st.floats(0.1, 60.0)
DELAYS = dict(zip((view.name for view in SCENE.views), (-20_000, -10_000, 0, 10_000, 30_000, 40_000), strict=True))


def take(*edits) -> Take:
    return Take("take", "Take", SCENE.fingerprint, "2026-01-31T12:00:00Z", edits=tuple(map(Step, edits)))


def of(scene: Scene, name: str):
    return next(actor for actor in scene.actors if actor.id == name)


def speeds(track) -> np.ndarray:
    places, times = (np.array([[*pose.T_world.translation] for pose in track]), np.array([pose.t_us for pose in track]) * 1e-6)
    return np.hypot(*np.diff(places[:, :2], axis=0).T) / np.diff(times)


@settings(max_examples=20, deadline=None)
@given(SECONDS)
def test_the_recorded_part_stays_as_it_is(seconds):
    longer = beyond(SCENE, seconds)
    assert longer.frames[: LAST + 1] == SCENE.frames
    assert longer.ego[: len(SCENE.ego)] == SCENE.ego
    assert all(now.track[: len(was.track)] == was.track for now, was in zip(longer.actors, SCENE.actors, strict=True))
    assert longer.as_recorded is SCENE
    assert SCENE.as_recorded is SCENE


@settings(max_examples=20, deadline=None)
@given(SECONDS, SECONDS)
def test_what_comes_at_a_time_does_not_depend_on_how_long_the_drive_goes_on(one, other):
    short, long = (beyond(SCENE, seconds) for seconds in sorted((one, other)))
    assert long.frames[: len(short.frames)] == short.frames
    assert long.ego[: len(short.ego)] == short.ego
    for a, b in zip(short.actors, long.actors, strict=True):
        for frame in short.frames[LAST + 1 :]:
            here, there = (actor_at(actor, frame.t_us) for actor in (a, b))
            assert (here is None) == (there is None)
            assert here is None or np.allclose(here.translation, there.translation, atol=1e-6)


BEND = tuple(Way(ActorId(name), ((105.0, 0.0), (115.0, 3.0), (121.0, 9.0), (125.0, 18.0), (126.0, 40.0))) for name in ("lead",))


@pytest.mark.parametrize("frames", range(1, 16))
def test_who_drives_through_a_bend_is_nowhere_else_in_a_drive_that_ends_there(frames):
    delayed = (tuple(replace(p, t_us=p.t_us + DELAYS[p.view]) for p in frame.pictures) for frame in SCENE.frames)
    scene = replace(SCENE, frames=tuple(replace(f, pictures=p) for f, p in zip(SCENE.frames, delayed, strict=True)))
    short, long = (beyond(scene, seconds, BEND) for seconds in (frames / 10, 4.0))
    assert of(short, "lead").track[-1].t_us == short.span[1]
    tokens = {picture.token for frame in long.frames for picture in frame.pictures}
    shared = [p for frame in short.frames[LAST + 1 :] for p in frame.pictures if p.token in tokens]
    assert len(shared) == len(SCENE.views) * frames - sum(delay > 0 for delay in DELAYS.values())
    for t_us in (*(frame.t_us for frame in short.frames), *(picture.t_us for picture in shared)):
        here, there = (actor_at(of(each, "lead"), t_us) for each in (short, long))
        assert np.allclose(here.translation, there.translation, atol=1e-9)
        assert np.allclose(here.rotation, there.rotation, atol=1e-9)


def test_frames_go_on_at_their_rate_and_keyframes_at_theirs():
    new = beyond(SCENE, 4.0).frames[LAST + 1 :]
    assert [frame.t_us for frame in new] == [time_of(LAST + 1 + i) for i in range(40)]
    assert [i for i, frame in enumerate(new, LAST + 1) if frame.is_keyframe] == list(range(LAST + 5, LAST + 41, 5))
    assert {len(frame.pictures) for frame in new} == {len(SCENE.views)}
    pictures = [picture for frame in new for picture in frame.pictures]
    assert all(p.is_beyond and p.can_be_drawn and not p.exists for p in pictures)
    assert len({p.token for p in pictures}) == len(pictures)
    assert not any(p.is_beyond for frame in SCENE.frames for p in frame.pictures)


def test_tracks_rise_in_time_and_speeds_go_on_at_the_seam():
    longer = beyond(SCENE, 8.0)
    for track in (longer.ego, *(actor.track for actor in longer.actors)):
        assert (np.diff([pose.t_us for pose in track]) > 0).all()
    assert speeds(longer.ego)[len(SCENE.ego) - 1 :] == pytest.approx(10.0, abs=0.01)
    for name, speed in (("lead", 10.0), ("oncoming", 8.0), ("walker", 1.3)):
        assert speeds(of(longer, name).track) == pytest.approx(speed, abs=0.05)


def test_who_stands_stays_and_who_has_left_does_not_come_back():
    longer = beyond(made_scene(crowd=1), 8.0)
    assert len({pose.T_world for pose in of(longer, "stand0").track[LAST:]}) == 1
    assert of(longer, "parked").track[-1].t_us == time_of(60)


def test_pictures_are_taken_from_where_the_ego_is():
    longer = beyond(SCENE, 2.0)
    for frame in longer.frames[LAST + 1 :]:
        for picture in frame.pictures:
            assert picture.T_world_ego.translation[0] == pytest.approx((picture.t_us - time_of(0)) * 1e-5, abs=1e-3)


@pytest.mark.parametrize("seconds", [-1.0, 60.5, float("nan"), float("inf")])
def test_other_seconds_are_refused_in_a_sentence(seconds):
    with pytest.raises(EditError, match=r"s beyond the recording; wanted 0 to 60 s$"):
        apply(recorded(SCENE), SetBeyond(seconds))


def test_a_single_frame_has_no_rate_to_go_on_at():
    with pytest.raises(EditError, match="single frame"):
        beyond(made_scene(frames=1), 4.0)


# ------------------------------------------------------------------------------------------------------- as an edit


def test_it_is_there_before_all_other_edits_whenever_it_is_done():
    move, rain = Move(ActorId("lead"), time_of(20), (0.0, 1.0, 0.0)), SetWeather("rain")
    orders = [(SetBeyond(4.0), move, rain), (move, SetBeyond(8.0), rain, SetBeyond(4.0)), (move, rain, SetBeyond(4.0))]
    first, *others = [scenario_of(take(*edits), SCENE) for edits in orders]
    assert all(other == first for other in others)
    assert all(replayed(SCENE, edits) == first for edits in orders)
    y = [pose.T_world.translation[1] for pose in first.actor(ActorId("lead")).track]
    assert y == pytest.approx([1.0] * len(y), abs=0.1)


def test_without_it_a_scenario_is_the_recording_again():
    assert replayed(SCENE, (SetBeyond(4.0), SetBeyond(0.0))) == recorded(SCENE)


def test_every_edit_works_there():
    late = time_of(LAST + 30)
    edits = (
        SetBeyond(8.0),
        Move(ActorId("lead"), late, (0.0, 2.0, 0.0), "onward"),
        Path(ActorId("oncoming"), late, (Waypoint(20.0, 12.0),)),
        Delete(ActorId("walker"), late, time_of(LAST + 80)),
        Add(ActorId("new-1"), "vehicle.car", (4.5, 1.9, 1.6), (Pose(late, at(110.0, 3.0)), Pose(late + 10**6, at(110.0, 3.0)))),
        EgoPath((EgoOffset(time_of(LAST), 0.0), EgoOffset(late, 1.5))),
    )
    scenario = replayed(SCENE, edits)
    assert actor_at(scenario.actor(ActorId("lead")), late).translation[1] == pytest.approx(2.0, abs=0.1)
    assert actor_at(scenario.actor(ActorId("walker")), late + 10**6) is None
    assert scenario.ego[-1].T_world.translation[1] == pytest.approx(1.5, abs=0.1)
    for edit in edits[1:]:
        with pytest.raises(EditError):
            replayed(SCENE, [edit])


def test_a_drive_that_ends_before_an_edit_is_refused_and_names_it():
    history = opened(take(SetBeyond(8.0), Move(ActorId("lead"), time_of(LAST + 60), (0.0, 2.0, 0.0))), SCENE)
    with pytest.raises(EditError, match=r"^with 4 s beyond the recording, edit 2 \(move\): "):
        history.commit(SetBeyond(4.0))


def test_undo_and_redo_bring_back_the_very_scenarios():
    history = opened(take(Move(ActorId("lead"), time_of(20), (0.0, 1.0, 0.0))), SCENE)
    longer = history.commit(SetBeyond(4.0))
    assert len(longer.present.scene.frames) == LAST + 41
    assert longer.undo().present is history.present
    assert longer.undo().redo().present == longer.present
    assert longer.commit(SetBeyond(4.0)) is longer


def test_a_take_survives_its_file():
    asked = take(SetBeyond(4.0), Move(ActorId("lead"), time_of(LAST + 20), (0.0, 1.0, 0.0)))
    assert loads(dumps(asked)) == asked
    assert scenario_of(loads(dumps(asked)), SCENE) == scenario_of(asked, SCENE)


def test_only_what_the_recording_lacks_becomes_stale():
    longer = apply(recorded(SCENE), SetBeyond(4.0))
    new = tuple(range(LAST + 1, LAST + 41))
    stale = dirty(recorded(SCENE), longer)
    assert stale.draft == stale.model == {view.name: new for view in SCENE.views}
    assert not any(dirty(longer, recorded(SCENE)).draft.values())
    moved = apply(longer, Move(ActorId("lead"), time_of(LAST + 30), (0.0, 2.0, 0.0), "moment"))
    between = dirty(longer, moved).draft["CAM_FRONT"]
    assert set(between) == set(range(LAST + 26, LAST + 35))


def test_a_scene_whose_front_camera_lost_its_files_goes_on_with_the_others():
    new = beyond(taken(SCENE, "CAM_FRONT"), 1.0).frames[LAST + 1 :]
    assert all(frame.picture("CAM_FRONT") is None for frame in new)
    assert all(frame.picture("CAM_BACK").can_be_drawn for frame in new)
