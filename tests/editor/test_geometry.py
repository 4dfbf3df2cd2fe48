"""Rigid transforms obey the group's laws, rotations agree with pyquaternion, boxes with nuscenes-devkit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nuscenes.utils.data_classes import Box
from pyquaternion import Quaternion

from editor.geometry import (
    BOX_EDGES,
    BOX_FACES,
    CORNER_SIGNS,
    IDENTITY,
    Rigid,
    box_corners,
    conjugate,
    footprint,
    multiply,
    normalized,
    quaternion_from_matrix,
    rotation_matrix,
    slerp,
    wrapped,
    yaw_of,
    yaw_quaternion,
)
from tests.editor.geometries import points, reals, rigids, rotations, sizes


def same(a, b):
    return np.allclose(a.matrix(), b.matrix(), atol=1e-9)


@given(rigids, rigids, rigids)
def test_composition_is_associative(a, b, c):
    assert np.allclose(((a @ b) @ c).matrix(), (a @ (b @ c)).matrix(), atol=1e-8)


@given(rigids)
def test_the_identity_changes_nothing_and_the_inverse_undoes(a):
    assert same(a @ IDENTITY, a)
    assert same(IDENTITY @ a, a)
    assert same(a @ a.inverse(), IDENTITY)
    assert same(a.inverse() @ a, IDENTITY)
    assert same(a.inverse().inverse(), a)


@given(rigids, rigids, points)
def test_applying_a_product_is_applying_one_after_the_other(a, b, point):
    point = np.array(point)
    assert np.allclose((a @ b).apply(point), a.apply(b.apply(point)), atol=1e-8)
    assert np.allclose(a.apply(point), (a.matrix() @ [*point, 1])[:3], atol=1e-9)


@given(rotations)
def test_rotation_matrices_are_pyquaternions(q):
    assert np.allclose(rotation_matrix(q), Quaternion(q).rotation_matrix, atol=1e-12)


@given(rotations, rotations)
def test_multiplying_rotations_is_multiplying_matrices(a, b):
    assert np.allclose(rotation_matrix(multiply(a, b)), rotation_matrix(a) @ rotation_matrix(b), atol=1e-12)
    assert np.allclose(rotation_matrix(conjugate(a)), rotation_matrix(a).T, atol=1e-12)


@given(rotations)
def test_a_quaternion_comes_back_from_its_matrix(q):
    back = quaternion_from_matrix(rotation_matrix(q))
    assert min(np.abs(np.subtract(back, q)).max(), np.abs(np.add(back, q)).max()) < 1e-7


@given(rotations, reals(0.01, 100))
def test_the_length_of_a_quaternion_does_not_matter(q, factor):
    assert np.allclose(rotation_matrix(tuple(factor * c for c in q)), rotation_matrix(q), atol=1e-12)


def test_a_quaternion_without_length_is_refused():
    with pytest.raises(ValueError, match="no length"):
        normalized((0.0, 0.0, 0.0, 0.0))


@given(rotations, rotations, reals(0, 1))
def test_slerp_is_pyquaternions(a, b, share):
    if abs(sum(p * q for p, q in zip(a, b, strict=True))) < 1e-6:
        return  # half a turn apart: both ways round are shortest
    theirs = Quaternion.slerp(Quaternion(a), Quaternion(b), share).rotation_matrix
    assert np.allclose(rotation_matrix(slerp(a, b, share)), theirs, atol=1e-6)


@given(rotations, rotations)
def test_slerp_starts_and_ends_where_it_should(a, b):
    assert np.allclose(rotation_matrix(slerp(a, b, 0.0)), rotation_matrix(a), atol=1e-7)
    assert np.allclose(rotation_matrix(slerp(a, b, 1.0)), rotation_matrix(b), atol=1e-7)


@given(reals(-math.pi, math.pi), reals(-3.0, 3.0), reals(0, 1))
def test_slerp_between_headings_turns_evenly_the_short_way(start, turn, share):
    end = slerp(yaw_quaternion(start), yaw_quaternion(start + turn), share)
    assert abs(wrapped(yaw_of(end) - start - share * turn)) < 1e-6


@given(reals(-20, 20))
def test_wrapping_keeps_the_angle_and_the_range(angle):
    assert -math.pi < wrapped(angle) <= math.pi
    assert math.cos(wrapped(angle)) == pytest.approx(math.cos(angle), abs=1e-9)
    assert wrapped(yaw_of(yaw_quaternion(angle)) - angle) == pytest.approx(0, abs=1e-9)


@given(rigids, sizes)
def test_corners_are_the_devkits_in_its_order(T, size):
    length, width, height = size
    theirs = Box(list(T.translation), [width, length, height], Quaternion(T.rotation)).corners().T
    assert np.allclose(box_corners(T, size), theirs, atol=1e-9)


@given(rigids, sizes)
def test_edges_and_faces_belong_to_a_box(T, size):
    corners = box_corners(T, size)
    lengths = sorted(np.linalg.norm(corners[i] - corners[j]) for i, j in BOX_EDGES)
    assert np.allclose(lengths, sorted(np.repeat(size, 4)), rtol=1e-6, atol=1e-8)
    for sign, axis, pair in ((1, 0, 0), (-1, 0, 1), (1, 1, 2), (-1, 1, 3), (1, 2, 4), (-1, 2, 5)):
        assert (CORNER_SIGNS[list(BOX_FACES[pair]), axis] == sign).all()
        around = [*BOX_FACES[pair], BOX_FACES[pair][0]]
        assert all(
            tuple(sorted(edge)) in {tuple(sorted(e)) for e in BOX_EDGES} for edge in zip(around, around[1:], strict=False)
        )


@given(reals(-math.pi, math.pi), sizes)
def test_footprints_run_counter_clockwise_from_the_front_left(yaw, size):
    x, y = footprint(Rigid((0.0, 0.0, 0.0), yaw_quaternion(yaw)), size).T
    area = 0.5 * (x * np.roll(y, -1) - y * np.roll(x, -1)).sum()
    assert area == pytest.approx(size[0] * size[1], rel=1e-9)
    ahead = np.array([math.cos(yaw), math.sin(yaw)])
    left = np.array([-math.sin(yaw), math.cos(yaw)])
    assert (x[0], y[0]) == pytest.approx(tuple(ahead * size[0] / 2 + left * size[1] / 2))


@given(st.lists(points, min_size=1, max_size=5), rigids)
def test_many_points_are_moved_as_each_alone(many, T):
    assert np.allclose(T.apply(np.array(many)), [T.apply(np.array(p)) for p in many], atol=1e-9)
