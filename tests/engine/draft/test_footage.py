"""What drafts share is read once, kept for the next edit, and changes no picture."""

from pathlib import Path

from editor.scene import Actor, Scene
from engine.draft.footage import KEPT, footage_of, forget
from tests.editor.made import replayed
from tests.engine.draft.drawing import EDITS, drawn
from tests.small_drive import SIZE


def test_the_same_scene_and_size_have_the_same_footage(small_drive: Path, scene: Scene):
    forget()
    footage = footage_of(small_drive, scene, SIZE)
    assert footage_of(small_drive, scene, SIZE) is footage
    forget()
    assert footage_of(small_drive, scene, SIZE) is not footage


def test_another_size_has_footage_of_its_own_and_the_same_sun_and_backdrop(small_drive: Path, scene: Scene):
    forget()
    small, large = (footage_of(small_drive, scene, size) for size in (SIZE, None))
    assert small is not large
    assert small.standing is large.standing


def test_what_was_asked_for_longest_ago_is_let_go_first(small_drive: Path, scene: Scene):
    forget()
    sizes = [(64 + 8 * k, 48) for k in range(KEPT)]
    kept = [footage_of(small_drive, scene, size) for size in sizes]
    footage_of(small_drive, scene, sizes[0])
    footage_of(small_drive, scene, SIZE)
    assert footage_of(small_drive, scene, sizes[0]) is kept[0]
    assert footage_of(small_drive, scene, sizes[1]) is not kept[1]


def test_frames_beyond_the_recording_are_not_held(footage):
    last = len(footage.scene.frames) - 1
    assert [footage.holds(frame) for frame in (-1, 0, last, last + 1)] == [False, True, True, False]
    assert footage.has_picture(last, "CAM_FRONT")
    assert not footage.has_picture(last, "CAM_TOP")


def test_what_is_made_ready_changes_no_picture(small_drive: Path, scene: Scene, parked: Actor):
    scenario = replayed(scene, (EDITS["move"](parked),))
    forget()
    (unready,) = drawn(small_drive, scenario)
    forget()
    footage_of(small_drive, scene, None).make_ready()  # at another size, whose backdrop is shared
    footage_of(small_drive, scene, SIZE).make_ready()
    (ready,) = drawn(small_drive, scenario)
    assert ready.picture.tobytes() == unready.picture.tobytes()
