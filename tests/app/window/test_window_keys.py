"""Keys reach what has the keyboard first, the drive and the take otherwise."""

import pytest

from tests.app.window.window import Window

pytestmark = pytest.mark.browser

HELD = "document.activeElement.dataset.entry ?? document.activeElement.tagName"


@pytest.fixture
def truck(window):
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


def hold(window: Window, key: str, times: int) -> None:
    """Hold a key until it has come so many times."""
    for _ in range(times):
        window.page.keyboard.down(key)
    window.page.keyboard.up(key)


def test_space_and_enter_open_and_close_more_and_play_nothing(window):
    window.page.evaluate("document.querySelector('#more').hidden = false")  # without a model there is none
    window.page.locator("#more summary").wait_for()
    window.page.locator("#more summary").focus()
    window.press(" ")
    assert window.ask("[document.querySelector('#more').open, s.playing]") == [True, False]
    window.press("Enter")
    assert not window.ask("document.querySelector('#more').open")
    for is_open in (True, False):  # whoever clicks on it goes on with the drive
        window.page.locator("#more summary").click()
        window.press(" ")
        assert window.ask("[document.querySelector('#more').open, s.playing]") == [is_open, is_open]
    window.page.evaluate("document.querySelector('#more').hidden = true")


def test_arrows_move_the_slider_that_has_the_keyboard(window):
    window.press("c")
    slider = window.page.locator("#wipe")
    slider.wait_for()
    slider.focus()
    for key, at in (("ArrowRight", "51"), ("ArrowUp", "52"), ("ArrowLeft", "51"), ("Home", "0"), ("End", "100")):
        window.press(key)
        assert slider.input_value() == at
    assert window.ask("[s.frame, s.wipe.at]") == [0, 1]
    window.press(" ")
    assert window.ask("s.playing")
    window.press(" ")
    window.press("Home")
    slider.click()  # whoever drags it with the pointer goes on with the drive
    at = slider.input_value()
    frame = window.ask("s.frame")
    window.press("ArrowRight")
    assert window.ask("s.frame") == frame + 1
    assert slider.input_value() == at
    window.press("c")


@pytest.mark.parametrize("pressed", [True, False])
def test_after_a_colour_was_chosen_keys_are_for_the_take_again(window, truck, pressed):
    window.page.mouse.click(*window.actor_on_map(truck))
    if not pressed:
        window.press("v")  # the last thing that was done came from the keyboard
    colour = window.page.get_by_label("Colour", exact=True)
    colour.focus()
    colour.evaluate("(field) => { field.value = '#102030'; field.dispatchEvent(new Event('change', { bubbles: true })); }")
    window.settle(1)
    window.press("Control+z")
    window.settle(0)
    assert window.ask(f"take.actors.get('{truck}').colour") is None
    if pressed:
        window.press(" ")
        assert window.ask("s.playing")
        window.press(" ")
    window.press("n")
    assert window.ask("s.selected") != truck


def test_who_goes_through_the_findings_by_keys_stays_in_them(window, truck):
    car = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.car').id")
    (x, y), (u, v) = window.actor_on_map(truck), window.actor_on_map(car)
    window.drag((x, y), (u - x, v - y))
    window.settle(1)
    window.press("Escape")
    entries = window.page.locator("#findings button")
    entries.last.wait_for()
    entries.last.focus()
    held = window.ask(HELD)
    window.press("Enter")
    window.page.wait_for_function("retake.store.state.selected !== null")
    window.page.wait_for_timeout(100)
    assert window.ask(HELD) == held
    assert held.startswith("[")


def test_who_goes_through_the_edits_by_keys_stays_in_them(window, truck):
    window.drag(window.actor_on_map(truck), (-20, 0))
    window.settle(1)
    window.page.locator("#tab-edits").click()
    entries = window.page.locator("#edits button")
    entries.first.wait_for()
    entries.first.focus()
    window.press("Enter")
    window.settle(0)
    assert window.ask(HELD) == "0"
    window.press("Tab")
    window.press("Enter")
    window.settle(1)
    assert window.ask(HELD) == "1"


def test_who_gives_stars_by_keys_stays_at_them(window):
    window.page.locator("#tab-about").click()
    star = window.page.get_by_role("radio", name="4 stars")
    star.wait_for()
    star.focus()
    for rating in (4, None, 4):
        window.press("Enter")
        window.page.wait_for_function(f"retake.store.state.take.rating === {'null' if rating is None else rating}")
        window.page.wait_for_timeout(60)
        assert window.ask("document.activeElement.getAttribute('aria-label')") == "4 stars"


def test_a_key_that_is_held_steps_on_but_branches_once(window):
    hold(window, "ArrowRight", 4)
    assert window.ask("s.frame") == 4
    takes = window.ask("s.takes.length")
    hold(window, "b", 4)
    window.page.get_by_text("You are now in").wait_for()
    window.page.wait_for_timeout(300)
    assert window.ask("s.takes.length") == takes + 1
    hold(window, " ", 2)
    assert window.ask("s.playing")
    window.press(" ")


def test_brackets_turn_an_actor_where_they_are_typed_with_altgr(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("Control+Alt+]")  # as Windows reports it
    window.settle(1)
    assert "turned 5° right" in window.gestures[0]
    window.page.evaluate(
        """document.body.dispatchEvent(
          new KeyboardEvent("keydown", { key: "[", ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true }),
        )"""
    )
    window.settle(2)
    assert "turned 5° left" in window.gestures[1]
    take = window.ask("take.id")
    window.press("Control+Alt+b")
    window.page.wait_for_timeout(300)
    assert window.ask("take.id") == take
