"""Every recipe can be run: its batches fit into what is harvested, and go through networks of its kind."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.model.autoencoder import PictureAutoencoder
from engine.model.checkpoints import load
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.sizes import size
from engine.training import loop, recipes
from engine.training.__main__ import main
from engine.training.batches import Batches
from engine.training.clips import write_clip
from engine.training.harvest import LISTING, NUM_FRAMES
from engine.training.lights import LIGHTS
from engine.training.loop import Plan, train
from engine.training.objectives import loss_of_step
from engine.training.recipes import RECIPES, RECTANGLES, begin, recipe, vocabulary
from engine.training.second_stage import with_teacher
from engine.training.semantic_alignment import EncoderFeatures
from engine.training.ship import ship
from engine.training.windows import cut, drawn
from tests.engine.model.folders import write_autoencoder, write_clip_text
from tests.engine.training.made_up import clip

HARVESTED = {
    "edits": (NUM_FRAMES, 2, *LISTING.recipe.size[::-1]),
    "lights": (LIGHTS.num_frames, 2, *LIGHTS.recipe.size[::-1]),
}


@pytest.fixture(scope="module", params=HARVESTED)
def harvested(request):
    """A clip of the shape that harvesting gives."""
    return clip(shape=HARVESTED[request.param])


@pytest.mark.parametrize("name", RECIPES)
def test_every_batch_of_a_recipe_fits_into_harvested_clips(name, harvested):
    rng = np.random.default_rng(0)
    for s in RECIPES[name].shapes:
        window = drawn(harvested, s.frames, s.views, (s.width, s.height), rng)
        assert cut(harvested, window).truth.shape == (s.frames, s.views, s.height, s.width, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With one clip as harvested."""
    made = tmp_path_factory.mktemp("training") / "clips"
    write_clip(made / "0-light.clip.npz", clip(shape=HARVESTED["lights"]))
    return made


@pytest.mark.parametrize("name", RECIPES)
def test_the_first_batch_of_a_recipe_teaches_every_network_that_it_trains(name, folder, monkeypatch):
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    what = RECIPES[name]
    state = begin(what, PictureAutoencoder(width=8, deep=8, num_residual=1))
    if "transformer" in state.networks:  # its last layer begins at 0, and lets nothing back to those before it
        torch.nn.init.normal_(state.networks["transformer"].correct.weight)
    batches = Batches(folder, [replace(what.shapes[0], clips=1)], what.seed)
    objective = with_teacher(what.objective, lambda: begin(what, PictureAutoencoder(width=8, deep=8, num_residual=1)))
    loss_of_step(objective, state.networks, batches, 0, torch.float32).backward()
    for trained in what.trained:
        slopes = [p.grad for p in state.networks[trained].parameters() if p.grad is not None]
        assert all(torch.isfinite(slope).all() for slope in slopes)
        assert any(slope.any() for slope in slopes), trained


def test_masked_gpu_teaches_what_fills_in_for_dropped_tokens(folder, monkeypatch):
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    what = RECIPES["masked-gpu"]
    state = begin(what, PictureAutoencoder(width=8, deep=8, num_residual=1))
    torch.nn.init.normal_(state.networks["transformer"].correct.weight)
    batches = Batches(folder, [replace(what.shapes[0], clips=1, frames=2, views=1)], what.seed)
    for step in range(8):  # of which some have no mask, some one for all frames, some one for each
        loss_of_step(what.objective, state.networks, batches, step, torch.float32).backward()
    taught = {name.split(".")[0] for name, p in state.networks["transformer"].named_parameters() if p.grad is not None}
    assert {"mask_tokens", "mask_spatial", "mask_temporal", "patch_in"} <= taught


@pytest.fixture
def theirs(tmp_path):
    """Folders of an autoencoder and a text encoder that others have made."""
    return write_autoencoder(tmp_path / "vae"), write_clip_text(tmp_path / "clip")


def test_a_recipe_learns_with_encoders_of_others_and_ships_them(theirs, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    what = replace(recipe("world-gpu"), shapes=(replace(RECTANGLES, clips=1),), plan=Plan(2, 1e-3))
    state = begin(what, DiffusersAutoencoder.from_pretrained(theirs[0]), text=TransformersText.from_pretrained(theirs[1]))
    before = {name: weight.clone() for name, weight in state.networks.state_dict().items()}
    list(train(state, what.objective, Batches(folder, what.shapes, 0), what.plan, tmp_path / "run.pt"))
    learned = {name for name, weight in state.networks.state_dict().items() if not torch.equal(weight, before[name])}
    assert {name.split(".model.")[0] for name in learned if ".model." in name} == {"autoencoder"}
    assert all(".decoder." in name for name in learned if name.startswith("autoencoder."))
    assert any(name.startswith("transformer.") for name in learned)
    ship(what, state, "made-up clips", tmp_path / "shipped")
    found = load(tmp_path / "shipped")
    assert (type(found.autoencoder), type(found.text_encoder)) == (DiffusersAutoencoder, TransformersText)
    assert (found.transformer.config.text_dim, found.transformer.config.patch) == (16, 2)


def test_the_command_takes_folders_of_others_and_wants_them_again(theirs, folder, monkeypatch, capsys):
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    out = folder.parent
    run = ["run", "world-cpu", "--out", str(out), "--minutes", "0", "--autoencoder", str(theirs[0])]
    assert main([*run, "--text-encoder", str(theirs[1])]) == 0
    assert (out / "runs" / "world-cpu.pt").is_file()
    assert main(run) == 2
    assert "holds weights of other networks; wanted the recipe, the autoencoder and the text" in capsys.readouterr().err
    assert main([*run[:-1], "nowhere"]) == 2
    assert "autoencoder nowhere; wanted a run, or the folder of one of diffusers'" in capsys.readouterr().err


def test_the_command_says_in_a_sentence_that_a_step_came_to_no_number(theirs, folder, monkeypatch, capsys):
    monkeypatch.setattr(recipes, "size", lambda _: size("tiny"))
    monkeypatch.setattr(loop, "loss_of_step", lambda of, networks, *_: networks["transformer"].out.weight.sum() * float("nan"))
    out = folder.parent / "nan"
    (out / "clips").mkdir(parents=True)
    write_clip(out / "clips" / "0-light.clip.npz", clip(shape=HARVESTED["lights"]))
    assert main(["run", "world-cpu", "--out", str(out), "--autoencoder", str(theirs[0])]) == 2
    said = capsys.readouterr().err
    assert "loss nan with a gradient of norm nan at step 0; wanted numbers" in said
    assert said.count("\n") == 1


def test_an_autoencoder_whose_latents_make_no_tokens_is_refused(tmp_path):
    codec = DiffusersAutoencoder.from_pretrained(write_autoencoder(tmp_path, blocks=6))
    with pytest.raises(ValueError, match="32 pixels a latent; wanted a factor of 16"):
        begin(recipe("world-gpu"), codec)


def test_our_features_are_those_of_our_own_autoencoder(theirs):
    with pytest.raises(ValueError, match="DiffusersAutoencoder; wanted those of our own"):
        EncoderFeatures(DiffusersAutoencoder.from_pretrained(theirs[0]).requires_grad_(False))


def test_recipes_are_found_by_name_and_know_towns_words():
    for name in RECIPES:
        assert recipe(name).name == name
    with pytest.raises(ValueError, match="wanted one of autoencoder-cpu"):
        recipe("huge")
    assert {"rain", "night", "pedestrian", "trailer"} <= set(vocabulary())


def test_a_network_without_an_autoencoder_is_refused():
    with pytest.raises(ValueError, match="without an autoencoder"):
        begin(recipe("world-cpu"), None)
