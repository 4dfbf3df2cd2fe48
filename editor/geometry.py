"""Rigid transforms, rotations and boxes, in numpy; knows nothing of scenes.

Frames are in the names: `T_world_ego` takes points in the ego frame to the world frame, so products chain by eye
(`T_world_camera = T_world_ego @ T_ego_camera`). The frames are nuScenes' own: world and ego have x forward or east, y left
or north, z up; a camera has x right, y down, z forward. Quaternions are (w, x, y, z). Lengths are metres, angles radians.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

Vec3 = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
Array = NDArray[np.float64]

# Plain dictionary, so that nothing here needs pydantic: unknown fields and NaN are errors when a take is read.
STRICT = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True, slots=True)
class Rigid:
    """A rigid transform T_a_b: where frame b sits in frame a."""

    translation: Vec3
    rotation: Quaternion
    __pydantic_config__: ClassVar = STRICT

    def __matmul__(self, other: "Rigid") -> "Rigid":
        """T_a_b @ T_b_c = T_a_c."""
        moved = rotation_matrix(self.rotation) @ np.asarray(other.translation) + np.asarray(self.translation)
        return Rigid(vec3(moved), multiply(self.rotation, other.rotation))

    def inverse(self) -> "Rigid":
        """T_b_a."""
        back = conjugate(self.rotation)
        return Rigid(vec3(-(rotation_matrix(back) @ np.asarray(self.translation))), back)

    def matrix(self) -> Array:
        """The 4x4 homogeneous matrix."""
        out = np.eye(4)
        out[:3, :3] = rotation_matrix(self.rotation)
        out[:3, 3] = self.translation
        return out

    def apply(self, points_b: Array) -> Array:
        """Points (..., 3) of frame b, in frame a."""
        return points_b @ rotation_matrix(self.rotation).T + np.asarray(self.translation)


IDENTITY = Rigid((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))


def vec3(values: Array) -> Vec3:
    """Three plain floats."""
    x, y, z = values
    return float(x), float(y), float(z)


# ------------------------------------------------------------------------------------------------ rotations


def normalized(q: Quaternion) -> Quaternion:
    """The unit quaternion of the same rotation; ValueError for a zero one."""
    w, x, y, z = q
    norm = math.sqrt(w * w + x * x + y * y + z * z)
    if norm < 1e-12:
        raise ValueError(f"quaternion {q} has no length; wanted a rotation")
    return w / norm, x / norm, y / norm, z / norm


def rotation_matrix(q: Quaternion) -> Array:
    """The 3x3 matrix of a quaternion; it need not be of unit length."""
    w, x, y, z = normalized(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def quaternion_from_matrix(rotation: Array) -> Quaternion:
    """The unit quaternion, w >= 0, of a 3x3 rotation matrix (Shepperd's method: the largest component first)."""
    m = np.asarray(rotation, dtype=np.float64)
    squares = np.array(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    biggest = int(np.argmax(squares))
    s = 2 * math.sqrt(squares[biggest])
    rows = (
        (s / 4, (m[2, 1] - m[1, 2]) / s, (m[0, 2] - m[2, 0]) / s, (m[1, 0] - m[0, 1]) / s),
        ((m[2, 1] - m[1, 2]) / s, s / 4, (m[0, 1] + m[1, 0]) / s, (m[0, 2] + m[2, 0]) / s),
        ((m[0, 2] - m[2, 0]) / s, (m[0, 1] + m[1, 0]) / s, s / 4, (m[1, 2] + m[2, 1]) / s),
        ((m[1, 0] - m[0, 1]) / s, (m[0, 2] + m[2, 0]) / s, (m[1, 2] + m[2, 1]) / s, s / 4),
    )
    w, x, y, z = (float(c) for c in rows[biggest])
    return normalized((w, x, y, z) if w >= 0 else (-w, -x, -y, -z))


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation b followed by a."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def conjugate(q: Quaternion) -> Quaternion:
    """The inverse rotation of a unit quaternion."""
    w, x, y, z = q
    return w, -x, -y, -z


def slerp(a: Quaternion, b: Quaternion, share: float) -> Quaternion:
    """Spherical interpolation from a (share 0) to b (share 1) along the shorter arc."""
    a, b = normalized(a), normalized(b)
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
    if dot < 0:
        b, dot = (-b[0], -b[1], -b[2], -b[3]), -dot
    if dot > 1 - 1e-9:  # too close for the sine to be divided by; the chord is the arc
        weights = (1 - share, share)
    else:
        angle = math.acos(dot)
        weights = (math.sin((1 - share) * angle) / math.sin(angle), math.sin(share * angle) / math.sin(angle))
    w, x, y, z = (weights[0] * p + weights[1] * q for p, q in zip(a, b, strict=True))
    return normalized((w, x, y, z))


def yaw_quaternion(yaw: float) -> Quaternion:
    """A turn about the vertical, counter-clockwise from above."""
    return math.cos(yaw / 2), 0.0, 0.0, math.sin(yaw / 2)


def yaw_of(q: Quaternion) -> float:
    """The heading of the rotated x axis in the ground plane, in (-pi, pi]."""
    forward = rotation_matrix(q)[:, 0]
    return math.atan2(forward[1], forward[0])


def wrapped(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    return -((-angle + math.pi) % (2 * math.pi) - math.pi)


# ---------------------------------------------------------------------------------------------------- boxes

# The eight corners of a box as signs of (length, width, height) halves, in nuscenes-devkit's order: the front face's
# four (top left, top right, bottom right, bottom left, seen from inside), then the back face's.
CORNER_SIGNS = np.array(
    [[1, 1, 1], [1, -1, 1], [1, -1, -1], [1, 1, -1], [-1, 1, 1], [-1, -1, 1], [-1, -1, -1], [-1, 1, -1]],
    dtype=np.float64,
)
# Index pairs of the twelve edges, and index quadruples of the six faces in the order front, back, left, right, top, bottom.
BOX_EDGES = ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7))
BOX_FACES = ((0, 1, 2, 3), (5, 4, 7, 6), (4, 0, 3, 7), (1, 5, 6, 2), (4, 5, 1, 0), (3, 2, 6, 7))


def box_corners(T_a_box: Rigid, size_lwh: Vec3) -> Array:
    """The corners (8, 3) in frame a of a box centred on its own frame, x along its length and y along its width."""
    return T_a_box.apply(CORNER_SIGNS * (np.asarray(size_lwh) / 2))


def footprint(T_world_box: Rigid, size_lwh: Vec3) -> Array:
    """The four ground corners (4, 2), counter-clockwise from the front left."""
    return box_corners(T_world_box, size_lwh)[[3, 7, 6, 2], :2]
