"""Whether what surrounds a lifted actor may come along, and how light its sides are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.tracks import actor_at
from engine.draft.gather import Source
from engine.draft.lift import Lifted, lifted
from engine.draft.picks import Pick, Wanted
from engine.draft.sunlight import Sun
from engine.draft.surfaces import Block
from tests.engine.draft.drawing import low_sun


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


def test_where_a_picture_ends_another_goes_on_as_light_as_it_is():
    held = np.zeros((20, 60), bool)
    held[:, :30] = True
    other = made(50, ~held)
    other.colours[:, 30:] = 80
    both = made(100, held).continued(other)
    assert (both.colours[:, :25] == 100).all()
    assert both.colours[:, 35:] == pytest.approx(80 * 104 / 54)
    assert (np.diff(both.colours[10, :, 0]) > -4).all()
    assert np.array_equal(both.seen, held)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("sunny_side", [1, -1])
def test_the_side_that_is_wanted_is_as_light_as_the_sun_makes_it_there(footage, parked, mirrored, sunny_side):
    """Its right side was recorded. Wanted is its left side, shown by what the right one shows, or the right one, of the car
    turned round on the other side of the street."""
    camera = footage.recording.camera(0, "CAM_FRONT")
    x, y, z = actor_at(parked, camera.t_us).translation
    T = Rigid((x, -y, z), yaw_quaternion(0.0 if mirrored else np.pi))
    wanted, pick = Wanted(T, parked.size_lwh, camera), Pick(Source(0, "CAM_FRONT"), mirrored)

    def drawn(sun: Sun | None) -> float:
        found = lifted(footage.witnesses, footage.silhouettes, parked, wanted, pick, Block(90, 30, 50, 30), sun)
        return float(found.colours[found.alpha > 0.9].mean())

    assert not np.isnan(drawn(None))
    lighter = drawn(low_sun(sunny_side * np.pi / 2, 1.0)) / drawn(None)
    assert lighter > 1.1 if sunny_side > 0 else lighter < 0.9
