"""Verdicts on engines whose scores are known beforehand."""

import numpy as np
import pytest

from engine.benchmark.cases import BenchmarkError, Case
from engine.benchmark.engines import engine_of
from engine.benchmark.judge import judged
from engine.metrics.pictures import CEILING_DB
from engine.metrics.pooled import Scores
from tests.engine.benchmark.engines import BLACK, LAZY, RECORDED, TRUE
from tests.engine.benchmark.worlds import TINY


def case(kind):
    return Case(TINY.seeds[0], kind)


@pytest.mark.parametrize("kind", ["move", "delete", "add", "relabel", "ego_path", "weather"])
def test_the_truth_is_perfect_in_every_kind(world, kind):
    verdict, strip = judged(world, case(kind), TINY, TRUE)
    assert verdict.pictures == 6
    assert verdict.inside.pixels + verdict.outside.pixels == 6 * 112 * 64
    assert Scores.of(verdict.inside) == Scores(CEILING_DB, pytest.approx(1.0), 1.0, 0.0)
    assert verdict.outside.squared_error == 0
    before, true, drawn, error = np.split(strip, 4, axis=1)
    assert (before != true).any()
    assert np.array_equal(true, drawn)
    assert not error.any()


def test_who_changes_nothing_is_right_outside_and_wrong_inside(world):
    verdict, _ = judged(world, case("delete"), TINY, RECORDED)
    inside, outside = Scores.of(verdict.inside), Scores.of(verdict.outside)
    assert inside.psnr_db < outside.psnr_db - 5
    assert inside.ssim < outside.ssim
    assert inside.delta_e > outside.delta_e
    assert verdict.beyond == 0


def test_who_changes_what_it_says_it_kept_is_found_out(world):
    assert judged(world, case("delete"), TINY, BLACK)[0].beyond > 100


def test_the_draft_keeps_what_it_says_it_keeps(world):
    for kind in ("delete", "move"):
        verdict, _ = judged(world, case(kind), TINY, engine_of("draft"))
        assert verdict.beyond == 0
        assert verdict.inside.pixels > 0


def test_who_leaves_pictures_out_is_refused(world):
    with pytest.raises(BenchmarkError, match="left out 1 of 6 pictures"):
        judged(world, case("delete"), TINY, LAZY)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("dream", "wanted draft, model, or package.module:attribute"),
        ("nowhere.at_all:ENGINE", "No module named"),
        ("engine.benchmark.cases:NONE", "has no attribute"),
        ("engine.benchmark.cases:KINDS", "is a tuple; wanted"),
    ],
)
def test_what_is_no_engine_is_said(name, sentence):
    with pytest.raises(BenchmarkError, match=sentence):
        engine_of(name)


def test_engines_of_ones_own_go_by_their_place():
    assert engine_of("tests.engine.benchmark.engines:TRUE") is TRUE
