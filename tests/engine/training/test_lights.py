import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pytest

from engine.town.recipe import Recipe
from engine.training.clips import read_clip
from engine.training.harvest import Harvest, HarvestError, harvested
from engine.training.lights import Lights, harvest_lights

SHORT = Lights(Recipe(size=(64, 48), duration_s=1.0, rate_hz=2), num_frames=2, number=3)


@pytest.fixture(scope="module")
def harvest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lights")
    return Harvest(folder / "worlds", folder / "clips")


@pytest.fixture(scope="module")
def clips(harvest):
    """Of one town."""
    return [read_clip(file) for file in harvest_lights(harvest, 7, SHORT)]


def test_a_town_is_asked_for_in_lights_that_were_not_recorded(clips):
    assert len({clip.asked.text for clip in clips}) == len(clips) == SHORT.number
    for clip in clips:
        assert clip.asked.text != clip.asked.recorded_text == clips[0].asked.recorded_text


def test_all_of_a_picture_may_change_and_the_truth_is_lit_otherwise_than_the_draft(clips):
    for clip in clips:
        assert clip.truth.shape == clip.drafts.pictures.shape == (2, 2, 48, 64, 3)
        assert clip.drafts.dirty.all()
        assert np.abs(clip.truth.astype(int) - clip.drafts.pictures).mean() > 2


def test_what_is_there_is_not_harvested_again(harvest, clips):
    assert list(harvest_lights(harvest, 7, SHORT)) == []


def test_a_process_of_its_own_makes_what_is_missing_and_says_how_much_that_was(harvest, clips):
    gone = sorted(harvest.clips.iterdir())[1]
    before = gone.read_bytes()
    gone.unlink()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(harvested, partial(harvest_lights, how=SHORT), harvest, 7).result() == 1
    assert gone.read_bytes() == before


def test_a_seed_of_the_benchmark_is_refused(harvest):
    with pytest.raises(HarvestError, match="seed 800000; wanted 0 to 499999"):
        list(harvest_lights(harvest, 800_000, SHORT))
