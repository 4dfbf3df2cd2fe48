"""Where buildings stand and what they are like, block by block, as their quarter has it; their meshes are `house_parts`'."""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.town.chance import dice
from engine.town.facades import GROUND_FLOOR_M, Front, Style
from engine.town.heights import KERB_HEIGHT_M, height
from engine.town.kerbs import CELL_M, COUNT, edge_grid
from engine.town.mesh import Colour, rgb
from engine.town.plans import PAVEMENT_M
from engine.town.quarters import Block, Quarter, blocks
from engine.town.streets import CANVAS_M, Array, Plan, Street

PLASTER = ("#d9cdb4", "#c9b08a", "#e4ded0", "#cdbfa6", "#c98f6b", "#d8b8a0", "#a9b3b0", "#cfc3c0", "#9aa694", "#e0c890",
           "#d7c7b5", "#b7a28c", "#dfd6c6", "#c7a46a", "#aeb9c2", "#d9b5a0")  # fmt: skip
BRICK = ("#80503f", "#704a3e", "#8c6049", "#65483d", "#98775f", "#6a524a", "#9a5a44", "#a98a6c")
PANEL = ("#a8a49a", "#9b9791", "#b8b2a6", "#8d9196", "#b4ab9c")
CURTAIN = ("#5b6468", "#4b5258", "#707a7e", "#3f4a52", "#5a6a66")
BOARDS = ("#d8d6cf", "#b8c3c8", "#8f9d8a", "#a9532f", "#c9b892", "#6f8290", "#d4c8b4", "#7b5a48")
SHEET = ("#8d949a", "#a9adaf", "#6d7f8c", "#b3a58c", "#7f8f7c", "#9c4f3c")
BAND = ("#b3aea4", "#9f9d99", "#c4bdb0", "#8a8883")
STONE = ("#b5a88f", "#a39a8a", "#c2b69d", "#948c80")
COLOURS: dict[Style, tuple[str, ...]] = {
    Style.PLASTER: PLASTER, Style.BRICK: BRICK, Style.PANELS: PANEL, Style.CURTAIN: CURTAIN, Style.BOARDS: BOARDS,
    Style.SHEET: SHEET, Style.BANDS: BAND, Style.STONE: STONE,
}  # fmt: skip
TILES = ("#7a3d2a", "#5a4036", "#4a4a4e", "#8a5038", "#6a4a3c", "#3f4146", "#93472f")
Roof = Literal["flat", "gable", "cross", "hip"]  # a gable's ridge runs along the front, that of "cross" across it


@dataclass(frozen=True, eq=False)
class House:
    """A building: its footprint (4, 2) counter-clockwise with the street side first, where its ground floor lies, and the
    numbers of its façade."""

    footprint: Array
    base: float
    foot: float  # how far its walls go down below the ground floor
    height: float
    storey: float
    bay: float
    window: tuple[float, float]
    style: Style
    front: Front
    colour: Colour
    seed: float
    roof: Roof
    tile: Colour
    quarter: Quarter
    detailed: bool = True


@dataclass(frozen=True, slots=True)
class Build:
    """How a quarter builds: ranges in metres, storeys, chances of styles and roofs."""

    width: tuple[float, float]
    depth: tuple[float, float]
    setback: tuple[float, float]
    gap: tuple[float, float]
    attached: float  # the share that touch their neighbour
    floors: tuple[int, int]
    styles: dict[Style, float]
    pitched: float  # the share of low houses with pitched roofs
    front: tuple[Front, float]  # what the ground floor is with this chance, homes else
    storey: tuple[float, float] = (2.9, 3.3)
    window: tuple[tuple[float, float], tuple[float, float]] = ((1.0, 1.4), (1.35, 1.7))
    bay: tuple[float, float] = (2.5, 3.6)


S, F = Style, Front
BUILDS: dict[Quarter, Build] = {
    "old": Build((7.5, 14.5), (10, 13), (0.05, 0.3), (2.5, 6), 0.9, (2, 4),
                 {S.PLASTER: 0.68, S.BRICK: 0.17, S.STONE: 0.15}, 0.85, (F.SHOPS, 0.42), bay=(2.0, 3.0)),
    "homes": Build((8.5, 13.5), (8.5, 11), (4.5, 8.0), (4.5, 10), 0.06, (1, 2),
                   {S.PLASTER: 0.40, S.BRICK: 0.28, S.BOARDS: 0.32}, 0.93, (F.PORCH, 1.0), (2.7, 3.0)),
    "shops": Build((9, 23), (11, 17), (0.2, 0.6), (3, 9), 0.86, (2, 5),
                   {S.PLASTER: 0.40, S.BRICK: 0.32, S.PANELS: 0.10, S.STONE: 0.10, S.BANDS: 0.08}, 0.30, (F.SHOPS, 0.95)),
    "offices": Build((22, 44), (18, 28), (1.5, 6), (3, 11), 0.10, (5, 16),
                     {S.CURTAIN: 0.40, S.BANDS: 0.24, S.PANELS: 0.18, S.STONE: 0.18}, 0.0, (F.LOBBY, 0.8), (3.3, 3.8)),
    "works": Build((24, 52), (20, 32), (8, 17), (6, 16), 0.0, (1, 2),
                   {S.SHEET: 0.55, S.BRICK: 0.30, S.PANELS: 0.15}, 0.35, (F.GATES, 0.9), (3.6, 4.6),
                   ((1.8, 3.0), (1.0, 1.5)), (4, 6)),
    "estate": Build((26, 54), (11, 13.5), (8, 15), (10, 20), 0.0, (4, 9),
                    {S.PANELS: 0.55, S.PLASTER: 0.35, S.BRICK: 0.10}, 0.05, (F.HOMES, 1.0), (2.75, 2.95),
                    ((1.4, 2.1), (1.35, 1.5)), (3.0, 3.8)),
}  # fmt: skip


class Site:
    """Which ground is still free, as a picture with a pixel per half metre."""

    def __init__(self, plan: Plan) -> None:
        self.taken: NDArray[np.uint8] = (edge_grid(plan) < PAVEMENT_M - 0.1).astype(np.uint8)
        for lot in plan.lots:
            self.take(lot.corners, 1.5)

    def _window(self, polygon: Array) -> tuple[slice, slice, NDArray[np.uint8]] | None:
        low = np.floor(polygon.min(0) / CELL_M).astype(int)
        high = np.ceil(polygon.max(0) / CELL_M).astype(int) + 1
        a, b = np.clip(low, 0, COUNT), np.clip(high, 0, COUNT)
        if (b <= a).any():
            return None
        mask = np.zeros((b[1] - a[1], b[0] - a[0]), np.uint8)
        cv2.fillPoly(mask, [np.round((polygon / CELL_M - 0.5 - a) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        return slice(a[1], b[1]), slice(a[0], b[0]), mask

    def is_free(self, polygon: Array) -> bool:
        """Whether nothing stands in a polygon; ground beyond the canvas is free."""
        window = self._window(shrunk(polygon, -0.3))
        return window is None or not (self.taken[window[:2]] & window[2]).any()

    def take(self, polygon: Array, margin: float = 0.0) -> None:
        """Let nothing else stand there."""
        window = self._window(shrunk(polygon, margin))
        if window is not None:
            self.taken[window[:2]] |= window[2]


def shrunk(polygon: Array, by: float) -> Array:
    """A polygon moved outwards from its middle by so many metres, inwards if negative."""
    middle = polygon.mean(0)
    d = polygon - middle
    return polygon + by * d / np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-6) * math.sqrt(2)


def houses(plan: Plan, site: Site) -> list[House]:
    """All buildings of a town: along the streets, behind them, and across the streets' far ends."""
    out: list[House] = []
    for block in blocks(plan):
        if block.quarter != "park":
            _front_row(plan, block, site, out)
    for block in blocks(plan):
        _back_row(plan, block, site, out)
    return out + _ends(plan, site)


def _front_row(plan: Plan, block: Block, site: Site, out: list[House]) -> None:
    rng, how, street = dice("houses", plan.seed, block.number), BUILDS[block.quarter], plan.street(block.street)
    look = _Look.of(rng, how, block.quarter)
    s = block.s0 + rng.uniform(0.0, 1.5)
    while s < block.s1 - 6:
        width, depth = rng.uniform(*how.width), rng.uniform(*how.depth)
        width = min(width, block.s1 - s) if how.attached > 0.5 and block.s1 - s > how.width[0] else width
        offset = street.half + PAVEMENT_M + rng.uniform(*how.setback)
        if block.quarter == "estate" and rng.random() < 0.25:
            width, depth = depth, rng.uniform(24, 40)
        footprint = rectangle_at(street, block.side, s + width / 2, offset, width, depth)
        if s + width < block.s1 + 1.0 and site.is_free(footprint):
            site.take(footprint, 0.0 if how.attached > 0.5 else 1.5)
            out.append(_house(plan, rng, look, how, footprint, block.quarter, True))
            s += width + (rng.uniform(0.0, 0.05) if rng.random() < how.attached else rng.uniform(*how.gap))
        else:
            s += 2.0


def _back_row(plan: Plan, block: Block, site: Site, out: list[House]) -> None:
    """What looks over the roofs of the front row."""
    rng, street = dice("behind", plan.seed, block.number), plan.street(block.street)
    quarter: Quarter = "homes" if block.quarter == "park" else block.quarter
    if block.quarter == "park" and rng.random() < 0.5:
        return
    how = BUILDS[quarter]
    look = _Look.of(rng, how, quarter)
    near, far = (44.0, 60.0) if block.quarter == "park" else (24.0, 46.0)
    s = block.s0 + rng.uniform(0, 8)
    while s < block.s1 - 8:
        scale = 1.0 if quarter in ("works", "estate", "offices") else 1.25
        width, depth = rng.uniform(*how.width) * scale, rng.uniform(*how.depth)
        offset = street.half + PAVEMENT_M + rng.uniform(near, far)
        footprint = rectangle_at(street, block.side, s + width / 2, offset, width, depth)
        if site.is_free(footprint):
            site.take(footprint, 2.0)
            out.append(_house(plan, rng, look, how, footprint, quarter, False))
        s += width + rng.uniform(3, 16)


def rectangle_at(street: Street, side: int, s: float, offset: float, width: float, depth: float) -> Array:
    """A rectangle (4, 2) beside a street, its street side first, counter-clockwise."""
    front, heading = street.at(s, side * offset), float(street.heading(s))
    along = np.array([math.cos(heading), math.sin(heading)]) * side  # the street side runs counter-clockwise
    away = np.array([-math.sin(heading), math.cos(heading)]) * side
    a, b = front - along * width / 2, front + along * width / 2
    return np.array([a, b, b + away * depth, a + away * depth])


@dataclass(frozen=True, eq=False)
class _Look:
    """What the houses of one block share, so that it looks grown, not scattered."""

    styles: tuple[Style, ...]
    floors: int
    storey: float
    tile: str

    @classmethod
    def of(cls, rng: np.random.Generator, how: Build, quarter: Quarter) -> "_Look":
        kinds, chances = list(how.styles), np.array(list(how.styles.values()))
        picks = rng.choice(len(kinds), size=2 if quarter in ("homes", "estate") else 3, p=chances / chances.sum())
        floors = int(rng.integers(how.floors[0], how.floors[1] + 1))
        return cls(tuple(kinds[int(k)] for k in picks), floors, rng.uniform(*how.storey), TILES[int(rng.integers(len(TILES)))])


def _house(
    plan: Plan, rng: np.random.Generator, look: _Look, how: Build, footprint: Array, quarter: Quarter, first: bool
) -> House:
    style = look.styles[int(rng.integers(len(look.styles)))]
    spread = 3 if quarter == "offices" else 1
    floors = int(
        np.clip(look.floors + rng.integers(-spread, spread + 1), how.floors[0], how.floors[1] + (2 if not first else 0))
    )
    front = how.front[0] if first and rng.random() < how.front[1] else Front.HOMES
    storey = look.storey * rng.uniform(0.97, 1.03)
    low = floors <= 4 and float(np.linalg.norm(footprint[3] - footprint[0])) < 16
    pitched: tuple[Roof, ...] = ("gable", "cross", "hip")
    roof: Roof = pitched[int(rng.choice(3, p=_roofs(quarter)))] if low and rng.random() < how.pitched else "flat"
    if quarter == "works":
        roof = "gable" if roof != "flat" else "flat"
    codes = COLOURS[style]
    tint = rng.uniform(0.74, 1.0)
    r, g, b = (c * tint for c in rgb(codes[int(rng.integers(len(codes)))]))
    ground = GROUND_FLOOR_M if front in (Front.SHOPS, Front.LOBBY) else storey
    tall = (
        rng.uniform(6.5, 10.5) if front == Front.GATES else ground + (floors - 1) * storey + (0.9 if roof == "flat" else 0.35)
    )
    base, foot = _ground_at(plan, footprint)
    window = (rng.uniform(*how.window[0]), rng.uniform(*how.window[1]))
    tile = look.tile if rng.random() < 0.75 else TILES[int(rng.integers(len(TILES)))]
    return House(
        footprint, base, foot, tall, storey, rng.uniform(*how.bay), window, style, front, (r, g, b),
        float(rng.integers(1, 999)), roof, rgb(tile), quarter, first,
    )  # fmt: skip


def _roofs(quarter: Quarter) -> tuple[float, float, float]:
    return (0.78, 0.22, 0.0) if quarter in ("old", "shops") else (0.5, 0.25, 0.25)


def _ground_at(plan: Plan, footprint: Array) -> tuple[float, float]:
    """The level of a house's ground floor, and how far its walls must go down below it."""
    z = height(plan, np.concatenate([footprint, footprint[:2].mean(0)[None]])) + KERB_HEIGHT_M
    return float(z[4]), float(max(0.3, z[4] - z[:4].min() + 0.3))


def _ends(plan: Plan, site: Site) -> list[House]:
    """A big building across each street's far end, so that no street runs into nothing."""
    rng = dice("ends", plan.seed)
    out = []
    for street in plan.streets:
        for s, sign, meets in zip((0.0, street.length), (-1, 1), plan.ends(street), strict=True):
            if meets:
                continue
            h = float(street.heading(s))
            along, away = sign * np.array([math.sin(h), -math.cos(h)]), sign * np.array([math.cos(h), math.sin(h)])
            reach = 60.0
            while (np.abs(street.at(s) + away * reach - CANVAS_M / 2) < CANVAS_M / 2 + 4).all():
                reach += 5.0
            middle = street.at(s) + away * (reach + 8)
            w, d = rng.uniform(34, 52), 15.0
            a, b = middle + along * w / 2, middle - along * w / 2
            quarter: Quarter = ("old", "shops", "offices", "estate")[int(rng.integers(4))]
            how = BUILDS[quarter]
            out.append(
                _house(
                    plan, rng, _Look.of(rng, how, quarter), how, np.array([a, b, b + away * d, a + away * d]), quarter, False
                )
            )
    return out


def skyline(plan: Plan) -> list[House]:
    """Buildings round the canvas, larger and sparser outwards, so that no gap between houses shows an empty plain."""
    rng = dice("skyline", plan.seed)
    kinds = {b.quarter for b in blocks(plan)}
    tall = 1.0 if "offices" in kinds else 0.35
    out = []
    for reach, count in ((255.0, 34), (330.0, 30), (470.0, 26), (700.0, 20)):
        for k in range(count):
            angle = 2 * math.pi * (k + rng.uniform(-0.35, 0.35)) / count
            away = np.array([math.cos(angle), math.sin(angle)])
            middle = CANVAS_M / 2 + away * reach * rng.uniform(1.0, 1.12) / max(abs(away).max(), 0.75)
            along = np.array([away[1], -away[0]])
            w, d = rng.uniform(18, 46) * (1 + reach / 900), rng.uniform(12, 24)
            a, b = middle + along * w / 2, middle - along * w / 2
            quarter: Quarter = ("offices", "estate", "old", "shops", "homes")[
                int(rng.choice(5, p=_normal(np.array([0.25 * tall, 0.2, 0.2, 0.15, 0.2]))))
            ]
            how = BUILDS[quarter]
            look = _Look.of(rng, how, quarter)
            out.append(_house(plan, rng, look, how, np.array([a, b, b + away * d, a + away * d]), quarter, False))
    return out


def _normal(weights: Array) -> Array:
    return weights / weights.sum()
