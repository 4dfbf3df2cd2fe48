"""Which weights the window offers for a scene."""

import pytest

from app.settings import Settings
from app.weights import Manner, usual_model, weights_of
from editor.datasets.nuscenes import open_data_set
from engine.service.adapted import STATEMENT, folder_of


@pytest.fixture(scope="module")
def scene(small_drive):
    return open_data_set(small_drive).scene("scene-0001")


@pytest.fixture
def settings(small_drive, tmp_path):
    return Settings(small_drive, checkpoint=tmp_path / "weights", adapted=tmp_path / "adapted", device="cuda")


def kinds(choices):
    return [weights.name.split("-")[0] for weights in choices]


def test_without_a_checkpoint_there_is_nothing_to_choose(scene, small_drive):
    assert weights_of(Settings(small_drive), scene) == ()
    assert usual_model(Settings(small_drive), scene) is None


def test_the_shipped_weights_are_the_usual_ones(scene, settings):
    assert kinds(weights_of(settings, scene)) == ["shipped"]
    model = usual_model(settings, scene)
    assert (model.checkpoint, model.device) == (settings.checkpoint, "cuda")


def test_weights_adapted_to_a_drive_are_offered_for_it_first(scene, settings):
    folder = folder_of(scene, settings.adapted)
    folder.mkdir(parents=True)
    (folder / STATEMENT).write_text("{}")
    assert kinds(weights_of(settings, scene)) == ["adapted", "shipped"]
    assert usual_model(settings, scene).checkpoint == folder


def test_what_was_drawn_before_the_weights_learned_more_is_not_taken_for_theirs(scene, settings):
    folder = folder_of(scene, settings.adapted)
    folder.mkdir(parents=True)
    (folder / STATEMENT).write_text('{"steps": 10}')
    before = weights_of(settings, scene)
    assert weights_of(settings, scene) == before
    (folder / STATEMENT).write_text('{"steps": 200}')
    after = weights_of(settings, scene)
    assert Manner(after[0], 1.0, 4).as_asked() != Manner(before[0], 1.0, 4).as_asked()
    assert (after[0].label, after[1]) == (before[0].label, before[1])
