"""How an actor of the shipped bank gets into a picture: its shape as rays meet it, in the colours that its pictures show there.

Each ray's first meeting with the shape is looked up in the pictures that were taken from about the wanted side and see that
place, the nearer the side the more it counts, so that nothing jumps while somebody turns. Ours.
"""

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.backdrop import nearest_known
from engine.draft.bank import FOLDER, BankEntry, BankPicture
from engine.draft.lift import Lifted
from engine.draft.paint import paint_of
from engine.draft.picks import Wanted
from engine.draft.remove import footprint_mask
from engine.draft.shapes import meet
from engine.draft.surfaces import Block

FINER = 2  # rays a pixel, each way
PICTURES = 7  # that are asked for a view
APART = np.radians(12.0)  # from the wanted side, by which a picture counts a third
THICK_M = 0.04  # what lies deeper than this behind what a picture shows is hidden in it
LEAST_FACING = 0.1  # cosine of the angle to a face, below which it counts no less
ROW = 4096
ROAD_LEVEL = 118.0  # how bright a road would be in the light that the bank is drawn in
GAIN = 0.35, 1.25
TINT_SHARE = 0.6  # of the road's own tint is taken for the light's


def from_bank(entry: BankEntry, wanted: Wanted, block: Block, picture: NDArray[np.uint8]) -> Lifted:
    """The entry's pixels in a block, in the light of the picture that they will be set into, without what air adds to it."""
    scale = np.divide(entry.size_lwh, wanted.size_lwh)
    T_box_world = wanted.T_world_box.inverse()
    eye = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation)) * scale
    directions = (wanted.camera.rays_world(_finer(block)) @ T_box_world.matrix()[:3, :3].T) * scale
    depth, normals = meet(entry.mesh, eye, directions)
    hit = np.isfinite(depth)
    colours = np.zeros((*hit.shape, 3), np.float32)
    if hit.any():
        fine_px = FINER * wanted.camera.view.intrinsics[0] / float(np.median(depth[hit]))  # a metre's
        colours[hit] = _colours(entry, eye, eye + directions[hit] * depth[hit][:, None], normals[hit], fine_px)
    alpha = _averaged(hit.astype(np.float32))
    met = np.maximum(alpha, 1e-6)
    lit = np.clip(_averaged(colours) / met[..., None] * _light(wanted, picture), 0, 255).astype(np.float32)
    away = nearest_known(_averaged(np.where(hit, depth, 0)) / met, alpha > 0)
    if not hit.any():
        away = np.full(alpha.shape, np.linalg.norm(eye / scale), np.float32)
    return Lifted(block, lit, alpha, away, np.zeros(alpha.shape, bool), stayed=False)


@cache
def own_paint(entry: BankEntry) -> str | None:
    """The colour of an entry's paint as its pictures have it, "#rrggbb"; None where it has none to speak of."""
    rgba = _rgba(entry.pictures[len(entry.pictures) // 8].file)  # from its front left
    return paint_of(rgba[..., :3] / np.maximum(rgba[..., 3:], 1e-3), rgba[..., 3])


def _finer(block: Block) -> Array:
    """Places (FINER·h, FINER·w, 2) between the pixels of a block."""
    u = block.left - 0.5 + (np.arange(FINER * block.width) + 0.5) / FINER
    v = block.top - 0.5 + (np.arange(FINER * block.height) + 0.5) / FINER
    return np.stack(np.meshgrid(u, v), axis=-1)


def _averaged(values: NDArray[np.float32]) -> NDArray[np.float32]:
    h, w = values.shape[0] // FINER, values.shape[1] // FINER
    return values.reshape(h, FINER, w, FINER, *values.shape[2:]).mean(axis=(1, 3))


# ------------------------------------------------------------------------------------------------------- colours


def _colours(entry: BankEntry, eye: Array, points: Array, normals: Array, fine_px: float) -> NDArray[np.float32]:
    """Of places (n, 3) on an entry's shape; `fine_px` samples a metre are wanted of it."""
    towards = _unit(eye - points)
    total, weights = np.zeros((len(points), 3), np.float32), np.zeros(len(points), np.float32)
    for shot in sorted(entry.pictures, key=lambda shot: -float(_unit(shot.eye) @ _unit(eye)))[:PICTURES]:
        shown, weight = _shown(entry, shot, points, normals, fine_px)
        apart = np.arccos(np.clip((_unit(shot.eye - points) * towards).sum(axis=-1), -1, 1))
        weight = weight * np.exp(-((apart / APART) ** 2)).astype(np.float32)
        total, weights = total + weight[:, None] * shown, weights + weight
    known = weights > 0
    colours = total / np.where(known, weights, 1)[:, None]
    colours[~known] = colours[known].mean(axis=0) if known.any() else 0.0  # such as roofs from above
    return colours


def _unit(v: Array) -> Array:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)


def _shown(
    entry: BankEntry, shot: BankPicture, points: Array, normals: Array, fine_px: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What a picture shows at places (n, 3) of the shape, and how well it sees them: the cosine of the angle to the face, 0
    where something hides it."""
    T = shot.T_camera_box.matrix()
    at = points @ T[:3, :3].T + T[:3, 3]
    fx, fy, cx, cy, skew = shot.intrinsics
    x, y = at[:, 0] / at[:, 2], at[:, 1] / at[:, 2]
    where = np.stack([fx * x + skew * y + cx, fy * y + cy], axis=-1)
    rgba = _sampled(shot.file, where, fx / float(np.median(at[:, 2])) / fine_px)
    facing = np.abs((normals * _unit(shot.eye - points)).sum(axis=-1)).clip(LEAST_FACING)
    behind = at[:, 2] - _remapped(_depth(entry, shot), where, cv2.INTER_NEAREST)
    hidden = (behind > THICK_M + at[:, 2] / fx / facing) | (rgba[:, 3] < 0.5)
    return rgba[:, :3] / np.maximum(rgba[:, 3:], 1e-3), np.where(hidden, 0, facing).astype(np.float32)


@lru_cache(maxsize=64)
def _depth(entry: BankEntry, shot: BankPicture) -> NDArray[np.float32]:
    """How far away (height, width) along its axis what a picture shows is; 0 where it shows nothing."""
    fx, fy, cx, cy, skew = shot.intrinsics
    u, v = np.meshgrid(np.arange(shot.width), np.arange(shot.height))
    y = (v - cy) / fy
    rays = np.stack([(u - cx - skew * y) / fx, y, np.ones_like(y)], axis=-1)
    depth, _ = meet(entry.mesh, shot.eye, rays @ shot.T_camera_box.matrix()[:3, :3])
    return np.where(np.isfinite(depth), depth, 0).astype(np.float32)


@lru_cache(maxsize=64)
def _rgba(file: str, halvings: int = 0) -> NDArray[np.float32]:
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


def _sampled(file: str, where: Array, step: float) -> NDArray[np.float32]:
    """A picture's values at places (n, 2) of it that are so many of its pixels apart."""
    whole, rgba = _rgba(file), _rgba(file, max(0, int(np.log2(max(step, 1.0)))))
    smaller = np.divide(rgba.shape[1::-1], whole.shape[1::-1])
    return _remapped(rgba, (where + 0.5) * smaller - 0.5, cv2.INTER_LINEAR)


def _remapped(values: NDArray[np.float32], where: Array, how: int) -> NDArray[np.float32]:
    """Values (h, w, …) at places (n, 2); 0 outside."""
    rows = -(-len(where) // ROW)  # OpenCV takes no row of more than 32,766
    at = np.full((rows * ROW, 2), -10, np.float32)
    at[: len(where)] = where
    found = cv2.remap(values, at.reshape(rows, ROW, 2), None, how, borderMode=cv2.BORDER_CONSTANT)
    return found.reshape(rows * ROW, *values.shape[2:])[: len(where)]


# --------------------------------------------------------------------------------------------------------- light


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
