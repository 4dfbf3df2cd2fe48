"""The command line as a user or a program meets it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from app.command.line import main
from app.command.opening import as_recorded
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, EgoOffset, EgoPath, Move
from editor.files import load_take, save_take
from editor.take import Step
from tests import small_drive as drive
from tests.engine.service.small_model import write_checkpoint

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def take_file(small_drive, tmp_path_factory) -> Path:
    """A take that moves the truck into the parked car and bends the ego's path."""
    scene = open_data_set(small_drive).scene(drive.SCENE)
    start, end = scene.span
    truck = next(a.id for a in scene.actors if a.category == "vehicle.truck")
    walker = next(a.id for a in scene.actors if a.category.startswith("human"))
    bend = EgoPath((EgoOffset(start, 0.0), EgoOffset(end, 0.4)))
    edits = (Move(truck, start, (-4.0, 3.5, 0.0)), Delete(walker), bend)
    path = tmp_path_factory.mktemp("takes") / "changed.take.json"
    save_take(path, replace(as_recorded(scene), id="changed", name="Changed", edits=tuple(map(Step, edits))))
    return path


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    """The exit code, and what was printed as output and as complaint."""
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def test_scenes_are_listed_for_people_and_for_programs(capsys, small_drive):
    code, text, _ = run(capsys, "scenes", "--dataroot", small_drive)
    assert code == 0
    assert text.startswith(drive.SCENE)
    code, text, _ = run(capsys, "scenes", "--dataroot", small_drive, "--version", drive.VERSION, "--json")
    assert code == 0
    assert [scene["name"] for scene in json.loads(text)] == [drive.SCENE]


def test_the_takes_of_a_workspace_are_listed_to_pick_clips_from(capsys, take_file, tmp_path):
    folder = tmp_path / "takes" / drive.SCENE
    folder.mkdir(parents=True)
    take = load_take(take_file)
    best = folder / "best.take.json"
    save_take(best, replace(take, id="best", name="Cut-in", rating=4, tags=("cut-in", "night")))
    save_take(folder / "poor.take.json", replace(take, id="poor", rating=1, tags=("night",)))
    save_take(folder / "new.take.json", replace(take, id="new"))
    (folder / "broken.take.json").write_text("{")

    def listed(*asked):
        code, text, complaint = run(capsys, "takes", "--workspace", tmp_path, *asked, "--json")
        assert (code, complaint.count("\n")) == (0, 1)
        assert "broken.take.json: not JSON" in complaint
        return {found["id"]: found for found in json.loads(text)}

    assert set(listed()) == set(listed("--scene", drive.SCENE)) == {"best", "poor", "new"}
    assert set(listed("--tag", "night")) == set(listed("--rating", "1")) == {"best", "poor"}
    assert set(listed("--scene", "another")) == set()
    assert listed("--tag", "night", "--rating", "2") == {
        "best": {
            "scene": drive.SCENE,
            "id": "best",
            "name": "Cut-in",
            "edits": 3,
            "rating": 4,
            "tags": ["cut-in", "night"],
            "file": str(best),
        }
    }
    code, text, _ = run(capsys, "takes", "--workspace", tmp_path, "--rating", "4")
    assert (code, text) == (0, f"{best}  {drive.SCENE}  'Cut-in', 3 edits, rated 4, cut-in, night\n")


def test_check_says_what_an_edit_brought_about(capsys, small_drive, take_file):
    code, text, _ = run(capsys, "check", take_file, "--dataroot", small_drive, "--json")
    assert code == 0
    assert "overlap" in {finding["kind"] for finding in json.loads(text)}
    code, text, _ = run(capsys, "check", "--dataroot", small_drive)
    assert (code, text.splitlines()[-1]) == (0, f"0 findings in 'as recorded' of scene {drive.SCENE}")


def test_a_take_replayed_headless_gives_the_same_bytes(small_drive, take_file, tmp_path):
    clip = [str(take_file), "--dataroot", str(small_drive), "--to", "0.35"]
    for name in "ab":  # processes of their own, as two people would have
        command = [sys.executable, "-m", "app", "render", *clip, "--out", str(tmp_path / name), "--json"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    pictures = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.png"))
    assert len(pictures) == 8
    assert pictures == sorted(path.relative_to(tmp_path / "b") for path in (tmp_path / "b").rglob("*.png"))
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in pictures)


def test_render_at_the_recorded_size_gives_the_recording_where_nothing_changed(capsys, small_drive, tmp_path):
    clip = ("--dataroot", small_drive, "--out", tmp_path / "out", "--views", "CAM_FRONT", "--keyframes", "--size", "recorded")
    code, text, _ = run(capsys, "render", *clip, "--json")
    assert code == 0
    assert {picture["origin"] for picture in json.loads(text)["pictures"]} == {"recorded"}
    drawn = cv2.imread(str(tmp_path / "out" / "CAM_FRONT" / "00005.png"))
    assert (drawn == cv2.imread(str(small_drive / "samples" / "CAM_FRONT" / "005.jpg"))).all()


def test_render_makes_films(capsys, small_drive, take_file, tmp_path):
    code, _, _ = run(
        capsys, "render", take_file, "--dataroot", small_drive, "--out", tmp_path / "out", "--to", "0.2", "--video"
    )
    assert code == 0
    assert sorted(os.listdir(tmp_path / "out")) == ["CAM_BACK.mp4", "CAM_FRONT.mp4"]


def test_films_are_as_long_as_the_drive_where_pictures_are_missing(capsys, small_drive, tmp_path):
    root = shutil.copytree(small_drive, tmp_path / "gaps")
    for file in ("samples/CAM_FRONT/000.jpg", "sweeps/CAM_FRONT/002.jpg", "samples/CAM_FRONT/010.jpg"):
        (root / file).unlink()
    for file in root.glob("*/CAM_BACK/*.jpg"):
        file.unlink()
    code, _, problem = run(capsys, "render", "--dataroot", root, "--out", tmp_path / "out", "--video")
    assert (code, problem) == (0, "")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["CAM_FRONT.mp4"]
    film = cv2.VideoCapture(str(tmp_path / "out" / "CAM_FRONT.mp4"))
    shown = []
    while (read := film.read())[0]:
        shown.append(read[1])
    assert len(shown) == drive.NUM_FRAMES
    assert [k for k, picture in enumerate(shown) if picture[-20:].std() < 3] == [0, 2, 10]


def test_export_takes_what_the_world_model_draws(capsys, small_drive, take_file, tmp_path):
    weights = write_checkpoint(tmp_path / "weights")
    asked = ("--from", "0.2", "--to", "0.3", "--views", "CAM_FRONT", "--generated", "--checkpoint", weights)
    code, _, _ = run(capsys, "export", take_file, "--dataroot", small_drive, *asked, "--out", tmp_path / "out")
    assert code == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {picture["origin"] for picture in report["frames"]} == {"generated"}


def test_export_makes_a_data_set(capsys, small_drive, take_file, tmp_path):
    clip = ("--dataroot", small_drive, "--from", "0.3", "--to", "0.6", "--views", "CAM_FRONT", "--no-masks")
    code, text, _ = run(capsys, "export", take_file, *clip, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert json.loads(text)["frames"] == 4
    code, text, _ = run(capsys, "scenes", "--dataroot", tmp_path / "out")
    assert code == 0
    assert "4 keyframes, 1 views" in text


EXPORT = ["export", "--dataroot", "{root}", "--out", "{tmp}/out", "--to", "0.1"]
BAD = {
    "no command": ([], "COMMAND"),
    "unknown command": (["paint"], "paint"),
    "no folder": (["scenes", "--dataroot", "/nowhere"], "no such folder"),
    "unknown version": (["scenes", "--dataroot", "{root}", "--version", "v2"], "v2"),
    "unknown scene": (["check", "--dataroot", "{root}", "--scene", "scene-9"], "scene-9"),
    "no take": (["check", "{tmp}/none.take.json", "--dataroot", "{root}"], "none.take.json"),
    "broken take": (["check", "{tmp}/broken.take.json", "--dataroot", "{root}"], "broken.take.json"),
    "take of other data": (["check", "{tmp}/other.take.json", "--dataroot", "{root}"], "was made on"),
    "unknown view": (["render", "--dataroot", "{root}", "--out", "{tmp}/out", "--views", "CAM_TOP"], "CAM_TOP"),
    "no workspace": (["takes", "--workspace", "{tmp}/none"], "no workspace"),
    "no rating": (["takes", "--rating", "6"], "6"),
    "empty range": (["render", "--dataroot", "{root}", "--out", "{tmp}/out", "--from", "5"], "no frame"),
    "no size": (["render", "--dataroot", "{root}", "--out", "{tmp}/out", "--size", "big"], "'big'"),
    "target in use": (["export", "--dataroot", "{root}", "--out", "{tmp}", "--to", "0.1"], "is there already"),
    "unwritable target": (["export", "--dataroot", "{root}", "--out", "/proc/out", "--to", "0.1"], "/proc"),
    "no weights": (
        ["export", "--dataroot", "{root}", "--out", "{tmp}/o", "--generated", "--checkpoint", "{tmp}"],
        "no checkpoint",
    ),
    "weights for drafts": (
        ["export", "--dataroot", "{root}", "--out", "{tmp}/o", "--checkpoint", "{tmp}"],
        "--checkpoint without --generated",
    ),
    "device for drafts": (
        ["export", "--dataroot", "{root}", "--out", "{tmp}/o", "--device", "cuda"],
        "--device without --generated",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(case, capsys, small_drive, take_file, tmp_path):
    (tmp_path / "broken.take.json").write_text("{")
    text = take_file.read_text()
    (tmp_path / "other.take.json").write_text(text.replace('"tokens_sha256": "', '"tokens_sha256": "0'))
    arguments, named = BAD[case]
    code, out, complaint = run(capsys, *(a.format(root=small_drive, tmp=tmp_path) for a in arguments))
    assert code == 2
    assert out == ""
    assert named in complaint
    assert complaint.count("\n") == 1
    assert "Traceback" not in complaint


def test_a_picture_that_is_none_is_said_in_a_sentence(capsys, small_drive, tmp_path):
    shutil.copytree(small_drive, tmp_path / "drive")
    (tmp_path / "drive" / "samples" / "CAM_FRONT" / "000.jpg").write_text("no picture")
    code, _, complaint = run(capsys, "render", "--dataroot", tmp_path / "drive", "--out", tmp_path / "out", "--to", "0.1")
    assert code == 2
    assert "000.jpg" in complaint
    assert not (tmp_path / "out").exists()


def test_town_says_what_it_cannot_make(capsys, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "rig.json").write_text('{"cameras": []}')
    for out, arguments, named in (
        ("town", ("--seconds", "0"), "duration"),
        ("town", ("--rate", "7"), "even"),
        ("town", ("--scenes", "0"), "seeds"),
        ("town", ("--quality", "101"), "quality"),
        ("town", ("--lidar", "1"), "LiDAR"),
        ("town", ("--rig", tmp_path / "none.json"), "none.json"),
        ("town", ("--rig", tmp_path / "rig.json"), "cameras"),
        ("full", (), "other things"),
    ):
        code, text, complaint = run(capsys, "town", "--out", tmp_path / out, *arguments)
        assert (code, text) == (2, "")
        assert named in complaint
        assert complaint.count("\n") == 1
    assert not (tmp_path / "town").exists()


@pytest.mark.slow
def test_town_makes_a_data_set_that_opens(capsys, tmp_path):
    few = ("--seconds", "0.6", "--size", "64x36", "--processes", "1")
    code, text, _ = run(capsys, "town", "--dataroot", tmp_path / "town", "--seed", "7", *few, "--json")
    assert code == 0
    assert json.loads(text)["scenes"] == 1
    code, text, _ = run(capsys, "scenes", "--dataroot", tmp_path / "town", "--json")
    assert len(json.loads(text)) == 1
