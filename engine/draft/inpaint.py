"""What nobody saw, made up from what stands around: patches copied in along the edges that run into the hole.

Exemplar-based filling (Criminisi et al., 2004) at a working size; the copied places, not the colours, are carried back to
full size, so that texture stays sharp. Patches come from nearly the same row, where a street shows the same scale.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.surfaces import Block, block_around

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]

HALF = 3  # of a patch of 7x7
WORKING_HOLE_PX = 700  # larger holes are filled at a smaller size
REACH = (46, 14)  # how far patches are fetched from, at the working size: across, up and down
SMALL_HOLE_PX = 6  # holes no wider than this are filled smoothly
LARGEST_HOLE_SHARE = 0.04  # of a picture; patches repeat themselves visibly over more
MIN_KNOWN_PX = 40
FLOWS_PX = 64  # from so far around a hole colours flow in
GRAIN_PX, GRAIN_SHARE = 2.5, 0.35  # how fine a patch's own detail is, and how much of it is laid over the smooth filling


def inpainted(picture: Pixels, hole: Mask, ground: Mask, usable: Mask) -> Pixels:
    """The picture with its hole filled from the `usable` pixels, ground with `ground` only and the rest with the rest."""
    if not hole.any():
        return picture
    out = picture.copy()
    for layer in (~ground, ground):
        part, known = hole & layer, usable & layer & ~hole
        if not part.any():
            continue
        out = smoothed(out, part, known if known.sum() > MIN_KNOWN_PX else ~hole)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(part.astype(np.uint8))
        for k in range(1, count):
            wide = min(stats[k, cv2.CC_STAT_WIDTH], stats[k, cv2.CC_STAT_HEIGHT]) > SMALL_HOLE_PX
            if wide and stats[k, cv2.CC_STAT_AREA] < LARGEST_HOLE_SHARE * hole.size:
                _fill_piece(out, labels == k, known)
    return out


def smoothed(picture: Pixels, hole: Mask, known: Mask) -> Pixels:
    """The picture with its hole filled by what flows in from the known pixels, worked out at a quarter of the size."""
    if not hole.any() or not known.any():
        return picture
    block = block_around(hole, FLOWS_PX)
    crop, inside, open_pixels = picture[block.slices], hole[block.slices], known[block.slices].astype(np.float32)
    size = max(1, block.width // 4), max(1, block.height // 4)
    open_share = cv2.resize(open_pixels, size, interpolation=cv2.INTER_AREA)
    light = cv2.resize(crop.astype(np.float32) * open_pixels[..., None], size, interpolation=cv2.INTER_AREA)
    small = np.clip(light / np.maximum(open_share, 1e-3)[..., None], 0, 255).astype(np.uint8)
    if (open_share < 0.05).all():
        return picture
    small = cv2.inpaint(small, (open_share < 0.05).astype(np.uint8), 3, cv2.INPAINT_TELEA)
    out = picture.copy()
    out[block.slices][inside] = cv2.resize(small, (block.width, block.height), interpolation=cv2.INTER_LINEAR)[inside]
    return out


def _fill_piece(out: Pixels, piece: Mask, usable: Mask) -> None:
    scale = min(1.0, (WORKING_HOLE_PX / float(piece.sum())) ** 0.5)
    block = block_around(piece, round(max(REACH) / scale))
    crop, hole = out[block.slices], piece[block.slices]
    size = max(8, round(block.width * scale)), max(8, round(block.height * scale))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA)
    small_hole = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.01
    small_usable = cv2.resize(usable[block.slices].astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    from_where = copied_from(small, small_hole, small_usable & ~small_hole)
    if from_where is not None:
        _carry_back(crop, hole, from_where, block, size)


def _carry_back(crop: Pixels, hole: Mask, from_where: NDArray[np.float32], block: Block, size: tuple[int, int]) -> None:
    """Lays the grain of what the working size copied, taken at full size, over the hole's smooth filling."""
    h, w = hole.shape
    ratio = np.array([w / size[0], h / size[1]], np.float32)
    at = np.stack(np.meshgrid(np.arange(size[0]), np.arange(size[1])), axis=-1).astype(np.float32)
    offset = cv2.resize(from_where - at, (w, h), interpolation=cv2.INTER_NEAREST) * ratio
    u, v = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    copied = cv2.remap(
        crop, u + np.round(offset[..., 0]), v + np.round(offset[..., 1]), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    # Colours flow in from the rim, which errs least; the copies give their grain and edges, not their own brightness.
    grain = copied.astype(np.float32) - cv2.GaussianBlur(copied, (0, 0), GRAIN_PX * max(1.0, w / size[0]))
    soft = np.clip(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3) / 2.0, 0, 1)[..., None]
    crop[hole] = np.clip(crop + GRAIN_SHARE * grain * soft, 0, 255)[hole].round().astype(np.uint8)


def copied_from(picture: Pixels, hole: Mask, usable: Mask) -> NDArray[np.float32] | None:
    """For each pixel (h, w, 2) the place that its colour is copied from: itself outside the hole. None: nothing to copy."""
    border = ((HALF, HALF),) * 2
    image = cv2.copyMakeBorder(picture, HALF, HALF, HALF, HALF, cv2.BORDER_REPLICATE).astype(np.float32)
    known = np.pad(~hole, border, constant_values=False)
    fit = cv2.erode(np.pad(usable, border).astype(np.uint8), np.ones((2 * HALF + 1,) * 2, np.uint8)).astype(bool)
    if not fit.any():
        return None
    h, w = image.shape[:2]
    origin = np.stack(np.meshgrid(np.arange(w), np.arange(h)), axis=-1).astype(np.float32)
    trust = known.astype(np.float32)
    inner = np.zeros((h, w), bool)
    inner[HALF:-HALF, HALF:-HALF] = True
    todo = ~known & inner
    grey = image.mean(axis=-1)
    while todo.any():
        around = block_around(todo, HALF + 3)  # farther off, nothing has a say in what is next
        row, column = _next(*(layer[around.slices] for layer in (grey, known, trust, todo)))
        row, column = row + around.top, column + around.left
        here = slice(row - HALF, row + HALF + 1), slice(column - HALF, column + HALF + 1)
        found = _best(image, image[here], known[here], fit, row, column)
        if found is None:
            return None
        there = slice(found[0] - HALF, found[0] + HALF + 1), slice(found[1] - HALF, found[1] + HALF + 1)
        new = ~known[here]
        image[here][new] = image[there][new]
        grey[here] = image[here].mean(axis=-1)
        origin[here][new] = origin[there][new]
        trust[here][new] = trust[here][~new].mean() * 0.95 if (~new).any() else 0.1
        known[here] = True
        todo[here] = False
    return (origin - HALF)[HALF:-HALF, HALF:-HALF]


def _next(grey: NDArray[np.float32], known: Mask, trust: NDArray[np.float32], todo: Mask) -> tuple[int, int]:
    """The place on the rim where most is known and the strongest edge runs in."""
    rim = todo & (cv2.dilate(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
    rows, columns = np.nonzero(rim if rim.any() else todo)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    sure = cv2.erode(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    edge = cv2.blur(np.hypot(gx, gy) * sure, (2 * HALF + 1,) * 2)
    sureness = cv2.blur(trust, (2 * HALF + 1,) * 2)
    best = int(np.argmax((sureness * (edge + 8.0))[rows, columns]))
    return int(rows[best]), int(columns[best])


def _best(
    image: NDArray[np.float32], patch: NDArray[np.float32], known: Mask, fit: Mask, row: int, column: int
) -> tuple[int, int] | None:
    """The centre of the fitting patch near by that agrees best with what is known."""
    h, w = fit.shape
    reach = REACH
    while True:
        top, bottom = max(row - reach[1], HALF), min(row + reach[1] + 1, h - HALF)
        left, right = max(column - reach[0], HALF), min(column + reach[0] + 1, w - HALF)
        allowed = fit[top:bottom, left:right]
        if allowed.any():
            break
        if top == HALF and left == HALF and bottom == h - HALF and right == w - HALF:
            return None
        reach = (reach[0] * 2, reach[1] * 2)
    area = image[top - HALF : bottom + HALF, left - HALF : right + HALF]
    mask = np.repeat(known[..., None].astype(np.float32), 3, axis=-1)
    cost = cv2.matchTemplate(area, patch, cv2.TM_SQDIFF, mask=mask)
    away = np.hypot(np.arange(top, bottom)[:, None] - row, np.arange(left, right)[None] - column)
    cost = np.where(allowed, cost + away * 3.0 * max(known.sum(), 1), np.inf)
    v, u = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return top + int(v), left + int(u)
