"""A drive that goes on beyond its recording, in the window: one choice, and all there is works there too."""

import pytest

from tests.app.window.window import Window

pytestmark = pytest.mark.browser
RECORDED = 11
TIER = "retake.pictures.source(take, s.frame, 0).tier"


def goes_on(window: Window, seconds: int, gestures: int) -> None:
    window.page.locator("#beyond").select_option(str(seconds))
    window.settle(gestures)


def test_it_goes_on_is_drawn_edited_and_undone(window: Window):
    goes_on(window, 4, 1)
    assert window.ask("s.scene.frames.length") == RECORDED + 40
    assert window.gestures == ["4 s beyond the recording"]
    window.page.locator("#timeline").focus()
    window.press("End")
    assert window.ask("s.frame") == RECORDED + 39
    window.page.wait_for_function("(() => { const s = retake.store.state, take = s.take; return " + TIER + " === 'draft'; })()")
    window.page.get_by_text("draft", exact=True).first.wait_for()
    assert window.ask("retake.pictures.source(null, s.frame, 0).tier") == "missing"
    assert window.ask("retake.pictures.source(take, 10, 0).tier") == "recorded"

    window.press("f")
    window.page.wait_for_timeout(100)
    ahead = window.actor_ahead()
    start = window.ask(f"take.actors.get('{ahead}').track.at(-1)")
    window.drag(window.actor_on_map(ahead), (30, 0))
    window.settle(2)
    assert window.ask(f"take.actors.get('{ahead}').track.at(-1)") != start

    window.press("Control+z")
    window.settle(1)
    assert window.ask(f"take.actors.get('{ahead}').track.at(-1)") == start
    window.press("Control+z")
    window.settle(0)
    assert window.ask("[s.scene.frames.length, s.frame, take.beyond_s]") == [RECORDED, RECORDED - 1, 0]
    window.press("Control+Shift+z")
    window.settle(1)
    assert window.ask("[s.scene.frames.length, take.beyond_s]") == [RECORDED + 40, 4]
    assert window.page.locator("#beyond").input_value() == "4"


def test_it_is_there_after_a_reload_and_beside_a_take_that_ends_with_the_recording(window: Window):
    goes_on(window, 4, 1)
    window.page.reload()
    window.wait_until_ready()
    assert window.ask("[s.scene.frames.length, take.beyond_s, s.scene.span[1] > s.scene.recorded.span[1]]") == [
        RECORDED + 40,
        4,
        True,
    ]
    longer = window.ask("take.id")
    window.begin_anew()
    assert window.ask("[s.scene.frames.length, take.beyond_s]") == [RECORDED, 0]
    window.page.locator("#compare").select_option(longer)
    window.page.wait_for_function(f"retake.store.state.compared?.id === '{longer}'")
    assert window.ask("s.wipe.on")
    window.press("c")  # the wipe stays on from take to take, and the tab is the other tests' too


def test_the_playhead_plays_across_the_seam(window: Window):
    goes_on(window, 4, 1)
    window.page.evaluate("retake.store.set({ frame: 8 })")
    window.press("Space")
    window.page.wait_for_function(f"retake.store.state.frame > {RECORDED + 2}")
    window.press("Space")
    tip = window.page.locator("#timeline").bounding_box()
    window.page.mouse.move(tip["x"] + tip["width"] - 40, tip["y"] + 25)
    window.page.get_by_text("beyond the recording:").wait_for()


def test_the_streets_are_those_that_the_takes_drive_goes_through(window: Window):
    asked = "(() => { const { scene, take } = retake.store.state; return scene.map.asked?.includes(take.id) === %s; })()"
    window.page.wait_for_function(asked % "false")
    goes_on(window, 4, 1)
    window.page.wait_for_function(asked % "true")
    window.press("Control+z")
    window.settle(0)
    window.page.wait_for_function(asked % "false")
