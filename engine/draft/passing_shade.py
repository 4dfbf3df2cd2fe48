"""What those who move darken: ground that lies in shade while somebody is near it, and not at other times.

The same ground with and without a shadow says more of the sun than ground beside ground, but wet streets mirror dark bodies,
and headlights leave all dark that they do not reach. Those darken towards the camera or on every side, and no channel more than
another: the sun's shade lies on one side alone, and is bluer. Ours; see `docs/log.md`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3, footprint, vec3
from editor.scene import Actor
from editor.tracks import actor_at, is_present
from engine.draft.fromabove import CELL_M, FromAbove, Glance
from engine.draft.shadows import Part, parts_of

LOW_M, MOVED_M = 0.8, 0.7
LEAST_TIMES = 3  # that a cell was seen, or other times say nothing of it
DARKER, LEAST_SHARE, MOST_BEHIND = -0.5, 0.1, 0.15  # a logarithm; of the cells in shade; of that share, on the sun's side
BLUER = 0.08
FEW_CELLS, LEAST_BEHIND = 60, 0.5  # that were seen in shade; of as many, on the sun's side
NOISE = 30.0  # cells, below which a fit counts as if it were of so many


@dataclass(frozen=True, eq=False)
class Shade:
    """The logarithm of what share of its light (3,) ground keeps in shade, and of how light (3,) it is in the sun."""

    shade: NDArray[np.float32]
    level: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Moment:
    """One frame: of each cell (n) that is near somebody who moves, its light (n, 3), how much lighter that is than at other
    times, and how light it gets, and how much more than the others' mean it stands out (n); and the parts of those who are
    near, (m, 4, 2) in cells, from which height to which (m)."""

    cells: NDArray[np.int64]
    light: NDArray[np.float32]
    against_others: NDArray[np.float32]
    brightest: NDArray[np.float32]
    contrast: NDArray[np.float32]
    outlines: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PassingShade:
    """Of a drive's moments; `shape` is the map's."""

    moments: tuple[_Moment, ...]
    shape: tuple[int, int]

    def score(self, way: NDArray[np.float32]) -> float:
        """How well shadows that fall so far (2,) from what is one high explain what is darker than at other times: the root of
        the squares that a fit of one depth takes off, negative where it would have to be lighter."""
        along = square = 0.0
        for moment in self.moments:
            inside = self._shaded(moment, way).ravel()[moment.cells] > 0
            count = int(np.count_nonzero(inside))
            along -= float(moment.contrast[inside].sum())
            square += count * (1 - count / len(inside))
        return along / np.sqrt(max(square, NOISE))

    @property
    def is_dark(self) -> bool:
        """Whether anything was darkened for a while, wherever the sun may stand."""
        dark = sum(int((moment.against_others.mean(axis=1) < DARKER).sum()) for moment in self.moments)
        return dark >= FEW_CELLS

    def shade(self, way: NDArray[np.float32]) -> Shade | None:
        """What shadows that fall that way leave, if the sun stands so; None where it does not, or where too little was seen on
        either side."""
        here, behind = self._inside(way), self._inside(-way)
        if len(here) < FEW_CELLS or len(behind) < LEAST_BEHIND * len(here):
            return None
        dark, dark_behind = (inside[:, 0].mean(axis=1) < DARKER for inside in (here, behind))
        if dark.mean() < LEAST_SHARE or dark_behind.mean() > MOST_BEHIND * dark.mean():
            return None
        shade = np.median(here[dark, 1], axis=0).astype(np.float32)
        return Shade(shade, np.median(here[dark, 2], axis=0)) if shade[2] - shade[0] > BLUER else None

    def _inside(self, way: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of cells well within shadows, how much lighter they are than at other times, and than they get, and how light they
        get (n, 3, 3)."""
        found = []
        for moment in self.moments:
            mask = cv2.erode(self._shaded(moment, way), np.ones((3, 3), np.uint8))
            under = cv2.dilate(self._shaded(moment, 0 * way), np.ones((3, 3), np.uint8))
            inside = (mask > under).ravel()[moment.cells]
            brightest = moment.brightest[inside]
            found.append(np.stack([moment.against_others[inside], moment.light[inside] - brightest, brightest], axis=1))
        return np.concatenate(found) if found else np.zeros((0, 3, 3), np.float32)

    def _shaded(self, moment: _Moment, way: NDArray[np.float32]) -> NDArray[np.uint8]:
        mask = np.zeros(self.shape, np.uint8)
        swept = [moment.outlines + height[:, None, None] * way for height in (moment.low, moment.high)]
        for corners in np.round(np.concatenate(swept, axis=1)).astype(np.int32):
            cv2.fillConvexPoly(mask, cv2.convexHull(corners), 1)
        return mask


def passing_shade(above: FromAbove, actors: tuple[Actor, ...], heights: float) -> PassingShade:
    """What those who move may have darkened, with shadows as long as so many heights."""
    movers = [actor for actor in actors if is_tall(actor) and moves(actor)]
    moments = [_moment(above, glance, movers, heights) for glance in above.glances]
    return PassingShade(tuple(moment for moment in moments if moment is not None), above.times.shape)


def moves(actor: Actor) -> bool:
    """Whether an actor ends elsewhere than it began."""
    first, last = (np.asarray(actor.track[k].T_world.translation) for k in (0, -1))
    return bool(np.linalg.norm(first - last) >= MOVED_M)


def is_tall(actor: Actor) -> bool:
    """Whether an actor's shadow would be seen from above."""
    return actor.size_lwh[2] > LOW_M


def _moment(above: FromAbove, glance: Glance, movers: list[Actor], heights: float) -> _Moment | None:
    t_us, known = glance.t_us, above.times.ravel()[glance.cells] >= LEAST_TIMES
    cells, light = glance.cells[known], glance.light[known]
    row, column = np.divmod(cells, above.times.shape[1])
    near, parts = np.zeros(len(cells), bool), []
    for actor in movers:
        if not is_present(actor, t_us):
            continue
        T = actor_at(actor, t_us)
        where, reach = above.where(np.asarray(T.translation)[:2]), (heights * actor.size_lwh[2] + actor.size_lwh[0]) / CELL_M
        beside = np.hypot(column - where[0], row - where[1]) < reach
        if beside.any():
            near |= beside
            parts += [_part(above, T, actor.size_lwh, part) for part in parts_of(actor.size_lwh)]
    if not near.any():
        return None
    cells, light = cells[near], light[near]
    times = above.times.ravel()[cells][:, None]
    others = (above.light.reshape(-1, 3)[cells] * times - light) / (times - 1)
    off = light - others
    contrast = np.clip(off.mean(axis=1) + off[:, 0] - off[:, 2], -1, 1)  # shade is bluer than sunshine
    outlines, low, high = zip(*parts, strict=True)
    shapes = np.array(outlines, np.float32), np.array(low, np.float32), np.array(high, np.float32)
    return _Moment(cells, light, off, above.brightest.reshape(-1, 3)[cells], contrast - contrast.mean(), *shapes)


def _part(above: FromAbove, T_world_box: Rigid, size_lwh: Vec3, part: Part) -> tuple[Array, float, float]:
    """A part of a body: its outline (4, 2) in cells, and from which height to which, in cells."""
    along, across, low, high, back = part
    middle = T_world_box.apply(np.array([-back * size_lwh[0], 0.0, 0.0]))
    outline = footprint(Rigid(vec3(middle), T_world_box.rotation), vec3(np.multiply(size_lwh, (along, across, 1.0))))
    return above.where(outline), low * size_lwh[2] / CELL_M, high * size_lwh[2] / CELL_M
