"""Cast shadows: given back their light where an actor is taken away, drawn where one is set in."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.dirty import ground_room_m
from editor.geometry import Array, Rigid, Vec3, box_corners, vec3
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.crowd import Crowd, ray_box
from engine.draft.light import logs, picture_of
from engine.draft.sources import Camera
from engine.draft.sunlight import Sun
from engine.draft.surfaces import Block, block_around

Share = NDArray[np.float32]  # (h, w), 0 to 1
Mask = NDArray[np.bool_]
Picture8 = NDArray[np.uint8]

# Parts of a box, as a body fills it: shares of length, width, and of its height from where to where; and how far back.
Part = tuple[float, float, float, float, float]
CAR: tuple[Part, ...] = ((0.97, 0.94, 0.0, 0.6, 0.0), (0.60, 0.80, 0.6, 0.98, 0.05))
PERSON: tuple[Part, ...] = ((0.6, 0.6, 0.0, 1.0, 0.0),)
WHOLE: tuple[Part, ...] = ((0.97, 0.94, 0.0, 0.98, 0.0),)
SLENDER_M, LOW_M = 1.0, 2.0
ABOVE_GROUND_M = 0.3  # what is nearer than the ground by more is no ground
MARGIN_PX = 12.0
SOFT_PX = 0.8  # at 448 pixels across: a shadow's edge
NOISE_PX = 1.6  # to either side, over which the light of the ground is told
DOUBT_M = 0.2  # by which boxes and the sun may be off
BESIDE_M = 1.0  # of a line of sight: what may hide its end
AROUND_M = 25.0  # from where a shadow falls: who else may throw one there
FAINT = 0.02  # of a logarithm: nobody sees it
SPOT = 0.1  # of the shade
SUNNY, SHADY = 0.3, 0.6  # of the shade that ground in the sun has at most, and ground in shade at least


@dataclass(frozen=True, eq=False)
class Fallen:
    """An actor's shadow in a picture: how much of each pixel of a block shows ground in it that nothing else keeps the sun
    from, and where that is (h, w, 3) in the world."""

    block: Block
    share: Share
    points: Array


def parts_of(size_lwh: Vec3) -> tuple[Part, ...]:
    """What of its box a body fills, told by its size: what an actor is called is nothing that a draft shows."""
    length, width, height = size_lwh
    if min(length, width) < SLENDER_M:
        return PERSON
    return CAR if height < LOW_M else WHOLE


def fallen(sun: Sun, actor: Actor, camera: Camera, backdrop: Backdrop) -> Fallen | None:
    """Where an actor's body throws its shadow on the ground; None where the picture shows none of that."""
    return _fallen(sun, actor, actor.size_lwh, parts_of(actor.size_lwh), camera, backdrop)


def fallen_at_most(sun: Sun, actor: Actor, camera: Camera, backdrop: Backdrop) -> Fallen | None:
    """Where the shadow may be that an actor has thrown: its whole box's, and some more."""
    larger = vec3(np.asarray(actor.size_lwh) + (2 * DOUBT_M, 2 * DOUBT_M, 2 * DOUBT_M))
    return _fallen(sun, actor, larger, WHOLE, camera, backdrop)


def _fallen(
    sun: Sun, actor: Actor, size_lwh: Vec3, parts: tuple[Part, ...], camera: Camera, backdrop: Backdrop
) -> Fallen | None:
    T = actor_at(actor, camera.t_us)
    # Of a view that showed no ground, nobody knows how light the ground is in it.
    block = _block(sun, T, size_lwh, camera) if camera.view.name in sun.above.levels else None
    if block is None:
        return None
    pixels = block.pixels()
    ground = backdrop.ground.depth(camera, pixels)
    points = camera.eye + camera.rays_world(pixels) * ground[..., None].astype(np.float64)
    shaded = _shaded(sun, T, size_lwh, parts, points) & _near(T, actor.size_lwh, points)
    soft = cv2.GaussianBlur(shaded.astype(np.float32), (0, 0), SOFT_PX * camera.view.width / 448)
    share = np.where(ground < FAR_M, soft * sun.at(sun.open, points[..., :2]), 0)
    if (share > FAINT).any():
        share[_hidden(backdrop, camera, pixels, ground, points[share > FAINT])] = 0
    return Fallen(block, share, points) if (share > FAINT).any() else None


def _shaded(sun: Sun, T_world_box: Rigid, size_lwh: Vec3, parts: tuple[Part, ...], points: Array) -> Mask:
    """Which points (..., 3) a body keeps the sun from."""
    shaded = np.zeros(points.shape[:-1], bool)
    for along, across, low, high, back in parts:
        place = T_world_box.apply(np.array([-back, 0.0, (low + high) / 2 - 0.5]) * size_lwh)
        halves = np.array([along, across, high - low]) * size_lwh / 2
        shaded |= _between(points, sun, Rigid(vec3(place), T_world_box.rotation), halves)
    return shaded


def _near(T_world_box: Rigid, size_lwh: Vec3, points: Array) -> Mask:
    """Which points (..., 3) are where an actor may change a picture; those of long shadows of the tall may not be."""
    local = np.abs(T_world_box.inverse().apply(points.reshape(-1, 3))[:, :2])
    return (local < np.array(size_lwh[:2]) / 2 + ground_room_m(size_lwh)).all(axis=1).reshape(points.shape[:-1])


def _hidden(backdrop: Backdrop, camera: Camera, pixels: Array, ground: Share, points: Array) -> Mask:
    """Where something upright stands before the ground (h, w), looking at some points (n, 3) of it."""
    ends = np.concatenate([points[:, :2], camera.eye[None, :2]])
    near = backdrop.within(ends.min(axis=0) - BESIDE_M, ends.max(axis=0) + BESIDE_M)
    return near.depth(camera, pixels) <= ground - ABOVE_GROUND_M


def _between(points: Array, sun: Sun, pose: Rigid, halves: Array) -> Mask:
    """Which points (..., 3) a box keeps the sun from."""
    enter, leave = ray_box(points, np.asarray(sun.towards), pose, halves)
    return (enter < leave) & (leave > 0)


def _block(sun: Sun, T_world_box: Rigid, size_lwh: Vec3, camera: Camera) -> Block | None:
    """The part of a picture that may show a box's shadow on level ground."""
    corners = box_corners(T_world_box, size_lwh)
    over = corners[:, 2] - corners[:, 2].min()
    corners -= np.asarray(sun.towards) * (over / sun.towards[2])[:, None]
    hull = box_hull(camera.view, camera.T_world_camera.inverse().apply(corners))
    if hull is None:
        return None
    mask = np.zeros((camera.view.height, camera.view.width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    return block_around(mask > 0, round(MARGIN_PX * camera.view.width / 448)) if mask.any() else None


def darkened(picture: Picture8, sun: Sun, shadow: Fallen, camera: Camera, free: Share) -> tuple[Picture8, Mask]:
    """The picture with a shadow on what of the ground lies in the sun, and where that changed it; `free` (h, w) is how much
    of each pixel of the shadow's block nothing else covers."""
    held = _held(picture, sun, shadow, camera, free > 0.5)
    return _shifted(picture, shadow.block, (shadow.share * free * (1 - held))[..., None] * sun.shade)


def lightened(picture: Picture8, sun: Sun, shadow: Fallen, camera: Camera, free: Share, others: Crowd) -> tuple[Picture8, Mask]:
    """The picture with a shadow taken off the ground, where it lies in some and nothing else throws one: neither what stands
    still nor the `others`."""
    share = shadow.share * free
    if (share > FAINT).any():
        share = share * _held(picture, sun, shadow, camera, free > 0.5)
    some = share > FAINT
    points = shadow.points[some]
    if len(points):
        near = np.linalg.norm(others.centres - points.mean(axis=0), axis=1) < AROUND_M
        for k in np.flatnonzero(near):
            share[some] *= ~_between(points, sun, others.poses[k], others.halves[k])
    return _shifted(picture, shadow.block, _relit(picture, sun, shadow, camera, share))


def _relit(picture: Picture8, sun: Sun, shadow: Fallen, camera: Camera, share: Share) -> NDArray[np.float32]:
    """By how much (h, w, 3) the ground gets lighter where so much of the shade is taken off it: never lighter than ground of
    that hue is seen to be."""
    wanted = -share[..., None] * sun.shade
    after = logs(picture[shadow.block.slices]) - sun.above.levels[camera.view.name] + wanted
    over = np.maximum(after.mean(axis=-1) - sun.lightest.at(after), 0)
    kept = np.clip(1 - over / np.maximum(wanted.mean(axis=-1), FAINT), 0, 1)
    return wanted * cv2.blur(kept, (3, 3))[..., None]


def _held(picture: Picture8, sun: Sun, shadow: Fallen, camera: Camera, ground: Mask) -> Share:
    """How far each pixel of a block is held to lie in shade: by its light against what the ground there has in the sun.

    Markings are lighter in shade than tarmac in the sun: what is a spot against the shade lies in it.
    """
    light = logs(picture[shadow.block.slices]) - sun.above.levels[camera.view.name]
    share = np.clip(sun.share(light - sun.at(sun.lit, shadow.points[..., :2])), 0, 1) * ground
    wide = 2 * max(1, round(NOISE_PX * camera.view.width / 448)) + 1
    held = cv2.medianBlur((255 * share).astype(np.uint8), wide).astype(np.float32) / 255
    held = np.clip((held - SUNNY) / (SHADY - SUNNY), 0, 1)
    inside = (held > 0.5).astype(np.uint8)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(1 - inside)
    spots = (stats[:, cv2.CC_STAT_AREA] < SPOT * inside.sum())[pieces] & (inside == 0)
    held, inside = np.where(spots, 1, held), inside | spots
    small = np.ones((3, 3), np.uint8)
    edge = cv2.dilate(inside, small) > cv2.erode(inside, small)
    return np.where(edge, share, held).astype(np.float32)


def _shifted(picture: Picture8, block: Block, light: NDArray[np.float32]) -> tuple[Picture8, Mask]:
    """The picture with the logarithms of its light changed by so much (h, w, 3) in a block of it."""
    out, changed = picture.copy(), np.zeros(picture.shape[:2], bool)
    new = np.abs(light).max(axis=-1) > FAINT
    part = out[block.slices]
    part[new] = np.clip(picture_of(logs(part[new]) + light[new]), 0, 255).round().astype(np.uint8)
    changed[block.slices] = new
    return out, changed
