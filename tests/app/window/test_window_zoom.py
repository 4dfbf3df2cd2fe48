"""The large picture can be looked at more nearly: what is under the pointer stays there, and drags follow what is shown."""

import pytest

from tests.app.window.window import tab

pytestmark = pytest.mark.browser
VIEW = "CAM_FRONT"


@pytest.fixture
def window(chromium, small_window):
    """A tab with the front view large."""
    with tab(chromium, small_window.url) as found:
        found.press("1")
        found.page.locator(f'[data-view="{VIEW}"].alone').wait_for()
        found.page.wait_for_timeout(100)
        yield found


def car(window):
    return window.ask("[...take.actors.values()].find((a) => a.category === 'vehicle.car' && a.track[0][1] > 0).id")


def truck(window):
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


def nearer(window, place, notches=3):
    window.page.mouse.move(*place)
    for _ in range(notches):
        window.page.mouse.wheel(0, -200)
    window.page.wait_for_timeout(100)


def zoom(window):
    return window.ask("s.zoom")


def badge(window):
    return window.page.locator(f'[data-view="{VIEW}"] .tier').inner_text()


def test_the_wheel_goes_nearer_about_the_pointer_and_back_to_all_of_it(window):
    actor = truck(window)
    before = window.actor_in_view(actor, VIEW)
    nearer(window, before)
    assert zoom(window)["by"] == pytest.approx(2.6, abs=0.1)
    assert window.actor_in_view(actor, VIEW) == pytest.approx(before, abs=6.0)  # a pixel of this drive is as wide here
    assert badge(window).endswith("2.6×")
    nearer(window, before, 40)
    assert zoom(window)["by"] == 12
    for _ in range(60):
        window.page.mouse.wheel(0, 200)
    window.page.wait_for_timeout(100)
    assert zoom(window) is None
    assert "×" not in badge(window)


def test_an_actor_is_dragged_by_what_is_shown(window):
    actor = car(window)
    moved = []
    for notches in (0, 3):
        before = window.actors[actor][0]
        place = window.actor_in_view(actor, VIEW)
        nearer(window, place, notches)
        window.drag(window.actor_in_view(actor, VIEW), (40, 0))
        window.settle(len(moved) + 1)
        after = window.actors[actor][0]
        moved.append(abs(after[2] - before[2]))
    assert moved[1] == pytest.approx(moved[0] / zoom(window)["by"], rel=0.1)


def test_dragging_an_empty_part_looks_around_and_a_click_there_closes_the_view(window):
    canvas = window.page.locator(f'[data-view="{VIEW}"] canvas').bounding_box()
    sky = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] * 0.12
    nearer(window, sky)
    before = zoom(window)
    window.drag(sky, (-60, 0))
    window.page.wait_for_timeout(100)
    after = zoom(window)
    assert after["left"] == pytest.approx(before["left"] + 60 / canvas["width"] / before["by"], abs=1e-3)
    assert window.gestures == []
    window.page.mouse.click(canvas["x"] + 30, canvas["y"] + 40)
    window.page.wait_for_function("retake.store.state.expanded === null && retake.store.state.zoom === null")


def test_in_pictures_that_are_not_large_the_wheel_does_nothing(window):
    window.press("1")
    window.page.wait_for_function("retake.store.state.expanded === null")
    nearer(window, window.actor_in_view(truck(window), VIEW))
    assert zoom(window) is None
