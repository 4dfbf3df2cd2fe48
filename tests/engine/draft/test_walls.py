"""What a sparse LiDAR hit only dots of is closed up, and nothing is put where nothing stands."""

import numpy as np

from engine.draft.walls import ENOUGH_POINTS, closed_up


def _dots(x, heights, ground=3.0):
    points = np.array([(a, 5.0, ground + h) for a in x for h in heights], np.float32)
    return points, points[:, 2] - ground


def test_a_wall_hit_every_two_metres_is_closed_down_to_the_ground():
    points, above = _dots(np.arange(0, 10, 1.9), (1.5, 4.0))
    found = closed_up(points, above)
    assert np.array_equal(found[: len(points)], points)
    asked = np.array([(x, 5.0, 3.0 + h) for x in np.arange(0.2, 9, 0.7) for h in (0.3, 1.0, 2.5, 3.8)])
    assert np.linalg.norm(asked[:, None] - found[None], axis=-1).min(axis=1).max() < 0.4
    assert np.abs(found[:, 1] - 5.0).max() < 1e-4
    assert found[:, 2].min() > 3.0
    assert found[:, 2].max() <= 4.0 + 3.0


def test_what_is_far_apart_stays_apart_and_what_hangs_stays_up():
    points, above = _dots((0.0, 6.0), (3.0, 4.0))
    found = closed_up(points, above)
    assert found[:, 2].min() >= 6.0 - 1e-4
    assert np.minimum(np.abs(found[:, 0]), np.abs(found[:, 0] - 6.0)).max() < 1e-4


def test_a_dense_scan_and_an_empty_one_stay_as_they_are():
    for count in (0, ENOUGH_POINTS):
        points = np.zeros((count, 3), np.float32)
        assert closed_up(points, points[:, 2]) is points
