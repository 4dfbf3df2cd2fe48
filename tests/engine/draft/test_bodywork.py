"""Where vehicles are painted, as the shipped bank tells."""

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import View
from engine.draft.bodywork import ASKED, bodywork
from engine.draft.picks import Wanted
from engine.draft.sources import Camera
from engine.draft.surfaces import Block

SEDAN = 4.7, 1.9, 1.5
AWAY_M, FOCAL = 8.0, 300.0
FROM_ITS_LEFT = Rigid((0.0, 0.0, 0.0), (0.5, -0.5, 0.5, -0.5))  # looking along x, the picture's right is -y


def seen_from_the_side(size_lwh, step=1):
    """A vehicle across the line of sight, in the middle of a picture of 448 x 256 pixels, or of so many times as large ones."""
    view = View("CAM", 448 * step, 256 * step, (FOCAL * step, FOCAL * step, 224.0 * step, 128.0 * step, 0.0), FROM_ITS_LEFT)
    across = Rigid((AWAY_M, 0.0, 0.0), (0.7071068, 0.0, 0.0, 0.7071068))
    return Wanted(across, size_lwh, Camera(view, FROM_ITS_LEFT, 0)), Block(0, 0, view.width, view.height)


def at(share, along, up, size_lwh=SEDAN, step=1):
    """The share at a place of the near flank, in halves of the box."""
    scale = FOCAL * step / (AWAY_M - size_lwh[1] / 2)
    u, v = 224 * step - along * size_lwh[0] / 2 * scale, 128 * step - up * size_lwh[2] / 2 * scale
    return float(share[round(v), round(u)])


@pytest.mark.parametrize("step", [1, 4])
def test_of_a_car_its_doors_are_painted_and_not_its_windows_nor_wheels(step):
    share = bodywork("vehicle.car", *seen_from_the_side(SEDAN, step))
    assert share.shape == (256 * step, 448 * step)
    assert at(share, 0.0, -0.1, step=step) > 0.9
    assert at(share, 0.0, 0.62, step=step) < 0.4
    assert min(at(share, along, -0.62, step=step) for along in (-0.57, 0.6)) < 0.4


def test_beside_it_is_what_is_nearest():
    share = bodywork("vehicle.car", *seen_from_the_side(SEDAN))
    assert np.isfinite(share).all()
    assert 0 <= share.min() < share.max() <= 1


@pytest.mark.parametrize("category", ["human.pedestrian.adult", "movable_object.trafficcone"])
def test_nobody_else_has_any(category):
    assert bodywork(category, *seen_from_the_side((0.8, 0.7, 1.8))) is None


def test_one_that_is_too_small_to_tell_has_none():
    wanted, block = seen_from_the_side(SEDAN)
    assert bodywork("vehicle.car", wanted, Block(0, 0, 8, 8)) is None
    assert ASKED > 1
