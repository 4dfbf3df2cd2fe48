"""A part of a clip: fewer frames, fewer views, a smaller rectangle. Small machines train on parts.

A rectangle of a picture is the picture of a camera with a narrower view, so the network is told of it by the camera's numbers.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.model.asked import TOKEN, Asked
from engine.model.drafts import Drafts
from engine.model.layout import PIXELS
from engine.training.clips import TrainingClip


@dataclass(frozen=True, slots=True)
class Window:
    """Which frames and views, and the rectangle: left, top, width, height in pixels, multiples of a token."""

    frames: tuple[int, ...]
    views: tuple[int, ...]
    left: int
    top: int
    width: int
    height: int


def cut(clip: TrainingClip, window: Window) -> TrainingClip:
    """What a window shows of a clip; actors that it shows nothing of are left out."""
    rows, columns = slice(window.top, window.top + window.height), slice(window.left, window.left + window.width)

    def part(pictures: NDArray) -> NDArray:
        return np.ascontiguousarray(pictures[np.ix_(window.frames, window.views)][:, :, rows, columns])

    cell = clip.truth.shape[2] // clip.drafts.gbuffer.shape[3]
    cells = tuple(slice(along.start // cell, along.stop // cell) for along in (rows, columns))
    gbuffer = clip.drafts.gbuffer[np.ix_(window.frames, window.views)][:, :, :, *cells]
    drafts = Drafts(part(clip.drafts.pictures), part(clip.drafts.valid), part(clip.drafts.dirty), np.ascontiguousarray(gbuffer))
    return replace(clip, asked=_asked(clip.asked, window, clip.truth.shape[2:4]), drafts=drafts, truth=part(clip.truth))


def _asked(asked: Asked, window: Window, size: tuple[int, int]) -> Asked:
    where = np.ix_(window.frames, window.views)
    token = tuple(slice(a // TOKEN, (a + n) // TOKEN) for a, n in ((window.top, window.height), (window.left, window.width)))
    cell = tuple(slice(a // PIXELS, (a + n) // PIXELS) for a, n in ((window.top, window.height), (window.left, window.width)))
    members = asked.members[where][:, :, token[0], token[1]]
    shown = members.any((0, 1, 2, 3)) if members.shape[-1] else np.zeros(0, bool)
    times = asked.times_s[list(window.frames)]
    return replace(
        asked,
        times_s=times - times[0],
        cameras=np.stack([_narrowed(asked.cameras[v], window, size) for v in window.views]),
        waypoints=asked.waypoints[list(window.frames)],
        action=asked.action[list(window.frames)],
        layout=asked.layout[where][:, :, :, cell[0], cell[1]],
        categories=tuple(c for c, s in zip(asked.categories, shown, strict=True) if s),
        size_lwh=asked.size_lwh[shown],
        members=members[..., shown],
    )


def _narrowed(camera: NDArray[np.float32], window: Window, size: tuple[int, int]) -> NDArray[np.float32]:
    """The numbers of a camera that sees the rectangle alone."""
    height, width = size
    fx, fy, cx, cy = camera[:4]
    sx, sy = width / window.width, height / window.height
    middle = fx * sx, fy * sy, (cx * width - window.left) / window.width, (cy * height - window.top) / window.height
    return np.concatenate([np.array(middle, np.float32), camera[4:]])


def drawn(clip: TrainingClip, num_frames: int, num_views: int, size: tuple[int, int], rng: np.random.Generator) -> Window:
    """A window at random, most often where something may change: neighbouring or spread frames, neighbouring views."""
    T, V, height, width = clip.truth.shape[:4]
    if num_frames > T or num_views > V or size[0] > width or size[1] > height:
        got = f"{num_frames} frames, {num_views} views, {size[0]} x {size[1]} pixels"
        raise ValueError(f"windows of {got} in a clip of {T}, {V}, {width} x {height}; wanted no more")
    stride = int(rng.integers(1, (T - 1) // max(num_frames - 1, 1) + 1)) if num_frames > 1 else 1
    first = int(rng.integers(0, T - stride * (num_frames - 1)))
    frames = tuple(first + stride * k for k in range(num_frames))
    at = int(rng.integers(0, V - num_views + 1))
    views = tuple(range(at, at + num_views))
    return Window(frames, views, *_corner(clip.drafts.dirty[np.ix_(frames, views)], size, rng), *size)


def _corner(dirty: NDArray[np.bool_], size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """Left and top of a rectangle around a pixel that may change, if any may and the dice say so."""
    height, width = dirty.shape[2:]
    row, column = rng.integers(0, height), rng.integers(0, width)
    rows, columns = np.nonzero(dirty.any((0, 1)))
    if len(rows) and rng.random() < 0.85:
        k = rng.integers(0, len(rows))
        row, column = rows[k], columns[k]
    left, top = (int(np.clip((at - n * rng.uniform(0.25, 0.75)) // TOKEN * TOKEN, 0, full - n))
                 for at, n, full in ((column, size[0], width), (row, size[1], height)))  # fmt: skip
    return left, top
