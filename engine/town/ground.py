"""Streets as fields that the shader looks up, and the rule that shades road, kerb, pavement, yards and grass."""

from dataclasses import dataclass, fields

import torch

from engine.town.columns import index_of, put, some
from engine.town.covers import YELLOW, Cover, Covers, table
from engine.town.finish import Finish, fade, faded, inside, mix
from engine.town.light import Light, smooth, tinted
from engine.town.noise import hashed, noise
from engine.town.plans import PAVEMENT_M
from engine.town.stage import Spots

KERB_M = 0.16


@dataclass(frozen=True, eq=False)
class Field:
    """A distance field (rows, columns), south first: metres are value * step."""

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
class Along:
    """Stations and offsets along the nearest street, so that slabs and seams follow it: per cell those of its middle and
    the street's direction there; world axes where no street is near."""

    values: torch.Tensor  # (cells, 4): station, offset, cosine, sine
    cell: float
    columns: int
    rows: int

    def at(self, place: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Stations and offsets (n,) at places (n, 3)."""
        i = torch.floor(place[:, 0] / self.cell).clamp(0, self.columns - 1)
        j = torch.floor(place[:, 1] / self.cell).clamp(0, self.rows - 1)
        s, o, c, n = self.values.index_select(0, (j * self.columns + i).to(torch.int64)).unbind(1)
        dx, dy = place[:, 0] - (i + 0.5) * self.cell, place[:, 1] - (j + 0.5) * self.cell
        return s + dx * c + dy * n, o + dy * c - dx * n


@dataclass(frozen=True, eq=False)
class GroundMap:
    """All fields of a town: distances to paint, the carriageway's edge and grass, negative inside; to lane centres and
    walls, unsigned; what the ground is made of; places along the streets."""

    paint: Field
    road: Field
    green: Field
    lane: Field
    wall: Field
    cover: Covers
    along: Along


def plain_ground() -> GroundMap:
    """Ground without streets, for things that are drawn alone."""
    none = Field(torch.full((4,), 127, dtype=torch.int8), 100.0, 1.0, 2, 2)
    cover = Covers(torch.zeros(4, dtype=torch.uint8), table(0), 100.0, 2, 2)
    return GroundMap(none, none, none, none, none, cover, Along(torch.tensor([[0.0, 0.0, 1.0, 0.0]] * 4), 100.0, 2, 2))


@dataclass(frozen=True, eq=False)
class Lie:
    """Where points on the ground lie; all arrays of n."""

    place: torch.Tensor  # (n, 3)
    up: torch.Tensor  # of the face's normal, its share upwards
    footprint: torch.Tensor  # metres that a pixel covers there
    edge: torch.Tensor  # to the carriageway's edge
    code: torch.Tensor  # its cover
    s: torch.Tensor  # along the street
    o: torch.Tensor  # across it

    def __getitem__(self, index: torch.Tensor) -> "Lie":
        """Some of them."""
        return Lie(*(some(getattr(self, f.name), index) for f in fields(self)))


def ground(there: GroundMap, spots: Spots, light: Light) -> Finish:
    """Road where the street's field is negative, else kerb, pavement, yards and grass."""
    p = spots.place
    lie = Lie(p, spots.flat[:, 2], spots.footprint, there.road.at(p), there.cover.at(p), *there.along.at(p))
    on_road = (lie.edge < 0) & (lie.up > 0.5)
    base, open_, through = torch.zeros_like(p), torch.ones_like(lie.edge), torch.zeros_like(lie.edge)
    road, beside = index_of(on_road), index_of(~on_road)
    if len(road):
        tone, free = _road(lie[road], there)
        put(base, road, tone)
        put(open_, road, free)
    if len(beside):
        tone, free, leafy = _beside(lie[beside], there)
        put(base, beside, tone)
        put(open_, beside, free)
        put(through, beside, leafy)
    return Finish.dull(base, spots.normal, open=open_, through=through)


# --------------------------------------------------------------------------------------------------------- road


def _road(lie: Lie, there: GroundMap) -> tuple[torch.Tensor, torch.Tensor]:
    """Its colour (n, 3), and how open to the sky it is (n,)."""
    p, f = lie.place, lie.footprint
    x, y = p[:, 0], p[:, 1]
    blotch = noise("patch", x / 23.0, y / 23.0)
    broad = noise("cloud", x / 61.0, y / 61.0)
    grain = _grain(x, y, f, 2.6, 0.02) + _grain(y, x, f, 0.7, 0.006)
    plain = lie.code & ~YELLOW
    row = _rows(there, torch.where(plain >= Cover.BIKES, plain, int(Cover.ROAD)))
    tone = 1 + 0.10 * blotch + 0.09 * broad + 0.17 * grain
    tone = tone * (1 - 0.22 * _tracks(there.lane.at(p)) * (1 + 0.25 * blotch))
    asphalt = (plain != Cover.SETTS).float()
    tone = tone * (1 + asphalt * (_mended(lie.s, lie.o, f) * (1 - 0.55 * _cracks(x, y, f, broad)) - 1))
    base = row[:, 7:10] * (tone * _stones(row, lie.s, lie.o, f))[:, None]
    edge = lie.edge
    gutter = inside(-edge - 0.30, f.clamp(min=0.02))
    base = mix(base, tinted((1.0, 0.97, 0.92), 0.22 + 0.03 * grain), gutter * 0.8)
    base = base * (1 - 0.35 * smooth(-0.16, 0.0, edge))[:, None]
    base = _paint(base, there.paint.at(p), (lie.code >= YELLOW).float(), f, blotch, grain)
    base = _manholes(base, lie.s, lie.o, f, edge)
    return base, 0.75 + 0.25 * smooth(0.0, 1.2, -edge)


def _rows(there: GroundMap, code: torch.Tensor) -> torch.Tensor:
    """What the table says of covers (n,): (n, 10), kept by columns."""
    return some(there.cover.table.T.contiguous().T, code)


def _grain(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, span: float, size_m: float) -> torch.Tensor:
    """Speckle of a size, a tile of it on so many metres."""
    return faded(size_m, f, lambda i: noise("grain", some(x, i) / span, some(y, i) / span))


def _tracks(from_centre: torch.Tensor) -> torch.Tensor:
    """Where tyres run, and a fainter line of oil between them."""
    tyre = torch.exp(-(((from_centre - 0.80) / 0.28) ** 2))
    return tyre + 0.55 * torch.exp(-((from_centre / 0.33) ** 2))


def _mended(s: torch.Tensor, o: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    """Tone of trenches and rectangles of newer or older asphalt along the street, with sealed edges."""
    cs, co = torch.floor(s / 11.0), torch.floor(o / 3.4)
    die = hashed(cs, co)
    out = torch.ones_like(s)
    there = index_of(die < 0.15)
    s, o, f, cs, co, die = (some(a, there) for a in (s, o, f, cs, co, die))
    w, h = 0.6 + 4.2 * hashed(cs, co, cs + 5) ** 2, 0.4 + 1.1 * hashed(co, cs, co + 3)
    du = (s - (cs + 0.5) * 11.0 - (hashed(co, co, cs) - 0.5) * 3).abs() - w
    dv = (o - (co + 0.5) * 3.4 - (hashed(cs, cs, co) - 0.5) * 0.8).abs() - h
    d = torch.maximum(du, dv)
    tone = 1 - (0.22 - 0.42 * (die < 0.05).float()) * inside(d, f)
    put(out, there, tone * (1 - 0.45 * inside(d.abs() - 0.03, f) * fade(0.06, f)))
    return out


def _cracks(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor, broad: torch.Tensor) -> torch.Tensor:
    def ridge(i: torch.Tensor) -> torch.Tensor:
        high = noise("patch", some(x, i) / 31.0 + 0.31, some(y, i) / 31.0 + 0.17).abs() * 1.1
        return inside(high - 0.018, some(f, i) * 0.25)

    def fine(i: torch.Tensor) -> torch.Tensor:
        high = noise("patch", some(x, i) / 13.0 + 0.7, some(y, i) / 13.0 + 0.2).abs() * 0.6
        return inside(high - 0.012, some(f, i) * 0.3)

    line = faded(0.03, f, ridge) + 0.7 * faded(0.015, f, fine)
    return line.clamp(max=1) * smooth(-0.2, 0.9, broad)


def _paint(
    base: torch.Tensor, d: torch.Tensor, yellow: torch.Tensor, f: torch.Tensor, blotch: torch.Tensor, grain: torch.Tensor
) -> torch.Tensor:
    """Paint over the asphalt, worn where the noise says."""
    worn = smooth(0.9, 2.4, blotch + 0.55 * grain) * 0.65
    cover = inside(d, f) * (0.33 / f).clamp(max=1) * (1 - worn) * 0.92
    tint = tinted((0.62, 0.62, 0.59), 1 - yellow) + tinted((0.60, 0.36, 0.045), yellow)
    return mix(base, tint * (1 + 0.07 * grain)[:, None], cover)


def _manholes(base: torch.Tensor, s: torch.Tensor, o: torch.Tensor, f: torch.Tensor, edge: torch.Tensor) -> torch.Tensor:
    """Round covers in the lanes, and gullies in the gutter."""
    cs, co = torch.floor(s / 19.0), torch.floor(o / 5.0)
    there = index_of((hashed(cs, co, cs * 3) < 0.34) & (edge < -1.2))
    cs, co, near = (some(a, there) for a in (cs, co, f))
    du = some(s, there) - (cs + 0.2 + 0.6 * hashed(cs, co, co)) * 19.0
    dv = some(o, there) - (co + 0.3 + 0.4 * hashed(co, cs, cs)) * 5.0
    r = (du * du + dv * dv).sqrt()
    ribs = 0.5 + 0.5 * torch.sin(du * 90) * torch.sin(dv * 90) * fade(0.05, near)
    iron = tinted((1.0, 0.95, 0.88), 0.045 + 0.035 * ribs)
    put(base, there, mix(some(base, there), iron, inside(r - 0.36, near)))
    gully = torch.maximum(((s / 26.0 - torch.floor(s / 26.0) - 0.5) * 26.0).abs() - 0.24, (edge + 0.24).abs() - 0.17)
    bars = 0.5 + 0.5 * faded(0.05, f, lambda i: torch.sin(some(s, i) * 120))
    base = mix(base, (0.012 + 0.05 * bars)[:, None].expand_as(base), inside(gully, f))
    put(base, there, some(base, there) * (1 - 0.6 * inside((r - 0.37).abs() - 0.02, near))[:, None])
    return base


def _stones(row: torch.Tensor, s: torch.Tensor, o: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    """Tone of slabs, pavers or cobbles with their joints, as a cover's row says."""
    long, wide, shift, joint, dark, spread = (row[:, k] for k in range(6))
    small = torch.minimum(long, wide)
    seen = (small / f.clamp(min=1e-4) * 0.8 - 0.5).clamp(0, 1) * (joint > 0).float()
    out = 1 - (1 - dark) * (joint / small * 2) * (1 - seen)
    near = index_of(seen)
    long, wide, shift, joint, dark, spread, seen, s, o, f = (
        some(a, near) for a in (long, wide, shift, joint, dark, spread, seen, s, o, f)
    )
    v = o / wide
    course = torch.floor(v)
    u = s / long + shift * (course - 2 * torch.floor(course / 2))
    column = torch.floor(u)
    rim = torch.minimum((0.5 - (u - column - 0.5).abs()) * long, (0.5 - (v - course - 0.5).abs()) * wide)
    gap = (0.5 - (rim - joint) / f.clamp(min=3e-3)).clamp(0, 1) * seen
    each = 1 + spread * (hashed(column, course) - 0.5) * seen
    put(out, near, each * (1 - (1 - dark) * gap) * some(out, near))
    return out


# ------------------------------------------------------------------------------------------------------- beside


def _beside(lie: Lie, there: GroundMap) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Colour (n, 3), how open to the sky it is (n,), and how much comes through it, as through blades of grass (n,)."""
    p, f, edge = lie.place, lie.footprint, lie.edge
    x, y = p[:, 0], p[:, 1]
    blotch = noise("patch", x / 11.0, y / 11.0)
    grain = _grain(x, y, f, 1.9, 0.02)
    base = _paved(there, lie, blotch, grain)
    wall = there.wall.at(p)
    lot = inside(PAVEMENT_M - edge - 0.05, f.clamp(min=0.05))
    skirt = smooth(0.35, 0.6, wall + 0.06 * blotch)
    green = inside(there.green.at(p) + 0.05 * grain, f.clamp(min=0.04)) * torch.maximum(skirt, 1 - lot)
    grown = index_of(green)
    put(base, grown, mix(some(base, grown), _grass(*(some(a, grown) for a in (x, y, f))), some(green, grown)))
    kerb = inside(edge - KERB_M, f.clamp(min=0.01))
    base = mix(base, _kerbstone(lie.s, f, grain), kerb)
    near = 0.60 + 0.40 * smooth(0.0, 1.8, wall)
    return base, torch.where(lie.up > 0.5, near, 0.7 * near), 0.25 * green


def _paved(there: GroundMap, lie: Lie, blotch: torch.Tensor, grain: torch.Tensor) -> torch.Tensor:
    """Slabs, pavers, gravel, tarmac: what the cell's cover says, stained and worn."""
    row = _rows(there, lie.code & ~YELLOW)
    tone = _stones(row, lie.s, lie.o, lie.footprint) * (1 + 0.10 * blotch + row[:, 6] * grain)
    gum = faded(
        0.03, lie.footprint, lambda i: 0.3 * smooth(1.5, 2.0, noise("grain", some(lie.s, i) / 7.0, some(lie.o, i) / 7.0))
    )
    return row[:, 7:10] * (tone * (1 - gum))[:, None]


def _kerbstone(s: torch.Tensor, f: torch.Tensor, grain: torch.Tensor) -> torch.Tensor:
    joint = inside((s - torch.floor(s) - 0.5).abs() - 0.012, f) * fade(0.05, f)
    each = 0.95 + 0.10 * hashed(torch.floor(s + 0.5)) * fade(0.5, f)
    tone = (0.29 + 0.035 * grain) * (1 - 0.4 * joint) * each
    return tinted((1.0, 0.98, 0.94), tone)


def _grass(x: torch.Tensor, y: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    tall = _grain(x, y, f, 3.1, 0.05) + _grain(y, x, f, 0.9, 0.015)
    dry = smooth(0.2, 1.8, noise("patch", x / 29.0, y / 29.0))
    clover = smooth(0.9, 1.6, noise("patch", x / 9.0 + 0.3, y / 9.0)) * 0.35
    tone = 1 + 0.28 * tall
    fresh = tinted((0.070, 0.125, 0.028), tone)
    straw = tinted((0.165, 0.150, 0.060), tone)
    lush = tinted((0.036, 0.088, 0.022), tone)
    return mix(mix(fresh, straw, 0.55 * dry), lush, clover)
