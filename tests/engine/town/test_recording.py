"""Town's data sets: the same bytes however they are made, nothing half-finished looks finished, a sentence for what fails."""

import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from editor.datasets.nuscenes import open_data_set
from engine.town.crew import Schedule
from engine.town.recording import VERSION, generate, scene_name
from engine.town.scene_tables import Measured
from engine.town.shooting import Done, Draw, Finish
from engine.town.town import TownError
from tests.engine.town.small_town import PICTURES, RECIPE, SEED

ROOT = Path(__file__).resolve().parents[3]
SMALL_FILE = 2_000  # bytes, less than any picture


def files(root):
    return sorted(p.relative_to(root) for p in root.rglob("*") if p.is_file())


def run(out, *more, limit=None, stop=False):
    """The command as a person runs it; `limit` is the largest file that the disk takes, `stop` presses Ctrl+C on the way."""
    width, height = RECIPE.size
    what = ("--seconds", RECIPE.duration_s, "--lidar", RECIPE.lidar_columns, "--size", f"{width}x{height}", "--seed", SEED)
    command = [sys.executable, "-m", "app", "town", "--out", out, *what, *more]

    def begin():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background ignores it
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.Popen(
        [str(c) for c in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=begin
    )
    while stop and process.poll() is None and len(list(out.rglob("*.jpg"))) < 6:
        time.sleep(0.1)
    if stop:
        process.send_signal(signal.SIGINT)
    text, complaint = process.communicate(timeout=300)
    return process.returncode, text, complaint


@pytest.mark.slow
def test_a_full_disk_and_a_broken_off_run_leave_what_the_next_run_completes_to_the_same_bytes(recorded, tmp_path):
    out = tmp_path / "town"
    code, text, complaint = run(out, "--processes", 1, limit=SMALL_FILE)
    assert (code, text, complaint.count("\n")) == (2, "", 1)
    assert "wanted room" in complaint
    assert not (out / VERSION).exists()
    code, text, complaint = run(out, "--processes", 2, stop=True)
    assert (code, text, complaint.count("\n")) == (130, "", 1)
    assert f"of {PICTURES} pictures there; the same command goes on" in complaint
    assert not (out / VERSION).exists()
    drawn = {p: p.stat().st_mtime_ns for p in out.rglob("*.jpg")}
    assert 6 <= len(drawn) < PICTURES
    code, _, complaint = run(out, "--processes", 2)
    assert (code, complaint) == (0, "")
    assert {p: p.stat().st_mtime_ns for p in drawn} == drawn
    assert files(out) == files(recorded)
    assert [f for f in files(out) if (out / f).read_bytes() != (recorded / f).read_bytes()] == []


def test_a_finished_data_set_is_not_drawn_again(recorded):
    before = {f: (recorded / f).stat().st_mtime_ns for f in files(recorded) if f.parts[0] in ("samples", "sweeps")}
    told = []
    generate(recorded, [SEED], RECIPE, progress=lambda done, total: told.append((done, total)))
    assert told == [(PICTURES, PICTURES)]
    assert {f: (recorded / f).stat().st_mtime_ns for f in before} == before
    assert open_data_set(recorded).scene(scene_name(SEED)).synthetic


def test_lost_pictures_are_drawn_again_to_the_same_bytes(recorded, tmp_path):
    out = tmp_path / "town"
    shutil.copytree(recorded, out)
    for lost in (next(out.glob("sweeps/CAM_BACK/*.jpg")), *sorted(out.glob("samples/CAM_FRONT*/*.jpg"))[:2]):
        lost.unlink()
    told = []
    generate(out, [SEED], RECIPE, progress=lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((PICTURES - 3, PICTURES), (PICTURES, PICTURES))
    assert files(out) == files(recorded)
    assert [f for f in files(out) if (out / f).read_bytes() != (recorded / f).read_bytes()] == []


def test_a_data_set_keeps_to_one_recipe_and_one_town(recorded, tmp_path):
    shutil.copytree(recorded / ".town", tmp_path / "town" / ".town")
    with pytest.raises(TownError, match="begun otherwise"):
        generate(tmp_path / "town", [SEED], replace(RECIPE, jpeg_quality=50))
    with pytest.raises(TownError, match="both give scene-0003"):
        generate(tmp_path / "town", [SEED + 10_000], RECIPE)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("")
    with pytest.raises(TownError, match="other things"):
        generate(tmp_path / "mine", [SEED], RECIPE)


@pytest.mark.parametrize("hands", [1, 2, 5])
def test_a_schedule_gives_out_every_frame_once_and_finishes_each_scene_last(hands):
    todo = {7: tuple(range(6)), 8: (), 9: (0, 3)}
    schedule, given, known, order = Schedule(todo), [], [None] * hands, []
    while True:
        jobs = [(hand, job) for hand in range(hands) if (job := schedule.next(known[hand])) is not None]
        if not jobs:
            break
        for hand, job in jobs:
            known[hand] = job.seed
            given.append(job)
        for _, job in reversed(jobs):
            measured = {job.at: Measured({}, {})} if isinstance(job, Draw) else {}
            schedule.done(Done(job, measured=measured))
            order.append(job)
    draws = sorted((job.seed, job.at) for job in given if isinstance(job, Draw))
    assert draws == sorted((seed, at) for seed, frames in todo.items() for at in frames)
    finished = {job.seed: job for job in given if isinstance(job, Finish)}
    assert {seed: tuple(job.measured) for seed, job in finished.items()} == todo
    for seed, job in finished.items():
        assert order.index(job) == max(k for k, other in enumerate(order) if other.seed == seed)


def test_one_who_draws_stays_with_a_scene_and_begins_another_before_helping():
    schedule = Schedule({7: (0, 1, 2), 8: (0, 1, 2)})
    first, second = schedule.next(None), schedule.next(None)
    assert (first.seed, second.seed) == (7, 8)
    assert (schedule.next(7), schedule.next(8)) == (Draw(7, 1), Draw(8, 1))
    assert schedule.next(None).seed in (7, 8)  # a third helps
