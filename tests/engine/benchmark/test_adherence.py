"""Silhouettes: what is found against what is asked for; and the segmenter itself, through a course of seconds."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.benchmark.adherence import found, overlap, searched
from engine.benchmark.cases import BenchmarkError
from engine.benchmark.run import Run, run
from engine.benchmark.segmenter import Course, Segmenter, examples, kept_file, segmenter
from engine.town.truth import render_truth
from tests.engine.benchmark.worlds import TINY

TRUE = "tests.engine.benchmark.engines:TRUE"
SHORT = Course(towns=1, instants=1, seconds=1.0, size=(64, 48), steps=30, batch=2, cut_out=(32, 32))


class Knows(Segmenter):
    """Sees an actor in every pixel."""

    def actors(self, picture):
        """All of it."""
        return np.ones(picture.shape[:2], bool)


def test_overlap_is_intersection_over_union():
    asked = np.zeros((4, 4), bool)
    asked[:2] = True
    assert overlap(asked, asked) == 1
    assert overlap(~asked, asked) == 0
    assert overlap(np.ones((4, 4), bool), asked) == 0.5
    with pytest.raises(ValueError, match="0 pixels"):
        overlap(asked, np.zeros((4, 4), bool))


def test_another_actors_pixels_are_not_searched(world):
    truth = render_truth(world.as_recorded, "CAM_FRONT", 0)
    asked = truth.instance == np.bincount(truth.instance[truth.instance >= 0]).argmax()
    region = searched(truth, asked, asked)
    assert (region & asked).sum() == asked.sum()
    assert not (region & (truth.instance >= 0) & ~asked).any()
    assert region.sum() > asked.sum()


@pytest.fixture
def small(monkeypatch):
    """In pictures of 112 pixels across nobody has 200."""
    for module in ("adherence", "run"):
        monkeypatch.setattr(f"engine.benchmark.{module}.VISIBLE_PX", 20)


def test_the_truth_is_found_as_well_as_the_truth(world, folder, small):
    what = Run(TRUE, replace(TINY, name="silhouettes", kinds=("move", "resize")), folder)
    list(run(what))
    all_found = list(found((what, what), Knows()))
    assert all_found
    assert all(one.drawn == (one.on_truth, one.on_truth) and one.on_truth < 1 for one in all_found)


def test_a_run_that_was_not_carried_out_has_no_pictures(world, folder, small):
    with pytest.raises(BenchmarkError, match="is no picture"):
        list(found((Run(TRUE, replace(TINY, name="absent", kinds=("move", "resize")), folder),), Knows()))


def test_a_segmenter_answers_at_the_size_of_the_picture():
    net = Segmenter().eval()
    assert net.actors(np.zeros((50, 70, 3), np.uint8)).shape == (50, 70)


def test_examples_show_who_is_there():
    pictures, masks = zip(*examples(SHORT, 0), strict=True)
    assert len(pictures) == 6
    assert {p.shape for p in pictures} == {(48, 64, 3)}
    assert any(mask.any() for mask in masks)
    assert not all(mask.all() for mask in masks)


def test_what_was_trained_is_kept_and_is_the_same_again(tmp_path):
    first = segmenter(tmp_path, SHORT)
    before = kept_file(tmp_path, SHORT).stat().st_mtime_ns
    again = segmenter(tmp_path, SHORT)
    assert kept_file(tmp_path, SHORT).stat().st_mtime_ns == before
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert kept_file(tmp_path, replace(SHORT, steps=31)) != kept_file(tmp_path, SHORT)
