"""What is typed into a field is for whom, and for when, it was typed."""

from dataclasses import replace
from itertools import pairwise

import pytest

from editor.datasets.nuscenes import open_data_set
from editor.findings import called
from tests.app.window.window import Window
from tests.small_drive import SCENE

pytestmark = pytest.mark.browser


def named(window: Window, category: str) -> str:
    return window.ask(f"[...take.actors.values()].find((actor) => actor.category === '{category}').id")


@pytest.fixture
def truck(window):
    return named(window, "vehicle.truck")


def write(window: Window, label: str, text: str) -> None:
    """Type over what a field holds, and stay in it."""
    field = window.page.get_by_label(label, exact=True)
    field.click()
    window.press("Control+a")
    field.press_sequentially(text)


def click_late(window: Window) -> None:
    """Click on the timeline, near its end."""
    box = window.page.locator("#timeline").bounding_box()
    window.page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 6)


def test_a_width_typed_for_one_actor_is_its_own_when_another_is_dragged_next(window, truck):
    car = named(window, "vehicle.car")
    before = window.ask(f"[take.actors.get('{car}').size, take.actors.get('{car}').track[0]]")
    window.page.mouse.click(*window.actor_on_map(truck))
    write(window, "Width", "2.9")
    window.drag(window.actor_on_map(car), (-25, 0))
    window.settle(2)
    assert window.ask(f"take.actors.get('{truck}').size[1]") == 2.9
    after = window.ask(f"[take.actors.get('{car}').size, take.actors.get('{car}').track[0]]")
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_escape_leaves_a_value_as_it_was(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    field = window.page.get_by_label("Width", exact=True)
    before = field.input_value()
    write(window, "Width", "2.9")
    window.press("Escape")
    assert field.input_value() == before
    window.page.wait_for_timeout(200)
    assert window.gestures == []
    assert window.ask("s.selected") == truck
    write(window, "Width", "2.9")
    window.press("Enter")
    window.settle(1)
    assert window.ask(f"take.actors.get('{truck}').size[1]") == 2.9


def test_a_width_typed_for_one_actor_is_its_own_when_another_is_dragged_in_a_picture(window, truck):
    car = named(window, "vehicle.car")
    size = window.ask(f"take.actors.get('{car}').size")
    window.page.mouse.click(*window.actor_on_map(truck))
    write(window, "Width", "2.9")
    window.drag(window.actor_in_view(car, "CAM_FRONT"), (12, 8))
    window.settle(2)
    assert window.ask(f"[take.actors.get('{truck}').size[1], take.actors.get('{car}').size]") == [2.9, size]
    assert "moved" in window.gestures[1]


@pytest.mark.parametrize(("label", "text"), [("Heading", "90"), ("Speed from here on", "30")])
def test_a_click_on_the_timeline_does_not_move_what_was_typed_before_it(window, truck, label, text):
    window.page.mouse.click(*window.actor_on_map(truck))
    write(window, label, text)
    click_late(window)
    window.settle(1)
    assert window.ask("s.frame") > 5
    assert window.ask("take.gestures[0].t_us - s.scene.frames[0].t_us") == 0


def test_a_speed_typed_while_the_drive_plays_is_for_the_moment_at_which_the_field_was_entered(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    write(window, "Speed from here on", "30")
    window.page.evaluate("retake.store.set({ frame: 6 })")
    window.page.wait_for_timeout(100)
    window.press("Enter")
    window.settle(1)
    assert window.ask("take.gestures[0].t_us - s.scene.frames[0].t_us") == 0


def test_an_actor_that_goes_while_a_value_is_typed_for_it_stays_gone(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("Delete")
    window.settle(1)
    window.press("Control+z")
    window.settle(0)
    assert window.ask("s.selected") == truck
    write(window, "Width", "2.9")
    window.page.locator("[data-action=redo]").evaluate("(button) => button.click()")
    window.settle(1)
    window.page.mouse.click(*window.actor_on_map(named(window, "vehicle.car")))
    window.settle(1)
    assert truck not in window.actors


def test_a_decimal_comma_is_a_point(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    write(window, "Width", "2,1")
    window.press("Enter")
    window.settle(1)
    assert window.ask(f"take.actors.get('{truck}').size[1]") == 2.1


def places(window: Window, actor: str) -> list[list[float]]:
    return window.ask(f"take.actors.get('{actor}').track.map((pose) => pose.slice(1, 3))")


@pytest.mark.parametrize("how", ["button", "field"])
def test_an_actor_brakes_and_stays_on_its_way(window, truck, how):
    window.page.mouse.click(*window.actor_on_map(truck))
    before = places(window, truck)
    if how == "button":
        window.page.get_by_role("button", name="Stop", exact=True).click()
    else:
        write(window, "Speed from here on", "0")
        window.press("Enter")
    window.settle(1)
    after = places(window, truck)
    steps = [b[0] - a[0] for a, b in pairwise(after)]
    assert after[0] == before[0]
    assert after[-1][0] < before[-1][0] - 1.0
    assert after[-1][1] == pytest.approx(before[-1][1], abs=0.05)
    assert 0 <= steps[-1] < 0.5 * steps[0]


def test_the_ego_falls_back_by_metres_that_are_typed_and_keeps_its_bend(window):
    window.page.mouse.click(*window.ego_on_map())
    for words, text, count in (("to the left", "0.5", 1), ("ahead", "-2", 2)):
        write(window, f"Metres {words} at 1.00 s", text)
        window.press("Enter")
        window.settle(count)
    assert window.ask("take.ego_offsets.at(-1)") == {"t_us": window.ask("s.scene.span[1]"), "left": 0.5, "ahead": -2}
    behind = window.ask("s.scene.ego.at(-1)[1] - take.ego.at(-1)[1]")
    assert behind == pytest.approx(2.0, abs=0.05)


def test_actors_are_called_in_the_page_as_in_the_servers_sentences(window, small_drive):
    """Or nobody would find whom a finding names."""
    actors = open_data_set(small_drive).scene(SCENE).actors
    actors = [*actors, *(replace(actors[0], id=each) for each in ("new-1", "new-207", "new-0", "new-x_1"))]
    told = [{"id": actor.id, "category": actor.category} for actor in actors]
    script = """async (actors) => {
      const { actorName } = await import(new URL("retake/static/scenario.js", document.baseURI).href);
      return actors.map((actor) => actorName(retake.store.state, actor));
    }"""
    assert window.page.evaluate(script, told) == [called(actor) for actor in actors]
