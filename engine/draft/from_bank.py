"""How an actor of the shipped bank gets into a picture: its shape as rays meet it, in the colours that its pictures show there.

Each ray's first meeting with the shape is looked up in the pictures that were taken from about the wanted side and see that
place, the nearer the side the more it counts, so that nothing jumps while somebody turns. Ours.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from cachetools import cached
from numpy.typing import NDArray

from editor.geometry import Array, Rigid
from engine.draft.backdrop import nearest_known
from engine.draft.bank import FOLDER, BankEntry, BankPicture
from engine.draft.lift import Lifted
from engine.draft.paint import paint_of
from engine.draft.picks import Wanted
from engine.draft.remove import footprint_mask
from engine.draft.room import room_for
from engine.draft.shapes import meet
from engine.draft.sunlight import Sun
from engine.draft.sunlit import lit, relit
from engine.draft.surfaces import Block

MIDDLE = (0.0, 0.0)
CORNERS = ((-0.25, -0.25), (0.25, -0.25), (-0.25, 0.25), (0.25, 0.25))  # of a pixel, that say how much of it is the actor's
PICTURES = 7  # that are asked for a view
APART = np.radians(12.0)  # from the wanted side, by which a picture counts a third
LEAST_COUNT = 1e-4  # of what the best picture counts, for one to be looked at
THICK_M = 0.04  # what lies deeper than this behind what a picture shows is hidden in it
LEAST_FACING = 0.1  # cosine of the angle to a face, below which it counts no less
LEAST_LIGHT = 0.15  # of what lies below
BAND = 1 << 16  # places that are looked up at once
PICTURE_BYTES, DEPTH_BYTES = 96 << 20, 160 << 20
ROW = 4096
ROAD_LEVEL = 118.0  # how bright a road would be in the light that the bank is drawn in
GAIN = 0.35, 1.25
TINT_SHARE = 0.6  # of the road's own tint is taken for the light's
# The light that the bank is drawn in (`engine.town.bank`): the way to its sun in a box's frame, and how much light that gives.
BANK_SUN = np.array((0.308, 0.533, 0.788))
OVER_SKY = np.float32((1.40, 1.29, 1.11))  # times that of the sky
UP = np.array((0.0, 0.0, 1.0))


def from_bank(entry: BankEntry, wanted: Wanted, block: Block, picture: NDArray[np.uint8], sun: Sun | None) -> Lifted:
    """The entry's pixels in a block, in the light of the picture that they will be set into, without what air adds to it."""
    scale = np.divide(entry.size_lwh, wanted.size_lwh)
    eye = wanted.T_world_box.inverse().apply(np.asarray(wanted.camera.T_world_camera.translation)) * scale
    if (np.abs(eye) < np.asarray(entry.size_lwh) / 2).all():
        return _nothing(wanted, block)  # who looks is within it
    met = _met(entry, wanted, eye, scale, block)
    hit = met.alpha > 0
    if not hit.any():
        return _nothing(wanted, block)
    fine_px = wanted.camera.view.intrinsics[0] / float(np.median(met.depth[hit]) * scale.mean())  # a metre of the entry's
    points, normals, eye = met.points[hit], met.normals[hit], np.float32(eye)
    bands = (slice(k, k + BAND) for k in range(0, len(points), BAND))
    found = np.concatenate([_colours(entry, eye, points[band], normals[band], fine_px) for band in bands])
    if sun is not None:
        outward = normals * np.sign(((eye - points) * normals).sum(axis=-1, keepdims=True))
        found = _relit(found, outward, outward * scale, wanted.T_world_box, sun)
    colours = np.zeros((*hit.shape, 3), np.float32)
    colours[hit] = np.clip(found * _light(wanted, picture), 0, 255)
    return Lifted(block, colours, met.alpha, nearest_known(met.depth, hit), np.zeros(hit.shape, bool), stayed=False)


def _nothing(wanted: Wanted, block: Block) -> Lifted:
    shape = block.height, block.width
    away = max(float((wanted.camera.T_world_camera.inverse() @ wanted.T_world_box).translation[2]), 0.1)
    none = np.zeros(shape, np.float32)
    return Lifted(block, np.zeros((*shape, 3), np.float32), none, none + np.float32(away), np.zeros(shape, bool), stayed=False)


@dataclass(frozen=True, eq=False)
class _Met:
    """Of each pixel of a block how much shows the shape, and where a ray through it meets that first, in the entry's frame."""

    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]  # (h, w)
    points: NDArray[np.float32]  # (h, w, 3)
    normals: NDArray[np.float32]  # (h, w, 3)


def _met(entry: BankEntry, wanted: Wanted, eye: Array, scale: Array, block: Block) -> _Met:
    """The middle of a pixel counts, and where that passes by, the first of its corners that does not."""
    turned = wanted.T_world_box.matrix()[:3, :3] * scale
    alpha = np.zeros((block.height, block.width), np.float32)
    depth, points, normals = np.zeros_like(alpha), *(np.zeros((*alpha.shape, 3), np.float32) for _ in range(2))
    for place in (MIDDLE, *CORNERS):
        rays = wanted.camera.rays_world(block.pixels() + place) @ turned
        away, facing = meet(entry.mesh, eye, rays)
        hit = np.isfinite(away)
        alpha += 0 if place is MIDDLE else hit / np.float32(len(CORNERS))
        new = hit & (depth == 0)
        depth[new], normals[new], points[new] = away[new], facing[new], eye + rays[new] * away[new][:, None]
    return _Met(alpha, np.where(alpha > 0, depth, 0), points, normals)


@cache
def own_paint(entry: BankEntry) -> str | None:
    """The colour of an entry's paint as its pictures have it, "#rrggbb"; None where it has none to speak of."""
    rgba = _rgba(entry.pictures[len(entry.pictures) // 8].file, 0)  # from its front left
    return paint_of(rgba[..., :3] / np.maximum(rgba[..., 3:], 1e-3), rgba[..., 3])


# ------------------------------------------------------------------------------------------------------- colours


def _colours(entry: BankEntry, eye: Array, points: Array, normals: Array, fine_px: float) -> NDArray[np.float32]:
    """Of places (n, 3) on an entry's shape; `fine_px` samples a metre are wanted of it."""
    towards = _unit(eye - points)
    near = sorted(entry.pictures, key=lambda shot: -float(_unit(shot.eye) @ _unit(eye)))[:PICTURES]
    apart = [np.arccos(np.clip((_unit(np.float32(shot.eye) - points) * towards).sum(axis=-1), -1, 1)) for shot in near]
    counts = [np.exp(-((each / np.float32(APART)) ** 2)) for each in apart]
    least = LEAST_COUNT * np.max(counts, axis=0)
    total, weights = np.zeros((len(points), 3), np.float32), np.zeros(len(points), np.float32)
    for shot, count in zip(near, counts, strict=True):
        if (count < least).all():
            continue
        shown, sees = _shown(entry, shot, points, normals, fine_px)
        weight = sees * count
        total, weights = total + weight[:, None] * shown, weights + weight
    known = weights > 0
    colours = total / np.where(known, weights, 1)[:, None]
    if known.any():  # what no picture shows, such as roofs from above, is as light as it faces up
        up = (normals[:, 2] * np.sign((normals * towards).sum(axis=-1)))[~known]
        colours[~known] = colours[known].mean(axis=0) * np.clip(0.5 + 0.5 * up, LEAST_LIGHT, 1)[:, None]
    return colours


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _shown(
    entry: BankEntry, shot: BankPicture, points: Array, normals: Array, fine_px: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a picture shows at places (n, 3) of the shape, and how well it sees them: the cosine of the angle to the face, 0
    where something hides it."""
    T = shot.T_camera_box.matrix().astype(np.float32)
    at = points @ T[:3, :3].T + T[:3, 3]
    fx, fy, cx, cy, skew = shot.intrinsics
    x, y = at[:, 0] / at[:, 2], at[:, 1] / at[:, 2]
    where = np.stack([fx * x + skew * y + cx, fy * y + cy], axis=-1)
    rgba = _sampled(shot, where, fx / float(np.median(at[:, 2])) / fine_px)
    facing = np.abs((normals * _unit(np.float32(shot.eye) - points)).sum(axis=-1)).clip(LEAST_FACING)
    behind = at[:, 2] - _remapped(_depth(entry.mesh, shot), where, cv2.INTER_NEAREST)
    hidden = (behind > THICK_M + at[:, 2] / fx / facing) | (rgba[:, 3] < 0.5)
    return rgba[:, :3] / np.maximum(rgba[:, 3:], 1e-3), np.where(hidden, 0, facing).astype(np.float32)


@cached(room_for(DEPTH_BYTES))
def _depth(mesh: str, shot: BankPicture) -> NDArray[np.float32]:
    """How far away (height, width) along its axis what a picture shows is; 0 where it shows nothing."""
    fx, fy, cx, cy, skew = shot.intrinsics
    u, v = np.meshgrid(np.arange(shot.width), np.arange(shot.height))
    y = (v - cy) / fy
    rays = np.stack([(u - cx - skew * y) / fx, y, np.ones_like(y)], axis=-1)
    depth, _ = meet(mesh, shot.eye, rays @ shot.T_camera_box.matrix()[:3, :3])
    return np.where(np.isfinite(depth), depth, 0).astype(np.float32)


@cached(room_for(PICTURE_BYTES))
def _rgba(file: str, halvings: int) -> NDArray[np.float32]:
    """A picture of the bank, halved so many times, with its colours multiplied by its alpha, so that nothing of what is outside
    bleeds in."""
    if halvings:
        finer = _rgba(file, halvings - 1)
        return cv2.resize(finer, [max(1, n // 2) for n in finer.shape[1::-1]], interpolation=cv2.INTER_AREA)
    bgra = cv2.imread(str(FOLDER / file), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim != 3 or bgra.shape[2] != 4:
        raise OSError(f"{FOLDER / file} is not a picture with four channels")
    alpha = bgra[..., 3:].astype(np.float32) / 255
    return np.concatenate([bgra[..., 2::-1] * alpha, alpha], axis=-1)


def _sampled(shot: BankPicture, where: Array, step: float) -> NDArray[np.float32]:
    """A picture's values at places (n, 2) of it that are so many of its pixels apart."""
    rgba = _rgba(shot.file, int(np.log2(max(step, 1.0))))
    smaller = np.divide(rgba.shape[1::-1], (shot.width, shot.height))
    return _remapped(rgba, (where + 0.5) * smaller - 0.5, cv2.INTER_LINEAR)


def _remapped(values: NDArray[np.float32], where: Array, how: int) -> NDArray[np.float32]:
    """Values (h, w, …) at places (n, 2); 0 outside."""
    rows = -(-len(where) // ROW)  # OpenCV takes no row of more than 32,766
    at = np.full((rows * ROW, 2), -10, np.float32)
    at[: len(where)] = where
    found = cv2.remap(values, at.reshape(rows, ROW, 2), None, how, borderMode=cv2.BORDER_CONSTANT)
    return found.reshape(rows * ROW, *values.shape[2:])[: len(where)]


# --------------------------------------------------------------------------------------------------------- light


def _relit(colours: NDArray[np.float32], were: Array, are: Array, T_world_box: Rigid, sun: Sun) -> NDArray[np.float32]:
    """Colours (n, 3) of faces, lit as the sun lights them there and not the bank's; either against level ground. `were` are
    their normals in the entry's frame, `are` those in the box's, of any length: a stretched box turns faces."""
    towards, over_sky = T_world_box.matrix()[:3, :3].T @ np.asarray(sun.towards), sun.over_sky(T_world_box)
    are = are / np.maximum(np.linalg.norm(are, axis=-1, keepdims=True), 1e-9)
    there = lit(were, BANK_SUN, OVER_SKY) / lit(UP, BANK_SUN, OVER_SKY)
    return relit(colours, lit(are, towards, over_sky) / lit(UP, towards, over_sky) / there)


def _light(wanted: Wanted, picture: NDArray[np.uint8]) -> Array:
    """By what to multiply the bank's colours: from how bright and of what tint the ground around the feet is."""
    outer, inner = (footprint_mask(wanted.T_world_box, wanted.size_lwh, wanted.camera, margin) for margin in (1.5, 0.4))
    ring = (outer > 0) & (inner == 0)
    if ring.sum() < 12:
        ring = np.ones(ring.shape, bool)
        ring[: len(ring) // 2] = False
    ground = np.maximum(np.median(picture[ring], axis=0), 4.0)
    level = float(ground.mean())
    return np.clip((level / ROAD_LEVEL) ** 0.8, *GAIN) * (ground / level) ** TINT_SHARE
