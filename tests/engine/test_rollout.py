"""Coarse to refined on a drive that is made up, with real networks at tiny size."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, EgoOffset, EgoPath, SetBeyond, SetWeather
from editor.scene import recorded
from engine.draft.draft import chunk_of
from engine.draft.footage import Footage
from engine.model.told import NUM_GBUFFER
from engine.pipeline import Sampling, WorldPipeline
from engine.rollout import SHARED, WINDOW, Rollout, whole, windows
from tests.engine.test_pipeline import pipeline

SIZE = 96, 64
VIEWS = ("CAM_FRONT", "CAM_BACK")
ANCHORS = (0, 5, 10)


@pytest.fixture(scope="module")
def drive(small_drive):
    data = open_data_set(small_drive)
    scene = data.scene("scene-0001")
    return small_drive, scene, data.street_map(scene)


def rollout(drive, edit=None, **options):
    root, scene, streets = drive
    scenario = recorded(scene) if edit is None else apply(recorded(scene), edit)
    footage = Footage(root, scene, SIZE)
    drafted = cache(lambda frame, view: chunk_of(footage, scenario, frame, view, 1, 1))
    return Rollout(pipeline(), scenario, streets, drafted, SIZE, Sampling(num_steps=2), **options)


def delete(drive, length):
    return Delete(next(a.id for a in drive[1].actors if a.size_lwh[0] == length and a.track[0].T_world.translation[0] > 0))


def all_alike(frame, view):
    """The G-buffer of a place like any other."""
    return np.full((NUM_GBUFFER, SIZE[1] // 8, SIZE[0] // 8), 0.5, np.float16)


def final(chunks):
    return {(c.frame, c.view): c for c in chunks if c is not None and not c.preview}


def test_an_unedited_drive_is_its_recording(drive):
    run = rollout(drive)
    found = final(run.anchors(ANCHORS, VIEWS, {}))
    assert set(found) == {(frame, view) for frame in ANCHORS for view in VIEWS}
    assert {c.origin for c in found.values()} == {"recorded"}
    assert {c.tier for c in found.values()} == {"anchor"}


def test_only_what_an_edit_touches_is_generated_and_only_there(drive):
    run = rollout(drive, delete(drive, 7.0))
    chunks = [c for c in run.anchors(ANCHORS, VIEWS, {}) if c is not None]
    found = final(chunks)
    assert {c.origin for place, c in found.items() if place[1] == "CAM_BACK"} == {"recorded"}
    front = [c for place, c in found.items() if place[1] == "CAM_FRONT"]
    assert {c.origin for c in front} == {"generated"}
    for chunk in front:
        draft = run.drafted(chunk.frame, chunk.view)
        assert not (draft.dirty & ~chunk.dirty).any()
        assert (chunk.picture[~chunk.dirty] == draft.picture[~chunk.dirty]).all()
        assert (chunk.picture[draft.dirty] != draft.picture[draft.dirty]).any()
    assert [c.preview for c in chunks if c.origin == "generated"] == [True, False, False, False]


def test_another_weather_draws_everything(drive):
    run = rollout(drive, SetWeather("rain"))
    assert whole(run.scenario)
    found = final(run.anchors(ANCHORS, VIEWS, {}))
    assert {c.origin for c in found.values()} == {"generated"}
    assert all(c.dirty.all() for c in found.values())


def test_networks_that_read_gbuffers_are_told_those_of_the_drafts(drive):
    told = set()

    def seen(frame, view):
        told.add((frame, view))
        return np.full((NUM_GBUFFER, SIZE[1] // 8, SIZE[0] // 8), frame / 10, np.float16)

    run = replace(rollout(drive, delete(drive, 7.0)), pipeline=pipeline(gbuffer_channels=NUM_GBUFFER))
    unread, read = (final(replace(run, seen=s).anchors(ANCHORS, VIEWS[:1], {})) for s in (None, seen))
    assert told == set(read)
    assert (read[10, "CAM_FRONT"].picture != unread[10, "CAM_FRONT"].picture).any()


def test_what_relights_drafts_is_asked_for_another_weather_alone(drive):
    pipe = pipeline(relights=True)
    without = WorldPipeline(pipe.transformer, pipe.autoencoder, pipe.text_encoder, pipe.scheduler)
    for edit, relit in ((SetWeather("rain"), True), (delete(drive, 7.0), False)):
        run = replace(rollout(drive, edit), pipeline=pipe, seen=all_alike)
        plain = replace(run, pipeline=without, seen=None)
        found, other = (final(r.anchors(ANCHORS[:1], VIEWS[:1], {}))[0, "CAM_FRONT"].picture for r in (run, plain))
        assert (found != other).any() == relit


def test_anchors_that_are_right_already_are_left_alone(drive):
    run = rollout(drive, delete(drive, 7.0))
    first = final(run.anchors(ANCHORS, VIEWS, {}))
    drawn = {place: c.picture for place, c in first.items() if place[0] in (0, 5)}
    again = final(run.anchors(ANCHORS, VIEWS, drawn))
    assert set(again) == {(10, "CAM_FRONT"), (10, "CAM_BACK")}


def test_the_anchor_that_is_waited_for_is_previewed_before_others_are_drafted(drive):
    place = 10, "CAM_FRONT"
    hurried = rollout(drive, delete(drive, 7.0), previewed=place, preview_first=True)
    steps = hurried.anchors(ANCHORS, VIEWS, {})
    first = next(chunk for chunk in steps if chunk is not None)
    assert (first.frame, first.view, first.preview, first.origin, first.total) == (*place, True, "generated", 0)
    assert hurried.drafted.cache_info().misses == 1
    draft = hurried.drafted(*place)
    assert (first.picture[~first.dirty] == draft.picture[~first.dirty]).all()
    assert (first.picture[draft.dirty] != draft.picture[draft.dirty]).any()
    found, plain = final(steps), final(rollout(drive, delete(drive, 7.0)).anchors(ANCHORS, VIEWS, {}))
    assert found.keys() == plain.keys()
    assert all((found[at].picture == plain[at].picture).all() for at in plain)


def test_another_light_is_previewed_in_all_views_of_the_frame_that_is_waited_for(drive):
    """As drafts that are relit, before anything else is drafted; and what follows is what it would have been."""
    pipe = pipeline(relights=True)
    plain = replace(rollout(drive, SetWeather("rain")), pipeline=pipe, seen=all_alike)
    hurried = replace(
        rollout(drive, SetWeather("rain"), previewed=(5, "CAM_BACK"), preview_first=True), pipeline=pipe, seen=all_alike
    )
    steps = (chunk for chunk in hurried.anchors(ANCHORS, VIEWS[::-1], {}) if chunk is not None)
    first = [next(steps), next(steps)]
    assert [(c.frame, c.view, c.preview, c.origin, c.total) for c in first] == [
        (5, v, True, "generated", 0) for v in VIEWS[::-1]
    ]
    assert hurried.drafted.cache_info().misses == 2
    assert all((c.picture != hurried.drafted(c.frame, c.view).picture).any() for c in first)
    found, expected = final(steps), final(plain.anchors(ANCHORS, VIEWS[::-1], {}))
    assert found.keys() == expected.keys()
    assert all((found[at].picture == expected[at].picture).all() for at in found)


def test_what_is_known_or_untouched_is_not_previewed(drive):
    run = rollout(drive, delete(drive, 7.0), previewed=(0, "CAM_BACK"), preview_first=True)
    chunks = [c for c in run.anchors(ANCHORS, VIEWS, {}) if c is not None]
    assert {(c.view, c.total) for c in chunks if c.preview} == {("CAM_FRONT", 2)}
    drawn = {place: c.picture for place, c in final(chunks).items() if place[0] == 0}
    again = replace(run, previewed=(0, "CAM_FRONT")).anchors(ANCHORS, VIEWS, drawn)
    assert {(c.frame, c.total) for c in again if c is not None and c.preview} == {(5, 2)}


def test_a_segment_is_drawn_between_its_anchors_and_corrects_the_last(drive):
    run, front = rollout(drive, delete(drive, 7.0)), ("CAM_FRONT",)
    anchors = {place: c.picture for place, c in final(run.anchors(ANCHORS, VIEWS, {})).items()}
    found = final(run.segment(tuple(range(5, 11)), front, anchors, {}))
    assert set(found) == {(frame, "CAM_FRONT") for frame in range(5, 11)}
    assert {c.tier for c in found.values()} == {"refined"}
    assert {c.origin for c in found.values()} == {"generated"}
    assert (found[5, "CAM_FRONT"].picture == anchors[5, "CAM_FRONT"]).all()
    other = {place: 255 - picture for place, picture in anchors.items()}
    changed = final(run.segment(tuple(range(5, 11)), front, other, {}))
    assert any((found[place].picture != changed[place].picture).any() for place in found)


def test_a_segment_follows_on_from_what_is_refined_before_it_and_leaves_alone_what_is_refined_in_it(drive):
    run, front = rollout(drive, delete(drive, 7.0)), ("CAM_FRONT",)
    anchors = {place: c.picture for place, c in final(run.anchors(ANCHORS, VIEWS, {})).items()}
    first = {place: c.picture for place, c in final(run.segment(tuple(range(6)), front, anchors, {})).items()}
    kept = {(8, "CAM_FRONT"): anchors[10, "CAM_FRONT"]}
    following = final(run.segment(tuple(range(5, 11)), front, anchors, first | kept))
    assert set(following) == {(frame, "CAM_FRONT") for frame in (6, 7, 9, 10)}
    alone = final(run.segment(tuple(range(5, 11)), front, anchors, {}))
    assert any((following[place].picture != alone[place].picture).any() for place in following)


def test_a_segment_needs_its_anchors(drive):
    with pytest.raises(ValueError, match="no anchor at 5 of CAM_BACK; wanted both ends"):
        list(rollout(drive).segment((5, 6, 7), VIEWS, {(5, "CAM_FRONT"): np.zeros((64, 96, 3), np.uint8)}, {}))


def test_where_the_ego_stands_as_recorded_a_bent_path_changes_nothing(drive):
    start, end = drive[1].span
    bend = EgoPath((EgoOffset(start, 0.0), EgoOffset(start + (end - start) // 2, 0.0), EgoOffset(end, 1.0)))
    found = final(rollout(drive, bend).anchors((0, 10), ("CAM_FRONT",), {}))
    assert {frame: c.origin for (frame, _), c in found.items()} == {0: "recorded", 10: "generated"}


def test_the_same_request_gives_the_same_bytes(drive):
    a, b = (final(rollout(drive, delete(drive, 7.0)).anchors(ANCHORS, ("CAM_FRONT",), {})) for _ in range(2))
    assert all((a[place].picture == b[place].picture).all() for place in a)


def test_windows_chain_past_the_end_of_the_recording(drive):
    front, run = ("CAM_FRONT",), rollout(drive, SetBeyond(9.0))
    keyframes = tuple(i for i, frame in enumerate(run.scenario.scene.frames) if frame.is_keyframe)
    assert len(list(windows(keyframes))) == 3
    found = final(run.anchors(keyframes, front, {}))
    assert {frame: c.origin for (frame, _), c in found.items()} == {k: "generated" if k > 10 else "recorded" for k in keyframes}
    other = {(20, "CAM_FRONT"): 255 - found[20, "CAM_FRONT"].picture}
    changed = final(run.anchors(keyframes, front, other))
    assert any((found[place].picture != changed[place].picture).any() for place in changed)
    anchors = {place: c.picture for place, c in found.items()}
    seam = final(run.segment(tuple(range(10, 16)), front, anchors, {}))
    assert [c.origin for _, c in sorted(seam.items())] == ["recorded"] + ["generated"] * 5
    again = final(rollout(drive, SetBeyond(9.0)).segment(tuple(range(10, 16)), front, anchors, {}))
    assert all((seam[place].picture == again[place].picture).all() for place in seam)


@pytest.mark.parametrize("number", [1, 8, 9, 10, 17, 18, 61])
def test_windows_chain_over_every_frame(number):
    frames = tuple(range(0, 10 * number, 10))
    parts = list(windows(frames))
    assert all(1 <= len(part) <= WINDOW for part in parts)
    assert sorted({frame for part in parts for frame in part}) == list(frames)
    for a, b in zip(parts, parts[1:], strict=False):
        assert a[-SHARED:] == b[:SHARED]
        assert len(b) > SHARED
    assert np.diff([part[0] for part in parts]).min(initial=1) > 0
