"""Whether what surrounds a lifted actor may come along."""

import numpy as np
import pytest
from numpy.typing import NDArray

from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.tracks import actor_at
from engine.draft.lift import Lifted
from engine.draft.picks import Wanted
from engine.draft.surfaces import Block


@pytest.mark.parametrize(
    ("aside_m", "turned_rad", "stays"), [(0.0, 0.0, True), (0.1, 0.05, True), (1.0, 0.0, False), (0.0, 0.3, False)]
)
def test_an_actor_has_stayed_where_it_neither_moved_nor_turned(footage, parked, aside_m, turned_rad, stays):
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, z = actor_at(parked, camera.t_us).translation
    T = Rigid((x, y + aside_m, z), multiply(yaw_quaternion(turned_rad), actor_at(parked, camera.t_us).rotation))
    found = footage.looks.lift(parked, Wanted(T, parked.size_lwh, camera), 5, Block(0, 0, 160, 90))
    assert found.stayed is stays


def made(colour: float, seen: NDArray[np.bool_]) -> Lifted:
    """All of one grey, all of it the actor."""
    ones = np.ones(seen.shape, np.float32)
    return Lifted(Block(0, 0, 60, 20), np.full((*seen.shape, 3), colour, np.float32), ones, ones, seen, False)


def test_where_a_picture_ends_another_goes_on_without_a_step():
    held = np.zeros((20, 60), bool)
    held[:, :30] = True
    both = made(200, held).continued(made(100, ~held))
    assert (both.colours[:, :25] == 200).all()
    assert (both.colours[:, 35:] == 100).all()
    assert (np.diff(both.colours[10, :, 0]) <= 0).all()
    assert np.abs(np.diff(both.colours[10, :, 0])).max() < 80
    assert np.array_equal(both.seen, held)
