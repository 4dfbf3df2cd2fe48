"""Variations by the command line: takes that the window lists, and sentences for what cannot be varied."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.command.line import main
from app.command.opening import as_recorded
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.files import load_take, save_take
from tests import small_drive as drive


@pytest.fixture
def vary(small_drive, tmp_path, capsys):
    scene = open_data_set(small_drive).scene(drive.SCENE)
    take = tmp_path / "base.take.json"
    save_take(take, replace(as_recorded(scene), id="base", name="Base"))

    def run(*asked: str) -> tuple[int, str, str]:
        whole = ("vary", take, "--dataroot", small_drive, "--workspace", tmp_path / "workspace", *asked)
        try:
            code = main([str(argument) for argument in whole])
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    run.truck = next(a for a in scene.actors if a.category == "vehicle.truck")
    run.takes = Takes(tmp_path / "workspace" / "takes")
    return run


def test_variations_are_takes_of_the_workspace_and_stay_as_they_are_when_made_again(vary):
    asked = ("--time-of-day", "dusk,night", "--left", f"{vary.truck.id[:6]}=-1:1:0.5", "--json")
    code, text, _ = vary(*asked)
    assert code == 0
    listed, problems = vary.takes.summaries(drive.SCENE)
    assert not problems
    assert {take["id"] for take in json.loads(text)} == {summary.id for summary in listed}
    assert len(listed) == 10
    assert {(summary.parent, summary.tags) for summary in listed} == {("base", ("variation",))}
    mine = Path(json.loads(text)[0]["file"])
    save_take(mine, replace(load_take(mine), rating=5))
    assert vary(*asked)[:2] == (0, text)
    assert load_take(mine).rating == 5


def test_an_actor_that_is_absent_has_no_place_to_vary(vary):
    truck = vary.truck.id
    code, text, _ = vary("--left", f"{truck}=0,1,2", "--without", truck, "--weather", "as recorded,fog")
    assert (code, text.splitlines()[-1]) == (0, "7 variations of 'Base'")
    assert sum("without" in line for line in text.splitlines()) == 2


def test_sound_leaves_out_what_a_check_objects_to(vary):
    beside, past_it = "0", "20"  # the parked car
    asked = ("--ahead", f"{vary.truck.id}={beside},{past_it}", "--left", f"{vary.truck.id}=3.5", "--seed", "0:1:1")
    code, text, _ = vary(*asked)
    assert (code, text.splitlines()[-1]) == (0, "4 variations of 'Base'")
    code, text, _ = vary(*asked, "--sound")
    assert (code, text.splitlines()[-1]) == (0, "2 variations of 'Base'; 2 left out, for what a check finds in them")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "nothing is varied"),
        (("--weather", "snow"), "--weather 'snow'; wanted one of as recorded, clear"),
        (("--seed", "1:0:1"), "1:0:1 leads nowhere; wanted FROM:TO:STEP"),
        (("--seed", "0:1:0"), "0:1:0 leads nowhere; wanted FROM:TO:STEP"),
        (("--seed", "one"), "seed 'one'; wanted whole numbers"),
        (("--left", "nobody=1"), "no actors of scene"),
        (("--without", ""), "no actors of scene"),
        (("--weather", "fog", "--from", "2"), "--from without --speed; wanted both"),
        (("--speed", "TRUCK=20", "--from", "nan"), "--from nan; wanted seconds of the scene"),
        (("--speed", "TRUCK=20", "--from", "99"), "the time is"),
        (("--speed", "TRUCK=0.2"), "0.2 km/h for Truck"),
    ],
)
def test_what_cannot_be_varied_is_said_in_a_sentence(vary, asked, said):
    code, text, problem = vary(*(each.replace("TRUCK", vary.truck.id) for each in asked))
    assert (code, text, problem.count("\n")) == (2, "", 1)
    assert said in problem
    assert not vary.takes.summaries(drive.SCENE)[0]


def test_metres_are_numbers_and_a_take_is_named(vary, small_drive, capsys):
    code, _, problem = vary("--left", f"{vary.truck.id}=far")
    assert code == 2
    assert "'far' metres; wanted numbers" in problem
    assert main(["vary", "--dataroot", str(small_drive), "--weather", "fog"]) == 2
    assert "TAKE is missing" in capsys.readouterr().err
