"""A tiny world model adapted to the small drive, by the real steps."""

import json
import os
import shutil
from itertools import count
from types import SimpleNamespace

import pytest
import torch

from editor.datasets.nuscenes import open_data_set
from engine.model.checkpoints import load
from engine.service.adapted import adapted_to, folder_of
from engine.training import harvest, loop
from engine.training import lessons as module_lessons
from engine.training.__main__ import main
from engine.training.adapt import Adapting, Syllabus, adapt
from engine.training.batches import Shape
from engine.training.clips import read_clip
from engine.training.lessons import LessonError, Lessons, lessons
from engine.training.loop import Plan
from tests.engine.service.small_model import write_checkpoint
from tests.small_drive import SCENE, VERSION

SHAPES = (Shape(clips=1, frames=2, views=1, width=64, height=32),)
PLAN = Plan(steps=3, learning_rate=1e-3, warmup=1, dtype=torch.float32)
BRIEF = Syllabus(clips=4, size=(96, 64), decoder=PLAN, world=PLAN, parts=SHAPES, shapes=SHAPES)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def made(small_drive, checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("adapting")
    what = adapting(small_drive, checkpoint, folder)
    return what, list(adapt(what))


def adapting(dataroot, checkpoint, folder, **more):
    return Adapting(dataroot, VERSION, SCENE, checkpoint, out=folder / "adapted", work=folder / "work", syllabus=BRIEF, **more)


def weights(checkpoint):
    return {
        f"{name}.{key}": weight
        for name in ("transformer", "autoencoder", "text_encoder")
        for key, weight in getattr(checkpoint, name).state_dict().items()
    }


def test_an_adapted_checkpoint_loads_strictly_and_says_what_it_was_adapted_to(made, small_drive):
    what, _ = made
    scene = open_data_set(small_drive).scene(SCENE)
    card = load(what.folder).card
    assert what.folder == folder_of(scene, what.out) == adapted_to(scene, what.out)
    assert card.name == f"tiny, adapted to {SCENE}"
    assert "4 clips" in card.data
    statement = json.loads((what.folder / "adapted.json").read_text())
    assert statement["scene"]["tokens_sha256"] == scene.fingerprint.tokens_sha256
    assert statement["held_out"]["first"] == 8


def test_decoder_and_network_learn_and_encoder_and_words_stay(made, checkpoint):
    before, after = weights(load(checkpoint)), weights(load(made[0].folder))
    changed = {name for name, weight in before.items() if not torch.equal(weight.to(torch.bfloat16), after[name])}
    assert {name.split(".")[0] for name in changed} == {"transformer", "autoencoder"}
    assert not [name for name in changed if name.startswith("autoencoder.encoder")]
    assert any(name.startswith("autoencoder.decoder") for name in changed)


def test_progress_goes_through_clips_decoder_and_network(made):
    steps = made[1]
    assert list(dict.fromkeys(step.what for step in steps)) == ["clips", "decoder", "network"]
    for what in ("clips", "decoder", "network"):
        assert [step.done for step in steps if step.what == what] == list(range(1, (4 if what == "clips" else 3) + 1))
    assert all(step.seconds_left >= 0 for step in steps)
    assert steps[-1].seconds_left == 0


@pytest.mark.parametrize("after", [2, 5, 8])
def test_adapting_that_was_broken_off_goes_on_and_ends_the_same(made, small_drive, checkpoint, tmp_path, after):
    what = adapting(small_drive, checkpoint, tmp_path)
    begun = adapt(what)
    seen = [next(begun) for _ in range(after)]
    begun.close()
    assert adapted_to(what.opened(), what.out) is None
    rest = list(adapt(what))
    again = {(step.what, step.done) for step in seen} & {(step.what, step.done) for step in rest}
    assert not again
    whole, parts = weights(load(made[0].folder)), weights(load(what.folder))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


@pytest.mark.parametrize("after", [6, 8])
def test_adapting_that_was_broken_off_counts_the_hours_of_all_sittings(small_drive, checkpoint, tmp_path, monkeypatch, after):
    """By a clock that goes on by an hour whenever the loop looks at it; 4 clips come first, then 3 steps of either stage."""
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=count(0, 3600).__next__))
    what = adapting(small_drive, checkpoint, tmp_path)
    begun = adapt(what)
    for _ in range(after):
        next(begun)
    begun.close()
    list(adapt(what))
    decoder, network = (torch.load(next(what.work.rglob(f"{name}.pt")))["seconds"] for name in ("decoder", "network"))
    assert min(decoder, network) >= 3600
    statement = json.loads((what.folder / "adapted.json").read_text())
    assert statement["hours"] == load(what.folder).card.hours == (decoder + network) / 3600


def test_minutes_end_it_early_with_a_checkpoint_all_the_same(small_drive, checkpoint, tmp_path):
    what = adapting(small_drive, checkpoint, tmp_path)
    steps = list(adapt(what, minutes=1e-6))
    assert sum(step.what == "network" for step in steps) == 1
    assert load(what.folder).card.steps == 1


def test_what_is_held_out_is_in_no_clip(small_drive, tmp_path):
    taught = Lessons(small_drive, VERSION, SCENE, tmp_path, size=(96, 64))
    assert sorted(lessons(taught, 4, 1)) == [0, 1, 2, 3]
    assert not list(lessons(taught, 4, 1))
    for number in range(4):
        clip = read_clip(taught.file(number))
        assert clip.truth.shape == (3, 1, 64, 96, 3)
        assert clip.drafts.dirty.any()
        kept = ~clip.drafts.dirty
        assert (clip.drafts.pictures[kept] == clip.truth[kept]).all()


def test_clips_are_the_same_in_however_many_processes(small_drive, tmp_path):
    for processes in (1, 2):
        taught = Lessons(small_drive, VERSION, SCENE, tmp_path / str(processes), size=(96, 64))
        list(lessons(taught, 2, processes))
    for number in range(2):
        one, two = (read_clip(tmp_path / str(processes) / f"{number:04d}.clip.npz") for processes in (1, 2))
        assert (one.truth == two.truth).all()
        assert (one.drafts.pictures == two.drafts.pictures).all()


def test_a_drive_without_pictures_is_refused_in_a_sentence(small_drive, tmp_path):
    tables = shutil.copytree(small_drive, tmp_path / "tables", ignore=shutil.ignore_patterns("*.jpg"))
    with pytest.raises(LessonError, match="has no task to learn from"):
        list(lessons(Lessons(tables, VERSION, SCENE, tmp_path, size=(96, 64)), 1, 1))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--dataroot", "nowhere"], "no such folder"),
        (["--scene", "scene-9999"], "got scene 'scene-9999'"),
        (["--checkpoint", "nowhere"], "wanted a checkpoint that Retake wrote"),
        (["--minutes", "0"], "wanted more than 0"),
        (["--processes", "0"], "wanted 1 or more"),
        (["--device", "cuda"], "torch finds no GPU here"),
    ],
)
def test_bad_input_is_one_sentence(small_drive, checkpoint, monkeypatch, capsys, tmp_path, arguments, sentence):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.chdir(tmp_path)
    given = ["--dataroot", str(small_drive), "--scene", SCENE, "--checkpoint", str(checkpoint)]
    assert main(["adapt", *given, *arguments]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def killed(*_):
    """What becomes of a process that the machine has no memory for."""
    os._exit(9)


@pytest.mark.parametrize("command", ["harvest", "adapt"])
def test_a_process_that_is_killed_is_one_sentence(small_drive, checkpoint, monkeypatch, capsys, tmp_path, command):
    monkeypatch.setattr(module_lessons, "_taught", killed)
    monkeypatch.setattr(harvest, "harvested", killed)
    monkeypatch.chdir(tmp_path)
    given = {
        "harvest": ["--worlds", "1"],
        "adapt": ["--dataroot", str(small_drive), "--scene", SCENE, "--checkpoint", str(checkpoint)],
    }
    assert main([command, *given[command], "--processes", "2"]) == 2
    said = capsys.readouterr().err
    assert f"{command}: a process that makes clips was killed; what is done is kept, so run it again" in said
    assert said.count("\n") == 1
