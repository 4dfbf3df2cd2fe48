"""Projection against nuscenes-devkit, clipping at the near plane, and fitting pictures without moving what they show."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nuscenes.utils.geometry_utils import view_points

from editor.cameras import (
    NEAR_M,
    box_hull,
    clipped_edges,
    clipped_outline,
    clipped_polygon,
    clipped_segments,
    fit,
    fit_picture,
    matrix_of,
    project,
    rays,
)
from editor.geometry import IDENTITY
from editor.scene import View
from tests.editor.geometries import corners_in_camera, points, reals, rigids, sizes, views
from tests.editor.oracle import corner_errors_px

RECORDED = View("CAM_FRONT", 1600, 900, (1266.4, 1266.4, 816.3, 491.5, 0.0), IDENTITY)


@given(views(), points)
def test_projection_is_the_devkits(view, point):
    pixel, depth = project(view, np.array(point))
    assert depth == point[2]
    if depth < NEAR_M:
        assert np.isnan(pixel).all()
    else:
        theirs = view_points(np.array(point)[:, None], matrix_of(view), normalize=True)[:2, 0]
        assert np.allclose(pixel, theirs, rtol=1e-12)


@given(views(), reals(0.2, 100), st.tuples(reals(-0.5, 1.5), reals(-0.5, 1.5)))
def test_rays_are_projections_backwards(view, depth, place):
    pixel = np.array(place) * (view.width, view.height)
    assert np.allclose(project(view, rays(view, pixel) * depth)[0], pixel, atol=1e-6)


@pytest.mark.parametrize("data", ["pandaset_root", "nuscenes_root"])
def test_corners_of_recorded_boxes_are_where_the_devkit_puts_them(data, request):
    errors = np.concatenate(list(corner_errors_px(request.getfixturevalue(data), every=19)))
    assert len(errors) > 5_000
    assert errors.max() < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("data", ["pandaset_root", "nuscenes_root"])
def test_every_corner_of_every_recorded_box_is_where_the_devkit_puts_it(data, request):
    errors = np.concatenate(list(corner_errors_px(request.getfixturevalue(data))))
    assert len(errors) > 100_000
    assert errors.max() < 0.01


# ------------------------------------------------------------------------------------------------------- clipping


@given(rigids, sizes)
def test_clipped_edges_are_on_the_box_and_not_before_the_near_plane(T, size):
    corners = corners_in_camera(T, size)
    ends = clipped_edges(corners)
    assert (ends[:, 2] >= NEAR_M - 1e-9).all()
    assert len(ends) == 0 or len(ends) >= 3
    assert (len(ends) == 0) == (corners[:, 2] < NEAR_M).all()
    assert (ends >= corners.min(0) - 1e-9).all()
    assert (ends <= corners.max(0) + 1e-9).all()


@given(rigids, sizes)
def test_a_clipped_face_lies_in_its_plane(T, size):
    face = corners_in_camera(T, size)[:4]
    part = clipped_polygon(face)
    normal = np.cross(face[1] - face[0], face[2] - face[0])
    assert np.allclose((part - face[0]) @ normal, 0, atol=1e-6)
    assert (part[:, 2] >= NEAR_M - 1e-9).all()


def test_clipped_segments_end_on_the_near_plane():
    starts = np.array([[0.0, 0, 1], [0, 0, -1], [0, 0, -1], [2, 0, -0.9]])
    ends = np.array([[0.0, 0, 2], [0, 0, -2], [4, 0, 3], [2, 0, 0.1]])
    a, b, left = clipped_segments(starts, ends)
    assert left.tolist() == [True, False, True, True]
    assert a[0].tolist() == [0, 0, 1]
    assert a[2] == pytest.approx([1.1, 0, NEAR_M])
    assert b[2].tolist() == [4, 0, 3]
    assert a[3] == pytest.approx([2, 0, NEAR_M])


def test_clipping_a_square_to_a_rectangle():
    square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]])
    corners = {tuple(corner) for corner in clipped_outline(square, (1, 1), (9, 2)).tolist()}
    assert corners == {(1, 1), (4, 1), (4, 2), (1, 2)}
    assert len(clipped_outline(square, (5, 5), (9, 9))) == 0


@settings(max_examples=150)
@given(views(), rigids, sizes)
def test_an_outline_holds_every_visible_point_of_its_box(view, T, size):
    corners = corners_in_camera(T, size)
    hull = box_hull(view, corners)
    weights = np.random.default_rng(0).dirichlet(np.ones(8), 200)
    pixels, depth = project(view, weights @ corners)
    seen = (depth >= NEAR_M) & (pixels >= -0.5).all(1) & (pixels <= (view.width - 0.5, view.height - 0.5)).all(1)
    if hull is None:
        assert not seen.any()
        return
    assert np.abs(hull).max() <= 10 * max(view.width, view.height) * (1 + 1e-5)  # of float32 there
    for u, v in pixels[seen]:
        assert cv2.pointPolygonTest(hull.astype(np.float32), (float(u), float(v)), True) > -0.6


def test_a_wall_that_passes_the_camera_keeps_its_slope():
    view = View("CAM", 448, 256, (300.0, 300.0, 223.5, 127.5, 0.0), IDENTITY)
    corners = np.array([[x, y, z] for x in (0.9, 1.1) for y in (-0.5, 0.5) for z in (-10, 50)])
    order = [1, 3, 2, 0, 5, 7, 6, 4]  # any order in which BOX_EDGES are a box's edges
    hull = box_hull(view, corners[order])
    above = hull[hull[:, 1] < 127]
    slopes = (127.5 - above[:, 1]) / (above[:, 0] - 223.5)
    assert slopes.min() > 0.5 / 1.1 - 1e-3
    assert slopes.max() < 0.5 / 0.9 + 1e-3


def test_an_outline_whose_corner_only_passes_the_pictures_corner_is_not_seen():
    view = View("CAM", 100, 100, (100.0, 100.0, 49.5, 49.5, 0.0), IDENTITY)
    flat = np.array([[-3.0, -1.2, 2], [-1.2, -3.0, 2], [-1.2, -3.0, 2.01], [-3.0, -1.2, 2.01]])
    corners = np.concatenate([flat, flat + [-0.01, -0.01, 0]])
    assert box_hull(view, corners) is None


# -------------------------------------------------------------------------------------------------------- fitting


def test_a_recorded_picture_becomes_448x256_by_way_of_455x256():
    how = fit(RECORDED, 448, 256)
    assert how.scaled == (455, 256)
    assert (how.left, how.top) == (3, 0)
    assert (how.view.width, how.view.height) == (448, 256)


def test_fitting_to_its_own_size_changes_nothing():
    picture = np.random.default_rng(0).integers(0, 255, (900, 1600, 3), np.uint8)
    fitted, view = fit_picture(picture, RECORDED, 1600, 900)
    assert (fitted == picture).all()
    assert view == RECORDED


@given(st.integers(16, 400), st.integers(16, 400))
def test_any_size_is_covered_and_cropped_in_the_middle(width, height):
    how = fit(RECORDED, width, height)
    assert how.scaled[0] >= width
    assert how.scaled[1] >= height
    assert how.scaled[0] == width or how.scaled[1] == height
    assert abs(2 * how.left - (how.scaled[0] - width)) <= 1
    assert abs(2 * how.top - (how.scaled[1] - height)) <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(60, 500), st.integers(60, 400), reals(0.3, 0.7), reals(0.3, 0.7))
def test_a_projected_point_stays_on_the_same_picture_content(width, height, across, down):
    """A bright disc is drawn at a point's pixel; in the fitted picture its middle is at the point's new pixel."""
    view = View("CAM", 800, 450, (600.0, 600.0, 401.0, 224.0, 0.0), IDENTITY)
    point = rays(view, np.array([across * 800, down * 450])) * 7.0
    (u, v), _ = project(view, point)
    rows, columns = np.mgrid[:450, :800]
    glow = 255 * np.exp(-((columns - u) ** 2 + (rows - v) ** 2) / (2 * 14.0**2))
    picture, fitted = fit_picture(np.repeat(glow.astype(np.uint8)[..., None], 3, axis=2), view, width, height)
    got = picture[..., 0].astype(float)
    (new_u, new_v), _ = project(fitted, point)
    how = fit(view, width, height)
    reach = 3.2 * 14.0 * how.scaled[0] / 800
    if not (reach < new_u < width - reach and reach < new_v < height - reach):
        return  # part of the disc was cropped away, and so its middle moved
    rows, columns = np.mgrid[:height, :width]
    assert (got * columns).sum() / got.sum() == pytest.approx(new_u, abs=0.05)
    assert (got * rows).sum() / got.sum() == pytest.approx(new_v, abs=0.05)


def test_a_picture_of_another_size_than_its_view_is_refused():
    with pytest.raises(ValueError, match="a picture of 3x2 for view CAM_FRONT, which is 1600x900"):
        fit_picture(np.zeros((2, 3, 3), np.uint8), RECORDED, 448, 256)
    with pytest.raises(ValueError, match="picture size 0x256"):
        fit(RECORDED, 0, 256)
