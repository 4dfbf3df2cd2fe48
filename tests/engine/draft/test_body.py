"""Which part of its box a body fills."""

import cv2
import numpy as np
import pytest

from editor.cameras import box_hull
from editor.geometry import Rigid, box_corners, yaw_quaternion
from editor.scene import View
from engine.draft.bank import bank
from engine.draft.body import body_of
from engine.draft.crowd import filled
from engine.draft.from_bank import from_bank
from engine.draft.picks import Wanted
from engine.draft.silhouettes import Outline, cut_out
from engine.draft.sources import Camera
from engine.draft.surfaces import Block

LOOKING_AHEAD = (0.5, -0.5, 0.5, -0.5)
VIEW = View("CAM_FRONT", 320, 180, (240.0, 240.0, 159.5, 89.5, 0.0), Rigid((0.0, 0.0, 1.6), LOOKING_AHEAD))
CAMERA = Camera(VIEW, VIEW.T_ego_camera, 0)
CAR = (4.5, 1.8, 1.5)
SHAPE = (180, 320)


def outlines(degrees: float, category="vehicle.car", size=CAR, ahead=9.0):
    T = Rigid((ahead, 0.0, size[2] / 2), yaw_quaternion(np.radians(degrees)))
    body = body_of(category, T, np.asarray(size) / 2, CAMERA)
    if body is None:
        return None
    hull = box_hull(VIEW, CAMERA.T_world_camera.inverse().apply(box_corners(T, size)))
    union = [np.any([filled(outline, SHAPE) > 0 for outline in part], axis=0) for part in (body.around, body.sure)]
    return filled(hull, SHAPE) > 0, *union


@pytest.mark.parametrize("degrees", [0, 30, 90, 135, 180, 250])
def test_a_body_is_in_its_box_and_what_is_sure_is_in_the_body(degrees):
    box, around, sure = outlines(degrees)
    grown = cv2.dilate(box.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert not (around & ~grown).any()
    assert not (sure & ~around).any()
    assert 0.2 < sure.sum() / around.sum() < 0.9


def test_above_the_bonnet_there_is_air():
    box, around, _ = outlines(90)  # its nose is at the left
    high = slice(int(np.flatnonzero(box.any(axis=1))[0]) + 2, int(np.flatnonzero(box.any(axis=1))[0]) + 8)
    columns = np.flatnonzero(box.any(axis=0))
    nose, back = slice(columns[0] + 2, columns[0] + 20), slice(columns[-1] - 30, columns[-1] - 12)
    assert box[high, nose].all()
    assert not around[high, nose].any()
    assert around[high, back].all()


def test_of_trucks_nothing_is_known():
    assert outlines(0, "vehicle.truck", CAR) is None


@pytest.mark.parametrize("name", ["van", "parcel-van", "suv", "estate", "hatchback"])
@pytest.mark.parametrize("degrees", [0, 40, 90, 150, 180, 230])
def test_what_is_sure_is_filled_by_shapes_of_that_kind(name, degrees):
    size = bank()[name].size_lwh
    T = Rigid((9.0, 0.0, size[2] / 2), yaw_quaternion(np.radians(degrees)))
    sure = np.any([filled(part, SHAPE) > 0 for part in body_of("vehicle.car", T, np.asarray(size) / 2, CAMERA).sure], axis=0)
    block = Block(0, 0, SHAPE[1], SHAPE[0])
    shown = from_bank(bank()[name], Wanted(T, size, CAMERA), block, np.full((*SHAPE, 3), 110, np.uint8), None).alpha > 0.5
    assert sure.sum() > 0.3 * shown.sum()
    assert (sure & ~shown).sum() < 0.03 * sure.sum()


def test_of_a_car_behind_the_camera_there_are_no_outlines():
    T = Rigid((-20.0, 0.0, 0.75), (1.0, 0.0, 0.0, 0.0))
    body = body_of("vehicle.car", T, np.asarray(CAR) / 2, CAMERA)
    assert body.around == body.sure == ()


def test_a_wall_above_the_bonnet_is_not_taken_for_the_car():
    """A black car that leaves the picture, and a dark wall behind it."""
    T = Rigid((2.5, -2.0, 0.75), yaw_quaternion(np.radians(150)))
    hull = box_hull(VIEW, CAMERA.T_world_camera.inverse().apply(box_corners(T, CAR)))
    body = body_of("vehicle.car", T, np.asarray(CAR) / 2, CAMERA)
    car = np.any([filled(outline, SHAPE) > 0 for outline in body.around], axis=0)
    picture = np.where(car, 30, 55).astype(np.uint8)[..., None].repeat(3, axis=2)
    picture += np.random.default_rng(0).integers(0, 12, picture.shape, dtype=np.uint8)
    found = cut_out(picture, Outline(hull, body), [], [], np.zeros(SHAPE, np.uint8)) > 0.5
    assert (found & car).sum() / (found | car).sum() > 0.95
