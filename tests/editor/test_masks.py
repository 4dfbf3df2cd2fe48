"""Instance masks: painted outlines against rays cast through every pixel."""

import numpy as np
import pytest

from editor.boxes import seen_boxes
from editor.cameras import fit, project, rays
from editor.geometry import Rigid, yaw_quaternion
from editor.masks import cast_mask, fill, hull_masks, instance_mask, painted_mask
from editor.scene import Actor, ActorId, Pose, Scenario, recorded
from tests.editor.made import made_scene, time_of

SCENE = made_scene()
FRAME = SCENE.frames[0]
PICTURE = FRAME.picture("CAM_FRONT")
VIEW = fit(SCENE.view("CAM_FRONT"), 448, 256).view


def scenario(*places, size=(4.0, 2.0, 1.6)):
    """Boxes at (x, y, yaw) of the world, on the ground."""
    actors = tuple(
        Actor(ActorId(f"a{i}"), "vehicle.car", size, (Pose(time_of(0), Rigid((x, y, size[2] / 2), yaw_quaternion(yaw))),))
        for i, (x, y, yaw) in enumerate(places)
    )
    return Scenario(SCENE, actors, SCENE.ego)


def border(mask):
    """Pixels with a neighbour of another value."""
    padded = np.pad(mask, 1, mode="edge")
    around = [padded[1 + i : 1 + i + mask.shape[0], 1 + j : 1 + j + mask.shape[1]] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.any([neighbour != mask for neighbour in around], axis=0)


@pytest.mark.parametrize("place", [(20, 0, 0.0), (12, 3, 0.5), (9, -4, 2.0), (40, 8, 1.0), (4, 2, 0.3)])
def test_one_box_painted_is_one_box_cast_but_for_its_border(place):
    seen = scenario(place)
    painted, cast = (instance_mask(seen, PICTURE, VIEW, exact=exact) for exact in (False, True))
    assert painted.any()
    differs = painted != cast
    assert (painted[differs] == 1).all()  # an outline takes the pixels that its edge runs through
    assert not (differs & ~border(painted)).any()


def test_what_is_nearer_hides_what_is_farther_whatever_the_order_of_actors():
    for order in (((15, 0, 0), (30, 0, 0)), ((30, 0, 0), (15, 0, 0))):
        seen = scenario(*order)
        near = 1 + [x for x, _, _ in order].index(15)
        for exact in (False, True):
            mask = instance_mask(seen, PICTURE, VIEW, exact=exact)
            (u, v), _ = project(VIEW, seen_boxes(seen, PICTURE, VIEW)[-1].corners_camera.mean(0))
            assert mask[round(v), round(u)] == near


def test_casting_gives_the_depth_of_what_is_hit():
    seen = scenario((20, 0, 0))
    mask, depth = cast_mask(seen_boxes(seen, PICTURE, VIEW), VIEW)
    # The back of the car is 18 m from the ego's origin; the camera stands 1.5 m ahead of that.
    middle = depth[mask == 1].min()
    assert middle == pytest.approx(18 - 1.5, abs=1e-3)
    assert np.isinf(depth[mask == 0]).all()


def test_hits_lie_on_the_box():
    seen = scenario((14, 2, 0.7))
    boxes = seen_boxes(seen, PICTURE, VIEW)
    mask, depth = cast_mask(boxes, VIEW)
    rows, columns = np.nonzero(mask)
    places = rays(VIEW, np.stack([columns, rows], axis=-1).astype(float)) * depth[rows, columns, None]
    own = (places - boxes[0].corners_camera.mean(0)) @ boxes[0].R_camera_box
    share = np.abs(own) / (np.array(boxes[0].actor.size_lwh) / 2)
    assert share.max() < 1.001
    assert (share.max(1) > 0.999).all()


def test_boxes_behind_or_beside_the_picture_are_not_seen():
    assert seen_boxes(scenario((-20, 0, 0), (10, 60, 0)), PICTURE, VIEW) == ()
    assert not instance_mask(scenario(), PICTURE, VIEW).any()


def test_a_box_around_the_camera_fills_the_picture_both_ways():
    seen = scenario((1.5, 0, 0), size=(6.0, 4.0, 4.0))
    for exact in (False, True):
        assert (instance_mask(seen, PICTURE, VIEW, exact=exact) == 1).all()


def test_hull_masks_ignore_what_hides_them():
    seen = scenario((15, 0, 0), (30, 0, 0))
    boxes = seen_boxes(seen, PICTURE, VIEW)
    masks = hull_masks(boxes, VIEW)
    assert masks.shape == (2, 256, 448)
    assert [box.index for box in boxes] == [1, 0]  # farthest first
    assert (masks[0] & masks[1]).any()
    assert ((painted_mask(boxes, VIEW) > 0) == masks.any(0)).all()


def test_the_recorded_drives_masks_agree(pandaset_root):
    from editor.datasets.nuscenes import open_data_set

    scene = open_data_set(pandaset_root).scene("scene-0002")
    unedited, frame = recorded(scene), scene.keyframes[4]
    for view in scene.views:
        fitted = fit(view, 224, 128).view
        boxes = seen_boxes(unedited, frame.picture(view.name), fitted)
        cast = cast_mask(boxes, fitted)[0]
        painted = painted_mask(boxes, fitted)
        assert (painted[cast > 0] > 0).all()
        assert (hull_masks(boxes, fitted).any(0) == (painted > 0)).all()
        # Painting by the middles' distance errs only where parked cars' corners reach past each other.
        assert (painted != cast)[~border(painted)].mean() < 0.02


def test_filling_takes_the_pixels_whose_centres_lie_inside():
    image = np.zeros((10, 10), np.int32)
    fill(image, np.array([[1.9, 2.9], [6.1, 2.9], [6.1, 5.1], [1.9, 5.1]]), 7)
    assert (image[3:6, 2:7] == 7).all()
    assert (image > 0).sum() == 15
