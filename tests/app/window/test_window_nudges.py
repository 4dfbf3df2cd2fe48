"""Nudges by key: a burst is one edit, and none is lost."""

import math

import pytest

from tests.app.window.window import Window

pytestmark = pytest.mark.browser

AHEAD = "ArrowUp"


@pytest.fixture
def truck(window):
    actor = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.page.mouse.click(*window.actor_on_map(actor))
    return actor


def place(window: Window, actor: str) -> list[float]:
    return window.actors[actor][0][1:3]


def shown(window: Window, actor: str) -> list[float]:
    """Where it is drawn, sent or not."""
    return window.ask(f"(s.waiting?.actors.get('{actor}') ?? take.actors.get('{actor}')).track[0].slice(1, 3)")


def nudge(window: Window, *keys: str) -> None:
    """Press keys with Alt, all at once, so that a busy machine makes no pause between them."""
    window.page.evaluate(
        """(keys) => keys.forEach((key) => document.body.dispatchEvent(
          new KeyboardEvent("keydown", { key, altKey: key.startsWith("Arrow"), bubbles: true, cancelable: true }),
        ))""",
        keys,
    )


def test_a_burst_of_nudges_shows_at_once_and_is_one_step_to_undo(window, truck):
    before = place(window, truck)
    nudge(window, *[AHEAD] * 5)
    assert math.dist(before, shown(window, truck)) == pytest.approx(1.25, abs=1e-3)
    window.settle(1)
    assert math.dist(before, place(window, truck)) == pytest.approx(1.25, abs=1e-3)
    window.press("Control+z")
    window.settle(0)
    assert place(window, truck) == before


def test_turns_are_joined_like_moves_and_apart_from_them(window, truck):
    nudge(window, "]", "]", "]", AHEAD, AHEAD)
    window.settle(2)
    assert "turned 15° right" in window.gestures[0]
    assert "moved" in window.gestures[1]


def test_there_and_back_again_is_no_edit(window, truck):
    nudge(window, AHEAD, AHEAD, "ArrowDown", "ArrowDown")
    window.page.wait_for_timeout(600)
    window.settle(0)


def test_undo_right_after_a_nudge_takes_that_nudge_back(window, truck):
    window.drag(window.actor_on_map(truck), (-20, 0))
    window.settle(1)
    before = place(window, truck)
    nudge(window, AHEAD, AHEAD)
    window.press("Control+z")
    window.page.wait_for_timeout(600)
    window.settle(1)
    assert place(window, truck) == before
    assert window.ask("take.can_redo")


def test_nudges_of_two_actors_are_two_edits(window, truck):
    nudge(window, AHEAD, AHEAD)
    window.press("n")
    other = window.ask("s.selected")
    nudge(window, AHEAD, AHEAD)
    window.settle(2)
    assert other != truck
    assert window.ask("take.changed.size") == 2


def test_a_drag_right_after_a_nudge_goes_on(window, truck):
    nudge(window, AHEAD, AHEAD)
    window.drag(window.actor_on_map(truck), (-30, 0), let_go=False)
    window.page.wait_for_timeout(600)
    assert window.ask("s.gesture.kind") == "move"
    window.page.mouse.up()
    window.settle(2)


def test_an_answer_that_comes_in_the_middle_of_a_burst_leaves_it_shown(window, truck):
    before = place(window, truck)
    nudge(window, AHEAD)
    window.page.evaluate("dispatchEvent(new Event('blur'))")  # sent, and not answered yet
    nudge(window, *[AHEAD] * 3)
    window.page.wait_for_function("retake.store.state.take.gestures.length >= 1")
    window.page.wait_for_timeout(60)
    assert math.dist(before, shown(window, truck)) == pytest.approx(1.0, abs=1e-3)
    window.settle(2)


def test_a_reload_in_the_middle_of_a_burst_loses_nothing(window, truck):
    before = place(window, truck)
    nudge(window, *[AHEAD] * 3)
    window.page.reload()
    window.wait_until_ready()
    window.settle(1)
    assert math.dist(before, place(window, truck)) == pytest.approx(0.75, abs=1e-3)
