"""The window with a world model: anchors that form, segments that are picked, stopping, overtaking, undo, a death."""

import json
import re
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from tests.app.window.served import Served, served
from tests.app.window.test_window_looks import CUT_OFF, SIZES
from tests.app.window.window import Held, Window, tab
from tests.engine.service.small_model import write_checkpoint
from tests.small_drive import SIZE

pytestmark = pytest.mark.browser
QUICK, LONG = 2, 100  # steps: the latter never end while a test looks
PATIENCE_MS = 600_000  # the machine may be busy, and the model starts with its first picture
TIERS = "s.scene.views.map((_, view) => retake.pictures.source(take, s.frame, view).tier)"
REMEMBER_TIERS = """() => {
  const { store, pictures } = retake;
  globalThis.seen = new Set();
  store.watch(["pictures"], (s) => s.scene.views.forEach((_, view) => seen.add(pictures.source(s.take, s.frame, view).tier)));
}"""

MIDDLE_OF_SEGMENT = """(first) => {
  const { pictures, store: { state: { scene } } } = retake;
  const times = pictures.segments().find(([from]) => from === first).map((frame) => scene.frames[frame].t_us);
  return ((times[0] + times[1]) / 2 - scene.span[0]) / (scene.span[1] - scene.span[0]);
}"""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A tiny model with random weights, which knows the words "rain" and "driving"."""
    return write_checkpoint(tmp_path_factory.mktemp("model") / "weights")


@pytest.fixture(scope="module")
def model_window(small_drive, checkpoint, tmp_path_factory) -> Served:
    """A server on the small drive."""
    with served(small_drive, tmp_path_factory.mktemp("workspace"), checkpoint=checkpoint) as running:
        yield running


@pytest.fixture(scope="module")
def shared_tab(chromium: Browser, model_window: Served):
    """One tab for all tests here."""
    with tab(chromium, model_window.url) as opened:
        yield opened


def wait_for(window, expression):
    window.page.wait_for_function(
        f"(() => {{ const s = retake.store.state, take = s.take; return {expression}; }})()", timeout=PATIENCE_MS
    )


def choose(window, field, value):
    """Fill in a field under "More"."""
    window.page.locator("#more summary").click()
    window.page.locator(field).fill(str(value))
    window.page.locator(field).press("Enter")
    window.page.locator("#more summary").click()


def in_steps(window, steps):
    choose(window, "#steps", steps)
    wait_for(window, f"s.manner.steps === {steps}")


def under(window, weather, gestures=1):
    window.page.locator("#weather").select_option(weather)
    window.settle(gestures)


def wait_until_anchored(window):
    left = "[...retake.pictures.unanchored(take), ...retake.pictures.unlit(take, s.frame)]"
    wait_for(window, f"!s.work && (s.halted === 'failed' || {left}.length === 0)")
    assert window.ask("s.halted") is None, window.page.locator(".notice").all_inner_texts()


def wait_until_at_work(window):
    """Something is under way, and the model has begun with it."""
    wait_for(window, "s.work && s.work.left !== null")


def click_segment(window, first):
    """Click in the middle of the segment that begins with a frame."""
    box = window.page.locator("#timeline").bounding_box()
    middle = window.page.evaluate(MIDDLE_OF_SEGMENT, first)
    window.page.mouse.click(box["x"] + 12 + middle * (box["width"] - 24), box["y"] + 43)


def says(window, words):
    expect(window.page.locator("#model-text")).to_have_text(re.compile(words), timeout=PATIENCE_MS)


def tiers(window):
    return set(window.ask(TIERS))


def test_after_an_edit_anchors_form_and_every_picture_says_what_it_is(window):
    in_steps(window, 6)
    says(window, "^Nothing is changed$")
    window.page.evaluate(REMEMBER_TIERS)
    under(window, "rain")
    assert "the world model draws them" in window.page.locator("#weather").get_attribute("title")
    wait_until_anchored(window)
    assert {"recorded", "preview", "anchor"} <= set(window.page.evaluate("[...seen]"))
    assert tiers(window) == {"anchor"}
    window.page.get_by_text("generated · anchor", exact=True).first.wait_for()
    says(window, "^Click a segment to refine it$")


def test_the_frame_that_one_looks_at_is_drawn_in_another_light_before_the_anchors_and_so_is_any_that_one_goes_to(window):
    in_steps(window, QUICK)
    window.page.evaluate("retake.store.set({ frame: 3 })")
    window.page.evaluate(
        "retake.begun = []; retake.store.watch(['work'], (s) => s.work?.done === 0 && retake.begun.push(s.work.alone))"
    )
    under(window, "cloudy")
    wait_until_anchored(window)
    assert list(dict.fromkeys(window.ask("retake.begun"))) == [3, None]
    assert tiers(window) == {"anchor"}
    window.page.evaluate("retake.store.set({ frame: 8 })")
    wait_for(window, f"({TIERS}).every((tier) => tier === 'anchor')")
    assert window.ask("retake.begun").count(8) > 0
    window.page.get_by_text("generated · anchor", exact=True).first.wait_for()


def test_anchors_under_way_give_way_to_the_frame_that_one_goes_to(window):
    in_steps(window, LONG)
    under(window, "cloudy")
    wait_for(window, "s.work?.alone === 0")
    window.page.locator("#model").get_by_role("button", name="Cancel").click()
    window.page.evaluate(
        "retake.atWork = []; retake.store.watch(['work'], (s) => s.work && retake.atWork.push(s.work.alone ?? 'anchors'))"
    )
    window.page.evaluate("retake.store.set({ playing: true })")  # by which no frame is looked at
    window.page.locator("#model").get_by_role("button", name="Continue").click()
    wait_for(window, "s.work?.alone === null && s.work.left !== null")
    window.page.evaluate("retake.store.set({ playing: false, frame: 3 })")
    wait_for(window, "s.work?.alone === 3 && s.work.left !== null")
    assert list(dict.fromkeys(window.ask("retake.atWork"))) == ["anchors", 3]
    in_steps(window, QUICK)
    wait_until_anchored(window)
    assert tiers(window) == {"anchor"}


def test_by_night_an_edit_shows_the_night_before_it_until_it_is_drawn_and_never_the_day(window):
    in_steps(window, 3)
    under(window, "fog")
    wait_until_anchored(window)
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    with Held(window, "generate") as drawing:
        window.page.mouse.click(*window.actor_on_map(truck))
        window.press("Delete")
        window.settle(2)
        drawing.wait()
        standing = "retake.pictures.standing(take, s.frame, view, false)"
        shown = window.ask(f"s.scene.views.map((_, view) => {standing}).map(({{ tier, isMade }}) => [tier, isMade])")
        assert {tuple(each) for each in shown} <= {("waiting", True), ("anchor", True)}
        assert ("waiting", True) in map(tuple, shown)
        badge = window.page.get_by_text("drawing …", exact=True)
        badge.first.wait_for()
        assert window.page.get_by_text("not yet fog").count() == 0
    wait_until_anchored(window)
    assert tiers(window) == {"anchor"}


def test_once_drawing_is_stopped_the_draft_is_shown_by_day(window):
    in_steps(window, LONG)
    under(window, "rain")
    wait_until_at_work(window)
    window.page.locator("#model").get_by_role("button", name="Cancel").click()
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("Delete")
    window.settle(2)
    window.page.locator("#model").get_by_role("button", name="Cancel").click()
    wait_for(window, f"({TIERS}).includes('draft')")
    window.page.get_by_text("draft, not yet rain", exact=True).first.wait_for()


def test_a_frame_between_anchors_stays_a_draft_where_no_other_light_is_asked_for(window):
    in_steps(window, QUICK)
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.page.evaluate("retake.store.set({ frame: 3 })")
    window.page.mouse.click(*window.actor_on_map(truck))
    window.press("Delete")
    window.settle(1)
    wait_until_anchored(window)
    window.page.wait_for_timeout(300)
    assert window.ask("s.work") is None
    assert "draft" in tiers(window) <= {"draft", "recorded"}


def test_pictures_of_a_strength_with_many_digits_are_known_again(window):
    in_steps(window, QUICK)
    choose(window, "#strength", 1.2345678)
    under(window, "rain")
    wait_until_anchored(window)
    assert tiers(window) == {"anchor"}
    choose(window, "#strength", 1)  # the tab is the other tests' too


def test_words_that_the_model_never_learned_are_named(window):
    assert window.page.locator("#unlearned").is_hidden()
    under(window, "rain")
    assert window.page.locator("#unlearned").inner_text() == "Unknown to the model: a, scene, at, nowhere, straight, road"
    window.page.locator("#more summary").click()
    window.page.locator("#model-reads").get_by_text("A driving scene at nowhere. Rain, A straight road.").wait_for()
    window.page.locator("#more summary").click()


def test_two_segments_are_refined_by_clicking_the_timeline_and_undo_brings_all_back_at_once(window):
    in_steps(window, QUICK)
    under(window, "rain")
    wait_until_anchored(window)
    before = window.ask("retake.pictures.source(take, 0, 0).url")
    click_segment(window, 0)
    click_segment(window, 5)
    expect(window.page.locator("#time-tip")).to_have_text(re.compile("queued; click to leave it$"))  # the pointer rests there
    wait_for(
        window,
        "!s.work && s.queue.length === 0 && [0, 5].every((first) => retake.pictures.unrefined(take, first).length === 0)",
    )
    window.page.get_by_text("generated · refined", exact=True).first.wait_for()
    says(window, "^All is refined$")
    assert window.ask("retake.pictures.source(take, 3, 0).tier") == "refined"
    urls = window.ask("s.scene.frames.map((_, frame) => retake.pictures.source(take, frame, 0).url)")
    assert urls[0] == before  # a segment begins with its anchor
    under(window, "fog", 2)
    assert "refined" not in tiers(window)
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.press("Control+z")
    window.settle(1)
    assert window.ask("s.scene.frames.map((_, frame) => retake.pictures.source(take, frame, 0).url)") == urls
    says(window, "^All is refined$")
    assert not any(url.endswith("/generate") for url in asked)


def test_a_reload_shows_what_was_drawn(window):
    in_steps(window, QUICK)
    under(window, "rain")
    wait_until_anchored(window)
    urls = window.ask("s.model.anchors.map((frame) => retake.pictures.source(take, frame, 0).url)")
    window.page.reload()
    window.wait_until_ready()
    in_steps(window, QUICK)
    wait_until_anchored(window)
    assert window.ask("s.model.anchors.map((frame) => retake.pictures.source(take, frame, 0).url)") == urls


def test_before_its_first_step_it_says_that_it_makes_ready(window):
    for total in (0, 6):  # before it is known how much there is, and after
        work = f"{{ segment: null, alone: null, frames: [], done: 0, total: {total}, left: null, begun: performance.now() }}"
        window.page.evaluate(f"globalThis.retake.store.set({{ work: {work} }})")
        says(window, "^Anchors 0 of 0, making ready$")
    window.page.evaluate("globalThis.retake.store.set({ work: null })")
    says(window, "^Nothing is changed$")


def test_it_can_be_stopped_and_gone_on_with(window):
    in_steps(window, LONG)
    under(window, "fog")
    wait_until_at_work(window)
    says(window, r"^The frame at 0\.0+ s, \d+ (s|min) left$")
    window.page.get_by_role("button", name="Refine all").click()
    assert window.ask("s.queue") == [0, 5]
    window.page.locator("#model").get_by_role("button", name="Cancel").click()
    says(window, "^Stopped$")
    assert window.ask("[s.work, s.queue]") == [None, []]
    window.page.get_by_text("recorded, not yet fog", exact=True).first.wait_for()
    window.page.locator("#model").get_by_role("button", name="Continue").click()
    wait_until_at_work(window)
    in_steps(window, QUICK)  # another way of drawing ends it too
    wait_until_anchored(window)


def test_what_does_not_show_the_asked_light_yet_is_not_played_between_what_does(window):
    in_steps(window, QUICK)
    under(window, "fog")
    wait_until_anchored(window)
    anchors = window.ask("s.model.anchors")
    assert len(anchors) < window.ask("s.scene.frames.length")
    window.press("Home")
    window.page.evaluate(
        "retake.played = []; retake.store.watch(['frame'], () => retake.played.push(retake.store.state.frame))"
    )
    window.press(" ")
    wait_for(window, f"retake.played.includes({anchors[-1]})")
    wait_for(window, f"retake.played.lastIndexOf(0) > retake.played.indexOf({anchors[-1]})")  # it begins anew
    window.press(" ")
    assert set(window.ask("retake.played")) <= set(anchors)


def test_a_newer_edit_ends_what_it_made_stale_and_nothing_else(window):
    in_steps(window, LONG)
    under(window, "cloudy")
    wait_until_at_work(window)
    window.page.locator("#model").get_by_role("button", name="Cancel").click()
    click_segment(window, 0)
    wait_for(window, "s.work?.segment === 0 && s.work.total > 0")
    click_segment(window, 5)
    assert window.ask("s.queue") == [0, 5]
    begun = window.ask("s.work.begun")
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.press("End")
    window.page.mouse.click(*window.actor_on_map(truck))
    window.page.get_by_role("button", name="from now").click()
    window.settle(2)
    assert window.ask("[s.work.begun, s.queue]") == [begun, [0]]  # the truck is gone from the second segment's end alone
    under(window, "clear", 3)
    assert window.ask("s.queue") == []
    assert window.ask("s.work?.begun") != begun


def test_a_picked_segment_stays_so_when_an_edit_overtakes_the_asking_for_it(window):
    in_steps(window, 3)  # in which nothing is stored yet
    under(window, "rain")
    wait_until_anchored(window)
    truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
    window.press("End")
    window.page.mouse.click(*window.actor_on_map(truck))
    with Held(window, "generate", unheard=True) as asked, Held(window, "edit") as edits:
        click_segment(window, 0)
        asked.wait()
        window.page.get_by_role("button", name="from now").click()
        edits.wait()
        with window.page.expect_response("**/retake/generate") as refused:
            asked.let_go()
        assert refused.value.status == 409
        window.page.wait_for_timeout(300)
        assert window.ask("[s.queue, s.work, s.halted]") == [[0], None, None]
    window.settle(2)
    wait_for(window, "!s.work && s.queue.length === 0 && retake.pictures.unrefined(take, 0).length === 0")
    assert window.ask("s.halted") is None


def test_while_another_take_opens_nothing_is_begun_anew_in_the_one_before(window):
    in_steps(window, LONG)
    under(window, "fog")
    wait_until_at_work(window)
    begun, first, asked = window.ask("s.work.begun"), window.ask("take.id"), []
    window.page.on("request", lambda request: asked.append(request.url))
    with Held(window, "open") as openings:
        window.page.locator("#take-picker").select_option("")
        openings.wait()
        window.page.wait_for_timeout(300)
        assert window.ask("s.work?.begun") == begun
    wait_for(window, f"take.id !== '{first}'")
    window.page.wait_for_timeout(300)
    assert window.ask("s.work") is None
    assert not any(url.endswith("/generate") for url in asked)


def test_the_death_of_its_process_is_a_message_and_the_next_request_works(window, model_window):
    in_steps(window, LONG - 1)
    under(window, "fog")
    wait_until_at_work(window)
    children = psutil.Process(model_window.process.pid).children(recursive=True)
    drawing = [child for child in children if "engine.service.drawing" in child.cmdline()]
    max(drawing, key=lambda process: process.memory_info().rss).kill()  # the one that has loaded torch
    window.page.get_by_text("The drawing process stopped: it was ended by SIGKILL").wait_for(timeout=PATIENCE_MS)
    says(window, "^Interrupted$")
    in_steps(window, QUICK)
    wait_until_anchored(window)
    assert tiers(window) == {"anchor"}


def test_the_seed_is_the_takes_and_draws_everything_anew(window):
    in_steps(window, QUICK)
    under(window, "rain")
    wait_until_anchored(window)
    before = window.ask("retake.pictures.source(take, s.frame, 0).url")
    window.page.locator("#more summary").click()
    window.page.locator("#seed").fill("7")
    window.page.locator("#seed").press("Enter")
    window.page.mouse.click(700, 5)
    wait_for(window, "take.seed === 7")
    wait_until_anchored(window)
    assert window.ask("retake.pictures.source(take, s.frame, 0).url") != before
    window.press("Control+z")
    window.settle(0)
    assert window.ask("take.seed") == 7


def test_numbers_that_the_model_cannot_take_are_refused_in_a_sentence(window):
    in_steps(window, QUICK)
    before = window.ask("[take.seed, s.manner.guidance, s.manner.steps]")
    window.page.locator("#more summary").click()
    cases = [
        ("#seed", "", "Seed: got no number; wanted a whole number from 0 to 999999999."),
        ("#seed", "-4", "Seed: got -4; wanted a whole number from 0 to 999999999."),
        ("#strength", "", "Strength: got no number; wanted 1 to 10."),
        ("#steps", "2.5", "Steps: got 2.5; wanted a whole number from 1 to 100."),
        ("#steps", "1000000000000", "Steps: got 1000000000000; wanted a whole number from 1 to 100."),
    ]
    for field, text, sentence in cases:
        held = window.page.locator(field).input_value()
        window.page.locator(field).fill(text)
        window.page.locator(field).press("Enter")
        window.page.get_by_text(sentence).wait_for()
        assert window.page.locator(field).input_value() == held
    assert window.ask("[take.seed, s.manner.guidance, s.manner.steps]") == before


def test_a_generated_picture_opens_large_in_the_recorded_size(window):
    in_steps(window, 4)  # in which nothing is refined yet
    under(window, "rain")
    wait_until_anchored(window)
    window.press("1")
    wait_for(window, f"retake.pictures.image(retake.pictures.source(take, s.frame, 0, true).url)?.naturalWidth === {SIZE[0]}")
    window.page.get_by_text("generated · anchor", exact=True).first.wait_for()
    window.press("Escape")


def test_drawing_goes_on_where_an_export_cannot_be_followed(window):
    in_steps(window, QUICK)
    gone = "That export was begun before the server was started again."
    window.page.route("**/retake/exports/*", lambda route: route.fulfill(status=404, json={"detail": gone}))
    under(window, "rain")
    window.press("Control+e")
    export = window.page.locator("#export-dialog")
    export.locator("[name=to_frame]").fill("0")
    export.get_by_role("button", name="Export").click()
    export.get_by_text(gone).wait_for()
    window.press("Escape")
    wait_until_anchored(window)
    window.page.unroute("**/retake/exports/*")


def test_an_export_holds_what_the_world_model_draws_and_its_drawing_goes_on_after(window):
    in_steps(window, QUICK)
    export = window.page.locator("#export-dialog")
    window.press("Control+e")
    assert not export.get_by_label("The world model draws what is changed").is_checked()
    window.press("Escape")
    under(window, "rain")
    window.press("Control+e")
    assert export.get_by_label("The world model draws what is changed").is_checked()
    for name, frame in (("from_frame", 6), ("to_frame", 7)):
        export.locator(f"[name={name}]").fill(str(frame))
    export.get_by_role("button", name="Export").click()
    export.get_by_text("Export finished").wait_for(timeout=PATIENCE_MS)
    report = json.loads((Path(export.locator("code").inner_text()) / "report.json").read_text())
    assert {picture["origin"] for picture in report["frames"]} == {"generated"}
    assert report["model"]["steps"] == QUICK
    window.press("Escape")
    wait_until_anchored(window)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_off_with_a_model(chromium, model_window, size):
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    window = Window(context.new_page(), model_window.url)
    under(window, "rain")
    assert window.page.evaluate(CUT_OFF) == {"wide": [], "out": [], "scrolls": False}
    window.page.locator("#more summary").click()
    assert window.page.evaluate(CUT_OFF) == {"wide": [], "out": [], "scrolls": False}
    body = window.page.locator(".more-body").bounding_box()
    assert body["y"] >= 48
    assert body["x"] + body["width"] <= size[0]
    context.close()


def test_beyond_the_recording_everything_is_generated_in_windows_that_go_on_from_it(window):
    in_steps(window, QUICK)
    window.page.locator("#beyond").select_option("8")
    window.settle(1)
    wait_until_anchored(window)
    anchors = window.ask("s.model.anchors")
    assert anchors == list(range(0, 91, 5))
    tier_of = "anchors => anchors.map((frame) => retake.pictures.source(retake.store.state.take, frame, 0).tier)"
    assert window.page.evaluate(tier_of, anchors) == ["recorded"] * 3 + ["anchor"] * 16
    click_segment(window, 10)
    wait_for(window, "!s.work && s.queue.length === 0 && retake.pictures.unrefined(take, 10).length === 0")
    window.press("Control+z")
    window.settle(0)
    assert window.ask("s.model.anchors") == [0, 5, 10]
