"""Where the sun stands, from the recording alone: no clock and no place are asked.

Every direction of a grid predicts where parked actors' boxes and the upright points of the LiDAR throw their shadows on the
ground, and where those who move do for a while. The right one is where the ground is darker there than around, or than at other
times, seen from above, and bluer; how dark says how much light the shade keeps. Ours; what tells of those who
are parked is how far it stands out against other directions, of those who move what they leave there (see `docs/log.md`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.dirty import SHADOW_HEIGHTS
from editor.geometry import Array, footprint
from editor.scene import Actor
from engine.draft.backdrop import Backdrop
from engine.draft.fromabove import CELL_M, FromAbove, Map, Mask
from engine.draft.passing_shade import PassingShade, Shade, is_tall, moves, passing_shade
from engine.draft.sunlight import Sun, sun_over

# Steps of an elevation are steps of a shadow's length, in heights.
AZIMUTHS = np.radians(np.arange(0.0, 360.0, 10.0))
LENGTHS = np.array([6, 5, 4.2, 3.5, 3, 2.5, 2.1, 1.75, 1.4, 1.1, 0.8, 0.55, 0.35])
FINE_TURNS, FINE_LENGTHS = (
    np.radians([-7.5, -5.0, -2.5, 0.0, 2.5, 5.0, 7.5]),
    np.array([0.8, 0.87, 0.93, 1.0, 1.07, 1.15, 1.25]),
)
WINDOW = 11  # cells across, whose mean a cell is compared with
HIGH_M, GOES_ON_M = 2.5, (1.0, 2.5, 4.5, 7.0, 10.0)  # above a point higher than this, more may stand that was not measured
CLEAR, SURE, DARKER = 5.0, 9.0, -0.6  # of 104 drives under every sky no false sun had 4.8 (docs/log.md)
BESIDE = np.radians(35)
HALF_CLEAR = 4.0  # where those who move leave the sun's shade besides
DARK_SHARE, FEW_CELLS = 0.4, 12


@dataclass(frozen=True, eq=False)
class _Scene:
    """What throws shadows, and what they fall on: `contrast` (h, w) is how light a cell is against its neighbourhood, `weight`
    (h, w) what each usable cell of a neighbourhood counts there. Places are fractional cells, column first; heights are over
    the ground, in cells."""

    above: FromAbove
    contrast: Map
    usable: Mask
    weight: Map
    points: NDArray[np.float32]  # (2, n)
    heights: NDArray[np.float32]  # (n,)
    outlines: NDArray[np.float32]  # (m, 4, 2) of the boxes of those who are parked
    tall: NDArray[np.float32]  # (m,)


def find_sun(above: FromAbove, backdrop: Backdrop, actors: tuple[Actor, ...]) -> Sun | None:
    """None by night, under clouds, where the sun is low, where too little throws shadows, or where nothing stands out."""
    if not above.seen.any() or not len(backdrop.upright):
        return None
    scene, passing = _scene(above, backdrop, actors), passing_shade(above, actors, SHADOW_HEIGHTS)
    scores = _scores(lambda azimuth, length: _score(scene, azimuth, length))
    found = _clearest(scores) or _by_passing(scores, passing)
    if found is None:
        return None
    azimuth, length = _finer(scene, passing, *found)
    # Longer shadows leave the ground that an actor is known to change (`editor.dirty`), and lie on walls.
    return _measured(scene, passing, azimuth, length) if length <= SHADOW_HEIGHTS else None


def _scores(score: Callable[[float, float], float]) -> Array:
    """Of every azimuth and length, against the median of all azimuths: contact shadows and the dark feet of walls speak for
    short shadows to every side."""
    scores = np.array([[score(azimuth, length) for length in LENGTHS] for azimuth in AZIMUTHS])
    return scores - np.median(scores, axis=0)


def _clearest(scores: Array) -> tuple[float, float] | None:
    """The azimuth and length of the best score, if that is clear, and sure against the best of those that are not beside it."""
    best, azimuth, length = _best(scores)
    others = np.abs((AZIMUTHS - azimuth + np.pi) % (2 * np.pi) - np.pi) > BESIDE
    return (azimuth, length) if best >= CLEAR and best * best >= SURE * scores[others].max() else None


def _best(scores: Array) -> tuple[float, float, float]:
    """The best score, and its azimuth and length."""
    turn, stretch = np.unravel_index(int(np.argmax(scores)), scores.shape)
    return float(scores[turn, stretch]), float(AZIMUTHS[turn]), float(LENGTHS[stretch])


def _joined(one: Array | float, other: Array | float) -> Array | float:
    return np.hypot(np.maximum(one, 0), np.maximum(other, 0))


def _by_passing(scores: Array, passing: PassingShade) -> tuple[float, float] | None:
    """The best by those who move, too, where it is half as clear and what they leave there is the sun's shade. Against other
    directions it need not stand out: their shadows are wide, and what else they darken is told by that shade."""
    if not passing.is_dark:
        return None
    moving = _scores(lambda azimuth, length: passing.score(_way(azimuth, length)))
    best, azimuth, length = _best(_joined(scores, moving))
    return (azimuth, length) if best >= HALF_CLEAR and passing.shade(_way(azimuth, length)) is not None else None


def _finer(scene: _Scene, passing: PassingShade, azimuth: float, length: float) -> tuple[float, float]:
    """The best azimuth and length near some, by those who are parked and those who move."""
    near = [(azimuth + turn, length * stretch) for turn in FINE_TURNS for stretch in FINE_LENGTHS]
    return max(near, key=lambda place: _joined(_score(scene, *place), passing.score(_way(*place))))


def _scene(above: FromAbove, backdrop: Backdrop, actors: tuple[Actor, ...]) -> _Scene:
    points = backdrop.upright.astype(np.float64)
    heights = points[:, 2] - backdrop.ground.at(points[None, :, :2])[0]
    places = np.ascontiguousarray(above.where(points[:, :2]).T)
    usable = above.seen & (cv2.dilate(_cells_of(above, places), np.ones((3, 3), np.uint8)) == 0)
    usable[[0, -1]] = usable[:, [0, -1]] = False  # what falls off the map is counted there
    # Shade is bluer than sunshine.
    level = above.light.mean(axis=-1) + above.light[..., 0] - above.light[..., 2]
    contrast = np.clip(np.where(usable, level - _around(level, usable), 0), -1, 1).astype(np.float32)
    parked = [a for a in actors if is_tall(a) and not moves(a)]
    outlines = above.where(np.array([footprint(a.track[0].T_world, a.size_lwh) for a in parked]).reshape(-1, 4, 2))
    tall = np.array([a.size_lwh[2] for a in parked], np.float32) / CELL_M
    weight = usable / np.maximum(_sum(usable.astype(np.float32)), 1)
    return _Scene(above, contrast, usable, weight, places, (heights / CELL_M).astype(np.float32), outlines, tall)


def _around(values: Map, where: Mask) -> Map:
    """The mean over each cell's window of the cells that count."""
    return _sum(values * where) / np.maximum(_sum(where.astype(np.float32)), 1)


def _sum(values: Map | NDArray[np.uint8]) -> Map | NDArray[np.uint8]:
    return cv2.boxFilter(values, -1, (WINDOW, WINDOW), normalize=False, borderType=cv2.BORDER_CONSTANT)


def _shaded(scene: _Scene, azimuth: float, length: float) -> NDArray[np.uint8]:
    """Which cells (h, w) lie in the shade of something known, with shadows so many heights long."""
    way = _way(azimuth, length)
    mask = _cells_of(scene.above, scene.points + way[:, None] * scene.heights)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _sweep(mask, scene, way)
    return mask


def _sweep(mask: NDArray[np.uint8], scene: _Scene, way: NDArray[np.float32]) -> None:
    """Writes the shadows of the boxes of those who are parked into a mask (h, w)."""
    swept = np.concatenate([scene.outlines, scene.outlines + scene.tall[:, None, None] * way], axis=1)
    for corners in np.round(swept).astype(np.int32):
        cv2.fillConvexPoly(mask, cv2.convexHull(corners), 1)


def _way(azimuth: float, length: float) -> NDArray[np.float32]:
    """Where the shadow of a place one high falls."""
    return np.array([-length * np.cos(azimuth), -length * np.sin(azimuth)], np.float32)


def _cells_of(above: FromAbove, places: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The map's cells (h, w) nearest to some places (2, n); what is off the map counts on its border."""
    mask = np.zeros(above.seen.shape, np.uint8)
    column, row = (np.clip(places[k] + 0.5, 0, mask.shape[1 - k] - 1).astype(np.intp) for k in (0, 1))
    mask.ravel()[row * mask.shape[1] + column] = 1
    return mask


def _score(scene: _Scene, azimuth: float, length: float) -> float:
    """How well shadows that way explain what is dark against its neighbourhood: the root of the squares that a fit of one
    depth for all of them takes off, negative where they would have to be lighter."""
    mask = _shaded(scene, azimuth, length) * scene.usable
    mask = mask - _sum(mask) * scene.weight  # a window's sum of such fits in a byte
    return float(-np.vdot(mask, scene.contrast) / np.sqrt(max(float(np.vdot(mask, mask)), 30.0)))


def _measured(scene: _Scene, passing: PassingShade, azimuth: float, length: float) -> Sun | None:
    """The sun there, if the ground that it should leave in shade is dark enough. The same ground with and without shade says
    best how dark that is."""
    way = _way(azimuth, length)
    measured = passing.shade(way) or _beside(scene, azimuth, length)
    if measured is None or measured.shade.mean() > DARKER:
        return None
    up = np.arctan2(1, length)
    towards = (float(np.cos(up) * np.cos(azimuth)), float(np.cos(up) * np.sin(azimuth)), float(np.sin(up)))
    return sun_over(scene.above, towards, measured.shade, measured.level, _beside_parked(scene, way))


def _beside(scene: _Scene, azimuth: float, length: float) -> Shade | None:
    """How much darker ground that should lie in shade is than ground beside it."""
    small, light = np.ones((3, 3), np.uint8), scene.above.light
    mask = _shaded(scene, azimuth, length)
    perhaps = mask | _perhaps(scene, azimuth, length)
    clear = scene.usable & (cv2.dilate(perhaps, small) == 0)
    deep = scene.usable & (cv2.erode(mask, small) > 0) & (_sum(clear.astype(np.float32)) >= 8)
    if deep.sum() < FEW_CELLS:
        return None
    around = np.stack([_around(light[..., k], clear) for k in range(3)], axis=-1)[deep]
    darker = light[deep] - around
    # What is no darker stands in another shade, as what is around it does, or under something that the LiDAR saw through.
    dark = darker.mean(axis=1) <= np.quantile(darker.mean(axis=1), DARK_SHARE)
    return Shade(darker[dark].mean(axis=0).astype(np.float32), np.median(around[dark], axis=0))


def _perhaps(scene: _Scene, azimuth: float, length: float) -> NDArray[np.uint8]:
    """Which cells (h, w) may lie in the shade of what stands still, where the LiDAR did not reach its top."""
    way, high = _way(azimuth, length), scene.heights > HIGH_M / CELL_M
    out = _cells_of(scene.above, scene.points + way[:, None] * scene.heights)
    for more in GOES_ON_M:
        over = scene.heights[high] + more / CELL_M
        out |= _cells_of(scene.above, scene.points[:, high] + way[:, None] * over)
    return cv2.morphologyEx(out, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))


def _beside_parked(scene: _Scene, way: NDArray[np.float32]) -> Mask:
    """Which cells (h, w) those may shade who are parked, so that they tell nothing of what shades them besides."""
    mask = np.zeros(scene.above.seen.shape, np.uint8)
    _sweep(mask, scene, way)
    return cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0
