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
