"""Streets as distance fields that the shader looks up, and the rule that shades road, kerb, pavement and grass."""

from dataclasses import dataclass

import torch

from engine.town.finish import Finish, fade, inside, mix
from engine.town.light import Light, colour, smooth
from engine.town.noise import hashed, noise
from engine.town.stage import Spots

PAVEMENT_M = 3.6  # width of the pavement behind the kerb
KERB_M = 0.16


@dataclass(frozen=True, eq=False)
class Field:
    """A distance field (rows, columns) of int8, south first: metres are value * step."""

    values: torch.Tensor
    cell: float
    step: float
    columns: int
    rows: int

    def at(self, place: torch.Tensor) -> torch.Tensor:
        """Metres at world places (n, 3), interpolated; the border's value goes on outside."""
        x = (place[:, 0] / self.cell - 0.5).clamp(0, self.columns - 1.001)
        y = (place[:, 1] / self.cell - 0.5).clamp(0, self.rows - 1.001)
        i, j = x.to(torch.int32), y.to(torch.int32)
        fx, fy = x - i, y - j
        low = j * self.columns + i
        a, b = self.values.index_select(0, low).float(), self.values.index_select(0, low + 1).float()
        c = self.values.index_select(0, low + self.columns).float()
        d = self.values.index_select(0, low + self.columns + 1).float()
        bottom = a + fx * (b - a)
        return (bottom + fy * (c + fx * (d - c) - bottom)) * self.step


@dataclass(frozen=True, eq=False)
class GroundMap:
    """All fields of a town: paint, negative inside; road edge, negative on the road; lane centres and walls, unsigned."""

    white: Field
    yellow: Field
    road: Field
    lane: Field
    wall: Field


def ground(spots: Spots, fields: GroundMap, light: Light) -> Finish:
    """Road where the street's field is negative, else kerb, pavement and grass."""
    edge = fields.road.at(spots.place)
    on_road = (edge < 0) & (spots.place[:, 2] < 0.05)
    n = len(edge)
    out = Finish.dull(torch.zeros(n, 3), spots.normal.clone(), open=torch.ones(n))
    for mask, rule in ((on_road, _road), (~on_road, _beside)):
        index = torch.nonzero(mask)[:, 0]
        if len(index):
            out.put(index, rule(spots[index], edge.index_select(0, index), fields))
    return out


def _road(spots: Spots, edge: torch.Tensor, fields: GroundMap) -> Finish:
    p, f = spots.place, spots.footprint
    x, y = p[:, 0], p[:, 1]
    blotch = noise("patch", x / 23.0, y / 23.0)
    broad = noise("cloud", x / 61.0, y / 61.0)
    grain = noise("grain", x / 2.6, y / 2.6) * fade(0.02, f) + noise("grain", y / 0.7, x / 0.7) * fade(0.006, f)
    tone = 0.108 * (1 + 0.10 * blotch + 0.10 * broad + 0.17 * grain)
    tone = tone * (1 - 0.22 * _tracks(fields.lane.at(p)) * (1 + 0.25 * blotch))
    tone = _mended(tone, x, y, f)
    tone = tone * (1 - 0.55 * _cracks(x, y, f, broad))
    base = tone[:, None] * colour((0.985, 1.0, 1.005), p)
    gutter = inside(-edge - 0.32, f.clamp(min=0.02))
    base = mix(base, (0.24 + 0.03 * grain)[:, None] * colour((1.0, 0.97, 0.92), p), gutter * 0.85)
    base = base * (1 - 0.35 * smooth(-0.16, 0.0, edge))[:, None]
    base = _paint(base, fields.white.at(p), (0.62, 0.62, 0.59), f, blotch, grain)
    base = _paint(base, fields.yellow.at(p), (0.60, 0.36, 0.045), f, blotch, grain)
    base = _manholes(base, x, y, f, edge)
    return Finish.dull(base, spots.normal, open=0.75 + 0.25 * smooth(0.0, 1.2, -edge))


def _tracks(from_centre: torch.Tensor) -> torch.Tensor:
    """Where tyres run, and a fainter line of oil between them."""
    tyre = torch.exp(-(((from_centre - 0.80) / 0.28) ** 2))
    return tyre + 0.55 * torch.exp(-((from_centre / 0.33) ** 2))


def _mended(tone: torch.Tensor, x: torch.Tensor, y: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    """Rectangles of newer asphalt with a sealed edge."""
    cx, cy = torch.floor(x / 9.0), torch.floor(y / 9.0)
    die = hashed(cx, cy)
    w, h = 0.6 + 2.2 * hashed(cx, cy, cx + 5), 0.5 + 1.6 * hashed(cy, cx, cy + 3)
    dx = (x - (cx + 0.5) * 9.0 - (hashed(cy, cy, cx) - 0.5) * 3).abs() - w
    dy = (y - (cy + 0.5) * 9.0 - (hashed(cx, cx, cy) - 0.5) * 3).abs() - h
    d = torch.maximum(dx, dy)
    there = (die < 0.20).float()
    tone = tone * (1 - 0.30 * there * inside(d, f))
    return tone * (1 - 0.45 * there * inside(d.abs() - 0.035, f) * fade(0.06, f))


def _cracks(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, broad: torch.Tensor) -> torch.Tensor:
    ridge = noise("patch", x / 31.0 + 0.31, y / 31.0 + 0.17).abs() * 1.1
    fine = noise("patch", x / 13.0 + 0.7, y / 13.0 + 0.2).abs() * 0.6
    line = inside(ridge - 0.018, f * 0.25) * fade(0.03, f) + 0.7 * inside(fine - 0.012, f * 0.3) * fade(0.015, f)
    return line.clamp(max=1) * smooth(-0.2, 0.9, broad)


def _paint(
    base: torch.Tensor, d: torch.Tensor, tint: tuple, f: torch.Tensor, blotch: torch.Tensor, grain: torch.Tensor
) -> torch.Tensor:
    """Paint over the asphalt, worn where the noise says."""
    worn = smooth(0.9, 2.4, blotch + 0.55 * grain) * 0.65
    cover = inside(d, f) * (0.33 / f).clamp(max=1) * (1 - worn) * 0.92
    return mix(base, colour(tint, base) * (1 + 0.07 * grain)[:, None], cover)


def _manholes(base: torch.Tensor, x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, edge: torch.Tensor) -> torch.Tensor:
    cx, cy = torch.floor(x / 17.0), torch.floor(y / 17.0)
    dx = x - (cx + 0.2 + 0.6 * hashed(cx, cy, cy)) * 17.0
    dy = y - (cy + 0.2 + 0.6 * hashed(cy, cx, cx)) * 17.0
    r = (dx * dx + dy * dy).sqrt()
    there = (hashed(cx, cy, cx * 3) < 0.30).float() * (edge < -1.2).float()
    ribs = 0.5 + 0.5 * torch.sin(dx * 90) * torch.sin(dy * 90) * fade(0.05, f)
    iron = (0.045 + 0.035 * ribs)[:, None] * colour((1.0, 0.95, 0.88), base)
    base = mix(base, iron, there * inside(r - 0.36, f))
    return base * (1 - 0.6 * there * inside((r - 0.37).abs() - 0.02, f))[:, None]


def _beside(spots: Spots, edge: torch.Tensor, fields: GroundMap) -> Finish:
    p, f = spots.place, spots.footprint
    x, y = p[:, 0], p[:, 1]
    blotch = noise("patch", x / 11.0, y / 11.0)
    grain = noise("grain", x / 1.9, y / 1.9) * fade(0.02, f)
    stone = _slabs(x, y, f, blotch, grain)
    grass = _grass(x, y, f)
    verge = (hashed(torch.floor(x / 37.0), torch.floor(y / 37.0)) < 0.45).float()
    strip = inside((edge - 0.95).abs() - 0.55, f.clamp(min=0.15)) * verge
    wall = fields.wall.at(p)
    lot = inside(PAVEMENT_M - edge, f.clamp(min=0.05))
    built = smooth(-0.4, 0.6, 2.6 - wall + 1.2 * noise("cloud", x / 90.0, y / 90.0))
    green = torch.maximum(strip, lot * (1 - 0.8 * built))
    base = mix(stone, grass, green)
    kerb = inside(edge - KERB_M, f.clamp(min=0.01))
    base = mix(base, _kerbstone(x, y, f, grain, edge), kerb)
    near = 0.60 + 0.40 * smooth(0.0, 1.8, wall)
    up = spots.flat[:, 2] > 0.5
    return Finish.dull(base, spots.normal, open=torch.where(up, near, 0.7 * near), through=0.25 * green)


def _slabs(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, blotch: torch.Tensor, grain: torch.Tensor) -> torch.Tensor:
    size = 1.15
    cx, cy = torch.floor(x / size), torch.floor(y / size)
    fx, fy = (x / size - cx - 0.5).abs(), (y / size - cy - 0.5).abs()
    joint = inside((0.5 - torch.maximum(fx, fy)) * size - 0.012, f) * fade(0.05, f)
    tone = 0.235 * (1 + 0.14 * (hashed(cx, cy) - 0.5) * fade(size, f) + 0.10 * blotch + 0.10 * grain)
    spots = smooth(1.5, 2.0, noise("grain", x / 7.0, y / 7.0)) * fade(0.03, f) * 0.3
    tone = tone * (1 - 0.5 * joint) * (1 - spots)
    return tone[:, None] * colour((1.03, 0.98, 0.91), grain[:, None])


def _kerbstone(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, grain: torch.Tensor, edge: torch.Tensor) -> torch.Tensor:
    along = (x + y * 0.73) / 1.0
    joint = inside((along - torch.floor(along) - 0.5).abs() - 0.012, f) * fade(0.05, f)
    tone = (0.29 + 0.035 * grain) * (1 - 0.4 * joint)
    return tone[:, None] * colour((1.0, 0.98, 0.94), grain[:, None])


def _grass(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    tall = noise("grain", x / 3.1, y / 3.1) * fade(0.05, f) + noise("grain", y / 0.9, x / 0.9) * fade(0.015, f)
    dry = smooth(0.2, 1.8, noise("patch", x / 29.0, y / 29.0))
    tone = 1 + 0.28 * tall
    fresh = tone[:, None] * colour((0.070, 0.125, 0.028), x[:, None])
    straw = tone[:, None] * colour((0.165, 0.150, 0.060), x[:, None])
    return mix(fresh, straw, 0.55 * dry)
