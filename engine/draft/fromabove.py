"""The ground from above: how light each place of it is, from pictures of a whole drive without whoever stood before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.backdrop import Backdrop
from engine.draft.crowd import Cast, hulls, occupancy
from engine.draft.light import logs
from engine.draft.sources import Camera, Recording, coarser

Map = NDArray[np.float32]
Mask = NDArray[np.bool_]

CELL_M = 0.4
FRAMES = 12  # that are read, in every view
WIDE_PX = 480  # larger pictures are read at this size
STEP_PX = 6  # at 448 pixels across: where it is looked up what stands before the ground
NEAR_M, FAR_M = 6.0, 25.0  # from a camera: nearer it may see its own car, farther the ground too flatly
WITHIN = 0.5  # the cosine of an angle, to the side of where it looks
DARK, BRIGHT = -2.5, 1.5  # against a picture's median; what is beyond it is a lamp, a hole or a mirror
FEW = 50  # places in a picture
ROUNDS = 4


@dataclass(frozen=True, eq=False)
class FromAbove:
    """Logs of linear light (h, w, 3), against the ground's median and the view's exposure, and the brightest that was seen of
    each place. Cell (row, column) is about origin + CELL_M * (column, row) in the world, `times` (h, w) says in how many frames
    each was seen, and `levels` are what was taken off the views. `glances` are what it was made of.
    """

    light: Map
    brightest: Map
    times: NDArray[np.int32]
    origin: Array
    levels: dict[str, NDArray[np.float32]]
    glances: tuple["Glance", ...]

    @property
    def seen(self) -> Mask:
        """Which cells (h, w) were."""
        return self.times > 0

    def where(self, xy: Array) -> NDArray[np.float32]:
        """The fractional cells (..., 2), column first, of places (..., 2) in the world."""
        return ((xy - self.origin) / CELL_M).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Glance:
    """What the pictures of one frame show: the light (n, 3) of some cells, as the map has it."""

    t_us: int
    cells: NDArray[np.int64]  # flat, each once
    light: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Look:
    """What one picture shows: the light (n, 3) of some cells."""

    frame: int
    t_us: int
    view: str
    cells: NDArray[np.int64]
    light: NDArray[np.float32]


def from_above(recording: Recording, backdrop: Backdrop, cast: Cast) -> FromAbove:
    """The map of a drive; `cast` are those who stood before the ground, beside what stands still."""
    path = np.array([pose.T_world.translation[:2] for pose in recording.scene.ego])
    origin = np.floor(path.min(axis=0) - FAR_M)
    shape = tuple(int(x) + 2 for x in np.ceil((path.max(axis=0) + FAR_M - origin) / CELL_M))[::-1]
    found = list(_looks(recording, backdrop, cast, origin, shape))
    levels = _levels(found, shape[0] * shape[1])
    glances = tuple(_glance(list(looks), levels) for _, looks in groupby(found, key=lambda look: look.frame))
    times, total = np.zeros(shape[0] * shape[1], np.int32), np.zeros((shape[0] * shape[1], 3))
    brightest = np.full((shape[0] * shape[1], 3), DARK, np.float32)
    for glance in glances:
        times[glance.cells] += 1
        total[glance.cells] += glance.light
        brightest[glance.cells] = np.maximum(brightest[glance.cells], glance.light)
    light = (total / np.maximum(times, 1)[:, None]).reshape(*shape, 3).astype(np.float32)
    return FromAbove(light, brightest.reshape(*shape, 3), times.reshape(shape), origin, levels, glances)


def _glance(looks: list[_Look], levels: dict[str, NDArray[np.float32]]) -> Glance:
    """The views of one frame together; what several of them show is what they show in the mean."""
    every = np.concatenate([look.cells for look in looks])
    light = np.concatenate([np.clip(look.light - levels[look.view], DARK, BRIGHT) for look in looks])
    cells, which, count = np.unique(every, return_inverse=True, return_counts=True)
    total = np.stack([np.bincount(which, channel, len(cells)) for channel in light.T], axis=-1)
    return Glance(looks[0].t_us, cells, (total / count[:, None]).astype(np.float32))


def _levels(found: list[_Look], cells: int) -> dict[str, NDArray[np.float32]]:
    """How light each view's pictures are, so that views agree about the places that several of them show."""
    if not found:
        return {}
    levels = dict.fromkeys(sorted({g.view for g in found}), np.median(np.concatenate([g.light for g in found]), axis=0))
    for _ in range(ROUNDS):
        count, total = np.zeros(cells), np.zeros((cells, 3))
        for g in found:
            count[g.cells] += 1
            total[g.cells] += g.light - levels[g.view]
        mean = total / np.maximum(count, 1)[:, None]
        off = {v: np.concatenate([g.light - levels[v] - mean[g.cells] for g in found if g.view == v]) for v in levels}
        levels = {v: levels[v] + np.median(off[v], axis=0) for v in levels}
    return {v: level.astype(np.float32) for v, level in levels.items()}


def _looks(recording: Recording, backdrop: Backdrop, cast: Cast, origin: Array, shape: tuple[int, int]) -> Iterator[_Look]:
    frames = recording.scene.frames
    for frame in sorted({round(k) for k in np.linspace(0, len(frames) - 1, FRAMES)}):
        for view in recording.scene.views:
            recorded = frames[frame].picture(view.name)
            if recorded is None or not recorded.exists:
                continue
            camera = recording.camera(frame, view.name)
            cells, pixels = _open_ground(camera, backdrop, cast, origin, shape)
            picture = recording.glance(frame, view.name) if len(cells) > FEW else None
            if picture is not None:
                soft = cv2.GaussianBlur(picture, (0, 0), 0.8 * camera.view.width / 448)
                yield _Look(frame, camera.t_us, view.name, cells, logs(soft[pixels[:, 1], pixels[:, 0]]))


def _open_ground(
    camera: Camera, backdrop: Backdrop, cast: Cast, origin: Array, shape: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells (n) whose ground a camera sees, and in which pixels (n, 2)."""
    low = np.clip(((camera.eye[:2] - origin - FAR_M) / CELL_M).astype(int), 0, None)
    high = np.minimum(((camera.eye[:2] - origin + FAR_M) / CELL_M).astype(int) + 1, shape[::-1])
    column, row = (x.ravel() for x in np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1])))
    xy = origin + CELL_M * np.stack([column, row], axis=-1)
    there = xy - camera.eye[:2]
    away = np.hypot(*there.T)
    near = (away > NEAR_M) & (away < FAR_M) & (there @ camera.ahead[:2] > WITHIN * away)
    xy, cells = xy[near], (row * shape[1] + column)[near]
    pixels, depth = camera.pixels(np.concatenate([xy, backdrop.ground.at(xy[None])[0][:, None]], axis=1))
    last = camera.view.width - 2, camera.view.height - 2
    seen = (depth > 1) & (pixels > 1).all(axis=1) & (pixels < last).all(axis=1)
    at, cells, depth = pixels[seen].round().astype(int), cells[seen], depth[seen]
    crowd, grow = cast.at(camera.t_us), round(2 * camera.view.width / 448)
    free = occupancy(crowd, hulls(crowd, camera), camera, grow, {})[at[:, 1], at[:, 0]] < 0
    step = STEP_PX * max(1, round(camera.view.width / 448))
    standing = backdrop.depth(*coarser(camera, step))[at[:, 1] // step, at[:, 0] // step]
    free &= depth < 1.04 * standing + 0.3
    return cells[free], at[free]


def read_small(recording: Recording) -> Recording:
    """The same drive at a size that is large enough here."""
    view = recording.scene.views[0]
    size = None if view.width <= WIDE_PX else (WIDE_PX, round(WIDE_PX * view.height / view.width))
    return Recording(recording.dataroot, recording.scene, size)
