"""What wet streets mirror, on level ground before a wall: an edit changes the mirror image along with its actor."""

from dataclasses import replace

import numpy as np
import pytest

from editor.apply import apply
from editor.edits import Delete
from editor.geometry import Rigid
from editor.scene import Actor, ActorId, Pose, View, recorded
from engine.draft.backdrop import Backdrop, Ground
from engine.draft.crowd import Cast, filled, hulls, nobody
from engine.draft.sources import Camera
from engine.draft.surfaces import STATIC, Block, surfaces
from engine.draft.wet import Street, is_wet, mirror_images
from tests.engine.draft.drawing import drawn

HEIGHT_M, HORIZON, SHARE = 1.6, 63.5, 0.5
FACING = Rigid((0.0, 0.0, HEIGHT_M), (0.5, -0.5, 0.5, -0.5))
CAMERA = Camera(View("CAM_FRONT", 224, 128, (150.0, 150.0, 111.5, HORIZON, 0.0), FACING), FACING, 0)
ROAD, WALL, CAR = 60, 200, (220, 20, 20)
EVERYWHERE = np.ones((128, 224), bool)


def before_a_wall():
    """Level ground, and 30 m ahead a wall 12 m high."""
    points = [(30.0, y, z) for y in np.arange(-30, 30, 0.15) for z in np.arange(0.4, 12, 0.15)]
    return Backdrop(Ground(np.zeros((300, 300), np.float32), (-150.0, -150.0)), np.array(points, np.float32), {})


def a_car():
    track = (Pose(0, Rigid((12.0, 0.0, 0.8), (1.0, 0.0, 0.0, 0.0))),)
    return Cast((Actor(ActorId("car"), "vehicle.car", (4.0, 2.0, 1.6), track),)).at(0)


def picture_of(backdrop, crowd):
    """The wall and the car in flat colours; the road its own and a share of what a ray sees that it throws back."""
    block = Block(0, 0, 224, 128)
    seen = surfaces(backdrop, CAMERA, crowd, block)
    picture = np.full((128, 224, 3), WALL, np.float32)
    picture[seen.actor != STATIC] = CAR
    below = np.arange(128) > HORIZON
    upside_down = picture[::-1].copy()  # the camera is level: the horizon is the picture's middle
    for outline, _ in hulls(mirror_images(crowd), CAMERA).values():
        upside_down[filled(outline, (128, 224)) > 0] = CAR
    is_road = below[:, None] & (seen.actor == STATIC) & (backdrop.ground.depth(CAMERA, block.pixels()) < 30)
    picture[is_road] = ((1 - SHARE) * ROAD + SHARE * upside_down)[is_road]
    return picture.round().astype(np.uint8), is_road


def test_notes_say_whether_a_street_is_wet(scene):
    said = ("Rain, parked cars", "wet road", "noon, cloudy", "Train station, wetlands")
    assert [is_wet(replace(scene, description=text)) for text in said] == [True, True, False, False]


def test_a_mirror_image_stands_as_far_below_the_ground():
    above, below = a_car(), mirror_images(a_car())
    assert below.centres[0].tolist() == list(below.poses[0].translation) == [12.0, 0.0, -0.8]
    assert (below.halves == above.halves).all()


def test_the_same_crowd_and_picture_change_nothing():
    backdrop = before_a_wall()
    picture, _ = picture_of(backdrop, a_car())
    again, _ = Street.of(backdrop, CAMERA, a_car(), picture).mirroring(a_car(), picture, EVERYWHERE)
    assert np.array_equal(again, picture)


@pytest.mark.parametrize("comes", [True, False])
def test_who_comes_or_goes_is_mirrored_or_is_so_no_more(comes):
    backdrop = before_a_wall()
    with_it, road_then = picture_of(backdrop, a_car())
    without, road = picture_of(backdrop, nobody())
    was, now, crowds = (without, with_it, (nobody(), a_car())) if comes else (with_it, without, (a_car(), nobody()))
    road &= road_then
    drawn_now = np.where(road[..., None], was, now)  # the car is put in or taken away already; the road is as it was
    street = Street.of(backdrop, CAMERA, crowds[0], was)
    mended, _ = street.mirroring(crowds[1], drawn_now, EVERYWHERE)

    def error(picture):
        return np.abs(picture.astype(float) - now)[road].sum()

    assert error(mended) < 0.5 * error(drawn_now)


def test_what_is_left_out_stays():
    backdrop = before_a_wall()
    picture, _ = picture_of(backdrop, a_car())
    left, _ = Street.of(backdrop, CAMERA, a_car(), picture).mirroring(nobody(), picture, ~EVERYWHERE)
    assert np.array_equal(left, picture)


def test_in_the_rain_a_draft_changes_more_of_the_street_than_when_it_is_dry(small_drive, scene, parked):
    changed = {}
    for name, text in (("dry", "noon"), ("wet", "noon, rain")):
        (chunk,) = drawn(small_drive, apply(recorded(replace(scene, description=text)), Delete(parked.id)))
        changed[name] = chunk.dirty
    assert (changed["wet"] | ~changed["dry"]).all()
    lower = changed["wet"] & ~changed["dry"]
    assert lower.sum() > 30
    assert np.nonzero(lower)[0].mean() > np.nonzero(changed["dry"])[0].mean()
