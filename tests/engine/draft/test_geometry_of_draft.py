"""The draft's geometry against closed forms: ground, boxes, hiding, standees, inpainting."""

import numpy as np
import pytest

from editor.geometry import IDENTITY, Rigid, multiply, yaw_quaternion
from editor.scene import Actor, ActorId, Pose, View
from engine.draft.backdrop import FAR_M, Ground
from engine.draft.crowd import Cast, hidden, ray_box
from engine.draft.inpaint import inpainted
from engine.draft.met import standee_points
from engine.draft.picks import Wanted
from engine.draft.silhouettes import Outline, cut_out
from engine.draft.sources import Camera, coarser
from engine.draft.surfaces import Block

LOOKING_AHEAD = (0.5, -0.5, 0.5, -0.5)
VIEW = View("CAM_FRONT", 160, 90, (120.0, 120.0, 79.5, 44.5, 0.0), Rigid((0.0, 0.0, 1.6), LOOKING_AHEAD))
CAMERA = Camera(VIEW, VIEW.T_ego_camera, 0)


def test_depth_of_level_ground_is_height_over_slope():
    ground = Ground(np.zeros((20, 20), np.float32), (-10.0, -10.0))
    pixels = Block(0, 0, 160, 90).pixels()
    depth = ground.depth(CAMERA, pixels)
    below = pixels[..., 1] > 50
    assert np.allclose(depth[below], (1.6 * 120 / (pixels[..., 1] - 44.5))[below], rtol=1e-4)
    assert (depth[pixels[..., 1] < 44] == FAR_M).all()


def test_a_ray_enters_and_leaves_a_box_at_its_faces():
    box = Rigid((10.0, 0.0, 0.0), yaw_quaternion(np.pi / 2))
    enter, leave = ray_box(np.zeros(3), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), box, np.array([2.0, 1.0, 1.0]))
    assert (enter[0], leave[0]) == (pytest.approx(9.0), pytest.approx(11.0))
    assert enter[1] > leave[1]


def test_a_box_hides_what_is_behind_it_only():
    actor = Actor(ActorId("a"), "vehicle.car", (2.0, 2.0, 2.0), (Pose(0, Rigid((10.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))),))
    points = np.array([[20.0, 0.0, 0.0], [5.0, 0.0, 0.0], [20.0, 10.0, 0.0]])
    assert hidden(points, np.zeros(3), Cast((actor,)).at(0), 0.1).tolist() == [True, False, False]


def test_coarser_pixels_look_the_same_way():
    small, pixels = coarser(CAMERA, 3)
    centre = small.rays_world(pixels)[10, 20]
    assert np.allclose(centre, CAMERA.rays_world(np.array([20 * 3 + 1.0, 10 * 3 + 1.0])))


def test_an_actor_seen_as_it_was_recorded_comes_from_where_it_stood():
    box = Rigid((12.0, 1.0, 0.8), yaw_quaternion(0.3))
    wanted = Wanted(box, (4.5, 1.9, 1.6), CAMERA)
    block = Block(40, 30, 60, 40)
    eye = np.asarray((box.inverse() @ CAMERA.T_world_camera).translation)
    points, _ = standee_points(wanted, eye, block)
    pixels, _ = CAMERA.pixels(box.apply(points))
    assert np.allclose(pixels, block.pixels(), atol=1e-6)


def test_inpainting_leaves_the_rest_alone_and_continues_what_is_around():
    picture = np.full((60, 90, 3), 90, np.uint8)
    picture[:, 40:44] = 220
    hole = np.zeros((60, 90), bool)
    hole[20:40, 30:60] = True
    out = inpainted(picture, hole, np.ones_like(hole), ~hole)
    assert np.array_equal(out[~hole], picture[~hole])
    assert 80 <= out[hole].mean() <= 140


def test_a_cut_out_finds_a_bright_body_and_repeats_itself():
    picture = np.full((90, 160, 3), 60, np.uint8)
    picture[30:60, 50:100] = 200
    hull = np.array([[44, 24], [106, 24], [106, 66], [44, 66]], np.float32)
    nothing = np.zeros(picture.shape[:2], np.uint8)
    alpha = cut_out(picture, Outline(hull), [], [], nothing)
    truth = np.zeros((90, 160), bool)
    truth[30:60, 50:100] = True
    assert ((alpha > 0.5) & truth).sum() / ((alpha > 0.5) | truth).sum() > 0.9
    assert np.array_equal(alpha, cut_out(picture, Outline(hull), [], [], nothing))


def test_cameras_of_the_identity_look_down_the_third_axis():
    pixels, depth = Camera(VIEW, IDENTITY, 0).pixels(np.array([[0.0, 0.0, 5.0]]))
    assert depth[0] == 5.0
    assert np.allclose(pixels[0], (79.5, 44.5))
    assert multiply(LOOKING_AHEAD, (1.0, 0.0, 0.0, 0.0)) == LOOKING_AHEAD
