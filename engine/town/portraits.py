"""Portraits of actors: one of them alone on a street of a town, seen from ahead and to its side."""

import math

import numpy as np
from numpy.typing import NDArray

from editor.geometry import IDENTITY, Rigid, Vec3, quaternion_from_matrix, yaw_quaternion
from editor.scene import Actor, ActorId, Look, Pose, View
from engine.town.heights import height
from engine.town.picture import draw
from engine.town.town import build, instant

T_US = 1_700_000_000_000_000
ASIDE, UP = math.radians(35), math.radians(13)  # from where an actor is looked at
FIELD = math.radians(32)  # of view, from side to side; wider where that would put the camera beyond the pavement
FURTHEST_M = 13.0
BESIDE_M = 9.0  # from the middle of a street's longest stretch, where a lamp may throw its shadow


def portrait(
    seed: int, name: str, category: str, size_lwh: Vec3, speed_mps: float, size: tuple[int, int], look: Look | None = None
) -> NDArray[np.uint8]:
    """The picture (H, W, 3) of an actor with the sun on the side that is seen; without a look, its name's dice choose one."""
    town = build(seed)
    street = town.plan.streets[0]
    s0, s1 = max(town.plan.open_stretches(street), key=lambda stretch: stretch[1] - stretch[0])
    station = (s0 + s1) / 2 + BESIDE_M
    x, y = street.at(station, street.lane_offset(1, 0))
    z = float(height(town.plan, np.array([[x, y]]))[0])
    sun = instant(seed, (), T_US, "afternoon", "clear")[0].light.azimuth
    along = float(street.heading(station))
    heading = along if math.cos(sun - along) > 0 else along + math.pi  # its front in the sun
    side = 1 if math.sin(sun - heading) > 0 else -1
    track = _track((x, y, z + size_lwh[2] / 2), heading, speed_mps)
    actor = Actor(ActorId(name), category, size_lwh, track, look=look or Look())
    world, _ = instant(seed, (actor,), T_US, "afternoon", "clear")
    return draw(world, _view((x, y, z), size_lwh, heading + side * ASIDE, size), IDENTITY)[0]


def _track(place: Vec3, heading: float, speed_mps: float) -> tuple[Pose, ...]:
    ahead = speed_mps * math.cos(heading), speed_mps * math.sin(heading)
    turn = yaw_quaternion(heading)
    return tuple(
        Pose(T_US + k * 1_000_000, Rigid((place[0] + k * ahead[0], place[1] + k * ahead[1], place[2]), turn))
        for k in ((-1, 0, 1) if speed_mps else (0,))
    )


def _view(ground: Vec3, size_lwh: Vec3, towards: float, size: tuple[int, int]) -> View:
    """A camera that stands in a direction from an actor and has all of it in the picture."""
    width, tall = size
    length, wide, high = size_lwh
    across = length * abs(math.sin(ASIDE)) + wide * math.cos(ASIDE)
    half = max(across, high * width / tall) / 2 * 1.22
    reach = min(half / math.tan(FIELD / 2) + length / 2, FURTHEST_M)
    focal = width / 2 * (reach - length * math.cos(ASIDE) / 2) / half
    away = np.array([math.cos(towards) * math.cos(UP), math.sin(towards) * math.cos(UP), math.sin(UP)])
    middle = np.array(ground) + (0, 0, high / 2)
    ahead = -away
    right = np.array([math.sin(towards + math.pi), -math.cos(towards + math.pi), 0.0])
    turn = np.stack([right, np.cross(ahead, right), ahead], 1)
    eye = middle + reach * away
    T = Rigid((float(eye[0]), float(eye[1]), float(eye[2])), quaternion_from_matrix(turn))
    return View("portrait", width, tall, (focal, focal, (width - 1) / 2, (tall - 1) / 2, 0.0), T)
