"""The draft on a made-up drive: what is kept, what changes, what is known, and how it ends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.apply import replay
from editor.cameras import fit_picture
from editor.datasets.nuscenes import open_data_set
from editor.datasets.recorded import read_picture
from editor.edits import Add, Delete, EgoOffset, EgoPath, Move, Recolour, SetBeyond
from editor.scene import Actor, ActorId, Pose, Scenario, Scene, recorded
from engine.draft.draft import draft, drafter_of, forget
from engine.service.requests import Chunk, RenderError, Request
from tests.small_drive import SIZE

MIDDLE = 5
VIEWS = ("CAM_FRONT", "CAM_BACK")


@pytest.fixture(scope="module")
def scene(small_drive: Path) -> Scene:
    data = open_data_set(small_drive)
    return data.scene(data.summaries()[0].name)


@pytest.fixture
def parked(scene: Scene) -> Actor:
    return next(a for a in scene.actors if a.category == "vehicle.car" and a.track[0].T_world.translation[0] > 0)


def _drawn(
    root: Path, scenario: Scenario, frames: tuple[int, ...] = (MIDDLE,), views: tuple[str, ...] = VIEWS[:1], size=SIZE
) -> list[Chunk]:
    return list(draft(Request(root, scenario, views, frames, size)))


def _recorded(root: Path, scene: Scene, frame: int, view: str, size: tuple[int, int] | None) -> np.ndarray:
    camera = scene.view(view)
    picture = read_picture(root, scene.frames[frame].picture(view), camera)
    return picture if size is None else fit_picture(picture, camera, *size)[0]


@pytest.mark.parametrize("size", [None, SIZE, (64, 40)])
def test_an_unchanged_take_is_the_recording_exactly(small_drive: Path, scene: Scene, size):
    for chunk in _drawn(small_drive, recorded(scene), (0, MIDDLE), VIEWS, size):
        assert chunk.origin == "recorded"
        assert not chunk.dirty.any()
        assert chunk.valid.all()
        assert np.array_equal(chunk.picture, _recorded(small_drive, scene, chunk.frame, chunk.view, size))


def test_moving_an_actor_and_moving_it_back_is_the_recording_exactly(small_drive: Path, scene: Scene, parked: Actor):
    there, back = (
        Move(parked.id, parked.track[0].t_us, (0.3, -0.7, 0.0)),
        Move(parked.id, parked.track[0].t_us, (-0.3, 0.7, 0.0)),
    )
    (chunk,) = _drawn(small_drive, replay(scene, (there, back)))
    assert chunk.origin == "recorded"
    assert np.array_equal(chunk.picture, _recorded(small_drive, scene, MIDDLE, "CAM_FRONT", SIZE))


EDITS = {
    "move": lambda a: Move(a.id, a.track[0].t_us, (-4.0, -3.0, 0.0)),
    "delete": lambda a: Delete(a.id),
    "recolour": lambda a: Recolour(a.id, "#c01020"),
}


@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_changes_its_place_and_nothing_outside_what_it_calls_dirty(small_drive, scene, parked, kind):
    (chunk,) = _drawn(small_drive, replay(scene, (EDITS[kind](parked),)))
    before = _recorded(small_drive, scene, MIDDLE, "CAM_FRONT", SIZE)
    assert chunk.origin == "draft"
    assert 0 < chunk.dirty.mean() < 0.8
    assert (chunk.picture != before).any()
    assert np.array_equal(chunk.picture[~chunk.dirty], before[~chunk.dirty])
    assert chunk.valid[~chunk.dirty].all()


def test_a_view_that_does_not_hold_the_actor_stays_recorded(small_drive: Path, scene: Scene, parked: Actor):
    front, back = _drawn(small_drive, replay(scene, (Delete(parked.id),)), views=VIEWS)
    assert (front.origin, back.origin) == ("draft", "recorded")


def test_what_stood_still_before_its_place_was_seen_by_nobody(small_drive: Path, scene: Scene, parked: Actor):
    (chunk,) = _drawn(small_drive, replay(scene, (Delete(parked.id),)))
    assert not chunk.valid.all()
    assert chunk.dirty[~chunk.valid].all()


def test_drawing_twice_gives_the_same_bytes(small_drive: Path, scene: Scene, parked: Actor):
    scenario = replay(scene, (EDITS["move"](parked),))
    first = _drawn(small_drive, scenario, (MIDDLE, 2), VIEWS)
    forget()  # a fresh process knows nothing of the first time, and asks in another order
    second = _drawn(small_drive, scenario, (2, MIDDLE), VIEWS)
    by_place = {(c.frame, c.view): c for c in second}
    for chunk in first:
        again = by_place[chunk.frame, chunk.view]
        assert chunk.picture.tobytes() == again.picture.tobytes()
        assert chunk.valid.tobytes() == again.valid.tobytes()


def test_what_is_made_ready_changes_no_picture(small_drive: Path, scene: Scene, parked: Actor):
    scenario = replay(scene, (EDITS["move"](parked),))
    forget()
    (unready,) = _drawn(small_drive, scenario)
    forget()
    drafter_of(small_drive, scene, None).make_ready()  # at another size, whose backdrop is shared
    drafter_of(small_drive, scene, SIZE).make_ready()
    (ready,) = _drawn(small_drive, scenario)
    assert ready.picture.tobytes() == unready.picture.tobytes()


def test_a_bent_ego_path_redraws_whole_pictures(small_drive: Path, scene: Scene):
    bend = EgoPath((EgoOffset(scene.span[0], 0.8), EgoOffset(scene.span[1], 0.8)))
    (chunk,) = _drawn(small_drive, replay(scene, (bend,)))
    assert chunk.dirty.all()
    assert not np.array_equal(chunk.picture, _recorded(small_drive, scene, MIDDLE, "CAM_FRONT", SIZE))


def test_an_added_actor_looks_like_one_of_its_category(small_drive: Path, scene: Scene, parked: Actor):
    track = tuple(Pose(p.t_us, replace(p.T_world, translation=(16.0, -4.0, 0.8))) for p in parked.track)
    (chunk,) = _drawn(small_drive, replay(scene, (Add(ActorId("new-1"), "vehicle.car", (4.4, 1.9, 1.6), track),)))
    assert chunk.dirty.any()


def test_nothing_to_lift_an_added_actor_from_is_one_sentence(small_drive: Path, scene: Scene, parked: Actor):
    add = Add(ActorId("new-1"), "animal", (1.0, 0.4, 0.6), parked.track)
    with pytest.raises(RenderError, match="Nothing like a animal|Nothing like an animal"):
        _drawn(small_drive, replay(scene, (add,)))


def test_closing_between_pictures_stops_the_work(small_drive: Path, scene: Scene):
    chunks = draft(Request(small_drive, recorded(scene), VIEWS, (0, 1, 2), SIZE))
    first = next(chunks)
    chunks.close()
    assert (first.done, first.total) == (1, 6)
    assert list(chunks) == []


def test_missing_pictures_are_left_out_and_none_at_all_is_one_sentence(small_drive: Path, scene: Scene):
    def without(frame: int) -> Scene:
        frames = list(scene.frames)
        frames[frame] = replace(frames[frame], pictures=tuple(replace(p, exists=False) for p in frames[frame].pictures))
        return replace(scene, frames=tuple(frames))

    chunks = _drawn(small_drive, recorded(without(1)), (0, 1))
    assert [(c.frame, c.done, c.total) for c in chunks] == [(0, 1, 1)]
    with pytest.raises(RenderError, match="none of the 1 frames"):
        _drawn(small_drive, recorded(without(1)), (1,))


def test_a_drive_without_lidar_is_drawn_too(small_drive: Path, scene: Scene, parked: Actor):
    blind = replace(scene, sweeps=())
    (chunk,) = _drawn(small_drive, replay(blind, (EDITS["move"](parked),)))
    assert chunk.dirty.any()


@pytest.mark.parametrize(("views", "frames"), [(("CAM_TOP",), (0,)), (VIEWS, (99,))])
def test_views_and_frames_that_are_not_there_are_one_sentence(small_drive: Path, scene: Scene, views, frames):
    with pytest.raises(RenderError, match="it has"):
        _drawn(small_drive, recorded(scene), frames, views)


# ---------------------------------------------------------------------------------------------- beyond the recording


def test_a_picture_beyond_the_recording_is_a_draft_from_the_last_ones(small_drive: Path, scene: Scene):
    longer = replay(scene, (SetBeyond(2.0),))
    last = len(scene.frames) - 1
    chunks = {(c.frame, c.view): c for c in _drawn(small_drive, longer, (last, last + 1, last + 20), VIEWS)}
    assert all(chunks[last, view].origin == "recorded" for view in VIEWS)
    for frame in (last + 1, last + 20):
        for view in VIEWS:
            assert chunks[frame, view].origin == "draft"
            assert chunks[frame, view].dirty.all()
    near, far = (chunks[last + k, "CAM_FRONT"] for k in (1, 20))
    there = _recorded(small_drive, scene, last, "CAM_FRONT", SIZE).astype(int)
    assert near.valid.mean() > 0.8
    assert np.abs(near.picture - there)[near.valid].mean() < np.abs(far.picture - there)[far.valid].mean()


def test_what_nobody_saw_beyond_the_recording_says_so(small_drive: Path, scene: Scene):
    longer = replay(scene, (SetBeyond(60.0),))
    (chunk,) = _drawn(small_drive, longer, (len(longer.scene.frames) - 1,), ("CAM_BACK",))
    assert chunk.valid.mean() < 0.5


def test_the_recorded_part_of_a_longer_drive_is_drawn_byte_for_byte_as_ever(small_drive: Path, scene: Scene, parked: Actor):
    edits = [EDITS["move"](parked), EgoPath((EgoOffset(scene.span[0], 0.0), EgoOffset(scene.span[1], 0.6)))]
    for some in ([], edits[:1], edits):
        plain, longer = (
            _drawn(small_drive, replay(scene, (*some, *more)), (2, MIDDLE, 10), VIEWS) for more in ((), (SetBeyond(3.0),))
        )
        for a, b in zip(plain, longer, strict=True):
            assert (a.origin, a.picture.tobytes(), a.valid.tobytes()) == (b.origin, b.picture.tobytes(), b.valid.tobytes())


def test_an_actor_moved_beyond_the_recording_is_drawn_where_it_is(small_drive: Path, scene: Scene, parked: Actor):
    frame = len(scene.frames) + 4
    longer = replay(scene, (SetBeyond(1.0),))
    moved = replay(scene, (SetBeyond(1.0), Move(parked.id, longer.scene.frames[frame].t_us, (0.0, -4.0, 0.0), "onward")))
    (before,), (after,) = (_drawn(small_drive, scenario, (frame,)) for scenario in (longer, moved))
    assert not np.array_equal(before.picture, after.picture)


def test_without_a_last_picture_there_is_nothing_to_draw_beyond(small_drive: Path, scene: Scene):
    longer = replay(scene, (SetBeyond(1.0),))
    lost = tuple(replace(f, pictures=tuple(replace(p, exists=False) for p in f.pictures)) for f in scene.frames)
    empty = replace(longer.scene, recording=replace(scene, frames=lost))
    with pytest.raises(RenderError, match="beyond the recording, and no last picture of CAM_FRONT can be read"):
        _drawn(small_drive, recorded(empty), (len(scene.frames),))


@pytest.mark.parametrize("on_disk", [True, False])
def test_frames_around_that_lack_the_view_are_left_out(small_drive: Path, scene: Scene, parked: Actor, on_disk: bool):
    """They may not be in the tables, or not on the disk."""

    def without(frame):
        front, *others = frame.pictures
        return replace(frame, pictures=(replace(front, exists=False), *others) if on_disk else tuple(others))

    frames = tuple(f if k == MIDDLE else without(f) for k, f in enumerate(scene.frames))
    alone = replace(scene, frames=frames)
    (chunk,) = _drawn(small_drive, replay(alone, (Delete(parked.id),)))
    assert chunk.origin == "draft"
    assert not np.array_equal(chunk.picture, _recorded(small_drive, scene, MIDDLE, VIEWS[0], SIZE))
