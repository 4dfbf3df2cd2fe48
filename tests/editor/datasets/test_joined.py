"""Bundles of one recording as one data set: every scene is there under its bundle's name, just as its bundle has it."""

import json

import numpy as np
import pytest
from nuscenes.nuscenes import NuScenes

from editor.datasets.bundle import MARKS, VERSION, write_tables_of
from editor.datasets.joined import BUNDLES, join
from editor.datasets.nuscenes import open_data_set
from editor.datasets.recorded import read_lidar
from editor.datasets.records import DataSetError
from editor.edits import Delete, Move
from editor.scene import recorded
from tests.editor.datasets.small import small_data_set
from tests.editor.made import replayed


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    return open_data_set(small_data_set(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def bundles(data_set, tmp_path_factory):
    """Three takes of one scene, as recorded, with an actor moved, and with it gone; each with a picture of its own."""
    scene = data_set.scene(data_set.summaries()[0].name)
    actor, t_us = scene.actors[0].id, scene.span[0]
    scenarios = {
        "untouched": recorded(scene),
        "moved": replayed(scene, (Move(actor, t_us, (2.0, 0.5, 0.0)),)),
        "gone": replayed(scene, (Delete(actor),)),
    }
    out = tmp_path_factory.mktemp("bundles")
    for name, scenario in scenarios.items():
        view = scene.views[0].name
        file = f"samples/{view}/same-name.jpg"
        (out / name / file).parent.mkdir(parents=True)
        (out / name / file).write_text(name)
        (out / name / "report.json").write_text(json.dumps(name))
        frames = range(len(scene.frames))
        write_tables_of(out / name, scenario, data_set.dataroot, frames, {(0, view): file}, origins={(0, view): "draft"})
    return {name: out / name for name in scenarios}


@pytest.fixture(scope="module")
def whole(bundles, tmp_path_factory):
    out = tmp_path_factory.mktemp("joined")
    assert list(join(bundles, out)) == list(bundles)
    return out


def test_every_scene_is_as_its_bundle_has_it(bundles, whole):
    together = open_data_set(whole)
    assert [summary.name for summary in together.summaries()] == list(bundles)
    for name, folder in bundles.items():
        alone = open_data_set(folder)
        was, now = alone.scene(alone.summaries()[0].name), together.scene(name)
        assert (now.views, now.ego, now.location, now.description) == (was.views, was.ego, was.location, was.description)
        assert [a.track for a in now.actors] == [a.track for a in was.actors]
        assert [(a.category, a.size_lwh) for a in now.actors] == [(a.category, a.size_lwh) for a in was.actors]
        assert [[p.exists for p in f.pictures] for f in now.frames] == [[p.exists for p in f.pictures] for f in was.frames]
        for one, other in zip(was.sweeps, now.sweeps, strict=True):
            np.testing.assert_array_equal(read_lidar(folder, one), read_lidar(whole, other))
        lanes = [lane.id for lane in alone.street_map(was).lanes]
        assert [lane.id for lane in together.street_map(now).lanes] == lanes


def test_files_of_one_name_stay_apart_and_a_bundles_own_go_along(bundles, whole):
    together = open_data_set(whole)
    for name in bundles:
        frame = together.scene(name).frames[0]
        (picture,) = [p for p in frame.pictures if p.exists]
        assert (whole / picture.file).read_text() == name
        assert json.loads((whole / BUNDLES / name / "report.json").read_text()) == name


def test_the_devkit_opens_it_and_finds_every_box(bundles, whole):
    nusc = NuScenes(VERSION, str(whole), verbose=False)
    counts = {}
    for scene in nusc.scene:
        sample = nusc.get("sample", scene["first_sample_token"])
        while True:
            counts[scene["name"]] = counts.get(scene["name"], 0) + len(sample["anns"])
            for token in sample["anns"]:
                assert nusc.get("sample_annotation", token)["category_name"]
            if not sample["next"]:
                break
            sample = nusc.get("sample", sample["next"])
    alone = {
        name: len(json.loads((folder / VERSION / "sample_annotation.json").read_text())) for name, folder in bundles.items()
    }
    assert counts == alone
    assert len({category["name"] for category in nusc.category}) == len(nusc.category)


def test_what_is_not_as_recorded_is_known_by_the_new_tokens(bundles, whole):
    marks = json.loads((whole / VERSION / MARKS).read_text())
    nusc = NuScenes(VERSION, str(whole), verbose=False)
    assert list(marks["scenes"]) == list(bundles)
    for table in ("sample_data", "sample_annotation"):
        alone = [json.loads((folder / VERSION / MARKS).read_text())[table] for folder in bundles.values()]
        assert len(marks[table]) == sum(map(len, alone)) > 0
        assert all(nusc.get(table, token) for token in marks[table])


def test_what_is_no_bundle_of_one_scene_is_refused(data_set, whole, tmp_path):
    with pytest.raises(DataSetError, match=r"holds no v1.0-retake/retake.json; wanted a bundle"):
        list(join({"a": data_set.dataroot}, tmp_path / "a"))
    with pytest.raises(DataSetError, match="bundle b: got 3 scenes; wanted one"):
        list(join({"b": whole}, tmp_path / "b"))


def test_bundles_of_different_recordings_under_one_name_are_refused(bundles, tmp_path):
    for table, field in (("log", "vehicle"), ("sensor", "modality")):
        other = tmp_path / table
        list(join({"x": bundles["moved"]}, other))  # a copy, of one scene
        records = json.loads((other / VERSION / f"{table}.json").read_text())
        records[0][field] = "another"
        (other / VERSION / f"{table}.json").write_text(json.dumps(records))
        with pytest.raises(
            DataSetError, match=f"table {table}, .*field {field}: got 'another'; wanted .* as in the bundles before"
        ):
            list(join({"moved": bundles["moved"], "other": other}, tmp_path / f"{table}-out"))


def test_another_map_of_the_same_name_is_refused(bundles, tmp_path):
    other = tmp_path / "other"
    list(join({"x": bundles["moved"]}, other))
    file = next(path for path in (other / "maps").rglob("*") if path.is_file())
    content = file.read_bytes()
    file.unlink()  # the bundle's own is the same file
    file.write_bytes(content + b" ")
    with pytest.raises(DataSetError, match=f"its {file.name} is another than that of the bundles before it"):
        list(join({"moved": bundles["moved"], "other": other}, tmp_path / "out"))
