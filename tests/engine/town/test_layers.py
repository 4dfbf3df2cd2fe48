"""The layers of a picture say the same as each other, as the poses, and as the picture a moment later."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from editor.cameras import T_camera_world, box_hull
from editor.geometry import box_corners
from editor.tracks import actor_at
from engine.town.drive import drive
from engine.town.flow import flow
from engine.town.layers import CATEGORIES
from engine.town.picture import Shot, draw, draw_batch, look
from engine.town.rig import nuscenes_rig
from engine.town.town import build, instant

SEED, SIZE = 3, (160, 90)
EVERY = ("category", "normal")


@pytest.fixture(scope="module")
def drove():
    return drive(build(SEED).plan, 4.0, lambda name: name)


def shot(drove, frame, view=0, size=SIZE, **how):
    world, _ = instant(SEED, drove.actors, drove.times[frame], **how)
    return Shot(world, nuscenes_rig().at(size)[view], drove.ego[frame])


def drawn(one, layers=EVERY):
    return draw(one.world, one.view, one.T_world_ego, layers)


def places(one, depth):
    """World places (H, W, 3) of pixels by depth and pose alone."""
    fx, fy, cx, cy, _ = one.view.intrinsics
    v, u = np.mgrid[: one.view.height, : one.view.width]
    rays = np.stack([(u - cx) / fx, (v - cy) / fy, np.ones(u.shape)], -1)
    T = one.T_world_ego @ one.view.T_ego_camera
    near = np.where(np.isfinite(depth), depth, 1.0)
    return T.apply((rays * near[..., None]).reshape(-1, 3)).reshape(*u.shape, 3)


def pixels(one, where):
    """Where world places (n, 3) appear (n, 2), by pose alone."""
    x, y, z = T_camera_world(one.T_world_ego, one.view).apply(where).T
    fx, fy, cx, cy, _ = one.view.intrinsics
    return np.stack([fx * x / z + cx, fy * y / z + cy], -1)


@pytest.mark.parametrize("frames", [(10, 11), (11, 10), (8, 13)])
@pytest.mark.parametrize("view", [0, 1, 3])
def test_flow_of_what_stands_still_is_that_of_depth_and_poses(drove, frames, view):
    now, then = (shot(drove, k, view) for k in frames)
    layers, moved = look(now.world, now.view, now.T_world_ego), flow(now, then)
    v, u = np.mgrid[: SIZE[1], : SIZE[0]]
    still = (layers.instance == 0) & np.isfinite(layers.depth) & moved.visible
    expected = pixels(then, places(now, layers.depth)[still])
    assert still.mean() > 0.2
    assert np.abs(np.stack([u, v], -1)[still] + moved.shift[still] - expected).max() < 0.05


def test_flow_carries_a_picture_into_the_next_to_less_than_a_pixel(drove):
    """Of all the ways to shift the next picture by a pixel, none brings it nearer to this one than the flow as it is."""
    big = (448, 252)
    now, then = shot(drove, 10, size=big), shot(drove, 11, size=big)
    (before, layers), (after, _), moved = drawn(now, ()), drawn(then, ()), flow(now, then)
    v, u = np.mgrid[: big[1], : big[0]].astype(np.float32)
    smooth = cv2.GaussianBlur(after, (0, 0), 0.5).astype(np.float32)
    for what in (layers.instance == 0, layers.instance > 0):
        where = moved.visible & what & np.isfinite(layers.depth) & (np.abs(moved.shift).max(-1) > 0.2)
        assert where.sum() > 300

        def error(du, dv, where=where):
            at = np.where(moved.visible[..., None], moved.shift, 0) + (du, dv)
            warped = cv2.remap(smooth, u + at[..., 0].astype(np.float32), v + at[..., 1].astype(np.float32), cv2.INTER_LINEAR)
            return float(np.abs(warped - before)[where].mean())

        exact = error(0, 0)
        assert all(exact < 0.97 * error(du, dv) for du, dv in ((1, 0), (-1, 0), (0, 1), (0, -1)))


def test_what_flow_calls_visible_is_there_and_the_rest_is_hidden_or_outside(drove):
    now, then = shot(drove, 8, 3), shot(drove, 13, 3)
    (_, here), (_, there), moved = drawn(now), drawn(then), flow(now, then)
    v, u = np.mgrid[: SIZE[1], : SIZE[0]]
    to = np.stack([u, v], -1) + moved.shift
    assert ((to[moved.visible] >= -0.5) & (to[moved.visible] < np.array(SIZE) - 0.5)).all()
    near = np.round(to[moved.visible]).astype(int)
    same = there.instance[near[:, 1], near[:, 0]] > 0
    agree = same == (here.instance[moved.visible] > 0)
    assert agree.mean() > 0.98  # the rest lie on outlines, where the nearest pixel's centre is another's
    assert (moved.visible & (here.instance > 0)).any()
    hidden = (here.instance == 0) & np.isfinite(here.depth) & ~moved.visible
    hidden &= (to > 0).all(-1) & (to < np.array(SIZE) - 1).all(-1)
    assert hidden.any()
    near = np.round(to[hidden]).astype(int)
    depth = T_camera_world(then.T_world_ego, then.view).apply(places(now, here.depth)[hidden])[:, 2]
    nearest = cv2.erode(there.depth, np.ones((3, 3)))[near[:, 1], near[:, 0]]  # of the pixels around
    assert (nearest < depth).mean() > 0.95


def test_flow_to_the_same_instant_is_none(drove):
    now = shot(drove, 10)
    moved = flow(now, now)
    assert np.nanmax(np.abs(moved.shift)) < 0.02
    assert moved.visible.mean() > 0.999


def test_actors_that_are_gone_have_no_flow(drove):
    now = shot(drove, 10)
    layers = look(now.world, now.view, now.T_world_ego)
    empty, _ = instant(SEED, (), drove.times[11])
    moved = flow(now, Shot(empty, now.view, drove.ego[11]))
    actors = layers.instance > 0
    assert actors.any()
    assert np.isnan(moved.shift[actors]).all()
    assert not moved.visible[actors].any()
    assert moved.visible[~actors].mean() > 0.5


def test_hulls_of_boxes_hold_the_pixels_of_their_actors(drove):
    by_id = {a.id: a for a in drove.actors}
    for view in range(6):
        one = shot(drove, 10, view)
        layers = look(one.world, one.view, one.T_world_ego)
        for number in np.unique(layers.instance[layers.instance > 0]):
            actor = by_id[one.world.ids[number - 1]]
            corners = box_corners(actor_at(actor, drove.times[10]), actor.size_lwh)
            hull = box_hull(one.view, T_camera_world(one.T_world_ego, one.view).apply(corners))
            out = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for y, x in np.argwhere(layers.instance == number)]
            assert min(out) > -0.05, actor.category


def test_normals_are_unit_and_face_the_camera_and_fit_depth(drove):
    one = shot(drove, 10)
    _, layers = drawn(one)
    seen = np.isfinite(layers.depth)
    assert np.abs(np.linalg.norm(layers.normal[seen], axis=-1) - 1).max() < 1e-4
    assert (layers.normal[~seen] == 0).all()
    v, u = np.mgrid[: SIZE[1], : SIZE[0]]
    fx, fy, cx, cy, _ = one.view.intrinsics
    rays = np.stack([(u - cx) / fx, (v - cy) / fy, np.ones(u.shape)], -1)
    assert ((layers.normal * rays).sum(-1)[seen] <= 1e-5).all()
    road = layers.category == CATEGORIES.index("flat.driveable_surface")
    where = rays * np.where(seen, layers.depth, 1.0)[..., None]
    across = where[:, 1:] - where[:, :-1]
    flat = road[:, 1:] & road[:, :-1] & (layers.depth[:, 1:] < 20)
    off = np.abs((across * layers.normal[:, 1:]).sum(-1))[flat] / np.linalg.norm(across, axis=-1)[flat]
    assert flat.sum() > 100
    assert np.median(off) < 0.01


def test_categories_are_those_of_actors_and_of_what_stands_still(drove):
    one = shot(drove, 10)
    _, layers = drawn(one)
    by_id = {a.id: a.category for a in drove.actors}
    for number in np.unique(layers.instance[layers.instance > 0]):
        here = layers.category[layers.instance == number]
        assert {CATEGORIES[k] for k in np.unique(here)} == {by_id[one.world.ids[number - 1]]}
    assert ((layers.category == 0) == np.isinf(layers.depth)).all()
    still = {CATEGORIES[k] for k in np.unique(layers.category[layers.instance == 0])}
    assert still >= {"flat.driveable_surface", "static.manmade"}
    assert still <= set(CATEGORIES[:6])


def test_layers_alone_are_those_of_the_picture(drove):
    one = shot(drove, 10, 2)
    _, layers = drawn(one)
    alone = look(one.world, one.view, one.T_world_ego, EVERY)
    for name in ("depth", "instance", "category", "normal"):
        assert np.array_equal(getattr(alone, name), getattr(layers, name)), name


def test_a_batch_is_its_pictures_one_by_one(drove):
    """Instants and views in one call; by night, where each view has lamps of its own, too."""
    shots = [shot(drove, k, view, (96, 54)) for k in (4, 5) for view in (0, 2, 3)]
    dark = [shot(drove, 4, view, (96, 54), time_of_day="night", weather="fog") for view in (0, 3)]
    shots += [replace(one, world=dark[0].world) for one in dark]
    pictures, layers = draw_batch(shots, EVERY)
    assert pictures.shape == (len(shots), 54, 96, 3)
    for k, one in enumerate(shots):
        picture, own = drawn(one)
        apart = np.abs(pictures[k].numpy().astype(int) - picture).max(-1)
        assert (apart > 1).mean() < 0.002
        assert np.array_equal(layers.picture(k).instance, own.instance)
    assert pictures.dtype == torch.uint8


def test_pictures_of_a_batch_are_of_one_size(drove):
    with pytest.raises(ValueError, match="of one size"):
        draw_batch([shot(drove, 4), shot(drove, 4, size=(64, 36))])
    with pytest.raises(ValueError, match="wanted one size"):
        flow(shot(drove, 4), shot(drove, 5, size=(64, 36)))
