"""A drive whose map cannot be read: it opens, says so, and can be edited; what needs lanes is refused in a sentence."""

import json
import urllib.error

import pytest

from tests.app.window.served import served
from tests.app.window.test_window_answers import answer
from tests.app.window.window import tab
from tests.small_drive import SCENE

pytestmark = pytest.mark.browser
FILE = "maps/expansion/nowhere.json"


@pytest.fixture(scope="module")
def mapless_window(drive_with_broken_map, tmp_path_factory):
    """A server on that drive."""
    with served(drive_with_broken_map, tmp_path_factory.mktemp("workspace")) as running:
        yield running


def refusal(url, path, body):
    with pytest.raises(urllib.error.HTTPError) as refused:
        answer(url, path, body)
    return refused.value.code, json.load(refused.value)["detail"]


def test_the_map_is_answered_with_nothing_known_and_why(mapless_window):
    found = json.load(answer(mapless_window.url, f"map/{SCENE}"))
    assert not found["known"]
    assert found["lanes"] == []
    assert found["notice"].startswith(f"{SCENE} is open without its streets: map expansion {FILE}: got")


def test_an_export_whose_findings_need_the_map_is_refused(mapless_window):
    take = json.load(answer(mapless_window.url, "open", {"scene": SCENE}))["take"]
    order = {"scene": SCENE, "take": take["id"], "views": ["CAM_FRONT"], "from_frame": 0, "to_frame": 1}
    code, sentence = refusal(mapless_window.url, "exports", order)
    assert (code, FILE in sentence) == (422, True)


def test_it_is_said_once_the_scene_is_open_and_edits_go_on(chromium, mapless_window):
    with tab(chromium, mapless_window.url) as window:
        window.page.get_by_text(f"{SCENE} is open without its streets").wait_for()
        assert window.page.locator('[data-layer="map"]').inner_text() == "Map is broken"
        truck = window.ask("[...take.actors.values()].find((actor) => actor.category === 'vehicle.truck').id")
        window.drag(window.actor_on_map(truck), (-30, 0))
        window.settle(1)
        window.page.locator("#beyond").select_option("4")
        window.page.get_by_text("this needs the streets, which cannot be read").wait_for()
        window.settle(1)
        assert window.page.locator("#beyond").input_value() == "0"
        assert window.problems == []
