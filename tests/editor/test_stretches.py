"""The nearest places on a line, against many places of it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.stretches import nearest_on

METRES = st.floats(-50, 50)


@given(st.lists(st.tuples(METRES, METRES), min_size=2, max_size=6), METRES, METRES)
def test_no_place_of_a_stretch_is_nearer(corners, x, y):
    line = np.array(corners)
    for (start, end), share, away in zip(pairwise(line), *nearest_on(line, x, y), strict=True):
        places = start + np.linspace(0, 1, 101)[:, None] * (end - start)
        assert away <= np.linalg.norm(places - (x, y), axis=1).min() + 1e-5  # a stretch of a micrometre counts as a point
        assert 0 <= share <= 1
        assert np.linalg.norm(start + share * (end - start) - (x, y)) == pytest.approx(away, abs=1e-5)


def test_heights_do_not_count():
    share, away = nearest_on(np.array([[0.0, 0.0, 9.0], [10.0, 0.0, -5.0]]), 4.0, 3.0)
    assert (share, away) == (pytest.approx([0.4]), pytest.approx([3.0]))
