"""How an actor's pixels get from a recorded picture to a wanted view of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3, footprint, vec3
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.backdrop import Ground, nearest_known
from engine.draft.bank import bank, of_family
from engine.draft.gather import Witnesses
from engine.draft.picks import Pick, Wanted
from engine.draft.shapes import meet_about
from engine.draft.silhouettes import Silhouettes
from engine.draft.surfaces import Block

STAYED_M, STAYED_RAD = 0.3, 0.1
ANNOTATED_WITHIN_M = 0.25  # of the ground; a box farther off is meant to be
SETTLED_SHARE = 0.5
SOFTNESS = 0.35  # pixels
SEAM_SHARE = 0.01  # of a block's width
PAINT_PERCENTILE = 75  # of levels: glass is darker than paint, and bodies differ in where they have it
LEAST_SHARED, GAIN = 60, (0.3, 2.0)  # pixels of both, and by how much one is made as light as the other
BESIDE_SHARE = 0.05  # of a car's height, by which its outline may be beside that of cars of about its size
WITHIN = 0.85  # of its box, by which a body's faces lie within it
PIVOT_SHARE = 0.6  # of the way from a box's middle to its face, where a standee stands


@dataclass(frozen=True, eq=False)
class Lifted:
    """For one block: colours (h, w, 3), how much of each pixel is the actor, its depth, and which the source holds at all.

    `stayed`: the actor stands where it stood when it was lifted, so what surrounded it there surrounds it here.
    """

    block: Block
    colours: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]
    seen: NDArray[np.bool_]
    stayed: bool

    def continued(self, other: "Lifted") -> "Lifted":
        """The same with another's pixels, as light as its own, where the source's picture ends."""
        held = cv2.erode(self.seen.astype(np.float32), np.ones((3, 3), np.uint8))
        held = cv2.GaussianBlur(held, (0, 0), SEAM_SHARE * held.shape[1])
        shared = (held > 0.9) & (self.alpha > 0.9) & (other.alpha > 0.9)
        if shared.sum() >= LEAST_SHARED:
            mine, theirs = (np.percentile(each.colours[shared], PAINT_PERCENTILE, axis=0) for each in (self, other))
            gain = (mine + 4) / (theirs + 4)
            other = other.recoloured(np.clip(other.colours * np.clip(gain, *GAIN), 0, 255))

        def both(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float32]:
            share = held[..., None] if mine.ndim == 3 else held
            return mine * share + theirs * (1 - share)

        colours, alpha = both(self.colours, other.colours), both(self.alpha, other.alpha)
        return replace(self, colours=colours, alpha=alpha, depth=both(self.depth, other.depth))

    def recoloured(self, colours: NDArray[np.float32]) -> "Lifted":
        """The same outline with other colours."""
        return replace(self, colours=colours)


def lifted(
    witnesses: Witnesses, silhouettes: Silhouettes, actor: Actor, wanted: Wanted, pick: Pick, block: Block
) -> Lifted | None:
    """The actor's pixels from one source, as its body or a standee of it would show to the wanted view."""
    source = pick.source
    picture = witnesses.recording.glance(source.frame, source.view)
    alpha = silhouettes.of(str(actor.id), source)
    if picture is None or alpha is None:
        return None
    camera, ground = witnesses.recording.camera(source.frame, source.view), witnesses.backdrop.ground
    T_world_source_box = settled(ground, actor_at(actor, camera.t_us), actor.size_lwh)
    wanted = replace(wanted, T_world_box=settled(ground, wanted.T_world_box, wanted.size_lwh))
    side = np.array((1, -1, 1) if pick.mirrored else (1, 1, 1))
    eye = np.asarray((T_world_source_box.inverse() @ camera.T_world_camera).translation) * side
    larger = np.divide(wanted.size_lwh, actor.size_lwh)
    met = met_by(wanted, eye * larger, block, actor.category, witnesses.fullness)
    # The body keeps its shape when the box has another size than the one lifted from.
    points = met.points / larger * side
    pixels, away = camera.pixels(T_world_source_box.apply(points))
    pixels[..., 1] += witnesses.nod(wanted.camera, source)
    where = np.where((away > 0.3)[..., None], pixels, -10).astype(np.float32)
    cover = cv2.remap(alpha, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    view = camera.view
    seen = (where[..., 0] >= 0) & (where[..., 1] >= 0) & (where[..., 0] <= view.width - 1) & (where[..., 1] <= view.height - 1)
    stayed = _stands_there(T_world_source_box, wanted.T_world_box) and not pick.mirrored
    cover = cover * (met.near if stayed else ~met.twice)
    return Lifted(block, _sampled(picture, where), cover, met.depth, seen, stayed)


def _stands_there(there: Rigid, here: Rigid) -> bool:
    apart = np.linalg.norm(np.subtract(there.translation, here.translation))
    along = there.matrix()[:3, 0] @ here.matrix()[:3, 0]
    return bool(apart < STAYED_M and along > np.cos(STAYED_RAD))


def settled(ground: Ground, T_world_box: Rigid, size_lwh: Vec3) -> Rigid:
    """The box moved part of the way onto the ground, up or down.

    Annotated boxes keep one height for a while and then change it by steps of five centimetres, and what is lifted at one
    time and placed at another hovers or sinks by the difference. The ground is known to about as much, so half of it counts.
    """
    short = float(ground.at(footprint(T_world_box, size_lwh)).mean()) + size_lwh[2] / 2 - T_world_box.translation[2]
    if abs(short) > ANNOTATED_WITHIN_M:
        return T_world_box
    return Rigid(vec3(np.add(T_world_box.translation, (0.0, 0.0, SETTLED_SHARE * short))), T_world_box.rotation)


def _sampled(picture: NDArray[np.uint8], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours at places, averaged over the pixels that fall together where the source is larger.

    A third of a pixel of softness stays in any case: outlines and faces fit no better.
    """
    step = max(1.0, float(np.nanmedian(np.abs(np.diff(where[..., 0], axis=1)))) if where.shape[1] > 1 else 1.0)
    picture = cv2.GaussianBlur(picture, (0, 0), SOFTNESS * step)
    # Linear interpolation would take half of what is left of the fine detail.
    return cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Met:
    """Where each pixel's ray meets an actor, in the box's frame as its source saw it (h, w, 3), the depth there, which rays go
    beside it and would show `twice` what others meet, and which come so `near` that it may be there."""

    points: Array
    depth: NDArray[np.float32]
    twice: NDArray[np.bool_]
    near: NDArray[np.bool_]


def met_by(wanted: Wanted, eye_source: Array, block: Block, category: str, fullness: float) -> Met:
    """Where the source saw every side that is wanted: a body, carried on around it. Otherwise a standee. `eye_source` is where
    its camera stood in the box's frame, if that were as large as the wanted one."""
    T_box_world = wanted.T_world_box.inverse()
    start = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation))
    halves = np.asarray(wanted.size_lwh) / 2 * WITHIN
    shows, seen = np.abs(start[:2]) > halves[:2], np.abs(eye_source[:2]) > halves[:2]
    same_side = (np.sign(start[:2]) == np.sign(eye_source[:2])) & seen
    direction = wanted.camera.rays_world(block.pixels()) @ T_box_world.matrix()[:3, :3].T
    away = _body(start, direction, wanted.size_lwh, category, fullness)
    meets = np.isfinite(away)
    if not same_side[shows].all() or not shows.any() or not meets.any():
        points, depth = standee_points(wanted, eye_source, block)
        return Met(points, depth, np.zeros(depth.shape, bool), np.ones(depth.shape, bool))
    depth = nearest_known(np.where(meets, away, 0).astype(np.float32), meets)
    points = start + direction * depth[..., None]
    # What a ray beside the body is given of the source must lie beside the body there, too: a mirror, a rack, not its flank.
    twice = ~meets
    twice[twice] = np.isfinite(_body(eye_source, points[twice] - eye_source, wanted.size_lwh, category, fullness))
    solid = cv2.morphologyEx(twice.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))  # a line is rounding
    near = np.ones(meets.shape, bool)
    if category == "vehicle.car":  # others are of too many shapes
        tall_px = wanted.camera.view.intrinsics[1] * wanted.size_lwh[2] / float(np.median(depth[meets]))
        near = cv2.distanceTransform((~meets).astype(np.uint8), cv2.DIST_L2, 5) <= 1 + BESIDE_SHARE * tall_px
    return Met(points, depth, solid > 0, near)


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
    T_box_world = wanted.T_world_box.inverse()
    start = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation))
    direction = wanted.camera.rays_world(block.pixels()) @ T_box_world.matrix()[:3, :3].T
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


def _level_direction(v: Array) -> Array:
    level = np.array([v[0], v[1], 0.0])
    return level / max(float(np.linalg.norm(level)), 1e-9)
