"""Beyond the recording: drafts from its last pictures, honest about what nobody saw."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.edits import EgoOffset, EgoPath, Move, SetBeyond
from editor.scene import Actor, Scene, recorded
from engine.requests import RenderError
from tests.editor.made import replayed
from tests.engine.draft.drawing import EDITS, MIDDLE, VIEWS, drawn, recorded_picture


def test_a_picture_beyond_the_recording_is_a_draft_from_the_last_ones(small_drive: Path, scene: Scene):
    longer = replayed(scene, (SetBeyond(2.0),))
    last = len(scene.frames) - 1
    chunks = {(c.frame, c.view): c for c in drawn(small_drive, longer, (last, last + 1, last + 20), VIEWS)}
    assert all(chunks[last, view].origin == "recorded" for view in VIEWS)
    for frame in (last + 1, last + 20):
        for view in VIEWS:
            assert chunks[frame, view].origin == "draft"
            assert chunks[frame, view].dirty.all()
    near, far = (chunks[last + k, "CAM_FRONT"] for k in (1, 20))
    there = recorded_picture(small_drive, scene, last, "CAM_FRONT").astype(int)
    assert near.valid.mean() > 0.8
    assert np.abs(near.picture - there)[near.valid].mean() < np.abs(far.picture - there)[far.valid].mean()


def test_what_nobody_saw_beyond_the_recording_says_so(small_drive: Path, scene: Scene):
    longer = replayed(scene, (SetBeyond(60.0),))
    (chunk,) = drawn(small_drive, longer, (len(longer.scene.frames) - 1,), ("CAM_BACK",))
    assert chunk.valid.mean() < 0.5


def test_the_recorded_part_of_a_longer_drive_is_drawn_byte_for_byte_as_ever(small_drive: Path, scene: Scene, parked: Actor):
    edits = [EDITS["move"](parked), EgoPath((EgoOffset(scene.span[0], 0.0), EgoOffset(scene.span[1], 0.6)))]
    for some in ([], edits[:1], edits):
        plain, longer = (
            drawn(small_drive, replayed(scene, (*some, *more)), (2, MIDDLE, 10), VIEWS) for more in ((), (SetBeyond(3.0),))
        )
        for a, b in zip(plain, longer, strict=True):
            assert (a.origin, a.picture.tobytes(), a.valid.tobytes()) == (b.origin, b.picture.tobytes(), b.valid.tobytes())


def test_an_actor_moved_beyond_the_recording_is_drawn_where_it_is(small_drive: Path, scene: Scene, parked: Actor):
    frame = len(scene.frames) + 4
    longer = replayed(scene, (SetBeyond(1.0),))
    moved = replayed(scene, (SetBeyond(1.0), Move(parked.id, longer.scene.frames[frame].t_us, (0.0, -4.0, 0.0), "onward")))
    (before,), (after,) = (drawn(small_drive, scenario, (frame,)) for scenario in (longer, moved))
    assert not np.array_equal(before.picture, after.picture)


def test_without_a_last_picture_there_is_nothing_to_draw_beyond(small_drive: Path, scene: Scene):
    longer = replayed(scene, (SetBeyond(1.0),))
    lost = tuple(replace(f, pictures=tuple(replace(p, exists=False) for p in f.pictures)) for f in scene.frames)
    empty = replace(longer.scene, recording=replace(scene, frames=lost))
    with pytest.raises(RenderError, match="beyond the recording, and no last picture of CAM_FRONT can be read"):
        drawn(small_drive, recorded(empty), (len(scene.frames),))
