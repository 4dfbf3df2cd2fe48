"""Many takes of one: counted and made in a dialog; found, rated, opened, exported and removed in the list of takes."""

import re

import pytest

from tests.app.window.window import Held

pytestmark = pytest.mark.browser

NAMES = "s.takes.map((entry) => entry.name)"


def dialogs(window):
    return window.page.locator("#vary-dialog"), window.page.locator("#takes-dialog")


def choose_truck(window):
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.page.mouse.click(*window.actor_on_map(truck))


def vary_truck(window):
    """The dialog, about the truck."""
    choose_truck(window)
    window.press("y")
    return dialogs(window)[0]


def make(window, count):
    """So many variations, as the dialog offers them; the list of takes that comes then."""
    vary, takes = dialogs(window)
    vary.get_by_role("button", name=f"Make {count} take").click()
    takes.get_by_text(re.compile(f"{count} variations? of .* made")).wait_for()
    return takes


def make_six(window):
    """Six variations of the open take: three places of the truck by night, each in fog, too."""
    vary = vary_truck(window)
    vary.get_by_label("Fog").check()
    vary.get_by_label("To its left, m").fill("-1:1:1")
    vary.get_by_label("As recorded").last.uncheck()
    vary.get_by_label("Night").check()
    return make(window, 6)


def entries(takes):
    return takes.locator("li .entry b").all_inner_texts()


def shown(takes, count):
    takes.page.wait_for_function(f"document.querySelectorAll('#takes-dialog li .entry').length === {count}")


def test_variations_are_counted_made_and_listed(window):
    name = window.ask("take.name")
    takes = make_six(window)
    mine = [each for each in entries(takes) if each.startswith(f"{name}:")]
    assert len(mine) == 6
    assert all("night" in each for each in mine)
    assert sum("fog" in each for each in mine) == 3
    assert takes.get_by_role("button", name="Export 6 takes").is_enabled()
    assert window.ask("take.name") == name
    takes.get_by_role("button", name="Close").click()
    grouped = window.page.locator("#take-picker optgroup[label^=Variations] option").all_inner_texts()
    assert [each for each in mine if not any(option.startswith(each) for option in grouped)] == []


def test_a_speed_that_is_varied_is_the_one_that_the_panel_gives(window):
    window.page.evaluate("retake.store.set({ frame: 3 })")
    track = "take.actors.get(s.selected).track"
    vary = vary_truck(window)
    vary.get_by_label(re.compile(r"^Speed from \d+\.\d+ s on, km/h$")).fill("20")
    takes = make(window, 1)
    made = f"{window.ask('take.name')}: "
    takes.get_by_role("button", name=made).click()
    window.page.wait_for_function("retake.store.state.take.name.includes('at 20 km/h from')")
    choose_truck(window)
    varied = window.ask(track)
    window.press("Control+z")
    window.settle(0)
    recorded = window.ask(track)
    field = window.page.get_by_label("Speed from here on")
    field.fill("20")
    field.press("Enter")
    window.settle(1)
    assert window.ask(track) == varied != recorded


def test_what_cannot_be_varied_is_said_before_anything_is_made(window):
    vary, _ = dialogs(window)
    before = window.ask(NAMES)
    window.press("y")
    told = vary.get_by_role("status")
    vary.get_by_label("Seeds").fill("0:1:0")
    told.get_by_text("0:1:0 leads nowhere; wanted FROM:TO:STEP").wait_for()
    assert vary.get_by_role("button", name="Make").is_disabled()
    vary.get_by_label("Seeds").fill("0")
    told.get_by_text("Nothing is varied yet.").wait_for()
    vary.get_by_label("Seeds").fill("0:4:1")
    told.get_by_text("4 takes").wait_for()
    window.press("Escape")
    vary.wait_for(state="hidden")
    assert window.ask(NAMES) == before


def test_a_nudge_on_its_way_is_in_every_variation(window):
    choose_truck(window)
    window.press("Alt+ArrowUp")
    window.press("y")
    dialogs(window)[0].get_by_label("Rain").check()
    takes = make(window, 1)
    assert window.ask("take.gestures.length") == 1
    changed = re.compile(f"2 edits · .* changed.* · from {window.ask('take.name')} · variation")
    takes.locator("li", has_text=changed).wait_for()
    window.press("Escape")


def test_takes_are_found_rated_and_gone_through(window):
    takes = make_six(window)
    name = window.ask("take.name")
    takes.get_by_label("Find takes").fill(f"{name}: fog left")
    shown(takes, 1)
    takes.locator("li").get_by_role("radio", name="4 stars").click()
    takes.get_by_label("Find takes").fill(f"{name}: fog")
    shown(takes, 3)
    takes.get_by_label("Least rating").select_option("4")
    shown(takes, 1)
    assert takes.locator("li").get_by_role("radio", name="4 stars").get_attribute("aria-checked") == "true"
    (good,) = entries(takes)
    takes.get_by_label("Least rating").select_option("")
    shown(takes, 3)
    order = entries(takes)
    takes.locator("li .entry").first.click()
    window.page.wait_for_function(f"retake.store.state.take.name === {order[0]!r}")
    assert window.ask("[take.weather, take.time_of_day]") == ["fog", "night"]
    window.press("PageDown")
    window.press("PageDown")
    window.page.wait_for_function(f"retake.store.state.take.name === {order[2]!r}")
    window.press("PageDown")
    window.page.get_by_text("There is no take after this one in the list, which holds 3.").wait_for()
    window.press("PageUp")
    window.page.wait_for_function(f"retake.store.state.take.name === {order[1]!r}")
    assert window.ask("s.takes.find((entry) => entry.rating === 4).name") == good
    window.press("k")
    assert takes.get_by_label("Find takes").input_value() == f"{name}: fog"
    window.press("Escape")


def test_findings_and_changed_pictures_of_each_are_told_and_those_without_findings_are_found(window):
    vary = vary_truck(window)
    vary.get_by_label("To its left, m").fill("3.5")
    vary.get_by_label("Ahead, m", exact=True).fill("0,20")  # beside it stands a parked car, and past that car nobody
    takes = make(window, 2)
    name = window.ask("take.name")
    takes.get_by_label("Find takes").fill(f"{name}: left")
    shown(takes, 2)
    takes.locator("li", has_text=re.compile(r"▲ \d+ findings? · \d edits? · \d+ pictures changed · variation")).wait_for()
    takes.get_by_text(re.compile(r"^To draw: \d+ pictures\. What no edit touches is copied\.$")).wait_for()
    takes.get_by_label("Findings").select_option("none")
    shown(takes, 1)
    assert "20 m ahead" in entries(takes)[0]
    takes.get_by_label("Findings").select_option("some")
    shown(takes, 1)
    assert "20 m ahead" not in entries(takes)[0]
    takes.get_by_label("Findings").select_option("")
    window.press("Escape")


def test_several_are_rated_and_tagged_at_once_the_open_one_too(window):
    choose_truck(window)
    window.press("Delete")
    window.settle(1)
    window.press("y")
    dialogs(window)[0].get_by_label("Seeds").fill("11:13:1")
    takes = make(window, 3)
    name = window.ask("take.name")
    takes.get_by_label(f"Choose {name}", exact=True).check()  # beside the three, which are ticked already
    takes.get_by_role("radiogroup", name="Rating of the ticked").get_by_role("radio", name="4 stars").click()
    takes.get_by_text("4 takes rated 4 of 5.").wait_for()
    takes.get_by_label("Tag", exact=True).fill("wet road")
    takes.get_by_role("button", name="Add tag").click()
    takes.get_by_text("4 takes tagged “wet road”.").wait_for()
    window.page.wait_for_function("retake.store.state.take.tags.includes('wet road')")
    mine = f"s.takes.filter((entry) => `${{entry.name}}:`.startsWith('{name}:'))"
    window.page.wait_for_function(
        f"(s => {mine}.every((e) => e.rating === 4 && e.tags.includes('wet road')))(retake.store.state)"
    )
    takes.get_by_role("button", name="Remove tag").click()
    takes.get_by_text("4 takes without the tag “wet road”.").wait_for()
    window.page.wait_for_function(
        f"(s => {mine}.every((e) => e.rating === 4 && !e.tags.includes('wet road')))(retake.store.state)"
    )
    window.press("Escape")


def test_two_takes_are_exported_and_joined_to_one_data_set(window):
    vary = vary_truck(window)
    vary.get_by_label("Also without it").check()
    vary.get_by_label("To its left, m").fill("1")
    make(window, 2).get_by_role("button", name="Export 2 takes").click()
    exports = window.page.locator("#export-dialog")
    name = f"{window.ask('s.scene.name')}-takes-joined"
    exports.get_by_label("Earlier exports").get_by_role("link", name=f"Download {name}").first.wait_for()
    window.press("Escape")


def test_several_takes_are_exported_one_after_another_and_all_cancelled(window, small_window):
    takes = make_six(window)
    takes.get_by_role("button", name="Export 6 takes").click()
    exports = window.page.locator("#export-dialog")
    exports.get_by_role("button", name="Cancel all 7").wait_for()

    def states():
        return [each["stage"] for each in window.page.request.get(f"{small_window.url}/retake/exports").json()["exports"]]

    assert sum(stage == "waiting" for stage in states()) >= 5
    window.press("Escape")
    going = window.page.locator("#exports-going")
    going.get_by_text("7 exports").wait_for()
    going.click()
    exports.get_by_role("button", name=re.compile("Cancel all")).click()
    exports.get_by_role("button", name=re.compile("^Cancel")).first.wait_for(state="hidden")
    assert states() == []
    window.press("Escape")
    going.wait_for(state="hidden")


def test_takes_are_removed_but_for_the_open_one(window):
    takes = make_six(window)
    name = window.ask("take.name")
    window.press("Escape")
    variation = window.ask(f"s.takes.find((entry) => entry.name.startsWith('{name}: night')).id")
    window.page.locator("#take-picker").select_option(variation)
    window.page.wait_for_function("retake.store.state.take.name.includes(':')")
    kept = window.ask("take.name")
    window.press("k")
    takes.get_by_label("Find takes").fill(f"{name}:")
    shown(takes, 6)
    takes.get_by_label("All that are found").check()
    takes.get_by_role("button", name="Remove 5 takes").click()
    takes.get_by_text("5 takes removed").wait_for()
    shown(takes, 1)
    assert entries(takes) == [kept]
    takes.get_by_role("button", name="Put back").click()
    takes.get_by_text("5 takes put back").wait_for()
    shown(takes, 6)
    window.press("Escape")


def test_making_is_cancelled_and_what_was_made_stays(window):
    vary, takes = dialogs(window)
    before = len(window.ask(NAMES))
    window.press("y")
    vary.get_by_label("Seeds").fill("1:900:1")
    with Held(window, "variations", unheard=True) as held:  # or a fast machine has made them all
        vary.get_by_role("button", name="Make 900 takes").click()
        held.wait()
        vary.get_by_role("button", name="Cancel").click()
    takes.get_by_text(re.compile(r"Cancelled after \d+ of 900\. \d+ variations of .* made\.")).wait_for()
    made = len(window.ask(NAMES)) - before
    assert 0 < made < 900
    takes.get_by_role("button", name=f"Export {made} takes").wait_for()
    window.press("Escape")


def nudged(window):
    choose_truck(window)
    window.press("Alt+ArrowUp")
    window.settle(1)


def change_elsewhere(window, url):
    """Another hand's edit of the open take."""
    about = window.ask("({ scene: s.scene.name, take: take.id, base: take.state })")
    edits = [{"kind": "weather", "value": "fog"}]
    answer = window.page.request.post(f"{url}/retake/edit", data=about | {"gesture": "g-000001", "edits": edits})
    assert answer.ok, answer.text()


@pytest.mark.parametrize("route", ["variations/count", "variations"])
def test_a_take_that_another_hand_changes_meanwhile_is_shown_anew(window, small_window, route):
    vary, _ = dialogs(window)
    nudged(window)
    with Held(window, route, unheard=True) as held:
        window.press("y")
        vary.get_by_label("Rain").check()
        if route == "variations":
            vary.get_by_role("button", name="Make 1 take").click()
        held.wait()
        change_elsewhere(window, small_window.url)
    name = window.ask("take.name")
    window.page.get_by_text(f"{name} was changed in another window; this one now shows its newest state").wait_for()
    vary.wait_for(state="hidden")
    window.page.wait_for_function("retake.store.state.take.weather === 'fog'")


def test_a_count_that_comes_after_the_dialog_has_gone_is_nobodys(window, small_window):
    vary, _ = dialogs(window)
    nudged(window)
    with Held(window, "variations/count", unheard=True) as held:
        window.press("y")
        vary.get_by_label("Rain").check()
        held.wait()
        window.press("Escape")
        change_elsewhere(window, small_window.url)
    window.page.wait_for_timeout(500)
    assert window.ask("[take.weather, s.selected !== null]") == ["as recorded", True]
    assert window.page.get_by_text(f"{window.ask('take.name')} was changed in another window").count() == 0


def test_nothing_can_be_made_while_another_number_is_on_its_way(window):
    vary, _ = dialogs(window)
    window.press("y")
    vary.get_by_label("Seeds").fill("1")
    make_one = vary.get_by_role("button", name="Make 1 take")
    make_one.click(trial=True)
    with Held(window, "variations/count", unheard=True) as held:
        vary.get_by_label("Seeds").fill("1:9:1")
        assert make_one.is_disabled()
        held.wait()
        assert make_one.is_disabled()
    vary.get_by_role("button", name="Make 9 takes").click(trial=True)
    window.press("Escape")


def test_what_is_not_heard_is_asked_for_again_and_made_once(window):
    vary, takes = dialogs(window)
    before = len(window.ask(NAMES))
    window.press("y")
    vary.get_by_label("Seeds").fill("2001:2300:1")
    make_all = vary.get_by_role("button", name="Make 300 takes")
    make_all.click(trial=True)
    asked = []

    def unheard_at_first(route):
        asked.append(route)
        if len(asked) == 1:
            route.fetch()  # the server makes some, and nobody hears of it
            route.abort()
        else:
            route.continue_()

    window.page.route("**/retake/variations", unheard_at_first)
    make_all.click()
    takes.get_by_text(re.compile(r"^300 variations of .* made\.$")).wait_for()
    window.page.unroute("**/retake/variations")
    assert len(window.ask(NAMES)) == before + 300
    takes.get_by_role("button", name="Export 300 takes").wait_for()
    window.press("Escape")


def test_many_come_in_the_order_of_what_they_vary(window):
    vary, _ = dialogs(window)
    window.press("y")
    vary.get_by_label("Seeds").fill("2001:2600:1")
    make(window, 600)
    name = window.ask("take.name")
    order = [int(each.rsplit(" ", 1)[1]) for each in window.ask(NAMES) if each.startswith(f"{name}: seed 2")]
    assert order == sorted(order)
    window.press("Escape")


def test_without_a_connection_it_is_tried_again_until_it_is_cancelled(window):
    vary, _ = dialogs(window)
    window.page.route("**/retake/variations", lambda route: route.abort())
    window.press("y")
    vary.get_by_label("Rain").check()
    vary.get_by_role("button", name="Make 1 take").click()
    vary.get_by_text("No connection: trying again").wait_for()
    vary.get_by_role("button", name="Cancel").click()
    vary.get_by_text("Cancelled after none.").wait_for()
    window.page.unroute("**/retake/variations")
    window.press("Escape")


def test_what_was_made_before_another_hand_changed_the_take_is_listed(window, small_window):
    vary, takes = dialogs(window)
    nudged(window)
    name = window.ask("take.name")
    window.press("y")
    vary.get_by_label("Seeds").fill("1:900:1")
    make_all = vary.get_by_role("button", name="Make 900 takes")
    make_all.click(trial=True)
    asked = []

    def changed_at_the_second(route):
        asked.append(route)
        if len(asked) == 2:
            change_elsewhere(window, small_window.url)
        route.continue_()

    window.page.route("**/retake/variations", changed_at_the_second)
    make_all.click()
    takes.get_by_text(re.compile(r"Stopped after \d+ of 900\. \d+ variations of .* made\.")).wait_for()
    window.page.unroute("**/retake/variations")
    window.page.get_by_text(f"{name} was changed in another window; this one now shows its newest state").wait_for()
    window.press("Escape")


def test_ratings_that_cannot_be_written_are_not_said_to_be(window):
    takes = make_six(window)
    window.page.route("**/retake/takes/describe", lambda route: route.fulfill(status=507, json={"detail": "The disk is full."}))
    takes.get_by_role("radiogroup", name="Rating of the ticked").get_by_role("radio", name="4 stars").click()
    takes.get_by_text("The disk is full.").wait_for()
    window.page.unroute("**/retake/takes/describe")
    mine = f"entry.name.startsWith('{window.ask('take.name')}:')"
    assert window.ask(f"s.takes.filter((entry) => entry.rating === 4 && {mine}).length") == 0
    takes.get_by_label("Find takes").fill(f"{window.ask('take.name')}:")
    shown(takes, 6)
    takes.get_by_label("Findings").select_option("none")
    takes.get_by_text("to look at").wait_for(state="hidden")  # each that is looked at may join the list
    shown_before = takes.locator("li .entry").count()
    takes.get_by_role("radiogroup", name="Rating of the ticked").get_by_role("radio", name="2 stars").click()
    takes.get_by_text(re.compile(r"takes? rated 2 of 5\.")).wait_for()
    assert takes.locator("li .entry").count() == shown_before  # what checks find does not hang on a rating
    takes.get_by_label("Findings").select_option("")
    window.press("Escape")


def test_exports_stay_in_reach_while_one_is_followed(window):
    takes = make_six(window)
    takes.get_by_role("button", name="Export 6 takes").click()
    exports = window.page.locator("#export-dialog")
    exports.get_by_role("button", name=re.compile("^Follow")).last.click()
    exports.get_by_role("button", name="Hide").click()
    window.press("Control+e")
    exports.get_by_role("heading", name="Exporting").wait_for()
    exports.get_by_role("button", name="All exports").click()
    exports.get_by_role("button", name=re.compile("Cancel all")).click()
    exports.get_by_role("button", name=re.compile("^Cancel")).first.wait_for(state="hidden")
    window.press("Escape")
    window.press("Control+e")
    exports.get_by_role("heading", name=f"Export {window.ask('take.name')}").wait_for()
    window.press("Escape")


def test_a_varied_ego_path_can_be_bent_on(window):
    vary, _ = dialogs(window)
    window.press("y")
    vary.get_by_label("Ego left, m").fill("0.5")
    vary.get_by_label("Ego ahead, m").fill("-2")
    make(window, 1).get_by_role("button", name="ego 0.5 m to the left, 2 m back").first.click()
    window.page.wait_for_function("retake.store.state.take.name.includes('ego 0.5 m')")
    window.page.mouse.click(*window.ego_on_map())
    panel = window.page.locator("#actor")
    left, ahead = (panel.get_by_label(f"Metres {way} at") for way in ("to the left", "ahead"))
    left.first.wait_for()
    assert {field.input_value() for field in left.all()} == {"0.50"}
    assert {field.input_value() for field in ahead.all()} == {"-2.00"}
    left.nth(2).fill("1.5")
    window.press("Enter")
    window.settle(2)
    assert left.nth(2).input_value() == "1.50"
    assert {field.input_value() for field in ahead.all()} == {"-2.00"}
