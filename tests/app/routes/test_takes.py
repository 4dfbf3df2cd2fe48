"""Several takes at once: what they come to, described, removed, put back, and a sentence for each that cannot be."""

import pytest
from fastapi.testclient import TestClient

from app.routes import takes as routes
from app.settings import Settings
from app.window import create_app
from tests.small_drive import SCENE


@pytest.fixture
def visitor(small_drive, tmp_path):
    with TestClient(create_app(Settings(small_drive, workspace=tmp_path))) as client:
        yield client


def asked(visitor, what, takes):
    return visitor.post(f"/retake/takes/{what}", json={"scene": SCENE, "takes": takes}).json()


def listed(visitor):
    return {take["id"] for take in visitor.get(f"/retake/takes/{SCENE}").json()}


@pytest.fixture
def takes(visitor):
    """Three that have files."""
    begun = visitor.post("/retake/open", json={"scene": SCENE}).json()["take"]
    what = {"scene": SCENE, "take": begun["id"], "base": begun["state"], "seeds": "1:3:1"}
    assert visitor.post("/retake/variations", json=what).status_code == 200
    return sorted(listed(visitor))


def test_those_that_can_be_removed_are_and_can_be_put_back(visitor, takes):
    answer = asked(visitor, "remove", [takes[0], "nobody", takes[1], takes[0]])
    assert (answer["removed"], [take["id"] for take in answer["takes"]]) == (takes[:2], takes[2:])
    assert answer["refused"] == [f"there is no take 'nobody' of scene {SCENE} in this workspace"]
    gone = visitor.get("/retake/take", params={"scene": SCENE, "take": takes[0]})
    assert (gone.status_code, "was removed" in gone.json()["detail"]) == (422, True)
    back = asked(visitor, "put_back", [*takes, "nobody"])
    assert back["put_back"] == takes[:2]
    assert len(back["refused"]) == 2
    assert listed(visitor) == set(takes)
    assert visitor.get("/retake/take", params={"scene": SCENE, "take": takes[0]}).status_code == 200


def test_what_has_been_made_again_since_is_not_put_back_over(visitor, takes):
    begun = takes[0].rsplit("-", 1)[0]
    asked(visitor, "remove", takes[:1])
    opened = visitor.post("/retake/open", json={"scene": SCENE, "take": begun}).json()["take"]
    what = {"scene": SCENE, "take": begun, "base": opened["state"], "seeds": "1:3:1"}
    assert visitor.post("/retake/variations", json=what).status_code == 200
    assert listed(visitor) == set(takes)
    (refused,) = asked(visitor, "put_back", takes[:1])["refused"]
    assert f"take {takes[0]!r} of scene {SCENE} is there; the one that was removed stays in" in refused


def test_of_two_that_were_removed_under_one_id_the_last_is_put_back(visitor, takes):
    def rate(rating):
        visitor.post("/retake/describe", json={"scene": SCENE, "take": takes[0], "rating": rating})

    begun = takes[0].rsplit("-", 1)[0]
    for rating in (1, 5, 2):
        rate(rating)
        asked(visitor, "remove", takes[:1])
        if rating != 2:
            opened = visitor.post("/retake/open", json={"scene": SCENE, "take": begun}).json()["take"]
            visitor.post("/retake/variations", json={"scene": SCENE, "take": begun, "base": opened["state"], "seeds": "1:3:1"})
    asked(visitor, "put_back", takes[:1])
    (back,) = [take for take in visitor.get(f"/retake/takes/{SCENE}").json() if take["id"] == takes[0]]
    assert back["rating"] == 2


def test_of_many_a_request_goes_through_the_first_ones(visitor, takes, monkeypatch):
    monkeypatch.setattr(routes, "AT_ONCE_S", 0.0)
    answers = [asked(visitor, "remove", takes[number:]) for number in range(3)]
    assert [answer["removed"] for answer in answers] == [[take] for take in takes]
    assert [answer["looked_at"] for answer in answers] == [1, 1, 1]


def test_what_takes_come_to_is_told_a_few_at_a_time_and_of_those_that_cannot_be_opened_why(visitor, takes, monkeypatch):
    found = asked(visitor, "outcomes", [*takes, "nobody"])
    assert [found[take] for take in takes] == [{"findings": 0, "drafts": 0, "drawn": 0}] * 3
    assert "there is no take 'nobody'" in found["nobody"]["problem"]
    monkeypatch.setattr(routes, "AT_ONCE_S", 0.0)
    assert list(asked(visitor, "outcomes", takes)) == takes[:1]


def test_what_takes_come_to_is_what_each_comes_to_when_it_is_opened(visitor):
    begun = visitor.post("/retake/open", json={"scene": SCENE}).json()["take"]
    truck = next(actor for actor in begun["actors"] if actor["category"] == "vehicle.truck")
    into_a_parked_car = {
        "kind": "move",
        "actor": truck["id"],
        "t_us": truck["track"][0][0],
        "by": [0.0, 3.5, 0.0],
        "scope": "track",
    }
    about = {"scene": SCENE, "take": begun["id"], "base": begun["state"], "gesture": "g-000001"}
    state = visitor.post("/retake/edit", json=about | {"edits": [into_a_parked_car]}).json()["state"]
    rain = {"kind": "weather", "value": "rain"}
    visitor.post("/retake/edit", json=about | {"base": state, "gesture": "g-000002", "edits": [rain]})
    whole = visitor.get("/retake/take", params={"scene": SCENE, "take": begun["id"]}).json()["take"]
    (found,) = asked(visitor, "outcomes", [begun["id"]]).values()
    assert found["findings"] == len(whole["findings"]) > 0
    opened = visitor.post("/retake/open", json={"scene": SCENE}).json()
    assert 0 < found["drafts"] < found["drawn"] == len(opened["scene"]["frames"]) * len(opened["scene"]["views"])


def test_ratings_and_tags_are_written_to_all_and_the_rest_of_each_stays(visitor, takes):
    def describe(**what):
        return visitor.post("/retake/takes/describe", json={"scene": SCENE, "takes": [*takes, "nobody"], **what}).json()

    answer = describe(rating=4, add_tag="wet")
    assert (answer["described"], len(answer["refused"])) == (takes, 1)
    assert {(take["rating"], *take["tags"]) for take in answer["takes"]} == {(4, "variation", "wet")}
    answer = describe(add_tag="wet", drop_tag="variation")
    assert {(take["rating"], *take["tags"]) for take in answer["takes"]} == {(4, "wet")}
    answer = describe(rating=None)
    assert {(take["rating"], *take["tags"]) for take in answer["takes"]} == {(None, "wet")}
    assert "characters; wanted at most" in describe(add_tag="w" * 100)["refused"][0]
