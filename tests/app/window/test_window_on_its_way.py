"""While an answer is on its way: another take is opened, an edit overtakes a draft, a picture does not come."""

import json

import pytest

from tests.app.window.window import Held, Window

pytestmark = pytest.mark.browser


def truck(window: Window) -> str:
    return window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")


def pick(window: Window, take: str) -> None:
    """Choose a take; an empty one is a new one."""
    window.page.locator("#take-picker").select_option(take)


def wait_for(window: Window, expression: str) -> None:
    window.page.wait_for_function(f"(() => {{ const s = retake.store.state, take = s.take; return {expression}; }})()")


def test_an_edit_is_of_the_take_that_it_was_made_in_however_late_its_answer(window):
    first, before = window.ask("take.id"), window.actors
    with Held(window, "edit") as edits:
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
        edits.wait()
        pick(window, "")
        window.page.wait_for_timeout(300)
    window.settle()
    wait_for(window, f"take.id !== '{first}'")
    assert window.gestures == []
    assert window.actors == before
    pick(window, first)
    wait_for(window, f"take.id === '{first}'")
    assert len(window.gestures) == 1
    assert window.actors != before


def test_what_is_done_while_another_take_opens_does_not_fall_to_it(window):
    first, before = window.ask("take.id"), window.actors
    with Held(window, "open") as openings:
        pick(window, "")
        openings.wait()
        window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.page.get_by_text("while another take was being opened was left out").wait_for()
    window.settle(0)
    assert window.ask("take.id") != first
    assert window.actors == before


def test_a_take_that_does_not_fit_the_data_says_so_and_the_picker_goes_back(window, tmp_path_factory):
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    here = window.ask("take.id")
    file = next(tmp_path_factory.getbasetemp().rglob(f"{here}.take.json"))
    take = json.loads(file.read_text())
    take["id"] = "elsewhere"
    take["fingerprint"]["tokens_sha256"] = "0" * 64
    strange = file.with_name("elsewhere.take.json")
    strange.write_text(json.dumps(take))
    window.page.reload()
    window.wait_until_ready()
    pick(window, "elsewhere")
    window.page.locator(".notice").get_by_text("with other samples, instances or annotations").wait_for()
    strange.unlink()
    assert window.page.locator("#take-picker").input_value() == here
    assert window.ask("take.id") == here
    assert len(window.gestures) == 1


def test_a_draft_that_an_edit_overtakes_ends_without_a_word_and_shows_nothing_of_it(window):
    num_missing = "retake.pictures.missing(take, s.scene).length"
    with Held(window, "draft", unheard=True) as drafts:
        window.drag(window.actor_on_map(truck(window)), (-33, 8))  # which no other test draws
        window.settle(1)
        drafts.wait()
        missing = window.ask(num_missing)
        with Held(window, "edit") as newer:
            window.drag(window.actor_on_map(truck(window)), (-20, 0))
            newer.wait()
            with window.page.expect_response("**/retake/draft") as refused:
                drafts.let_go()
            assert refused.value.status == 409
            window.page.wait_for_timeout(200)
            assert window.ask(num_missing) == missing > 0
            assert window.page.get_by_text("has changed since these pictures").count() == 0
    window.settle(2)
    wait_for(window, f"!s.draft && {num_missing} === 0")


def test_a_picture_that_does_not_come_is_asked_for_again(window):
    drawn, failed = "**/retake/drawn/*", set()

    def fails_once(route):
        if route.request.url in failed:
            return route.continue_()
        failed.add(route.request.url)
        return route.abort()

    window.page.route(drawn, fails_once)
    window.drag(window.actor_on_map(truck(window)), (-37, 5))
    window.settle(1)
    source = "retake.pictures.source(take, s.frame, s.scene.views.findIndex(({ name }) => name === 'CAM_FRONT'))"
    url = f"{source}.url"
    wait_for(window, f"{source}.tier === 'draft' && retake.pictures.isThere({url}) && !retake.pictures.isBroken({url})")
    assert window.ask(url) in failed


FRONT = "s.scene.views.findIndex(({ name }) => name === 'CAM_FRONT')"
STANDING = f"retake.pictures.standing(take, s.frame, {FRONT}, false)"
NOTE_BLANKS = """() => {
  const { pictures, store: { state } } = retake;
  globalThis.blanks = [];
  (function look() {
    state.scene.views.forEach(({ name }, view) => {
      const { url, tier } = pictures.standing(state.take, state.frame, view, false);
      if (!pictures.isThere(url)) globalThis.blanks.push([name, tier]);
    });
    requestAnimationFrame(look);
  })();
}"""


def test_until_an_edit_is_drawn_its_pictures_show_what_the_take_was_before_and_never_nothing(window):
    wait_for(window, f"retake.pictures.isThere({STANDING}.url)")
    window.page.evaluate(NOTE_BLANKS)
    window.drag(window.actor_on_map(truck(window)), (-35, 6))
    window.settle(1)
    wait_for(window, f"{STANDING}.tier === 'draft'")
    before = window.ask(f"{{ url: {STANDING}.url, state: take.state }}")
    with Held(window, "draft") as drafts:
        window.drag(window.actor_on_map(truck(window)), (-20, 4))
        window.settle(2)
        drafts.wait()
        shown = window.ask(f"(({{ url, tier, of }}) => ({{ url, tier, state: of.state }}))({STANDING})")
        assert shown == {**before, "tier": "waiting"}
    wait_for(window, f"{STANDING}.tier === 'draft' && {STANDING}.of === take")
    assert window.ask(f"{STANDING}.url") != before["url"]
    assert window.ask("globalThis.blanks") == []


def test_a_take_that_cannot_be_compared_says_so_and_the_picker_goes_back(window):
    window.drag(window.actor_on_map(truck(window)), (-30, 0))
    window.settle(1)
    parent = window.ask("take.id")
    window.press("b")
    wait_for(window, f"take.id !== '{parent}'")
    asked, answers = "**/retake/take?*", [lambda route: route.fulfill(status=422, json={"detail": "It has gone."})]
    window.page.route(asked, lambda route: answers.pop()(route) if answers else route.abort())
    for sentence in ("It has gone.", "It cannot be compared: no connection to the server."):
        window.page.locator("#compare").select_option(parent)
        window.page.get_by_text(sentence).wait_for()
        window.page.wait_for_function("document.querySelector('#compare').value === ''")
        assert window.ask("[s.compared, s.wipe.on]") == [None, False]
    window.page.unroute(asked)
    window.page.locator("#compare").select_option(parent)
    wait_for(window, f"s.compared?.id === '{parent}'")


def test_a_street_map_that_did_not_come_is_not_one_that_there_is_not_and_is_asked_for_again(chromium, small_window):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page, asked = context.new_page(), "**/retake/map/*"
    page.route(asked, lambda route: route.abort())
    window = Window(page, small_window.url)
    page.get_by_text("The street map did not come: no connection to the server.").wait_for()
    streets, findings = page.locator('[data-layer="map"]'), page.locator("#findings .empty")
    page.wait_for_function("document.querySelector('[data-layer=map]').textContent === 'Try map again'")
    assert "who leaves the road is known once the street map has come" in findings.inner_text()
    page.unroute(asked)
    streets.click()
    wait_for(window, "s.scene.map.asked !== null")
    page.wait_for_function("document.querySelector('[data-layer=map]').textContent !== 'Try map again'")
    assert window.ask("s.layers.map")
    assert "once the street map has come" not in findings.inner_text()
    assert window.problems == []
    context.close()


def test_the_page_forgets_which_pictures_show_states_that_are_long_past(window):
    known = """() => {
      const { pictures, store: { state: { scene, take } } } = retake, view = scene.views[0].name;
      const drawn = [{ frame: 0, view, url: "drawn/x", origin: "draft", tier: "draft", manner: null }];
      const isKnown = (name) => pictures.missing({ state: name, dirty: { [view]: [[0, 0]] } }, scene).length === 0;
      pictures.know(take.state, drawn);
      for (let n = 0; n < 150; n += 1) pictures.know(`made-up-${n}`, drawn);
      return [isKnown(take.state), isKnown("made-up-0"), isKnown("made-up-60"), isKnown("made-up-149")];
    }"""
    assert window.page.evaluate(known) == [True, False, True, True]
