"""Where the sun stands, from the recording alone: no clock and no place are asked.

Every direction of a grid predicts where parked actors' boxes and the upright points of the LiDAR throw their shadows on the
ground. The right one is where the ground is darker there than around, seen from above, and bluer; how dark says how much
light the shade keeps. Ours; what tells is how far it stands out against other directions (see `docs/log.md`).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, footprint
from editor.scene import Actor
from engine.draft.backdrop import Backdrop, nearest_known
from engine.draft.fromabove import FromAbove, Map, Mask

# Steps of an elevation are steps of a shadow's length, in heights.
AZIMUTHS = np.radians(np.arange(0.0, 360.0, 10.0))
LENGTHS = np.array([6, 5, 4.2, 3.5, 3, 2.5, 2.1, 1.75, 1.4, 1.1, 0.8, 0.55, 0.35])
FINE_TURNS, FINE_LENGTHS = (
    np.radians([-7.5, -5.0, -2.5, 0.0, 2.5, 5.0, 7.5]),
    np.array([0.8, 0.87, 0.93, 1.0, 1.07, 1.15, 1.25]),
)
WINDOW = 11  # cells across, whose mean a cell is compared with
POINT_M = 0.35  # of the points, one in so much space tells enough
HIGH_M, GOES_ON_M = 2.5, (1.0, 2.5, 4.5, 7.0, 10.0)  # above a point higher than this, more may stand that was not measured
PARKED_M, LOW_M = 0.7, 0.8
CLEAR, STANDS_OUT, DARKER = 4.8, 1.35, -0.5  # see `found`
DARK_SHARE, FEW_CELLS = 0.4, 12
LIT_CELLS, FAINT = 5.0, 0.02  # how far what is lit tells of what is not, and how little what is lit elsewhere counts


@dataclass(frozen=True, eq=False)
class Sun:
    """The unit vector to the sun in the world, and the logarithm of what share of its light (r, g, b) ground keeps in shade.

    `lit` (h, w, 3) is how light the ground of the map `above` is in the sun, or would be; `open` (h, w) how much of the sun,
    from 0 to 1, what stands still lets through to it.
    """

    towards: tuple[float, float, float]
    shade: NDArray[np.float32]
    above: FromAbove
    lit: Map
    open: Map

    def share(self, light: NDArray[np.float32]) -> NDArray[np.float32]:
        """How many times the shade lies in differences (..., 3) of logarithms: about 1 where one is shaded and one lit."""
        return light @ self.shade / np.float32(self.shade @ self.shade)


@dataclass(frozen=True, eq=False)
class _Scene:
    """What throws shadows, and what they fall on: `contrast` (h, w) is how light a cell is against its neighbourhood."""

    above: FromAbove
    contrast: Map
    usable: Mask
    points: Array  # (n, 2) in the world
    heights: Array  # (n,) over the ground
    boxes: tuple[tuple[Array, float], ...]  # outlines (4, 2) in the world and heights


def find_sun(above: FromAbove, backdrop: Backdrop, actors: tuple[Actor, ...]) -> Sun | None:
    """None by night, under clouds, where too little throws shadows, or where nothing stands out."""
    if not above.seen.any() or not len(backdrop.upright):
        return None
    scene = _scene(above, backdrop, actors)
    scores = np.array([[_score(scene, a, length) for length in LENGTHS] for a in AZIMUTHS])
    # Contact shadows and the dark feet of walls speak for short shadows to every side.
    scores -= np.median(scores, axis=0)
    turn, stretch = np.unravel_index(int(np.argmax(scores)), scores.shape)
    others = np.abs((AZIMUTHS - AZIMUTHS[turn] + np.pi) % (2 * np.pi) - np.pi) > np.radians(35)
    if scores[turn, stretch] < max(CLEAR, STANDS_OUT * scores[others].max()):
        return None
    finer = [(_score(scene, AZIMUTHS[turn] + a, LENGTHS[stretch] * k), a, k) for a in FINE_TURNS for k in FINE_LENGTHS]
    _, a, k = max(finer)
    azimuth, length = AZIMUTHS[turn] + a, LENGTHS[stretch] * k
    return _measured(scene, azimuth, length)


def _scene(above: FromAbove, backdrop: Backdrop, actors: tuple[Actor, ...]) -> _Scene:
    points = _thinned(backdrop.upright.astype(np.float64))
    heights = points[:, 2] - backdrop.ground.at(points[None, :, :2])[0]
    cells, inside = above.cells(points[:, :2])
    stands = np.zeros(above.seen.shape, np.uint8)
    stands[cells[inside, 1], cells[inside, 0]] = 1
    usable = above.seen & (cv2.dilate(stands, np.ones((3, 3), np.uint8)) == 0)
    # Shade is bluer than sunshine.
    level = above.light.mean(axis=-1) + above.light[..., 0] - above.light[..., 2]
    contrast = np.clip(np.where(usable, level - _around(level, usable), 0), -1, 1).astype(np.float32)
    boxes = tuple((footprint(a.track[0].T_world, a.size_lwh), a.size_lwh[2]) for a in actors if _is_parked(a))
    return _Scene(above, contrast, usable, points[:, :2], heights, boxes)


def _is_parked(actor: Actor) -> bool:
    first, last = (np.asarray(actor.track[k].T_world.translation) for k in (0, -1))
    return bool(np.linalg.norm(first - last) < PARKED_M and actor.size_lwh[2] > LOW_M)


def _thinned(points: Array) -> Array:
    cells = np.floor(points / POINT_M).astype(np.int64) + 2**20
    _, first = np.unique((cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2], return_index=True)
    return points[np.sort(first)]


def _around(values: Map, where: Mask) -> Map:
    """The mean over each cell's window of the cells that count."""
    return _sum(values * where) / np.maximum(_sum(where.astype(np.float32)), 1)


def _sum(values: Map) -> Map:
    return cv2.boxFilter(values, -1, (WINDOW, WINDOW), normalize=False, borderType=cv2.BORDER_CONSTANT)


def _shaded(scene: _Scene, azimuth: float, length: float) -> NDArray[np.uint8]:
    """Which cells (h, w) lie in the shade of something known, with shadows so many heights long."""
    way = -length * np.array([np.cos(azimuth), np.sin(azimuth)])
    mask = _cast(scene, scene.points + scene.heights[:, None] * way)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    for outline, height in scene.boxes:
        hull = cv2.convexHull(scene.above.where(np.concatenate([outline, outline + height * way])))
        cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    return mask


def _cast(scene: _Scene, places: Array) -> NDArray[np.uint8]:
    mask = np.zeros(scene.usable.shape, np.uint8)
    cells, inside = scene.above.cells(places)
    mask[cells[inside, 1], cells[inside, 0]] = 1
    return mask


def _score(scene: _Scene, azimuth: float, length: float) -> float:
    """How well shadows that way explain what is dark against its neighbourhood: the root of the squares that a fit of one
    depth for all of them takes off, negative where they would have to be lighter."""
    mask = (_shaded(scene, azimuth, length) * scene.usable).astype(np.float32)
    mask = np.where(scene.usable, mask - _around(mask, scene.usable), 0)
    return float(-(mask * scene.contrast).sum() / np.sqrt(max(float((mask * mask).sum()), 30.0)))


def _measured(scene: _Scene, azimuth: float, length: float) -> Sun | None:
    """The sun there, if the ground that it should leave in shade is dark enough."""
    small, light = np.ones((3, 3), np.uint8), scene.above.light
    mask = _shaded(scene, azimuth, length)
    way = -length * np.array([np.cos(azimuth), np.sin(azimuth)])
    high, perhaps = scene.heights > HIGH_M, mask.copy()
    for more in GOES_ON_M:
        perhaps |= _cast(scene, scene.points[high] + (scene.heights[high] + more)[:, None] * way)
    clear = scene.usable & (cv2.dilate(perhaps, small) == 0)
    deep = scene.usable & (cv2.erode(mask, small) > 0) & (_sum(clear.astype(np.float32)) >= 8)
    if deep.sum() < FEW_CELLS:
        return None
    darker = np.stack([light[..., k] - _around(light[..., k], clear) for k in range(3)], axis=-1)[deep]
    # What is no darker stands in another shade or under something that the LiDAR saw through.
    dark = darker[darker.mean(axis=1) <= np.quantile(darker.mean(axis=1), DARK_SHARE)]
    shade = dark.mean(axis=0).astype(np.float32)
    if shade.mean() > DARKER:
        return None
    up = np.arctan2(1, length)
    towards = (float(np.cos(up) * np.cos(azimuth)), float(np.cos(up) * np.sin(azimuth)), float(np.sin(up)))
    level = np.median(np.stack([_around(light[..., k], clear) for k in range(3)], axis=-1)[deep], axis=0)
    return _with_ground(Sun(towards, shade, scene.above, light, mask), scene, level, azimuth, length)


def _with_ground(sun: Sun, scene: _Scene, level: NDArray[np.float32], azimuth: float, length: float) -> Sun:
    """The same with its maps; `level` (3,) is how light the ground is in the sun where that was measured."""
    light, seen = scene.above.light, scene.above.seen
    shaded = sun.share(light - level) > 0.5
    in_sun = seen & ~shaded
    mass = _smooth(in_sun.astype(np.float32), LIT_CELLS)
    lit = np.stack([_smooth(light[..., k] * in_sun, LIT_CELLS) + FAINT * level[k] for k in range(3)], axis=-1)
    lit = (lit / (mass + FAINT)[..., None]).astype(np.float32)
    actors = _shaded(replace(scene, points=scene.points[:0], heights=scene.heights[:0]), azimuth, length)
    tells = seen & (cv2.dilate(actors, np.ones((3, 3), np.uint8)) == 0)
    share = np.clip(sun.share(light - lit), 0, 1).astype(np.float32)
    weight = _smooth(tells.astype(np.float32), 1.0)
    is_open = nearest_known(1 - _smooth(share * tells, 1.0) / np.maximum(weight, 1e-3), weight > 0.05)
    return replace(sun, lit=lit, open=is_open)


def _smooth(values: Map, sigma: float) -> Map:
    return cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
