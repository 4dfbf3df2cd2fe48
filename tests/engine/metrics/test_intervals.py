"""Bootstrap intervals of means."""

import numpy as np
import pytest

from engine.metrics.intervals import mean_of, mean_of_groups


def test_the_mean_lies_in_its_interval_which_repeats_by_seed():
    values = list(np.random.default_rng(0).normal(20, 3, 24))
    mean = mean_of(values)
    assert mean.low < mean.value < mean.high
    assert mean.value == pytest.approx(np.mean(values))
    assert mean == mean_of(values)
    assert mean != mean_of(values, seed=1)


def test_the_interval_is_about_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(0, 1, 400)
    mean = mean_of(list(values))
    half = 1.96 * values.std() / 20
    assert mean.high - mean.low == pytest.approx(2 * half, rel=0.1)


def test_one_case_is_sure_of_itself_and_none_is_refused():
    assert (mean_of([3.0]).low, mean_of([3.0]).high, mean_of([3.0]).cases) == (3.0, 3.0, 1)
    with pytest.raises(ValueError, match="0 cases"):
        mean_of([])


def test_groups_count_alike_however_many_cases_they_have():
    mean = mean_of_groups([[1.0] * 9, [3.0]])
    assert (mean.value, mean.low, mean.high, mean.cases) == (2.0, 2.0, 2.0, 10)
    assert mean_of_groups([[1.0, 2.0, 4.0]]) == mean_of([1.0, 2.0, 4.0])


def test_what_differs_between_groups_alone_does_not_widen_the_interval():
    chance = np.random.default_rng(2)
    groups = [list(chance.normal(middle, 1, 30)) for middle in (0, 50)]
    assert mean_of_groups(groups).high - mean_of_groups(groups).low < 1
    assert mean_of(groups[0] + groups[1]).high - mean_of(groups[0] + groups[1]).low > 5


def test_a_group_without_cases_is_refused():
    with pytest.raises(ValueError, match="0 cases"):
        mean_of_groups([[1.0], []])
