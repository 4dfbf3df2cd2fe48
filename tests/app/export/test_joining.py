"""Exports joined to one folder: whole or not there at all, listed like a bundle, opened by ours and by the command line."""

import json
import os
from contextlib import closing

import pytest

from app.command.line import main
from app.export.bundle import export
from app.export.joining import joined
from app.export.staging import ExportError
from app.exports import bundles
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete
from engine.service.local import local_service
from tests.app.export.test_bundle import actor, order_of


@pytest.fixture(scope="module")
def made(small_drive, tmp_path_factory):
    """Two bundles of a few frames."""
    data_set, out = open_data_set(small_drive), tmp_path_factory.mktemp("exports")
    edits = {"as-it-was": (), "no-truck": (Delete(actor(data_set, "vehicle.truck")),)}
    with local_service() as service:
        for name, taken in edits.items():
            list(export(order_of(data_set, out / name, *taken, frames=(4, 5, 6)), service))
    return [out / name for name in edits]


def test_joined_exports_are_one_data_set_with_every_bundles_pictures(made, tmp_path):
    target = tmp_path / "whole"
    steps = list(joined(made, target))
    assert [(step.stage, step.done, step.total) for step in steps][-2:] == [("joined", 2, 2), ("done", 1, 1)]
    whole = open_data_set(target)
    assert [summary.name for summary in whole.summaries()] == ["as-it-was", "no-truck"]
    for bundle in made:
        alone = open_data_set(bundle)
        frames = whole.scene(bundle.name).frames, alone.scene(alone.summaries()[0].name).frames
        for now, was in zip(*frames, strict=True):
            for one, other in zip(now.pictures, was.pictures, strict=True):
                assert (target / one.file).read_bytes() == (bundle / other.file).read_bytes()
        assert (target / "bundles" / bundle.name / "videos" / "mosaic.mp4").is_file()
    assert [bundle.folder for bundle in bundles(tmp_path)] == [target]
    reports = json.loads((target / "report.json").read_text())["bundles"]
    for name, file in reports.items():
        assert json.loads((target / file).read_text())["take"]["name"] == "Changed", name


def test_joining_that_is_given_up_leaves_nothing(made, tmp_path):
    with closing(joined(made, tmp_path / "whole")) as steps:
        while next(steps).done < 1:
            pass
    assert os.listdir(tmp_path) == []


def test_bundles_of_one_name_are_refused(made, tmp_path):
    with pytest.raises(ExportError, match="as-it-was is the name of more than one bundle"):
        list(joined([made[0], made[1], made[0]], tmp_path / "whole"))
    assert os.listdir(tmp_path) == []


def test_the_command_joins_and_says_what_is_no_bundle_in_a_sentence(made, small_drive, tmp_path, capsys):
    out = tmp_path / "whole"
    assert main(["join", *map(str, made), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"out": str(out), "scenes": ["as-it-was", "no-truck"]}
    assert main(["join", str(made[0]), "--out", str(out)]) == 2
    assert f"{out} is there already" in capsys.readouterr().err
    assert main(["join", str(small_drive), str(tmp_path / "nothing"), "--out", str(tmp_path / "other")]) == 2
    said = capsys.readouterr().err
    assert (said.count("\n"), "wanted a bundle that Retake has exported" in said) == (1, True)
    assert os.listdir(tmp_path) == ["whole"]
