"""Where a wanted view's rays meet an actor that is lifted: a body of its kind, or a standee of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Vec3
from engine.draft.backdrop import nearest_known
from engine.draft.bank import bank, of_family
from engine.draft.picks import Wanted
from engine.draft.shapes import meet_about
from engine.draft.surfaces import Block

BESIDE_SHARE = 0.05  # of a car's height, by which its outline may be beside that of cars of about its size
WITHIN = 0.85  # of its box, by which a body's faces lie within it
PIVOT_SHARE = 0.6  # of the way from a box's middle to its face, where a standee stands
SMOOTH_PX = 1.5  # of faces' normals


@dataclass(frozen=True, eq=False)
class Met:
    """Where each pixel's ray meets an actor, in the box's frame as its source saw it (h, w, 3), the depth there, which rays go
    beside it and would show `twice` what others meet, and which come so `near` that it may be there."""

    points: Array
    depth: NDArray[np.float32]
    twice: NDArray[np.bool_]
    near: NDArray[np.bool_]

    def normals(self, eye: Array) -> NDArray[np.float32]:
        """How the faces that rays meet are turned (h, w, 3), in the box's frame, smoothed; `eye` (3,) is on their outside."""
        across, down = (np.gradient(self.points, axis=axis) for axis in (1, 0))
        normals = cv2.GaussianBlur(_unit(np.cross(across, down)).astype(np.float32), (0, 0), SMOOTH_PX)
        return _unit(normals) * np.sign(((eye - self.points) * normals).sum(axis=-1, keepdims=True))


def met_by(wanted: Wanted, eye_source: Array, block: Block, category: str, fullness: float) -> Met:
    """A body where the source saw every side that is wanted; otherwise, and of people, a standee. `eye_source` is where its
    camera stood in the box's frame, if that were as large as the wanted one; `fullness` is how much of their boxes vehicles
    fill."""
    start, direction = _rays(wanted, block)
    away = _body(start, direction, wanted.size_lwh, category, fullness)
    meets = np.isfinite(away)
    if not meets.any() or category.startswith("human.") or not _sees_all_sides(eye_source, start, wanted.size_lwh):
        points, depth = standee_points(wanted, eye_source, block)
        return Met(points, depth, np.zeros(depth.shape, bool), np.ones(depth.shape, bool))
    depth = nearest_known(np.where(meets, away, 0).astype(np.float32), meets)  # the body, carried on around it
    points = start + direction * depth[..., None]
    # What a ray beside the body is given of the source must lie beside the body there, too: a mirror, a rack, not its flank.
    twice = ~meets
    twice[twice] = np.isfinite(_body(eye_source, points[twice] - eye_source, wanted.size_lwh, category, fullness))
    solid = cv2.morphologyEx(twice.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))  # a line is rounding
    near = _near(meets, depth, wanted) if category == "vehicle.car" else np.ones(meets.shape, bool)
    return Met(points, depth, solid > 0, near)


def _rays(wanted: Wanted, block: Block) -> tuple[Array, Array]:
    """Where a block's rays begin (3,) and their directions (h, w, 3), in the wanted box's frame."""
    T_box_world = wanted.T_world_box.inverse()
    start = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation))
    return start, wanted.camera.rays_world(block.pixels()) @ T_box_world.matrix()[:3, :3].T


def _sees_all_sides(eye: Array, other: Array, size_lwh: Vec3) -> bool:
    """Whether an eye in a box's frame sees every upright side that another one, outside the box, does."""
    halves = np.asarray(size_lwh)[:2] / 2 * WITHIN
    shows, seen = np.abs(other[:2]) > halves, np.abs(eye[:2]) > halves
    same_side = (np.sign(other[:2]) == np.sign(eye[:2])) & seen
    return bool(shows.any() and same_side[shows].all())


def _near(meets: NDArray[np.bool_], depth: NDArray[np.float32], wanted: Wanted) -> NDArray[np.bool_]:
    """Within a share of the actor's height beside its body. For cars: others are of too many shapes."""
    tall_px = wanted.camera.view.intrinsics[1] * wanted.size_lwh[2] / float(np.median(depth[meets]))
    return cv2.distanceTransform((~meets).astype(np.uint8), cv2.DIST_L2, 5) <= 1 + BESIDE_SHARE * tall_px


def _body(start: Array, direction: Array, size_lwh: Vec3, category: str, fullness: float) -> Array:
    """How many times a direction (h, w, 3) away rays meet a body of a kind and size, inf where they pass: a vehicle is shaped
    about as the shipped one that is most like it, and fills so much of its box; whatever else is its box drawn in a little."""
    like = of_family(bank().values(), category, size_lwh) if category.startswith("vehicle.") else None
    if like is not None:
        scale = np.divide(like.size_lwh, np.multiply(size_lwh, (fullness, fullness, 1.0)))
        return meet_about(like.mesh, start * scale, direction * scale)
    halves = np.asarray(size_lwh) / 2 * WITHIN
    direction = np.where(np.abs(direction) < 1e-9, 1e-9, direction)
    one, two = (-halves - start) / direction, (halves - start) / direction
    enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
    return np.where((enter < leave) & (enter > 0.1), enter, np.inf)


def standee_points(wanted: Wanted, eye_source: Array, block: Block) -> tuple[Array, NDArray[np.float32]]:
    """Where each pixel's ray meets the actor as a standee, in the box's frame (h, w, 3) as the source saw it, and the depth.

    The standee is a plane across the line of sight through the face of the box that the source looked at; for the wanted
    view it is turned about that face's middle. A source has no pixels of a side that it did not see, and a standee asks for
    none: over a few degrees it looks right, where a body would show its seen side twice.
    """
    start, direction = _rays(wanted, block)
    pivot = _facing(eye_source, np.asarray(wanted.size_lwh) / 2)
    to_wanted, to_source = _level_direction(start - pivot), _level_direction(eye_source - pivot)
    away = direction @ to_wanted
    depth = ((pivot - start) @ to_wanted) / np.where(np.abs(away) < 1e-9, 1e-9, away)
    met = start + direction * depth[..., None] - pivot
    across = met @ np.array([-to_wanted[1], to_wanted[0], 0.0])
    points = pivot + across[..., None] * np.array([-to_source[1], to_source[0], 0.0]) + met[..., 2:] * np.array([0.0, 0.0, 1.0])
    return points, depth.astype(np.float32)


def _facing(eye: Array, halves: Array) -> Array:
    """Where, level with its middle, the line from a box's middle to an eye leaves the box (or comes near its rounded edge)."""
    towards = _level_direction(eye)
    scale = 1.0 / max(abs(towards[0]) / halves[0], abs(towards[1]) / halves[1])
    return towards * scale * PIVOT_SHARE


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _level_direction(v: Array) -> Array:
    level = np.array([v[0], v[1], 0.0])
    return level / max(float(np.linalg.norm(level)), 1e-9)
