"""Nothing is lost and nothing is mixed: reload, crash, two browsers, two tabs with one take."""

import json
import re
import shutil
import zipfile

import pytest

from tests.app.window.served import served
from tests.app.window.window import Window, tab

pytestmark = pytest.mark.browser


@pytest.fixture
def tabs(chromium, small_window):
    """Makes a tab in a browser profile of its own."""
    contexts = []

    def tab(url=small_window.url):
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 720}))
        return Window(contexts[-1].new_page(), url)

    yield tab
    for context in contexts:
        context.close()


def truck(window):
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


def test_a_reload_comes_back_to_the_same_take_and_moment(tabs):
    window = tabs()
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    window.press("End")
    window.press("ArrowLeft")
    before, frame = window.actors, window.ask("s.frame")
    window.page.wait_for_function("(frame) => location.search.includes(`at=${(frame / 10).toFixed(2)}`)", arg=frame)
    window.page.reload()
    window.wait_until_ready()
    assert (window.actors, window.ask("s.frame")) == (before, frame)
    assert window.ask("take.can_undo")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("scene=scene-9999", "There is no scene “scene-9999” in this data set; this is scene-0001."),
        ("scene=scene-0001&take=other", "there is no take 'other' of scene scene-0001 in this workspace"),
    ],
)
def test_an_address_that_names_nothing_says_so_and_opens_a_new_take(tabs, small_window, asked, said):
    window = tabs(f"{small_window.url}/?{asked}")
    window.page.locator(".notice").get_by_text(said, exact=False).wait_for()
    assert window.ask("s.scene.name") == "scene-0001"
    assert window.gestures == []


def test_two_browsers_with_two_takes_never_meet(tabs):
    one, other = tabs(), tabs()
    assert one.ask("take.id") != other.ask("take.id")
    one.drag(one.actor_on_map(truck(one)), (-30, 0))
    other.page.mouse.click(*other.actor_on_map(truck(other)))
    other.press("Delete")
    one.settle(1)
    other.settle(1)
    for window in (one, other):
        window.page.reload()
        window.wait_until_ready()
    assert truck(one) in one.actors
    assert len(one.actors) == 4
    assert len(other.actors) == 3


def test_two_tabs_with_one_take_say_so_and_lose_nothing(tabs):
    one = tabs()
    one.drag(one.actor_on_map(truck(one)), (-30, 0))
    one.settle(1)
    other = tabs(one.page.url)
    other.drag(other.actor_on_map(truck(other)), (-20, 0))
    other.settle(2)
    one.drag(one.actor_on_map(truck(one)), (-10, 0))
    one.page.get_by_text("changed in another window").wait_for()
    one.page.get_by_text(re.compile(r"The last edit here \(move, Truck \w+\) was not applied\.")).wait_for()
    one.settle(2)
    assert one.actors == other.actors
    other.press("Delete")
    other.settle(3)
    one.press("Control+z")
    one.page.get_by_text("The last step here (undo) was not done.").wait_for()
    one.settle(3)


def test_who_comes_back_to_a_window_sees_what_was_changed_in_another(tabs):
    one = tabs()
    one.drag(one.actor_on_map(truck(one)), (-30, 0))
    one.settle(1)
    other = tabs(one.page.url)
    other.press("n")
    other.press("Delete")
    other.settle(2)
    comes_back = "document.dispatchEvent(new Event('visibilitychange')) && null"
    one.ask(comes_back)
    one.page.get_by_text("changed in another window; this one now shows its newest state").wait_for()
    one.settle(2)
    assert one.actors == other.actors
    take = one.page.evaluate_handle("retake.store.state.take")
    one.ask(comes_back)
    one.page.wait_for_timeout(500)
    assert one.page.evaluate("(take) => retake.store.state.take === take", take)


def test_an_overtaken_window_that_rates_or_branches_shows_what_the_other_window_made(tabs):
    one = tabs()
    one.drag(one.actor_on_map(truck(one)), (-30, 0))
    one.settle(1)
    take, other = one.ask("take.id"), tabs(one.page.url)
    other.drag(other.actor_on_map(truck(other)), (-20, 0))
    other.settle(2)
    one.page.locator("#tab-about").click()
    one.page.get_by_role("radio", name="4 stars").click()
    one.page.get_by_text("What was said of it here is kept.").wait_for()
    one.settle(2)
    assert one.actors == other.actors
    assert one.ask("[take.id, take.rating]") == [take, 4]
    other.press("Delete")
    other.settle(3)
    one.page.get_by_role("button", name="Branch").click()
    one.page.get_by_text("It was not branched.").wait_for()
    one.settle(3)
    assert one.actors == other.actors
    assert one.ask("take.id") == take
    assert one.problems == []


def test_a_window_of_another_retake_on_the_workspace_is_overtaken_like_another_tab(tabs, small_drive, tmp_path):
    with served(small_drive, tmp_path) as first, served(small_drive, tmp_path) as second:
        one = tabs(first.url)
        one.drag(one.actor_on_map(truck(one)), (-30, 0))
        one.settle(1)
        other = tabs(one.page.url.replace(first.url, second.url))
        assert other.actors == one.actors
        other.drag(other.actor_on_map(truck(other)), (-20, 0))
        other.settle(2)
        one.drag(one.actor_on_map(truck(one)), (-10, 0))
        one.page.get_by_text("changed in another window").wait_for()
        one.settle(2)
        assert one.actors == other.actors
        saved = json.loads(next(tmp_path.rglob("*.take.json")).read_text())
        assert len(saved["edits"]) == 2


def test_cancelling_an_export_is_acknowledged_at_once(tabs):
    window, refused, over = tabs(), [], []
    under_way = {
        "id": "1",
        "folder": "/exports/one",
        "stage": "films",
        "stages": ["pictures", "films", "tables"],
        "done": 1,
        "total": 9,
        "seconds_left": None,
        "is_over": False,
    }
    ended = under_way | {"is_over": True, "is_finished": False, "problem": None}

    def cancel(route):
        refused.append(route.request.url)
        route.fulfill(status=500, json={"detail": "Not now."}) if len(refused) == 1 else route.fulfill(json={})

    window.page.route("**/retake/exports", lambda route: route.fulfill(json=under_way))
    window.page.route("**/retake/exports/1", lambda route: route.fulfill(json=ended if over else under_way))
    window.page.route("**/retake/exports/1/cancel", cancel)
    window.press("Control+e")
    export = window.page.locator("#export-dialog")
    export.get_by_role("button", name="Export").click()
    export.get_by_text("Films: 1 of 9").wait_for()
    export.get_by_role("button", name="Cancel").click()
    window.page.get_by_text("Not now.").wait_for()
    export.get_by_text("Films: 1 of 9").wait_for()
    export.get_by_role("button", name="Cancel").click()
    export.get_by_text("Cancelling…").wait_for()
    assert export.get_by_role("button", name="Cancel").is_disabled()
    window.page.wait_for_timeout(1000)  # in which the page asks how far it is
    assert export.get_by_text("Cancelling…").is_visible()
    over.append(True)
    export.get_by_text("Export cancelled").wait_for()


def every_export(window):
    found = window.page.evaluate("fetch('retake/exports').then((answer) => answer.json())")
    return len(found["exports"]) + len(found["bundles"])


def test_an_export_that_the_page_lost_sight_of_can_be_taken_home_after_a_reload(tabs):
    window = tabs()
    before = every_export(window)
    window.page.route("**/retake/exports/*", lambda route: route.fulfill(status=503, json={"detail": "Not now."}))
    window.press("Control+e")
    export = window.page.locator("#export-dialog")
    export.get_by_role("button", name="Export").dblclick()  # of which the second click begins nothing
    export.get_by_text("Not now.").wait_for()
    assert every_export(window) == before + 1
    window.page.unroute_all()
    window.page.reload()
    window.wait_until_ready()
    window.press("Control+e")
    with window.page.expect_download() as begun:
        export.get_by_label("Earlier exports").get_by_role("link", name="zip").first.click()
    with zipfile.ZipFile(begun.value.path()) as archive:
        assert archive.testzip() is None
        assert any(name.endswith("/report.json") for name in archive.namelist())


def test_an_export_that_was_begun_elsewhere_can_be_followed(tabs):
    window = tabs()
    under_way = {"id": "1", "folder": "/exports/night", "stages": ["pictures", "films", "tables"], "stage": "films"}
    under_way |= {"done": 3, "total": 9, "seconds_left": 100.5, "is_over": False, "problem": None}
    ended = under_way | {"is_over": True, "is_finished": True, "zip": "bundles/night/zip"}
    window.page.route("**/retake/exports", lambda route: route.fulfill(json={"exports": [under_way], "bundles": []}))
    window.page.route("**/retake/exports/1", lambda route: route.fulfill(json=ended))
    window.page.reload()
    window.wait_until_ready()
    button = window.page.get_by_role("button", name="1 export")
    button.wait_for()
    window.press("Control+e")
    export = window.page.locator("#export-dialog")
    export.get_by_text("night", exact=True).wait_for()
    export.get_by_text("Films: 3 of 9, 2 min left (step 2 of 3)").wait_for()
    assert float(button.evaluate("(at) => at.style.getPropertyValue('--done')")) == pytest.approx((1 + 3 / 9) / 3)
    export.get_by_role("button", name="Follow").click()
    export.get_by_text("Export finished").wait_for()
    assert export.get_by_role("link", name="Download as zip").get_attribute("href").endswith("retake/bundles/night/zip")


def test_a_branch_leaves_its_parent_as_it_was(tabs):
    window = tabs()
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    parent, before = window.ask("take.id"), window.actors
    window.page.get_by_role("button", name="Branch").click()
    window.page.wait_for_function(f"retake.store.state.take.id !== '{parent}'")
    window.press("Control+z")
    window.settle(0)
    window.page.locator("#take-picker").select_option(parent)
    window.page.wait_for_function(f"retake.store.state.take.id === '{parent}'")
    assert window.actors == before


def test_killing_the_server_after_an_acknowledged_edit_loses_none(chromium, small_drive, tmp_path):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    with served(small_drive, tmp_path) as first:
        window = Window(context.new_page(), first.url)
        for step in range(3):
            window.drag(window.actor_on_map(truck(window)), (-8, 0))
            window.settle(step + 1)
        acknowledged, take = window.actors, window.ask("take.id")
        first.kill()
        saved = json.loads(next(tmp_path.rglob(f"{take}.take.json")).read_text())
        assert len(saved["edits"]) == 3
        window.drag(window.actor_on_map(truck(window)), (-8, 0))  # with nobody there to hear it
        window.page.get_by_text("no connection: trying again").wait_for()
        with served(small_drive, tmp_path, port=int(first.url.rpartition(":")[2])):
            window.settle(4)
            after = window.actors
            window.page.reload()
            window.wait_until_ready()
            assert window.actors == after
            assert after != acknowledged
            for count in (3, 2, 1, 0):
                window.press("Control+z")
                window.settle(count)
    context.close()


def test_what_the_disk_does_not_take_is_said_and_the_next_edit_is_kept(chromium, small_drive, tmp_path):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    with served(small_drive, tmp_path) as running:
        window = Window(context.new_page(), running.url)
        before, obstacle = window.actors, tmp_path / "takes"
        shutil.rmtree(obstacle)  # where it is noted which takes were begun
        obstacle.write_text("in the way of the folder")
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
        window.page.get_by_text("The take could not be saved and stays as it was").wait_for()
        window.settle(0)
        assert window.actors == before
        assert window.page.locator("#saved").inner_text() == "autosaves with the first edit"
        take, notices = window.ask("take.id"), window.page.locator(".notice", has_text="The take could not be saved")
        notices.get_by_role("button", name="Dismiss").click()
        window.page.get_by_role("button", name="Branch").click()
        notices.wait_for()
        assert window.ask("take.id") == take
        obstacle.unlink()
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
        window.settle(1)
        assert len(json.loads(next(tmp_path.rglob("*.take.json")).read_text())["edits"]) == 1
        assert window.problems == []
    context.close()


def test_only_what_never_reached_the_server_is_tried_again(tabs):
    window, tried = tabs(), []

    def proxy(route):
        tried.append("edit")
        route.continue_() if len(tried) > 1 else route.fulfill(status=502, body="<h1>Bad gateway</h1>")

    window.page.route("**/retake/edit", proxy)
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    assert len(tried) == 2

    def failing(route):
        tried.append("undo")
        route.fulfill(status=500, body="Internal Server Error")

    window.page.route("**/retake/undo", failing)
    window.press("Control+z")
    window.page.get_by_text("The server answered 500.").wait_for()
    window.page.wait_for_timeout(1500)  # twice as long as the page waits before it tries again
    assert tried == ["edit", "edit", "undo"]
    window.settle(1)


def test_notes_tags_and_a_rating_are_kept(tabs):
    window = tabs()
    window.page.locator("#tab-about").click()
    window.page.get_by_label("Notes").fill("cut-in from the left")
    window.page.get_by_label("Tags").fill("cut-in, night")
    window.page.get_by_role("radio", name="4 stars").click()
    window.settle()
    window.page.wait_for_function("retake.store.state.take.rating === 4")
    window.page.reload()
    window.wait_until_ready()
    assert window.ask("[take.notes, take.tags, take.rating]") == ["cut-in from the left", ["cut-in", "night"], 4]


def type_in(window, label, text):
    """Key by key, and the field is not left."""
    window.page.locator("#tab-about").click()
    window.page.get_by_label(label).press_sequentially(text)


def wait_for(window, expression):
    window.page.wait_for_function(f"(() => {{ const take = retake.store.state.take; return {expression}; }})()")


def test_what_is_typed_is_kept_before_its_field_is_left_and_is_no_step_of_undo(tabs):
    window = tabs()
    type_in(window, "Notes", "cut-in from")
    wait_for(window, "take.notes === 'cut-in from'")
    type_in(window, "Notes", " the left")
    wait_for(window, "take.notes === 'cut-in from the left'")
    type_in(window, "Name of this take", "!")
    wait_for(window, "take.name.includes('!')")
    window.page.reload()
    window.wait_until_ready()
    assert window.ask("take.notes") == "cut-in from the left"
    assert window.ask("[take.gestures.length, take.can_undo]") == [0, False]


def test_what_was_typed_last_is_kept_when_the_page_is_left_at_once(tabs):
    window = tabs()
    type_in(window, "Tags", "cut-in, night")
    window.page.reload()
    window.wait_until_ready()
    wait_for(window, "take.tags.join() === 'cut-in,night'")


def test_notes_that_are_refused_stay_in_their_field_and_are_marked_until_they_are_mended(tabs):
    window = tabs()
    window.page.locator("#tab-about").click()
    notes, long = window.page.get_by_label("Notes"), "n" * 100_001
    notes.fill(long)
    window.page.get_by_text("notes: got 100001 characters; wanted at most 100000 characters").first.wait_for()
    window.page.wait_for_selector("#notes[aria-invalid=true]")
    window.page.get_by_role("radio", name="4 stars").click()  # the field is left, and the take comes anew
    window.page.wait_for_function("retake.store.state.take.rating === 4")
    assert notes.input_value() == long
    assert window.page.locator("#notes[aria-invalid=true]").count() == 1
    first = window.ask("take.id")
    window.page.locator("#take-picker").select_option("")
    wait_for(window, f"take.id !== '{first}'")
    window.page.wait_for_selector("#notes[aria-invalid=false]")
    assert notes.input_value() == ""
    window.page.locator("#take-picker").select_option(first)
    wait_for(window, f"take.id === '{first}'")
    window.page.wait_for_selector("#notes[aria-invalid=true]")
    notes.fill("short")
    wait_for(window, "take.notes === 'short'")
    window.page.wait_for_selector("#notes[aria-invalid=false]")
    assert window.problems == []


def test_a_name_that_is_emptied_comes_back_when_its_field_is_left(tabs):
    window = tabs()
    name = window.ask("take.name")
    window.page.locator("#tab-about").click()
    window.page.get_by_label("Name of this take").fill("")
    window.page.wait_for_timeout(800)  # longer than the page waits before it sends what was typed
    assert window.page.get_by_label("Name of this take").input_value() == ""
    window.page.keyboard.press("Enter")
    assert window.page.get_by_label("Name of this take").input_value() == name
    assert window.ask("take.name") == name


def test_a_take_is_removed_after_a_question_and_the_other_one_opens(chromium, small_drive, tmp_path):
    with served(small_drive, tmp_path) as running, tab(chromium, running.url) as window:
        page = window.page
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
        window.settle(1)
        other = window.ask("take.id")
        page.get_by_role("button", name="Branch").click()
        wait_for(window, f"take.id !== '{other}'")
        branch = window.ask("take.id")
        page.locator("#tab-about").click()
        page.get_by_role("button", name="Remove take").click()
        page.get_by_text("Remove Take 2? Its file is moved aside, and can be put back.").wait_for()
        page.get_by_role("button", name="Keep it").click()
        assert window.ask("take.id") == branch
        page.get_by_role("button", name="Remove take").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        removed = tmp_path / "takes" / "scene-0001" / ".removed" / f"{branch}.take.json"
        page.get_by_text(f"Take 2 was removed; its file is now {removed}.").wait_for()
        assert window.ask("take.id") == other
        assert removed.is_file()
        assert window.ask("s.takes.map(({ id }) => id)") == [other]
        page.get_by_role("button", name="Remove take").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        wait_for(window, f"take.id !== '{other}' && take.gestures.length === 0")
        page.goto(f"{running.url}/?scene=scene-0001&take={branch}")
        window.wait_until_ready()
        page.get_by_text("take 'Take 2' of scene scene-0001 was removed; its file is now").wait_for()
        assert window.gestures == []
        assert window.problems == []
