"""Long drives: both ways draw every frame, and what is measured of them second by second."""

import pytest

from editor.apply import apply
from editor.edits import SetWeather
from editor.scene import recorded
from engine.benchmark.drives import FRONT, driven, recipe_of
from engine.benchmark.long_drive import WAYS, Second, change, seconds_of
from engine.requests import Model
from engine.town.truth import render_pictures
from tests.engine.service.small_model import write_checkpoint


@pytest.fixture(scope="module")
def drive(folder):
    """Three seconds of the benchmark's small town."""
    return driven(folder, 3, recipe_of(3.0, 2, (112, 64)))


def test_a_drive_is_recorded_once_and_by_its_front_camera(drive, folder):
    assert [view.name for view in drive.scene.views] == [FRONT]
    before = {path: path.stat().st_mtime_ns for path in drive.root.rglob("*.jpg")}
    again = driven(folder, 3, recipe_of(3.0, 2, (112, 64)))
    assert again == drive
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_truth_has_no_error_and_does_not_change(drive):
    wet = apply(recorded(drive.scene), SetWeather("rain"))
    true = ((k, render_pictures(wet, (FRONT,), k)[FRONT]) for k in range(len(drive.scene.frames)))
    seconds = seconds_of(drive, wet, true)
    assert len(seconds) == len(drive.scene.frames) // 2
    assert set(seconds) == {Second(100.0, 1.0, 0.0)}
    assert change(seconds, "psnr_db") == 0


@pytest.mark.parametrize("way", WAYS)
def test_each_way_draws_every_frame_once(drive, way, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.benchmark.long_drive.SIZE", (112, 64))
    wet = apply(recorded(drive.scene), SetWeather("rain"))
    frames = [frame for frame, _ in WAYS[way](drive, wet, Model(write_checkpoint(tmp_path / "weights"), steps=1))]
    assert sorted(frames) == list(range(len(drive.scene.frames) - (len(drive.scene.frames) - 1) % 2 * (way == "refined")))


def test_change_is_the_end_less_the_beginning():
    seconds = [Second(20.0 - k, 1.0, 0.0) for k in range(20)]
    assert change(seconds, "psnr_db") == -10
    assert change(seconds, "psnr_db", over=1) == -19
