"""What the routes answer that a page seldom asks: an older state of a take, a full-size picture twice."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.small_drive import SCENE

pytestmark = pytest.mark.browser  # no browser, but the same server


def answer(url, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(f"{url}/retake/{path}", data, {"Content-Type": "application/json"}))


@pytest.fixture
def edited(small_window):
    """A take whose first actor has been moved: what names it, its states before and after, and a picture that it changes."""
    opened = json.load(answer(small_window.url, "open", {"scene": SCENE}))["take"]
    truck = next(actor for actor in opened["actors"] if actor["category"] == "vehicle.truck")
    edit = {"kind": "move", "actor": truck["id"], "t_us": truck["track"][0][0], "by": [0.0, 1.5, 0.0], "scope": "track"}
    take = {"scene": SCENE, "take": opened["id"]}
    gesture = {"base": opened["state"], "gesture": "g-000001", "edits": [edit]}
    patch = json.load(answer(small_window.url, "edit", take | gesture))
    view, ranges = next(iter(patch["dirty"].items()))
    return take, opened["state"], patch["state"], (ranges[0][0], view)


def test_drafts_of_an_older_state_are_refused(small_window, edited):
    take, older, newer, (frame, _) = edited
    asked = take | {"frame": frame, "session": "draft-1"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        answer(small_window.url, "draft", asked | {"state": older})
    assert refused.value.code == 409
    assert "has changed since" in json.load(refused.value)["detail"]
    lines = answer(small_window.url, "draft", asked | {"state": newer}).read().splitlines()
    assert [json.loads(line)["kind"] for line in lines[:2]] == ["start", "picture"]


def test_a_full_size_picture_is_not_kept_by_an_address_that_does_not_name_its_content(small_window, edited):
    take, _, newer, (frame, view) = edited
    asked = urllib.parse.urlencode(take | {"state": newer, "frame": frame, "view": view})
    whole = answer(small_window.url, f"whole?{asked}")
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["Cache-Control"] == "no-cache"
