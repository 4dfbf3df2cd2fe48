"""Ground that nobody saw goes on as it does along the road; what is no ground is left alone."""

import numpy as np
import pytest

from engine.draft.gather import Source
from engine.draft.onward import continued
from engine.draft.remove import ground_mask

HERE = Source(5, "CAM_FRONT")


def _holed(footage, rows, columns):
    camera = footage.recording.camera(HERE.frame, HERE.view)
    true = footage.recording.picture(HERE.frame, HERE.view)
    hole = np.zeros(true.shape[:2], bool)
    hole[rows, columns] = True
    painted = np.where(hole[..., None], np.uint8([255, 0, 255]), true)
    found, left = continued(footage.witnesses, camera, painted, hole, hole, ground_mask(footage.witnesses, camera), HERE)
    return true, painted, hole, found, left


def test_a_hole_in_the_road_is_continued_from_beside_it(footage):
    true, painted, hole, found, left = _holed(footage, slice(66, 82), slice(60, 90))
    told = hole & ~left
    assert told.sum() > 0.5 * hole.sum()
    assert np.array_equal(found[~told], painted[~told])
    assert np.abs(found[told].astype(int) - true[told]).mean() < 28  # as far as two places of its road are apart


def test_nothing_is_borrowed_from_the_hole_itself(footage):
    # As long along the road as the nearest borrowed ground is away: what is taken out lies there, too.
    _, _, hole, found, left = _holed(footage, slice(60, 90), slice(40, 100))
    told = found[hole & ~left].astype(int)
    assert len(told)
    assert (told[:, 0] - told[:, 1]).max() < 60, "the paint that hides the hole came back as ground"


@pytest.mark.parametrize(("rows", "columns"), [(slice(0, 20), slice(0, 60)), (slice(70, 73), slice(70, 73))])
def test_the_sky_and_what_is_small_are_left_to_others(footage, rows, columns):
    _, painted, hole, found, left = _holed(footage, rows, columns)
    assert np.array_equal(found, painted)
    assert np.array_equal(left, hole)
