"""Variations asked for by the page: counted first, made as takes of the workspace; what goes wrong is said in a sentence."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from app.command.line import main
from app.routes import variations
from app.routes.posted import OfActor, Varying
from app.routes.variations import choices
from app.settings import Settings
from app.window import create_app
from editor.edits import SetWeather
from tests.app.routes.offices import office_of
from tests.small_drive import SCENE


@pytest.fixture
def visitor(small_drive, tmp_path):
    with TestClient(create_app(Settings(small_drive, workspace=tmp_path))) as client:
        yield client


@pytest.fixture
def take(visitor):
    return visitor.post("/retake/open", json={"scene": SCENE}).json()["take"]


def asked(take, **what):
    return {"scene": SCENE, "take": take["id"], "base": take["state"], **what}


def truck(take):
    return next(actor["id"] for actor in take["actors"] if actor["category"] == "vehicle.truck")


def made(visitor, asked):
    """Every step of all the requests that it takes, and the problem that ended them, if any."""
    steps, total = [], 1
    while len(steps) < total:
        answer = visitor.post("/retake/variations", json=asked | {"first": len(steps)})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        steps, total = steps + found["steps"], found["total"]
        if found["problem"]:
            return steps, found["problem"]
    return steps, None


def new_takes(steps):
    return [step["take"] for step in steps if step["is_new"]]


def test_as_many_takes_as_were_counted_are_made_and_listed_in_a_readable_order(visitor, take):
    what = asked(take, weathers=["as recorded", "fog", "fog"], of_actor={"actor": truck(take), "left": "-1:1:1,1"})
    assert visitor.post("/retake/variations/count", json=what).json() == {"count": 5}
    steps, problem = made(visitor, what)
    assert (len(steps), problem) == (5, None)
    listed = visitor.get(f"/retake/takes/{SCENE}").json()
    assert {each["id"] for each in listed} == set(new_takes(steps))
    assert [each["needs_model"] for each in listed] == ["fog" in each["name"] for each in listed]
    last_words = [each["name"].split(", ")[-1].split(": ")[-1].split(" 1 m ")[-1] for each in listed]
    assert last_words == ["to the left", "to the right", "fog", "to the left", "to the right"]


def test_made_again_they_are_the_same_and_after_an_edit_they_are_others(visitor, take):
    first = new_takes(made(visitor, asked(take, weathers=["fog", "rain"]))[0])
    again, _ = made(visitor, asked(take, weathers=["fog", "rain"]))
    assert ([step["take"] for step in again], new_takes(again)) == (first, [])
    edit = asked(take, gesture="g-000001", edits=[{"kind": "delete", "actor": truck(take), "from_us": None, "to_us": None}])
    state = visitor.post("/retake/edit", json=edit).json()["state"]
    others = new_takes(made(visitor, asked(take | {"state": state}, weathers=["fog"]))[0])
    assert len(others) == 1
    whole = visitor.get("/retake/take", params={"scene": SCENE, "take": others[0]}).json()["take"]
    assert truck(take) not in {actor["id"] for actor in whole["actors"]}


def test_what_two_make_at_once_is_made_once(visitor, take):
    what = asked(take, seeds="1:40:1")
    with ThreadPoolExecutor(2) as two:
        (one, _), (other, _) = two.map(lambda _: made(visitor, what), range(2))
    assert sorted(new_takes(one) + new_takes(other)) == sorted(step["take"] for step in one)
    assert len(visitor.get(f"/retake/takes/{SCENE}").json()) == 40


def test_a_request_makes_some_and_the_next_goes_on_after_them(visitor, take, monkeypatch):
    monkeypatch.setattr(variations, "AT_ONCE_S", 0.0)
    what = asked(take, seeds="1:3:1")
    answers = [visitor.post("/retake/variations", json=what | {"first": first}).json() for first in range(4)]
    assert [(len(answer["steps"]), answer["total"]) for answer in answers] == [(1, 3)] * 3 + [(0, 3)]
    assert len({step["take"] for answer in answers for step in answer["steps"]}) == 3


def test_what_is_checked_is_left_out(visitor, take):
    past_the_parked_car, beside_it = "20", "0"
    of_actor = {"actor": truck(take), "left": "3.5", "ahead": f"{beside_it},{past_the_parked_car}"}
    steps, _ = made(visitor, asked(take, of_actor=of_actor, sound=True))
    assert [step["take"] is None for step in steps] == [True, False]


def test_every_choice_about_an_actor_is_one_more_kind(small_drive, tmp_path):
    begun = office_of(small_drive, tmp_path).desk.begin(SCENE)
    actor = next(a for a in begun.scenario.actors if a.category == "vehicle.truck")
    of_actor = OfActor(
        actor=actor.id,
        speeds="20,30",
        left="0,1",
        ahead="2",
        colours=[None, "red", "red"],
        category="vehicle.car",
        without=True,
    )
    asked = Varying(scene=SCENE, take="t", base="", seeds="0:2:1", ego_left="-1,0,1", ego_ahead="0,1", of_actor=of_actor)
    assert len(choices(begun.take, begun.scenario, asked)) == 3 * 6 * (2 * 2 * 1 * 2 * 2 + 1)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({}, "nothing is varied; wanted another hour"),
        ({"weathers": ["as recorded"]}, "nothing is varied; wanted another hour"),
        ({"weathers": ["snow"]}, "weathers.0: got 'snow'; wanted"),
        ({"seeds": "one"}, "seed 'one'; wanted whole numbers from 0"),
        ({"ego_left": "far"}, "'far' metres; wanted numbers"),
        ({"seeds": "0:999:1", "weathers": ["rain", "fog"]}, "2000 variations; wanted at most 1000"),
        ({"of_actor": {"actor": "nobody", "left": "1"}}, "no actor 'nobody'"),
        ({"of_actor": {"actor": "truck", "speeds": "fast"}}, "'fast' km/h; wanted numbers"),
        ({"of_actor": {"actor": "truck", "speeds": "20", "from_us": 0}}, "the time is 0 us"),
    ],
)
def test_what_cannot_be_varied_is_refused_and_nothing_is_written(visitor, take, what, said):
    if what.get("of_actor", {}).get("actor") == "truck":
        what = {"of_actor": what["of_actor"] | {"actor": truck(take)}}
    answer = visitor.post("/retake/variations", json=asked(take, **what))
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True), answer.json()
    assert visitor.get(f"/retake/takes/{SCENE}").json() == []


def test_a_take_that_another_window_has_changed_is_not_varied(visitor, take):
    edit = {"kind": "weather", "value": "rain"}
    visitor.post("/retake/edit", json=asked(take, gesture="g-000001", edits=[edit]))
    for path in ("variations", "variations/count"):
        assert visitor.post(f"/retake/{path}", json=asked(take, weathers=["fog"])).status_code == 409


def test_the_command_line_makes_the_same_takes(visitor, take, small_drive, tmp_path, capsys):
    nudge = [{"kind": "move", "actor": truck(take), "t_us": 0, "by": [1.0, 0.0, 0.0], "scope": "track"}]
    nudge[0]["t_us"] = take["actors"][0]["track"][0][0]
    state = visitor.post("/retake/edit", json=asked(take, gesture="g-000001", edits=nudge)).json()["state"]
    of_actor = {"actor": truck(take), "speeds": "20", "left": "0,1", "ahead": "2", "colours": [None, "red"], "without": True}
    what = {"weathers": ["fog"], "times_of_day": ["dusk", "night"], "seeds": "5", "ego_left": "1", "of_actor": of_actor}
    mine = new_takes(made(visitor, asked(take | {"state": state}, **what))[0])
    file = next(tmp_path.glob(f"takes/*/{take['id']}.take.json"))
    actor = truck(take)
    typed = ["--seed", "5", "--time-of-day", "dusk,night", "--weather", "fog", "--ego-left", "1", "--without", actor]
    typed += [
        "--speed",
        f"{actor}=20",
        "--left",
        f"{actor}=0,1",
        "--ahead",
        f"{actor}=2",
        "--dataroot",
        str(small_drive),
        "--json",
    ]
    assert main(["vary", str(file), *typed, "--workspace", str(tmp_path)]) == 0
    theirs = [each["id"] for each in json.loads(capsys.readouterr().out)]
    assert set(theirs) < set(mine)  # paint as it is has no word there
    assert len(mine) == 2 * (2 * 2 + 1)


def test_what_a_variation_cannot_be_is_said_and_what_was_made_before_stays(small_drive, tmp_path):
    with TestClient(create_app(Settings(small_drive, workspace=tmp_path))) as visitor:
        take = visitor.post("/retake/open", json={"scene": SCENE}).json()["take"]
        (step,), problem = made(visitor, asked(take, of_actor={"actor": truck(take), "colours": [None, "blue", "rust"]}))
        assert [each["id"] for each in visitor.get(f"/retake/takes/{SCENE}").json()] == [step["take"]]
    assert "in rust: colour 'rust'; wanted '#rrggbb'" in problem


def test_variations_of_a_rainy_take_have_its_weather_as_it_is(small_drive, tmp_path):
    desk = office_of(small_drive, tmp_path).desk
    begun = desk.begin(SCENE)
    _, rainy = desk.commit(SCENE, begun.take.id, begun.state, [SetWeather("rain")], "g-000001")
    found = choices(rainy.take, rainy.scenario, Varying(scene=SCENE, take="t", base="", weathers=["rain", "as recorded"]))
    assert [choice.words for choice in found] == ["as recorded"]
