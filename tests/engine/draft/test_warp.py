"""A picture from elsewhere: nothing twice, nothing where it was, and the light of the place."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from editor.edits import EgoOffset, EgoPath
from editor.geometry import Rigid
from editor.scene import Scene
from engine.draft.footage import Footage
from engine.draft.gather import Source, Witnesses
from engine.draft.remove import Filled
from engine.draft.warp import Passing, made_up, warped
from tests.editor.made import replayed
from tests.engine.draft.drawing import MIDDLE, drawn
from tests.engine.draft.painted import GREY, RED, outline, write_painted_drive
from tests.small_drive import EGO_MPS, SIZE, STEP_US

TRUCK = (7.0, 2.4, 3.5)
A_FEW_PX = 40  # the truck has some hundreds
MIDDLE_S = MIDDLE * STEP_US * 1e-6


def bent(scene: Scene, left: float = 0.0, ahead: float = 0.0) -> EgoPath:
    """All along."""
    return EgoPath(tuple(EgoOffset(t_us, left, ahead) for t_us in scene.span))


def red(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 170) & (picture[..., 1] < 90)


@pytest.mark.parametrize("left", [-1.0, -0.5, 0.5, 1.0])
def test_a_parked_truck_shows_once_and_where_it_stands(tmp_path: Path, left: float):
    root, scene = write_painted_drive(tmp_path, {"parked": ("vehicle.truck", TRUCK, 20.0, 4.0, 0.0)})
    (chunk,) = drawn(root, replayed(scene, (bent(scene, left=left),)))
    stands = outline("CAM_FRONT", MIDDLE, (20.0, 4.0 - left), TRUCK)
    assert red(chunk.picture)[stands].mean() > 0.7
    assert red(chunk.picture)[~_grown(stands)].sum() < A_FEW_PX


def test_what_nobody_saw_is_made_up_of_its_own_layer_where_some_of_that_is_near():
    picture = np.full((60, 300, 3), GREY, np.uint8)
    paint, ground = np.zeros((60, 300), bool), np.ones((60, 300), bool)
    paint[:, 60:90] = True
    picture[paint] = RED[::-1]
    unknown = np.zeros_like(paint)
    unknown[:, 80:120] = True
    layers = (paint, ground & ~paint)
    picture[unknown] = 0
    made = made_up(picture, unknown, ~unknown, layers)
    assert red(made)[:, 80:90].all()
    assert np.abs(made[:, 92:120].astype(int) - GREY).max() <= 3
    far = np.zeros_like(paint)
    far[:, 280:] = True  # of somebody who is known far away alone: what is beside it is better than nothing
    picture[far] = 0
    of_far = made_up(picture, far, ~(far | unknown), (paint | far, ground & ~paint & ~far))[far]
    assert np.abs(of_far.astype(int) - GREY).max() <= 3


def test_a_truck_that_drives_is_where_it_is_then_and_not_where_the_nearest_picture_has_it(tmp_path: Path):
    speed, back = 2 * EGO_MPS, 1.5
    root, scene = write_painted_drive(tmp_path, {"ahead": ("vehicle.truck", TRUCK, 6.0, 1.0, speed)})
    (chunk,) = drawn(root, replayed(scene, (bent(scene, ahead=-back),)))
    stands = outline("CAM_FRONT", MIDDLE, (6.0 + speed * MIDDLE_S + back, 1.0), TRUCK)
    assert red(chunk.picture)[stands].mean() > 0.7
    assert red(chunk.picture)[~_grown(stands)].sum() < A_FEW_PX


def test_the_ground_about_who_drives_is_that_times(tmp_path: Path):
    dusk, noon = 60, 180  # too far apart to be levelled
    truck = {"ahead": ("vehicle.truck", TRUCK, 8.0, 2.0, EGO_MPS)}
    root, scene = write_painted_drive(tmp_path, truck, ground=lambda index: noon if index == MIDDLE else dusk)
    (chunk,) = drawn(root, replayed(scene, (bent(scene, ahead=-1.0),)))
    at_noon = (chunk.picture.min(axis=-1) > (dusk + noon) / 2)[SIZE[1] // 2 :]
    stands = outline("CAM_FRONT", MIDDLE, (8.0 + EGO_MPS * MIDDLE_S + 1.0, 2.0), TRUCK)[SIZE[1] // 2 :]
    assert 60 < at_noon.sum() < stands.sum()
    assert (at_noon & cv2.dilate(stands.astype(np.uint8), np.ones((41, 41), np.uint8)).astype(bool)).sum() > 0.8 * at_noon.sum()


def test_whom_nobody_saw_fails_no_picture(tmp_path: Path):
    size_lwh = (1.0, 0.4, 0.6)
    root, scene = write_painted_drive(tmp_path, {"dog": ("animal", size_lwh, 0.4, 2.0, EGO_MPS)})
    assert len(drawn(root, replayed(scene, (bent(scene, ahead=-5.0),)))) == 1


@pytest.mark.parametrize("ahead", [0.2, 3.0])
@pytest.mark.parametrize("ground", [GREY, 22])
def test_light_is_not_levelled_to_the_recording_car(tmp_path: Path, ahead: float, ground: int):
    bonnet = np.zeros(SIZE[::-1], bool)
    bonnet[-20:] = True
    root, scene = write_painted_drive(tmp_path, {}, bonnet, lambda index: ground)
    filled = from_ahead(Footage(root, scene, SIZE), ahead, [MIDDLE, MIDDLE - 3, MIDDLE + 3], bonnet=bonnet)
    known = ~filled.unknown & ~_grown(bonnet)
    assert np.abs(filled.picture[known].astype(int) - ground).max() <= 3


def test_what_another_moment_shows_is_as_light_as_what_stands_around(tmp_path: Path):
    root, scene = write_painted_drive(tmp_path, {}, ground=lambda index: GREY - 15 * (index != MIDDLE))
    where = np.zeros(SIZE[::-1], bool)
    where[60:75, 60:100] = True
    passing = Passing(where, [Source(MIDDLE + 1, "CAM_FRONT")])
    filled = from_ahead(Footage(root, scene, SIZE), 0.0, [MIDDLE], passing)
    assert np.abs(filled.picture[where].astype(int) - GREY).max() <= 3


def from_ahead(
    footage: Footage, ahead: float, frames: list[int], passing: Passing | None = None, bonnet: np.ndarray | None = None
) -> Filled:
    """The middle picture, taken from so far ahead, as these frames of the front view show it."""
    standing = footage.standing
    witnesses = Witnesses(footage.recording, standing.cast, standing.backdrop, ego_bodies={"CAM_FRONT": bonnet})
    there = footage.recording.camera(MIDDLE, "CAM_FRONT")
    place = Rigid(tuple(np.add(there.T_world_camera.translation, (ahead, 0.0, 0.0))), there.T_world_camera.rotation)
    camera = replace(there, T_world_camera=place)
    return warped(witnesses, standing.cast.at(camera.t_us), camera, [Source(k, "CAM_FRONT") for k in frames], passing)


def _grown(mask: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
