"""What the ground is made of, cell by cell: slabs, pavers, cobbles, gravel, asphalt, and where grass grows instead."""

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.town.chance import dice
from engine.town.kerbs import islands, mouths
from engine.town.mesh import Colour, rgb
from engine.town.plans import PAVEMENT_M
from engine.town.quarters import Block, blocks
from engine.town.streets import CANVAS_M, Array, Plan, Street

CELL_M = 0.2
COUNT = round(CANVAS_M / CELL_M)
YELLOW = 128  # added to a cell's cover where its paint is yellow


class Cover(IntEnum):
    """What a cell is made of; each has a row in the town's table."""

    SLABS = 0
    PAVERS = 1
    COBBLES = 2
    TARMAC = 3
    GRAVEL = 4
    SOIL = 5
    PLAZA = 6
    ROAD = 7
    BIKES = 8
    SETTS = 9  # of parking strips
    TACTILE = 10  # where people step onto a crossing


# metres along and across, shift of every second course, half a joint's width, its tone, spread of tones, grain, tactile
Row = tuple[float, float, float, float, float, float, float]
ROWS: dict[Cover, Row] = {
    Cover.SLABS: (1.2, 0.9, 0.5, 0.010, 0.55, 0.16, 0.10), Cover.PAVERS: (0.22, 0.11, 0.5, 0.005, 0.60, 0.30, 0.12),
    Cover.COBBLES: (0.17, 0.14, 0.5, 0.014, 0.45, 0.38, 0.20), Cover.TARMAC: (50.0, 50.0, 0.0, 0.0, 1.0, 0.0, 0.22),
    Cover.GRAVEL: (50.0, 50.0, 0.0, 0.0, 1.0, 0.0, 0.30), Cover.SOIL: (50.0, 50.0, 0.0, 0.0, 1.0, 0.0, 0.45),
    Cover.PLAZA: (0.62, 0.62, 0.0, 0.008, 0.70, 0.14, 0.07), Cover.ROAD: (50.0, 50.0, 0.0, 0.0, 1.0, 0.0, 0.17),
    Cover.BIKES: (50.0, 50.0, 0.0, 0.0, 1.0, 0.0, 0.12), Cover.SETTS: (0.20, 0.13, 0.5, 0.012, 0.50, 0.32, 0.20),
    Cover.TACTILE: (0.09, 0.09, 0.0, 0.022, 0.72, 0.06, 0.08),
}  # fmt: skip
COLOURS: dict[Cover, tuple[str, ...]] = {
    Cover.SLABS: ("#8c8780", "#96928b", "#85827c", "#9a9082"), Cover.PAVERS: ("#8a6a5c", "#8b8378", "#7d6f68", "#94877a"),
    Cover.COBBLES: ("#77746f", "#6b6762"), Cover.TARMAC: ("#5b5a58", "#64615d"), Cover.GRAVEL: ("#a3937a", "#9a8f80"),
    Cover.SOIL: ("#4a3d30",), Cover.PLAZA: ("#a49e94", "#8f8c88", "#b0a796"),
    Cover.ROAD: ("#626161", "#6a6967", "#5a5856", "#757270"), Cover.BIKES: ("#7d5c52", "#5a6b5c", "#62615f", "#62615f"),
    Cover.SETTS: ("#6e6a66", "#7a726b"), Cover.TACTILE: ("#b5a67e", "#b9952f", "#a8a39a"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Covers:
    """Which cover each cell has, and a table with a row of numbers for each."""

    cells: torch.Tensor  # (rows * columns,) uint8
    table: torch.Tensor  # (covers, 10): the row's seven numbers, red, green, blue
    cell: float
    columns: int
    rows: int

    def at(self, place: torch.Tensor) -> torch.Tensor:
        """The codes (n,) of the cells that places (n, 3) lie in."""
        i = (place[:, 0] / self.cell).clamp(0, self.columns - 1).to(torch.int32)
        j = (place[:, 1] / self.cell).clamp(0, self.rows - 1).to(torch.int32)
        return self.cells.index_select(0, j * self.columns + i).to(torch.int64)


def table(seed: int) -> torch.Tensor:
    """The rows of a town: how large its slabs are, and which of their colours it uses."""
    rng = dice("covers", seed)
    rows = []
    for cover in Cover:
        codes = COLOURS[cover]
        r, g, b = _varied(rgb(codes[int(rng.integers(len(codes)))]), rng.uniform(0.86, 1.12))
        size = rng.uniform(0.8, 1.15) if ROWS[cover][0] < 5 else 1.0
        rows.append((ROWS[cover][0] * size, ROWS[cover][1] * size, *ROWS[cover][2:], r, g, b))
    return torch.tensor(rows, dtype=torch.float32)


def _varied(colour: Colour, share: float) -> Colour:
    r, g, b = colour
    return r * share, g * share, b * share


@dataclass(frozen=True, eq=False)
class Ground:
    """What covers the ground, as pictures with a pixel per cell, south first."""

    cover: NDArray[np.uint8]
    green: NDArray[np.uint8]  # 255 where grass grows


def pixels(points: Array, cell: float = CELL_M) -> NDArray[np.int32]:
    """Sixteenths of pixels of places (n, 2)."""
    return np.round((points / cell - 0.5) * 16).astype(np.int32)


def filled(picture: NDArray[np.uint8], polygon: Array, value: int) -> None:
    """Fill a polygon (n, 2) in metres."""
    cv2.fillPoly(picture, [pixels(polygon)], value, cv2.LINE_8, 4)


def ground_cover(plan: Plan, paved: list[tuple[Array, Cover]]) -> Ground:
    """Quarters first, then pavements and verges along the streets, then what else is `paved`."""
    rng = dice("cover", plan.seed)
    cover = np.full((COUNT, COUNT), Cover.TARMAC, np.uint8)
    green = np.full((COUNT, COUNT), 255, np.uint8)
    walk = Cover(int(rng.choice([Cover.SLABS, Cover.PAVERS, Cover.TARMAC, Cover.SLABS])))
    strips = bool(rng.random() < 0.35)
    for block in blocks(plan):
        _block(plan, block, cover, green)
    for polygon, code in paved:
        filled(green, polygon, 0)
        filled(cover, polygon, code)
    for street in plan.streets:
        _pavement(plan, street, walk, cover, green)
    for street in plan.streets:
        _road(plan, street, strips, cover)
    for block in blocks(plan):
        _verge(plan, block, green)
    _islands(plan, green)
    for mouth in mouths(plan):
        for near, far, code in ((0.0, PAVEMENT_M, int(walk)), (0.3, 1.1, int(Cover.TACTILE))):
            place = mouth.strip(0.0, near, far)
            filled(green, place, 0)
            filled(cover, place, code)
    return Ground(cover, green)


def _strip(plan: Plan, block: Block, near: float, far: float) -> Array:
    street = plan.street(block.street)
    return street.strip(block.s0, block.s1, block.side * (street.half + near), block.side * (street.half + far))


def _block(plan: Plan, block: Block, cover: NDArray[np.uint8], green: NDArray[np.uint8]) -> None:
    if block.green:
        return
    ground = {"old": Cover.COBBLES, "shops": Cover.SLABS, "offices": Cover.PLAZA, "works": Cover.TARMAC}[block.quarter]
    filled(green, _strip(plan, block, 0.0, 48.0), 0)
    filled(cover, _strip(plan, block, 0.0, 48.0), ground)


def _pavement(plan: Plan, street: Street, walk: Cover, cover: NDArray[np.uint8], green: NDArray[np.uint8]) -> None:
    low, high = -80.0, street.length + 80.0
    ends = plan.ends(street)
    low, high = (0.0 if ends[0] else low), (street.length if ends[1] else high)
    whole = street.strip(low, high, -(street.half + PAVEMENT_M), street.half + PAVEMENT_M)
    n = len(whole) // 2
    for k in range(0, n - 1, 6):  # pieces, since a bent strip as a whole may overlap itself
        last = min(k + 6, n - 1)
        piece = np.concatenate([whole[k : last + 1], whole[2 * n - 1 - last : 2 * n - k]])
        filled(cover, piece, walk)
        filled(green, piece, 0)


def _road(plan: Plan, street: Street, strips: bool, cover: NDArray[np.uint8]) -> None:
    """Coated bicycle lanes and paved parking strips, between junctions."""
    for s0, s1 in plan.open_stretches(street):
        for side in (-1, 1):
            if street.bike_m:
                inner, outer = side * street.driven, side * (street.driven + street.bike_m)
                filled(cover, street.strip(s0, s1, inner, outer), Cover.BIKES)
            if street.parking_m and strips:
                inner, outer = side * (street.half - street.parking_m), side * street.half
                filled(cover, street.strip(s0, s1, inner, outer), Cover.SETTS)


def _islands(plan: Plan, green: NDArray[np.uint8]) -> None:
    """Grass on wide medians and on roundabouts' islands."""
    for a, b, radius in islands(plan):
        if radius > 1.0:
            d = (b - a) / np.linalg.norm(b - a) * 0.5
            n = np.array([-d[1], d[0]]) * 2 * (radius - 0.35)
            filled(green, np.array([a - d + n, b + d + n, b + d - n, a - d - n]), 255)
    for junction in plan.junctions:
        if junction.ring_m:
            angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
            ring = (junction.island_m - 1.3) * np.stack([np.cos(angle), np.sin(angle)], -1)
            filled(green, plan.street(junction.a).at(junction.sa) + ring, 255)


def _verge(plan: Plan, block: Block, green: NDArray[np.uint8]) -> None:
    """A strip of grass at the kerb, where the block has one."""
    if verge_of(plan, block):
        arms = [a for a in plan.arms_of(plan.street(block.street))]
        s0, s1 = block.s0, block.s1
        for arm in arms:
            low, high = sorted((arm.edge - arm.side * 40, arm.stop + arm.side * 4.0))
            s0, s1 = (high if low < s0 < high else s0), (low if low < s1 < high else s1)
        if s1 - s0 > 6:
            street = plan.street(block.street)
            filled(green, street.strip(s0, s1, block.side * (street.half + 0.35), block.side * (street.half + 1.55)), 255)


def verge_of(plan: Plan, block: Block) -> bool:
    """Whether a strip of grass lies between a block's kerb and its pavement."""
    share = {"homes": 0.75, "park": 0.5, "estate": 0.6, "works": 0.35, "offices": 0.15, "shops": 0.1, "old": 0.0}[block.quarter]
    return bool(dice("verge", plan.seed, block.number).random() < share)
