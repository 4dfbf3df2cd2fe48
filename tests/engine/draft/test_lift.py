"""Whether what surrounds a lifted actor may come along, and how light its sides are."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.tracks import actor_at
from engine.draft.footage import Footage
from engine.draft.gather import Source
from engine.draft.lift import Lifted, lifted
from engine.draft.picks import Pick, Wanted
from engine.draft.sunlight import Sun
from engine.draft.surfaces import Block
from tests.engine.draft.drawing import MIDDLE, low_sun
from tests.engine.draft.painted import outline, write_painted_drive
from tests.small_drive import SIZE


@pytest.mark.parametrize(
    ("aside_m", "turned_rad", "stays"), [(0.0, 0.0, True), (0.1, 0.05, True), (1.0, 0.0, False), (0.0, 0.3, False)]
)
def test_an_actor_has_stayed_where_it_neither_moved_nor_turned(footage, parked, aside_m, turned_rad, stays):
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, z = actor_at(parked, camera.t_us).translation
    T = Rigid((x, y + aside_m, z), multiply(yaw_quaternion(turned_rad), actor_at(parked, camera.t_us).rotation))
    found = footage.looks.lift(parked, Wanted(T, parked.size_lwh, camera), 5, Block(0, 0, 160, 90))
    assert found.stayed is stays


@pytest.mark.parametrize(("ahead_m", "stays"), [(0.0, True), (0.5, True), (4.0, False)])
def test_what_is_beside_an_actor_comes_along_only_to_where_it_was_seen_from(footage, parked, ahead_m, stays):
    there = footage.recording.camera(5, "CAM_FRONT")
    place = Rigid(tuple(np.add(there.T_world_camera.translation, (ahead_m, 0.0, 0.0))), there.T_world_camera.rotation)
    wanted = Wanted(actor_at(parked, there.t_us), parked.size_lwh, replace(there, T_world_camera=place))
    pick, block = Pick(Source(5, "CAM_FRONT"), mirrored=False), Block(0, 0, 160, 90)
    found = lifted(footage.witnesses, footage.silhouettes, parked, wanted, pick, block, None)
    assert found.stayed is stays


def test_whom_his_other_side_shows_has_not_stayed(footage, parked):
    """From across the street, his own picture mirrored is seen from the same place."""
    there = footage.recording.camera(5, "CAM_FRONT")
    x, y, z = there.T_world_camera.translation
    across = 2 * (actor_at(parked, there.t_us).translation[1] - y)
    camera = replace(there, T_world_camera=Rigid((x, y + across, z), there.T_world_camera.rotation))
    wanted, block = Wanted(actor_at(parked, there.t_us), parked.size_lwh, camera), Block(0, 0, 160, 90)
    pick = Pick(Source(5, "CAM_FRONT"), mirrored=True)
    assert not lifted(footage.witnesses, footage.silhouettes, parked, wanted, pick, block, None).stayed


def test_who_stood_before_an_actor_does_not_come_along(tmp_path):
    cars = {"near": ("vehicle.car", (4.6, 1.9, 1.7), 12.0, 1.0, 0.0), "far": ("vehicle.car", (4.6, 1.9, 1.7), 20.0, 0.0, 0.0)}
    root, scene = write_painted_drive(tmp_path, cars)
    footage, camera = Footage(root, scene, SIZE), Footage(root, scene, SIZE).recording.camera(MIDDLE, "CAM_FRONT")
    far = max(scene.actors, key=lambda actor: actor.track[0].T_world.translation[0])
    wanted, pick = Wanted(actor_at(far, camera.t_us), far.size_lwh, camera), Pick(Source(MIDDLE, "CAM_FRONT"), mirrored=False)
    found = lifted(footage.witnesses, footage.silhouettes, far, wanted, pick, Block(0, 0, *SIZE), None)
    near, whole = (outline("CAM_FRONT", MIDDLE, at, (4.6, 1.9, 1.7)) for at in ((12.0, 1.0), (20.0, 0.0)))
    assert (near & whole).sum() > 30
    assert not found.seen[cv2.erode(near.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0].any()
    assert found.seen[whole & ~(cv2.dilate(near.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0)].all()


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
