"""The draft on a made-up drive: what is kept, what changes, what is known, and how it ends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.edits import Add, Delete, Move
from editor.scene import Actor, ActorId, Pose, Scene, recorded
from engine.draft.draft import draft
from engine.draft.footage import forget
from engine.requests import RenderError, Request
from tests.editor.made import replayed
from tests.engine.draft.drawing import EDITS, MIDDLE, VIEWS, drawn, recorded_picture
from tests.small_drive import SIZE


@pytest.mark.parametrize("size", [None, SIZE, (64, 40)])
def test_an_unchanged_take_is_the_recording_exactly(small_drive: Path, scene: Scene, size):
    for chunk in drawn(small_drive, recorded(scene), (0, MIDDLE), VIEWS, size):
        assert chunk.origin == "recorded"
        assert not chunk.dirty.any()
        assert chunk.valid.all()
        assert np.array_equal(chunk.picture, recorded_picture(small_drive, scene, chunk.frame, chunk.view, size))


def test_moving_an_actor_and_moving_it_back_is_the_recording_exactly(small_drive: Path, scene: Scene, parked: Actor):
    there, back = (
        Move(parked.id, parked.track[0].t_us, (0.3, -0.7, 0.0)),
        Move(parked.id, parked.track[0].t_us, (-0.3, 0.7, 0.0)),
    )
    (chunk,) = drawn(small_drive, replayed(scene, (there, back)))
    assert chunk.origin == "recorded"
    assert np.array_equal(chunk.picture, recorded_picture(small_drive, scene, MIDDLE, "CAM_FRONT"))


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_changes_its_place_and_nothing_outside_what_it_calls_dirty(small_drive, scene, parked, kind):
    (chunk,) = drawn(small_drive, replayed(scene, (EDITS[kind](parked),)))
    before = recorded_picture(small_drive, scene, MIDDLE, "CAM_FRONT")
    assert chunk.origin == "draft"
    assert 0 < chunk.dirty.mean() < 0.8
    assert (chunk.picture != before).any()
    assert np.array_equal(chunk.picture[~chunk.dirty], before[~chunk.dirty])
    assert chunk.valid[~chunk.dirty].all()


def test_a_view_that_does_not_hold_the_actor_stays_recorded(small_drive: Path, scene: Scene, parked: Actor):
    front, back = drawn(small_drive, replayed(scene, (Delete(parked.id),)), views=VIEWS)
    assert (front.origin, back.origin) == ("draft", "recorded")


def test_what_stood_still_before_its_place_was_seen_by_nobody(small_drive: Path, scene: Scene, parked: Actor):
    (chunk,) = drawn(small_drive, replayed(scene, (Delete(parked.id),)))
    assert not chunk.valid.all()
    assert chunk.dirty[~chunk.valid].all()


def test_drawing_twice_gives_the_same_bytes(small_drive: Path, scene: Scene, parked: Actor):
    scenario = replayed(scene, (EDITS["move"](parked),))
    first = drawn(small_drive, scenario, (MIDDLE, 2), VIEWS)
    forget()  # a fresh process knows nothing of the first time, and asks in another order
    second = drawn(small_drive, scenario, (2, MIDDLE), VIEWS)
    by_place = {(c.frame, c.view): c for c in second}
    for chunk in first:
        again = by_place[chunk.frame, chunk.view]
        assert chunk.picture.tobytes() == again.picture.tobytes()
        assert chunk.valid.tobytes() == again.valid.tobytes()


def test_an_added_actor_looks_like_one_of_its_category(small_drive: Path, scene: Scene, parked: Actor):
    track = tuple(Pose(p.t_us, replace(p.T_world, translation=(16.0, -4.0, 0.8))) for p in parked.track)
    (chunk,) = drawn(small_drive, replayed(scene, (Add(ActorId("new-1"), "vehicle.car", (4.4, 1.9, 1.6), track),)))
    assert chunk.dirty.any()


def test_nothing_to_lift_an_added_actor_from_is_one_sentence(small_drive: Path, scene: Scene, parked: Actor):
    add = Add(ActorId("new-1"), "animal", (1.0, 0.4, 0.6), parked.track)
    with pytest.raises(RenderError, match="Nothing like animal was recorded in scene .* or is in the bank"):
        drawn(small_drive, replayed(scene, (add,)))


def test_closing_between_pictures_stops_the_work(small_drive: Path, scene: Scene):
    chunks = draft(Request(small_drive, recorded(scene), VIEWS, (0, 1, 2), SIZE))
    first = next(chunks)
    chunks.close()
    assert (first.done, first.total) == (1, 6)
    assert list(chunks) == []


def test_missing_pictures_are_left_out(small_drive: Path, scene: Scene):
    def without(frame: int) -> Scene:
        frames = list(scene.frames)
        frames[frame] = replace(frames[frame], pictures=tuple(replace(p, exists=False) for p in frames[frame].pictures))
        return replace(scene, frames=tuple(frames))

    chunks = drawn(small_drive, recorded(without(1)), (0, 1))
    assert [(c.frame, c.done, c.total) for c in chunks] == [(0, 1, 1)]
    assert drawn(small_drive, recorded(without(1)), (1,)) == []


def test_a_drive_without_lidar_is_drawn_too(small_drive: Path, scene: Scene, parked: Actor):
    blind = replace(scene, sweeps=())
    (chunk,) = drawn(small_drive, replayed(blind, (EDITS["move"](parked),)))
    assert chunk.dirty.any()


@pytest.mark.parametrize("on_disk", [True, False])
def test_frames_around_that_lack_the_view_are_left_out(small_drive: Path, scene: Scene, parked: Actor, on_disk: bool):
    """They may not be in the tables, or not on the disk."""

    def without(frame):
        front, *others = frame.pictures
        return replace(frame, pictures=(replace(front, exists=False), *others) if on_disk else tuple(others))

    frames = tuple(f if k == MIDDLE else without(f) for k, f in enumerate(scene.frames))
    alone = replace(scene, frames=frames)
    (chunk,) = drawn(small_drive, replayed(alone, (Delete(parked.id),)))
    assert chunk.origin == "draft"
    assert not np.array_equal(chunk.picture, recorded_picture(small_drive, scene, MIDDLE, VIEWS[0]))
