"""An actor of the bank in a picture: of its own shape, sharp, from all sides, in the light of its place."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from editor.cameras import box_hull
from editor.geometry import Rigid, Vec3, box_corners, yaw_quaternion
from editor.scene import View
from engine.draft.bank import FOLDER, bank
from engine.draft.from_bank import BANK_SUN, OVER_SKY, _relit, from_bank, own_paint
from engine.draft.paint import colours_apart
from engine.draft.picks import Wanted
from engine.draft.sources import Camera
from engine.draft.sunlight import Sun
from engine.draft.surfaces import Block
from engine.town.bank import AZIMUTH, ELEVATION, SKY, SUN
from tests.engine.draft.drawing import low_sun

AHEAD = Rigid((0.0, 0.0, 1.6), (0.5, -0.5, 0.5, -0.5))  # a camera that looks along the world's x
VIEW = View("CAM_FRONT", 160, 90, (120.0, 120.0, 79.5, 44.5, 0.0), AHEAD)
WHOLE = Block(0, 0, 160, 90)
GREY = np.full((90, 160, 3), 110, np.uint8)
NOTHING = Rigid((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))


def _wanted(size_lwh: Vec3, yaw: float, x: float = 14.0) -> Wanted:
    box = Rigid((x, 0.0, size_lwh[2] / 2), yaw_quaternion(yaw))
    return Wanted(box, size_lwh, Camera(VIEW, AHEAD, 0))


@pytest.mark.parametrize("name", bank())
@pytest.mark.parametrize("yaw", [0.0, 0.5, 2.2, -1.4])
def test_an_entry_is_within_its_box_and_as_tall_from_every_side(name, yaw):
    entry = bank()[name]
    wanted = _wanted(entry.size_lwh, yaw)
    found = from_bank(entry, wanted, WHOLE, GREY, None)
    rows, columns = np.nonzero(found.alpha > 0.15)
    corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
    hull = box_hull(VIEW, corners)
    within = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in zip(columns, rows, strict=True)]
    assert min(within) > -1.5
    assert np.ptp(rows) > 0.7 * np.ptp(hull[:, 1]) - 2  # a tipper's highest part is at its far end


@pytest.mark.parametrize("name", ["sedan", "bus", "cyclist", "excavator"])
@pytest.mark.parametrize("number", [0, 3, 10])
def test_from_where_a_picture_was_taken_it_is_that_picture(name, number):
    entry = bank()[name]
    shot = entry.pictures[number]
    view = View("bank", shot.width, shot.height, shot.intrinsics, NOTHING)
    camera = Camera(view, shot.T_camera_box.inverse(), 0)
    block, road = Block(0, 0, shot.width, shot.height), np.full((shot.height, shot.width, 3), 118, np.uint8)
    found = from_bank(entry, Wanted(NOTHING, entry.size_lwh, camera), block, road, None)
    taken = cv2.cvtColor(cv2.imread(str(FOLDER / shot.file), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA).astype(float)
    assert np.abs(found.alpha - taken[..., 3] / 255).mean() < 0.01
    solid = (found.alpha > 0.99) & (taken[..., 3] > 252)
    assert np.abs(found.colours - taken[..., :3])[solid].mean() < 6


@pytest.mark.parametrize("name", ["van", "police", "motorcycle"])
def test_nothing_jumps_while_somebody_turns(name):
    entry = bank()[name]
    turns = [
        from_bank(entry, _wanted(entry.size_lwh, yaw, 9.0), WHOLE, GREY, None) for yaw in np.radians(np.arange(20, 45, 0.5))
    ]
    drawn = np.stack([turn.colours * turn.alpha[..., None] for turn in turns])
    steps = np.abs(np.diff(drawn, axis=0)).mean(axis=(1, 2, 3))
    assert steps.max() < 3 * np.median(steps)


def test_nearer_it_shows_more_detail():
    """Enlarged, a far picture of it has less than a near one."""
    entry, view = bank()["bus"], replace(VIEW, width=640, height=360, intrinsics=(480.0, 480.0, 319.5, 179.5, 0.0))

    def sharpness(view: View, enlarged: int) -> float:
        wanted = replace(_wanted(entry.size_lwh, np.pi, 16.0), camera=Camera(view, AHEAD, 0))
        block = Block(0, 0, view.width, view.height)
        found = from_bank(entry, wanted, block, np.full((view.height, view.width, 3), 110, np.uint8), None)
        grey, solid = found.colours.mean(axis=-1), cv2.erode(found.alpha, np.ones((5, 5))) > 0.99
        grey, solid = (cv2.resize(np.float32(a), None, fx=enlarged, fy=enlarged) for a in (grey, solid))
        return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F))[solid > 0.99].mean())

    assert sharpness(view, 1) > 1.5 * sharpness(VIEW, 4)


def test_who_is_within_it_sees_nothing_of_it():
    entry = bank()["van"]
    found = from_bank(entry, _wanted(entry.size_lwh, 0.0, 1.0), WHOLE, GREY, None)
    assert not found.alpha.any()
    assert (found.depth > 0).all()


def test_a_picture_larger_than_a_band_is_the_same_place_by_place():
    entry, wanted = bank()["truck"], _wanted(bank()["truck"].size_lwh, 0.7, 9.0)
    whole = from_bank(entry, wanted, WHOLE, GREY, None)
    part = from_bank(entry, wanted, Block(60, 20, 40, 40), GREY, None)
    assert np.allclose(whole.alpha[20:60, 60:100], part.alpha)
    both = (whole.alpha[20:60, 60:100] > 0.99) & (part.alpha > 0.99)
    assert np.abs(whole.colours[20:60, 60:100] - part.colours)[both].mean() < 3


def test_another_size_is_the_same_shape_in_another_box():
    entry = bank()["suv"]
    small, large = (from_bank(entry, _wanted(size, 0.6), WHOLE, GREY, None) for size in (entry.size_lwh, (9.0, 3.0, 2.5)))
    assert (large.alpha > 0.5).sum() > 1.5 * (small.alpha > 0.5).sum()


def test_a_dark_place_makes_a_dark_actor():
    entry = bank()["van"]
    lit, dim = (from_bank(entry, _wanted(entry.size_lwh, 0.4), WHOLE, GREY // k, None) for k in (1, 3))
    solid = lit.alpha > 0.9
    assert dim.colours[solid].mean() < 0.6 * lit.colours[solid].mean()


def test_depth_is_that_of_the_shape_and_known_everywhere():
    entry = bank()["truck"]
    found = from_bank(entry, _wanted(entry.size_lwh, np.pi), WHOLE, GREY, None)
    solid = found.alpha > 0.9
    assert np.abs(found.depth[solid].min() - (14.0 - entry.size_lwh[0] / 2)) < 0.3
    assert found.depth.min() > 9
    beside = from_bank(entry, _wanted(entry.size_lwh, np.pi), Block(0, 0, 6, 6), GREY, None)
    assert not beside.alpha.any()
    assert beside.depth.min() > 9


def test_a_place_that_no_picture_shows_has_the_colours_of_the_rest():
    entry = bank()["van"]
    above = Rigid((0.0, 0.0, 14.0), (0.0, 1.0, 0.0, 0.0))
    wanted = Wanted(NOTHING, entry.size_lwh, Camera(replace(VIEW, T_ego_camera=above), above, 0))
    found = from_bank(entry, wanted, WHOLE, GREY, None)
    assert (found.alpha > 0.9).sum() > 200
    assert found.colours[found.alpha > 0.9].mean() > 60


def test_an_entrys_own_paint():
    assert colours_apart(own_paint(bank()["sedan"]), "#9b1719") < 10
    assert colours_apart(own_paint(bank()["suv"]), "#c9ccce") < 15


def test_the_side_in_the_sun_is_light_and_the_other_dark_and_in_shade_they_are_alike():
    entry = bank()["truck"]
    wanted = _wanted(entry.size_lwh, np.pi / 4)  # its left side and its back show

    def sides(sun: Sun | None) -> tuple[float, float]:
        found = from_bank(entry, wanted, WHOLE, GREY, sun)
        light = np.where(found.alpha > 0.99, found.colours.mean(axis=-1), np.nan)
        columns = np.flatnonzero((found.alpha > 0.99).any(axis=0))
        flank, back = columns[: len(columns) // 2], columns[-len(columns) // 5 :]
        return float(np.nanmean(light[:, flank])), float(np.nanmean(light[:, back]))

    left, right = sides(low_sun(np.pi / 2, 1.0)), sides(low_sun(-np.pi / 2, 1.0))
    assert left[0] > 1.2 * right[0]
    assert right[1] > 1.2 * left[1]
    assert sides(low_sun(np.pi / 2, 0.0)) == pytest.approx(sides(low_sun(-np.pi / 2, 0.0)))


def test_the_banks_own_light_is_what_it_is_drawn_in():
    up = np.cos(ELEVATION)
    assert pytest.approx((up * np.cos(AZIMUTH), up * np.sin(AZIMUTH), np.sin(ELEVATION)), abs=1e-3) == BANK_SUN
    assert pytest.approx(np.divide(SUN, SKY), abs=0.01) == OVER_SKY


def test_in_a_long_box_a_slanted_face_is_steeper_to_the_sun():
    """A windscreen that looks forwards and up, in a box three times as long, looks more upwards."""
    slanted = np.array([[0.8, 0.0, 0.6]])
    level, long = (
        _relit(np.full((1, 3), 90, np.float32), slanted, slanted * scale, NOTHING, low_sun(0.0, 1.0))
        for scale in ((1.0, 1.0, 1.0), (1 / 3, 1.0, 1.0))
    )
    assert (long < level - 5).all()
