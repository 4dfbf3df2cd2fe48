"""An actor's colour over time."""

import numpy as np
import pytest

from engine.metrics.identity import colour_error, wander

MASK = np.zeros((6, 8), bool)
MASK[2:4, 2:6] = True


def grey(level):
    return np.full((6, 8, 3), level, np.uint8)


def test_the_error_of_the_truth_is_nothing():
    assert not colour_error(grey(80), grey(80), MASK).any()


def test_only_the_region_counts():
    drawn = np.where(MASK[..., None], grey(80), grey(200))
    assert not colour_error(drawn, grey(80), MASK).any()
    assert colour_error(grey(255), grey(0), MASK) == pytest.approx([100, 0, 0], abs=0.1)


def test_who_is_always_equally_wrong_does_not_wander():
    assert wander([np.array([30.0, -4.0, 2.0])] * 16) == 0


def test_wandering_is_the_deviation_in_the_colour_space():
    assert wander([np.array([3.0, 0, 0]), np.array([-3.0, 0, 0])]) == pytest.approx(3)
    assert wander([np.array([9.0, 4, 0]), np.array([3.0, -4, 0])]) == pytest.approx(5)


def test_nothing_to_look_at_is_an_error():
    with pytest.raises(ValueError, match="0 pixels"):
        colour_error(grey(1), grey(1), np.zeros((6, 8), bool))
    with pytest.raises(ValueError, match="0 frames"):
        wander([])
