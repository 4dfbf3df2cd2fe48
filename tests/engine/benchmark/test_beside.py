"""An engine beside another: gains clip by clip, over the clips that both were judged on."""

from dataclasses import replace

import pytest

from engine.benchmark.beside import GEOMETRIC, changed_share, gains, geometric_gain_db, markdown, pairs
from engine.benchmark.cases import KINDS, Case
from engine.benchmark.judge import Verdict
from engine.metrics.pooled import Sums

NOTHING = Sums()


def verdict(kind, seed, error, moved=None):
    """Of a clip with 100 dirty pixels, all of whose values are wrong by `error`."""
    inside = Sums(100, 300 * error**2, 50.0, 100.0, 10.0, 10.0)
    return Verdict(Case(seed, kind), inside, NOTHING, 0, 9, 1.0, moved)


def test_gains_are_those_of_the_same_clips():
    drafts = [verdict("move", 1, 20), verdict("move", 2, 20), verdict("delete", 1, 20)]
    models = [verdict("move", 2, 10), verdict("move", 1, 2), verdict("add", 1, 10)]
    (move,) = gains(pairs(models, drafts))
    assert move.kind == "move"
    assert move.gain_db.cases == 2
    assert move.gain_db.value == pytest.approx((6.0206 + 20) / 2, abs=1e-3)
    assert move.mine["psnr_db"].value - move.other["psnr_db"].value == pytest.approx(move.gain_db.value)


def test_an_engine_beside_itself_gains_nothing():
    drafts = [verdict(kind, seed, 3 + seed) for kind in KINDS for seed in range(3)]
    both = pairs(drafts, drafts)
    assert [gain.kind for gain in gains(both)] == list(KINDS)
    assert {(g.gain_db.value, g.gain_db.low, g.gain_db.high) for g in gains(both)} == {(0.0, 0.0, 0.0)}
    assert geometric_gain_db(both).value == 0.0
    assert changed_share(both) is None


def test_clips_in_which_nothing_is_dirty_are_left_out():
    empty = replace(verdict("move", 1, 10), inside=NOTHING)
    assert pairs([empty], [empty]) == ()


def test_the_geometric_kinds_count_alike_and_none_may_be_missing():
    drafts = [verdict(kind, 1, 20) for kind in KINDS] + [verdict("move", seed, 20) for seed in range(2, 9)]
    models = [verdict(v.case.kind, v.case.seed, 10 if v.case.kind == "move" else 20) for v in drafts]
    mean = geometric_gain_db(pairs(models, drafts))
    assert mean.value == pytest.approx(6.0206 / len(GEOMETRIC), abs=1e-3)
    assert geometric_gain_db(pairs([v for v in models if v.case.kind != "path"], drafts)) is None


def test_the_changed_share_is_of_the_dirty_pixels():
    drafts = [verdict("move", seed, 20) for seed in (1, 2)]
    models = [verdict("move", 1, 10, moved=25), verdict("move", 2, 10, moved=75)]
    assert changed_share(pairs(models, drafts)).value == 0.5


def test_the_table_says_both_and_the_gain():
    drafts = [verdict(kind, 1, 20) for kind in KINDS]
    models = [verdict(kind, 1, 10, moved=50) for kind in KINDS]
    table = markdown(pairs(models, drafts))
    assert "| `move` | 1 | 22.1 → 28.1 | +6.02 (+6.02 to +6.02) |" in table
    assert "| geometric | 8 | | +6.02" in table
    assert "| 50% |" in table
