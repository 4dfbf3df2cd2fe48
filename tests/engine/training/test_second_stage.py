"""A run goes on from a checkpoint that ships, by the command that users type."""

import json
import re
import shutil
from dataclasses import replace

import pytest
import torch

from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import load
from engine.model.relight import Relight
from engine.model.sizes import size
from engine.training import recipes
from engine.training.__main__ import main
from engine.training.clips import write_clip
from engine.training.loop import Plan
from engine.training.recipes import RECIPES, begin, recipe
from engine.training.second_stage import begun_after, with_teacher
from engine.training.ship import ship
from tests.engine.training.made_up import clip
from tests.engine.training.test_recipes import HARVESTED


@pytest.fixture
def tiny(monkeypatch):
    """Recipes of the smallest network, and of one step."""
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    brief = {name: replace(r, plan=Plan(1, 1e-3), shapes=(replace(r.shapes[0], clips=1),)) for name, r in RECIPES.items()}
    monkeypatch.setattr(recipes, "RECIPES", brief)


@pytest.fixture
def shipped(tiny, tmp_path):
    torch.manual_seed(1)
    what = recipe("relit-cpu")
    state = begin(what, PictureAutoencoder(width=8, deep=8, num_residual=1))
    torch.nn.init.normal_(state.networks["transformer"].correct.weight, std=0.1)
    state.averages = {name: w.float().clone() for name, w in state.networks.state_dict().items()}
    state.step, state.seconds = 7, 7200.0
    ship(what, state, "made-up clips", tmp_path / "shipped", Relight())
    return tmp_path / "shipped"


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "training"
    (folder / "clips").mkdir(parents=True)
    write_clip(folder / "clips" / "0-light.clip.npz", clip(shape=HARVESTED["lights"]))
    return folder


def run(out, *arguments):
    return main([*arguments, "--out", str(out)])


def test_a_run_begins_with_the_weights_of_a_checkpoint_and_says_so(shipped):
    state = begun_after(recipe("aligned-cpu"), shipped, None)
    for part in ("transformer", "autoencoder", "text_encoder"):
        for name, weight in getattr(load(shipped), part).state_dict().items():
            assert torch.equal(state.networks[part].state_dict()[name], weight.float()), name
            assert torch.equal(state.averages[f"{part}.{name}"], weight.float()), name
    assert state.before == (("relit-cpu", 7, 7200.0),)
    assert state.step == 0


def test_a_teacher_is_what_the_run_began_with_and_never_learns(shipped):
    what = recipe("distilled-cpu")
    teacher = with_teacher(what.objective, lambda: begun_after(what, shipped, None)).distillation.teacher
    assert torch.equal(teacher.correct.weight, load(shipped).transformer.correct.weight.float())
    assert not any(p.requires_grad for p in teacher.parameters())
    assert with_teacher(recipe("world-cpu").objective, None) is recipe("world-cpu").objective


@pytest.mark.parametrize("name", ["aligned-cpu", "distilled-cpu"])
def test_two_commands_take_what_ships_through_a_second_stage(shipped, out, name):
    assert run(out, "relight", "--after", str(shipped)) == 0
    fresh = out / "fresh"
    assert run(out, "run", name, "--after", str(shipped), "--ship", str(fresh)) == 0
    card = load(fresh).card
    assert (card.name, card.recipe) == (name, f"relit-cpu (7 steps), {name} (1 steps)")
    assert card.relights
    assert card.hours >= 2
    moved = {
        part
        for part in ("transformer", "autoencoder", "text_encoder")
        for key, weight in getattr(load(fresh), part).state_dict().items()
        if not torch.equal(weight, getattr(load(shipped), part).state_dict()[key])
    }
    assert moved == {"transformer"}
    assert run(out, "run", name, "--after", str(shipped)) == 0  # and goes on, where nothing is left to do


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "distilled-cpu"), "no --after; wanted it, at every call"),
        (("run", "aligned-cpu", "--after", "nowhere"), "a run after nowhere; wanted a run, or the folder of a checkpoint"),
        (("run", "aligned-cpu", "--after", "{out}"), "has no retake.json; wanted a checkpoint that Retake wrote"),
        (("run", "autoencoder-cpu", "--after", "{shipped}"), "has weights 'autoencoder.* which these networks lack"),
        (("relight", "--after", "{shipped}", "--steps", "3"), "3 steps after .*, which is trained already; wanted one of both"),
        (("relight", "--after", "{out}"), "has no relight; wanted"),
    ],
)
def test_what_cannot_be_gone_on_from_is_refused_in_a_sentence(shipped, out, capsys, arguments, sentence):
    run(out, "relight", "--after", str(shipped))
    capsys.readouterr()
    assert run(out, *(a.format(out=out, shipped=shipped) for a in arguments)) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert re.search(sentence, said), said


def test_every_run_that_a_checkpoint_names_is_named_by_what_goes_on_from_it(shipped):
    card = json.loads((shipped / "retake.json").read_text())
    (shipped / "retake.json").write_text(json.dumps(card | {"recipe": "one-cpu (4 steps), two-cpu (3 steps)", "steps": 7}))
    assert begun_after(recipe("aligned-cpu"), shipped, None).before == (("one-cpu", 4, 0.0), ("two-cpu", 3, 7200.0))
    (shipped / "retake.json").write_text(json.dumps(card | {"recipe": "adapt", "steps": 7, "name": "relit-cpu, adapted"}))
    assert begun_after(recipe("aligned-cpu"), shipped, None).before == (("relit-cpu, adapted", 7, 7200.0),)


def test_a_run_does_not_go_on_with_another_teacher_than_it_began_with(shipped, out, tmp_path, capsys):
    run(out, "relight", "--after", str(shipped))
    assert run(out, "run", "distilled-cpu", "--after", str(shipped), "--ship", str(tmp_path / "other")) == 0
    assert run(out, "run", "distilled-cpu", "--after", str(tmp_path / "other")) == 2
    assert "began with other weights than these; wanted those" in capsys.readouterr().err
    assert run(out, "run", "distilled-cpu", "--after", str(shipped)) == 0


def test_a_checkpoint_of_another_size_is_refused_in_a_sentence(shipped, out, capsys, monkeypatch):
    run(out, "relight", "--after", str(shipped))
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny") | {"dim": 128})
    capsys.readouterr()
    assert run(out, "run", "aligned-cpu", "--after", str(shipped)) == 2
    assert re.search("holds weights of other networks; wanted those of networks of this recipe's size", capsys.readouterr().err)


def test_a_taught_run_without_its_teacher_is_refused():
    with pytest.raises(ValueError, match="no --after; wanted it, at every call"):
        with_teacher(RECIPES["distilled-cpu"].objective, None)


def test_weights_of_another_relighting_network_are_not_overwritten(shipped, out, capsys):
    torch.manual_seed(5)
    other = Relight()
    torch.nn.init.normal_(next(other.parameters()))
    other.save_pretrained(out / "runs" / "relight")
    assert run(out, "relight", "--after", str(shipped)) == 2
    assert "wanted the same, or another folder by --out" in capsys.readouterr().err
    shutil.rmtree(out / "runs" / "relight")
    assert run(out, "relight", "--after", str(shipped)) == 0
