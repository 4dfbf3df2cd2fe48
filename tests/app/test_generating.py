"""What the window asks of the world model: which anchors, which of them together, which segments, and what is told of them."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from app.anchors import MOST_APART, anchor_frames, complete_frames, segment_frames, segments
from app.generating import Wish, first_frames, generate, window_about
from app.pictures import Pictures
from app.session import Desk
from app.takes import Takes
from app.weights import Manner, Weights
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move, SetWeather
from editor.scene import recorded
from engine.requests import WINDOW, Chunk

ANCHORS = tuple(range(0, 100, 5))
VIEWS = ("CAM_FRONT", "CAM_BACK")


@pytest.fixture(scope="module")
def data_set(small_drive):
    return open_data_set(small_drive)


@pytest.fixture
def desk(data_set, tmp_path):
    return Desk(data_set, Takes(tmp_path / "takes"))


@pytest.fixture
def pictures(small_drive, tmp_path):
    return Pictures(small_drive, tmp_path / "pictures")


# ------------------------------------------------------------------------------------------- anchors and segments


def test_anchors_are_keyframes_and_segments_lie_between_them(data_set):
    scene = data_set.scene("scene-0001")
    assert anchor_frames(scene) == (0, 5, 10)
    assert segment_frames(scene, 5) == (5, 6, 7, 8, 9, 10)
    assert segment_frames(scene, 10) == ()
    assert segment_frames(scene, 3) == ()
    assert segments(scene) == ((0, 1, 2, 3, 4, 5), (5, 6, 7, 8, 9, 10))


def without(scene, *frames):
    """The scene with one picture of each of these frames gone from the disk."""
    gone = [replace(f, pictures=(replace(f.pictures[0], exists=False), *f.pictures[1:])) for f in scene.frames]
    return replace(scene, frames=tuple(gone[i] if i in frames else frame for i, frame in enumerate(scene.frames)))


def test_frames_that_lack_a_picture_are_no_anchors_and_in_no_segment(data_set):
    scene = data_set.scene("scene-0001")
    assert anchor_frames(without(scene, 0, 5, 7)) == (1, 10)
    assert segment_frames(without(scene, 0, 5, 7), 1) == (1, 2, 3, 4, 6, 8, 9, 10)
    assert not any(frame in segment for segment in segments(without(scene, 0, 5, 7)) for frame in (0, 5, 7))
    assert anchor_frames(without(scene, *range(10))) == (10,)
    assert segments(without(scene, *range(10))) == ()


def test_views_that_never_have_a_picture_or_that_nobody_asks_for_hold_nothing_up(data_set):
    scene = data_set.scene("scene-0001")
    never, now_and_then = without(scene, *range(11)), without(scene, 0, 5, 7)
    assert anchor_frames(never) == (0, 5, 10)
    assert segments(never) == segments(scene)
    assert segments(now_and_then, ("CAM_BACK",)) == segments(scene)
    assert anchor_frames(now_and_then, ("CAM_FRONT",)) == (1, 10)
    assert complete_frames(never, ("CAM_FRONT",)) == ()
    nothing = replace(scene, frames=tuple(replace(frame, pictures=()) for frame in scene.frames))
    assert anchor_frames(nothing) == segments(nothing) == ()


def test_a_data_set_annotated_at_ten_hertz_gets_two_anchors_a_second(data_set):
    scene = data_set.scene("scene-0001")
    dense = replace(scene, frames=tuple(replace(frame, is_keyframe=True) for frame in scene.frames))
    assert anchor_frames(dense) == (0, 4, 8, 10)


def test_of_fast_cameras_no_segment_is_longer_than_can_be_drawn_at_once(data_set):
    scene = data_set.scene("scene-0001")
    first = scene.frames[0]
    fast = replace(
        scene, frames=tuple(replace(first, t_us=first.t_us + 33_000 * k, is_keyframe=k % 60 == 0) for k in range(100))
    )
    anchors = anchor_frames(fast)
    assert {0, 60, 99} <= set(anchors)
    assert anchors == tuple(sorted(set(anchors)))
    assert max(len(segment) for segment in segments(fast)) == MOST_APART + 1


@pytest.mark.parametrize("frame", [0, 12, 47, 99])
@pytest.mark.parametrize("wanted", [{0}, {95}, {20, 25, 30}, set(ANCHORS), {0, 5, 60, 95}, set(ANCHORS[:9])])
def test_windows_hold_the_nearest_and_leave_nothing_out(wanted, frame):
    left, windows = set(wanted), []
    while left:
        windows.append(window_about(ANCHORS, left, frame))
        assert 1 < len(windows[-1]) <= WINDOW
        assert min(left, key=lambda anchor: (abs(anchor - frame), anchor)) in windows[-1]
        left -= set(windows[-1])
    assert len(windows) <= 3
    assert window_about(ANCHORS, left, frame) == ()


def test_a_window_brings_the_neighbours_that_are_there_already():
    assert window_about(ANCHORS, {20, 25, 30}, 27) == (15, 20, 25, 30, 35)
    assert window_about(ANCHORS, {0, 5}, 99) == (0, 5, 10)


def test_the_draft_of_what_is_drawn_first_comes_first(data_set):
    scenario = recorded(data_set.scene("scene-0001"))
    assert first_frames(scenario, 7) == {7, 0, 5, 10}
    assert first_frames(replace(scenario, weather="rain"), 7) == first_frames(replace(scenario, time_of_day="dusk"), 7) == {7}


# ------------------------------------------------------------------------------------------- asking and telling


class Painter:
    """A service that remembers what it is asked, and answers each picture with a preview and with itself in one grey."""

    def __init__(self, *stored):
        self.asked, self._stored = [], stored

    def stored(self, request):
        return (chunk for chunk in self._stored if chunk.tier == request.tier and (chunk.frame, chunk.view) in request.only)

    def render(self, request):
        self.asked.append(request)
        for done, (frame, view) in enumerate(request.only, 1):
            picture = np.full((256, 448, 3), done, np.uint8)
            chunk = Chunk(
                frame, view, request.tier, "generated", picture, *np.ones((2, 256, 448), bool), done, len(request.only)
            )
            yield replace(chunk, preview=True, seconds_left=1.0)
            yield chunk


MANNER = Manner(Weights("shipped", "Shipped", None), 1.0, 4)
WISH = Wish(frame=5, segment=None, view="CAM_BACK", manner=MANNER, device="cpu")


def edited(desk, *edits):
    document = desk.begin("scene-0001")
    for number, edit in enumerate(edits):
        document = desk.commit("scene-0001", document.take.id, document.state, [edit], f"g-{number:06x}")[1]
    return document


def told(service, pictures, document, small_drive, **changes):
    return list(generate(service, pictures, document, small_drive, replace(WISH, **changes), ("anna", 1)))


def test_only_stale_pictures_that_are_not_there_are_asked_for(desk, pictures, small_drive):
    service, document = Painter(), edited(desk, SetWeather("rain"))
    messages = told(service, pictures, document, small_drive)
    assert messages[0] == {"kind": "start", "tier": "anchor", "frames": (0, 5, 10), "done": 0, "total": 6}
    assert [m["preview"] for m in messages[1:]] == [True, False] * 6
    assert set(service.asked[0].only) == {(frame, view) for frame in (0, 5, 10) for view in VIEWS}
    assert service.asked[0].only[0] == (5, "CAM_BACK")
    assert told(service, pictures, document, small_drive)[0]["kind"] == "nothing"
    told(service, pictures, document, small_drive, segment=5)
    assert set(service.asked[1].only) == {(frame, view) for frame in range(5, 11) for view in VIEWS}
    told(service, pictures, document, small_drive, segment=0)
    assert {frame for frame, _ in service.asked[2].only} == {0, 1, 2, 3, 4}


def test_where_the_disk_takes_nothing_no_anchor_is_drawn_twice(desk, pictures, small_drive, monkeypatch):
    monkeypatch.setattr(pictures, "_stored", lambda *_: False)
    service, document = Painter(), edited(desk, SetWeather("rain"))
    for _ in range(2):
        told(service, pictures, document, small_drive)
    assert len(service.asked) == 1
    assert told(service, pictures, document, small_drive)[0]["kind"] == "nothing"


def test_a_frame_alone_is_drawn_whether_it_is_an_anchor_or_not_to_fit_the_anchors_that_are_there(desk, pictures, small_drive):
    service, document = Painter(), edited(desk, SetWeather("rain"))
    messages = told(service, pictures, document, small_drive, frame=3, alone=True)
    assert messages[0] == {"kind": "start", "tier": "anchor", "frames": (3,), "done": 0, "total": 2}
    assert service.asked[0].only == ((3, "CAM_BACK"), (3, "CAM_FRONT"))
    told(service, pictures, document, small_drive)
    assert {frame for frame, _ in service.asked[1].only} == {0, 5, 10}
    told(service, pictures, document, small_drive, frame=7, alone=True)
    assert (service.asked[2].frames, {frame for frame, _ in service.asked[2].only}) == ((5, 7, 10), {7})
    assert told(service, pictures, document, small_drive, frame=7, alone=True)[0]["kind"] == "nothing"
    told(service, pictures, document, small_drive, segment=0)
    assert {frame for frame, _ in service.asked[3].only} == set(range(6))


def test_a_frame_alone_that_lacks_a_picture_is_not_asked_for(small_drive, tmp_path):
    root = shutil.copytree(small_drive, tmp_path / "gap")
    sorted(root.glob("*/CAM_BACK/*.jpg"))[3].unlink()
    desk, service = Desk(open_data_set(root), Takes(tmp_path / "takes")), Painter()
    document, pictures = edited(desk, SetWeather("rain")), Pictures(root, tmp_path / "pictures")
    lacking = next(f for f in range(11) if f not in complete_frames(document.scenario.scene))
    assert told(service, pictures, document, root, frame=lacking, alone=True)[0]["kind"] == "nothing"
    assert not service.asked


def test_what_was_refined_before_a_restart_is_told_first_and_not_asked_for(desk, pictures, small_drive):
    masks = np.ones((2, 256, 448), bool)
    found = [Chunk(5, view, "refined", "generated", np.zeros((256, 448, 3), np.uint8), *masks, 1, 1) for view in VIEWS]
    service, document = Painter(*found), edited(desk, SetWeather("rain"))
    messages = told(service, pictures, document, small_drive)
    assert [(m["frame"], m["view"], m["tier"]) for m in messages[:2]] == [(5, view, "refined") for view in VIEWS]
    assert {frame for frame, _ in service.asked[0].only} == {0, 10}


def test_another_manner_is_drawn_anew(desk, pictures, small_drive):
    service, document = Painter(), edited(desk, SetWeather("rain"))
    told(service, pictures, document, small_drive)
    told(service, pictures, document, small_drive, manner=replace(MANNER, steps=5))
    assert [request.model.steps for request in service.asked] == [4, 5]


def test_pictures_are_told_with_the_very_numbers_that_the_page_asked_with(desk, pictures, small_drive):
    document = edited(desk, SetWeather("rain"))
    for guidance in (1.2345678, 1.2345679):
        manner = replace(MANNER, guidance=guidance)
        messages = told(Painter(), pictures, document, small_drive, manner=manner)
        assert len(messages) == 13
        assert all(m["manner"] == {"weights": "shipped", "guidance": guidance, "steps": 4} for m in messages[1:])


def test_an_edit_of_one_actor_asks_for_the_views_that_show_it(desk, pictures, small_drive, data_set):
    truck = next(a for a in data_set.scene("scene-0001").actors if a.category == "vehicle.truck")
    service = Painter()
    document = edited(desk, Move(truck.id, truck.track[0].t_us, (0.0, 1.0, 0.0)))
    told(service, pictures, document, small_drive)
    assert service.asked[0].views == ("CAM_FRONT",)
    assert {view for _, view in service.asked[0].only} == {"CAM_FRONT"}


def test_what_an_edit_leaves_alone_is_carried_over_to_the_new_state(desk, pictures, small_drive):
    document = edited(desk, SetWeather("rain"))
    told(Painter(), pictures, document, small_drive)
    pictures.carry(document.state, "next", {"CAM_FRONT": (0, 1, 2, 3, 4, 5)})
    assert {(d.frame, d.view) for d in pictures.drawn("next")} == {(10, "CAM_FRONT")} | {(f, "CAM_BACK") for f in (0, 5, 10)}
    assert pictures.has_generated("next", MANNER)


def test_what_is_finished_after_edits_elsewhere_shows_the_states_that_they_led_to(pictures):
    """And there and back again, as by undo; stale pictures go no further."""
    pixels = np.zeros((2, 2), bool)

    def finish(frame, view):
        pictures.keep(
            "a", Chunk(frame, view, "refined", "generated", np.full((2, 2, 3), frame, np.uint8), pixels, pixels, 0, 0), MANNER
        )

    finish(1, "CAM_FRONT")
    pictures.carry("a", "b", {"CAM_FRONT": (3,)})
    pictures.carry("b", "c", {"CAM_BACK": (2,)})
    pictures.carry("c", "b", {"CAM_BACK": (2,)})
    for frame in (2, 3):
        for view in VIEWS:
            finish(frame, view)
    seen = {state: {(d.frame, d.view) for d in pictures.drawn(state)} for state in "abc"}
    assert seen["a"] - seen["b"] == {(3, "CAM_FRONT")}
    assert seen["b"] - seen["c"] == {(2, "CAM_BACK")}
    assert {(1, "CAM_FRONT"), (2, "CAM_FRONT"), (3, "CAM_BACK")} == seen["c"]


def test_previews_are_shown_and_never_remembered(desk, pictures, small_drive):
    document = edited(desk, SetWeather("rain"))
    messages = told(Painter(), pictures, document, small_drive)
    assert pictures.by_key(messages[1]["url"].removeprefix("drawn/")) is not None
    work = generate(Painter(), pictures, edited(desk, SetWeather("fog")), small_drive, WISH, ("anna", 1))
    assert [next(work)["kind"], next(work)["preview"]] == ["start", True]
    work.close()
    assert not pictures.has_generated(edited(desk, SetWeather("fog")).state, MANNER)


def test_pictures_that_are_not_on_disk_are_not_asked_for(small_drive, tmp_path):
    root = shutil.copytree(small_drive, tmp_path / "front")
    for file in root.glob("*/CAM_BACK/*.jpg"):
        file.unlink()
    desk, service = Desk(open_data_set(root), Takes(tmp_path / "takes")), Painter()
    told(service, Pictures(root, tmp_path / "pictures"), edited(desk, SetWeather("rain")), root)
    assert service.asked[0].views == ("CAM_FRONT",)
    assert set(service.asked[0].only) == {(frame, "CAM_FRONT") for frame in (0, 5, 10)}
