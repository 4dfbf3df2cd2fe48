"""Every recipe can be run: its batches fit into what is harvested, and go through networks of its kind."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.model.autoencoder import PictureAutoencoder
from engine.model.sizes import size
from engine.training import recipes
from engine.training.batches import Batches
from engine.training.clips import write_clip
from engine.training.harvest import LISTING, NUM_FRAMES, NUM_VIEWS
from engine.training.lights import LIGHTS
from engine.training.objectives import loss_of_step
from engine.training.recipes import RECIPES, begin, recipe, vocabulary
from engine.training.windows import cut, drawn
from tests.engine.training.made_up import clip

HARVESTED = {
    "edits": (NUM_FRAMES, NUM_VIEWS, *LISTING.recipe.size[::-1]),
    "lights": (LIGHTS.num_frames, NUM_VIEWS, *LIGHTS.recipe.size[::-1]),
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
    made = tmp_path_factory.mktemp("clips")
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
    loss_of_step(what.objective, state.networks, batches, 0, torch.float32).backward()
    for trained in what.trained:
        slopes = [p.grad for p in state.networks[trained].parameters() if p.grad is not None]
        assert all(torch.isfinite(slope).all() for slope in slopes)
        assert any(slope.any() for slope in slopes), trained


def test_recipes_are_found_by_name_and_know_towns_words():
    for name in RECIPES:
        assert recipe(name).name == name
    with pytest.raises(ValueError, match="wanted one of autoencoder-cpu"):
        recipe("huge")
    assert {"rain", "night", "pedestrian", "trailer"} <= set(vocabulary())


def test_a_network_without_an_autoencoder_is_refused():
    with pytest.raises(ValueError, match="without an autoencoder"):
        begin(recipe("world-cpu"), None)
