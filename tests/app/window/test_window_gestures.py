"""Each gesture with the real mouse and keys, on the map and in a picture."""

import math

import numpy as np
import pytest

pytestmark = pytest.mark.browser


def named(window, category):
    return window.ask(f"[...take.actors.values()].find((actor) => actor.category === '{category}').id")


@pytest.fixture
def truck(window):
    return named(window, "vehicle.truck")


def place(window, actor):
    return window.actors[actor][0][1:3]


def test_dragging_an_actor_on_the_map_moves_its_whole_track(window, truck):
    before = window.actors
    window.drag(window.actor_on_map(truck), (-40, 0))
    window.settle(1)
    after = window.actors
    moved = [[b[1] - a[1], b[2] - a[2]] for a, b in zip(before[truck], after[truck], strict=True)]
    assert math.hypot(*moved[0]) > 1
    assert all(move == pytest.approx(moved[0], abs=1e-3) for move in moved)
    assert {id: track for id, track in after.items() if id != truck} == {
        id: track for id, track in before.items() if id != truck
    }


def test_what_is_dragged_out_of_the_map_stays_at_its_edge(window, truck):
    canvas = window.page.locator("#map").bounding_box()
    x, y = window.actor_on_map(truck)
    window.drag((x, y), (canvas["x"] + canvas["width"] + 200 - x, 0))
    window.settle(1)
    assert canvas["x"] + canvas["width"] - 30 < window.actor_on_map(truck)[0] < canvas["x"] + canvas["width"]


def test_boxes_follow_the_pointer_before_anything_is_sent(window, truck):
    start = window.actor_in_view(truck, "CAM_FRONT")
    window.drag(window.actor_on_map(truck), (-30, 0), let_go=False)
    assert window.ask("s.gesture.actors.size") == 1
    assert window.gestures == []
    shown = window.ask("retake.views.boxes(retake.views.lens(0), s.gesture.actors.values())[0].outline.map((p) => p[0])")
    window.page.mouse.up()
    window.settle(1)
    assert window.actor_in_view(truck, "CAM_FRONT")[0] != pytest.approx(start[0], abs=3)
    assert len(shown) >= 4


def test_dragging_in_a_picture_slides_along_the_ground(window, truck):
    height = window.actors[truck][0][3]
    before = place(window, truck)
    window.drag(window.actor_in_view(truck, "CAM_FRONT"), (30, 12))
    window.settle(1)
    after = place(window, truck)
    assert math.dist(before, after) > 0.5
    assert after[1] < before[1]  # to the right of a drive along x
    assert window.actors[truck][0][3] == pytest.approx(height)


def test_wherever_it_is_held_in_a_picture_an_actor_goes_with_the_pointer_on_the_ground(window, truck):
    x, y = window.actor_in_view(truck, "CAM_FRONT")
    gone = []
    for held_px in (-6, 0, 6):
        before = place(window, truck)
        window.drag((x, y + held_px), (10, 6))
        window.settle(1)
        gone.append(np.subtract(place(window, truck), before))
        window.press("Control+z")
        window.settle(0)
    assert gone[0] == pytest.approx(gone[1], abs=0.05)
    assert gone[2] == pytest.approx(gone[1], abs=0.05)
    assert 0.5 < np.hypot(*gone[1]) < 10


def test_the_handle_turns_an_actor(window, truck):
    x, y = window.actor_on_map(truck)
    window.page.mouse.click(x, y)
    hx, hy = window.turn_handle(truck)
    window.drag((hx, hy), (x - hx + (hy - y), y - hy - (hx - x)))  # a quarter turn about its middle
    window.settle(1)
    assert "turned" in window.gestures[0]
    assert window.ask(f"take.actors.get('{truck}').track[0][7]") != 0


def test_escape_cancels_a_drag(window, truck):
    window.drag(window.actor_on_map(truck), (-40, 0), let_go=False)
    window.press("Escape")
    window.page.mouse.up()
    window.settle(0)
    assert window.ask("s.gesture") is None


def test_delete_undo_and_redo_by_key(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("Delete")
    window.settle(1)
    assert truck not in window.actors
    window.press("Control+z")
    window.settle(0)
    assert truck in window.actors
    window.press("Control+Shift+z")
    window.settle(1)
    assert truck not in window.actors


def test_waypoints_give_a_path(window, truck):
    for _ in range(4):
        window.press("-")
    x, y = window.actor_on_map(truck)
    window.page.mouse.click(x, y)
    window.press("w")
    window.page.mouse.click(x, y - 60)
    window.page.mouse.click(x - 12, y - 110)
    window.press("Enter")
    window.settle(1)
    assert "path through 2 points" in window.gestures[0]


def test_a_goal_an_addition_and_a_duplicate(window, truck):
    walker = named(window, "human.pedestrian.adult")
    x, y = window.actor_on_map(walker)
    window.page.mouse.click(x, y)
    window.press("g")
    window.page.mouse.click(x, y - 14)
    window.settle(1)
    window.press("a")
    window.page.mouse.click(x - 60, y + 60)
    window.settle(2)
    added = window.ask("s.selected")
    assert added == "new-1"
    assert added in window.actors
    window.page.locator("#actor h2").get_by_text("Car A1").wait_for()
    window.press("d")
    window.settle(3)
    window.page.wait_for_function("retake.store.state.selected === 'new-2'")
    assert len(window.actors) == 6


def test_a_look_is_picked_from_the_bank_when_adding_and_changed_later(window, truck):
    x, y = window.actor_on_map(truck)
    window.press("a")
    window.page.locator("#add-category").select_option("vehicle.car")
    window.page.locator("#add-look").select_option("bank:van")
    assert "bank/van" in window.page.locator("#add-picture").evaluate("(picture) => picture.style.backgroundImage")
    window.page.mouse.click(x - 60, y + 40)
    window.settle(1)
    added = "take.actors.get('new-1')"
    van, place = window.ask(f"[{added}.source, {added}.size]"), window.ask(f"{added}.track[0].slice(1, 3)")
    assert van[0] == "bank:van"
    assert van[1] == window.ask("s.bank.find(({ source }) => source === 'bank:van').size")
    foot = window.ask(f"{added}.track[0][3] - {added}.size[2] / 2")
    window.page.get_by_label("Looks like", exact=True).select_option("bank:sedan")
    window.settle(2)
    assert window.ask(f"{added}.source") == "bank:sedan"
    assert window.ask(f"{added}.size") != van[1]
    assert window.ask(f"{added}.track[0].slice(1, 3)") == pytest.approx(place, abs=1e-4)
    assert window.ask(f"{added}.track[0][3] - {added}.size[2] / 2") == pytest.approx(foot, abs=1e-3)
    assert window.gestures[1] == "Car A1 given another look"
    window.press("Control+z")
    window.settle(1)
    assert window.ask(f"{added}.source") == "bank:van"
    window.page.mouse.click(x, y)
    window.page.get_by_label("Looks like", exact=True).wait_for(state="hidden")


def test_undo_gives_the_selection_back(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("d")
    window.settle(1)
    window.page.wait_for_function("retake.store.state.selected === 'new-1'")
    window.press("Control+z")
    window.settle(0)
    assert window.ask("s.selected") == truck
    window.press("Delete")
    window.settle(1)
    assert window.ask("s.selected") is None
    window.press("Control+z")
    window.settle(0)
    assert window.ask("s.selected") == truck


def test_actors_added_one_upon_the_other_get_names_of_their_own(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    for _ in range(3):
        window.press("d")
    window.settle(3)
    assert {"new-1", "new-2", "new-3"} < set(window.actors)
    assert [gesture.split()[-1] for gesture in window.gestures] == ["A1", "A2", "A3"]


def test_the_ego_path_is_bent_by_its_handles(window):
    window.page.mouse.click(*window.ego_on_map())
    assert window.ask("s.selected") == "ego"
    window.drag(window.bend_handles()[2], (-20, 0))
    window.settle(1)
    assert "Ego path bent" in window.gestures[0]
    assert window.ask("Math.max(...take.ego_offsets.map((offset) => Math.abs(offset.left)))") > 0.3


def test_a_handle_that_is_pulled_along_the_path_bends_nothing(window):
    window.page.mouse.click(*window.ego_on_map())
    path = window.bend_handles()
    window.drag(path[2], (path[1][0] - path[2][0], path[1][1] - path[2][1]), let_go=False)
    assert window.ask("s.gesture.kind") == "bend"
    window.page.mouse.up()
    window.settle(0)
    assert window.gestures == []


def test_keys_reach_and_move_an_actor_without_a_mouse(window):
    window.page.locator("#map").focus()
    window.press("n")
    chosen = window.ask("s.selected")
    before = place(window, chosen)
    window.press("Alt+ArrowUp")
    window.settle(1)
    assert math.dist(before, place(window, chosen)) == pytest.approx(0.25, abs=0.01)
    window.press("]")
    window.settle(2)
    assert "turned 5° right" in window.gestures[1]


def test_properties_are_edited_in_fields(window, truck):
    window.page.mouse.click(*window.actor_on_map(truck))
    window.page.get_by_label("Category").select_option("vehicle.bus.rigid")
    window.settle(1)
    window.page.get_by_label("Length").fill("9")
    window.page.get_by_label("Length").press("Enter")
    window.settle(2)
    assert window.ask(f"take.actors.get('{truck}').category") == "vehicle.bus.rigid"
    assert window.ask(f"take.actors.get('{truck}').size[0]") == 9


def typed(window, label, text):
    """Type over what a number field holds, as hands do: what is no number never gets in."""
    field = window.page.get_by_label(label, exact=True)
    field.click()
    window.press("Control+a")
    window.press("Delete")
    field.press_sequentially(text)
    window.press("Enter")
    return field


@pytest.mark.parametrize(
    ("label", "text", "sentence"),
    [
        ("Length", "abc", "Length: got no number; wanted 0.05 to 40 m."),
        ("Length", "99999", "Length: got 99999 m; wanted 0.05 to 40 m."),
        ("Width", "-3", "Width: got -3 m; wanted 0.05 to 40 m."),
        ("Heading", "e", "Heading: got no number; wanted a number."),
        ("Speed from here on", "500", "Speed from here on: got 500 km/h; wanted 0 to 250 km/h."),
    ],
)
def test_what_a_field_cannot_take_is_refused_in_a_sentence(window, truck, label, text, sentence):
    window.page.mouse.click(*window.actor_on_map(truck))
    before = window.page.get_by_label(label, exact=True).input_value()
    field = typed(window, label, text)
    window.page.get_by_text(sentence).wait_for()
    assert field.input_value() == before
    window.settle(0)


def test_another_category_is_another_look_until_the_label_alone_is_to_change(window):
    car = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.car').id")
    window.page.mouse.click(*window.actor_on_map(car))
    box = "take.actors.get(s.selected)"
    own, look = window.ask(f"{box}.size"), window.page.get_by_label("Looks like")
    assert not look.is_visible()
    window.page.get_by_label("Category").select_option("vehicle.bus.rigid")
    window.settle(1)
    assert window.ask(f"{box}.size") == [11.0, 2.9, 3.5]
    assert window.ask("Object.keys(take.dirty).length") > 0
    look.select_option(label="itself: the label alone changes")
    window.settle(2)
    assert window.ask(f"{box}.size") == own
    assert window.ask("Object.values(take.dirty).flat().length") == 0
    assert "relabelled Bus, the label alone" in window.gestures[1]
    window.page.get_by_label("Category").select_option("vehicle.car")
    window.settle(3)
    assert not look.is_visible()
    assert window.ask("take.changed.size") == 0


def test_a_bend_is_typed_refused_and_typed_back_to_none(window):
    window.page.mouse.click(*window.ego_on_map())
    label = window.page.locator("#actor input").nth(2).get_attribute("aria-label")
    field = typed(window, label, "3")
    window.settle(1)
    for text, got in (("abc", "no number"), ("99", "99 m"), ("-25", "-25 m")):
        typed(window, label, text)
        window.page.get_by_text(f"{label}: got {got}; wanted -20 to 20 m.").wait_for()
        assert field.input_value() == "3.00"
    typed(window, label, "0")
    window.settle(2)
    assert window.gestures == ["Ego path bent by up to 3.0 m to the left", "Ego path as recorded"]
    assert window.page.locator("#actor").get_by_text("As recorded").is_disabled()


def test_the_edits_list_goes_to_any_step(window, truck):
    window.drag(window.actor_on_map(truck), (-30, 0))
    window.settle(1)
    window.press("Delete")
    window.settle(2)
    window.page.locator("#tab-edits").click()
    window.page.locator("#edits button").first.click()
    window.settle(0)
    assert truck in window.actors
    window.page.locator("#edits button").nth(2).click()
    window.settle(2)
    assert truck not in window.actors


def test_edits_that_an_edit_takes_the_place_of_are_kept_in_another_take(window, truck):
    for count in (1, 2, 3):
        window.drag(window.actor_on_map(truck), (-12, 0))
        window.settle(count)
    window.page.locator("#tab-edits").click()
    window.page.locator("#edits button").first.click()
    window.settle(0)
    window.drag(window.actor_on_map(truck), (0, 12))
    window.settle(1)
    window.page.get_by_text("This edit took the place of 3 that had been undone").wait_for()
    kept = window.ask("s.takes.find(({ parent_name, edits }) => parent_name === take.name && edits === 3).name")
    assert window.page.get_by_text(f"{kept} keeps them.").is_visible()


def test_space_plays_after_a_button_was_clicked_and_presses_it_after_a_tab(window):
    window.page.locator("[data-layer=boxes]").click()
    window.press(" ")
    assert window.ask("s.playing")
    window.press(" ")
    window.page.locator("[data-layer=boxes]").focus()
    window.press(" ")
    assert not window.ask("s.playing")
    assert window.ask("s.layers.boxes")


def test_a_key_that_needs_an_actor_says_so_once(window):
    for key in ("Delete", "w", "Alt+ArrowUp"):
        window.press(key)
    window.page.get_by_text("Select an actor first").wait_for()
    assert window.page.get_by_text("Select an actor first").count() == 1
    assert window.gestures == []
