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


REFUSED = {
    "notes: got 100001 characters; wanted at most 100000 characters": {"notes": "n" * 100_001},
    "notes: got null; wanted a valid string": {"notes": None},
    "name: got null; wanted a valid string": {"name": None},
    "name: got ''; wanted at least 1 character": {"name": ""},
    "rating: got 6; wanted less than or equal to 5": {"rating": 6},
    "tags: got null; wanted a valid list": {"tags": None},
    "colour is nothing that is asked for here": {"colour": "red"},
    "name: got null; wanted a valid string (and 1 more)": {"name": None, "notes": None},
    "tag of 61 characters; wanted at most 60": {"tags": ["t" * 61]},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_said_of_a_take_is_refused_in_one_sentence(small_window, edited, sentence):
    take, *_ = edited
    with pytest.raises(urllib.error.HTTPError) as refused:
        answer(small_window.url, "describe", take | REFUSED[sentence])
    assert (refused.value.code, json.load(refused.value)["detail"]) == (422, sentence)
    assert json.load(answer(small_window.url, "describe", take | {"rating": 5}))["take"]["rating"] == 5


def test_a_request_that_is_no_json_is_refused_in_one_sentence(small_window):
    asked = urllib.request.Request(f"{small_window.url}/retake/open", b"{", {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    assert json.load(refused.value)["detail"] == "the request is not JSON"


def test_a_request_that_lacks_something_is_refused_in_one_sentence(small_window, edited):
    take, *_ = edited
    for body, sentence in ((take, "base is missing"), ([], "the request: got 0 entries; wanted a valid dictionary or object")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            answer(small_window.url, "branch", body)
        assert json.load(refused.value)["detail"].startswith(sentence)
