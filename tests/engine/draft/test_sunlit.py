"""What is turned to the sun gets its light, what is turned away the sky's alone."""

import numpy as np
import pytest

from engine.draft.light import linear
from engine.draft.sunlit import lit, relit

SUN = np.array([0.6, 0.0, 0.8])
OVER_SKY = np.float32((3.0, 2.0, 1.0))


@pytest.mark.parametrize(
    ("normal", "light"),
    [(SUN, (4.0, 3.0, 2.0)), (-SUN, (1.0, 1.0, 1.0)), ((0.0, 1.0, 0.0), (1.0, 1.0, 1.0)), ((0.0, 0.0, 1.0), (3.4, 2.6, 1.8))],
)
def test_a_face_gets_as_much_as_it_is_turned_to_the_sun(normal, light):
    assert lit(np.array([normal]), SUN, OVER_SKY) == pytest.approx(np.array([light]), rel=1e-6)


def test_levels_are_those_of_so_many_times_the_light_and_never_more_than_white():
    grey = np.full((1, 3), 100, np.float32)
    lighter = relit(grey, np.float32([[1.0, 2.0, 4.0]]))
    assert linear(lighter / 255) == pytest.approx(linear(grey / 255) * (1.0, 2.0, 4.0), rel=1e-3)
    assert (relit(grey, np.float32([[100.0, 100.0, 100.0]])) <= 255).all()
    assert relit(grey, np.ones((1, 3), np.float32)) == pytest.approx(grey, rel=1e-4)
