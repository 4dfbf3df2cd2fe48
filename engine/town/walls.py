"""The rule that shades façades: window grids with frames, reveals and what is behind the glass, shop fronts, brick, plaster.

A wall's texture place is (metres along the wall, height above the ground floor, length of the wall). Its surface's params are
storey height, bay width, window width, window height, style, what the ground floor is, height, height of the ground floor,
an accent from 0 to 1, and the share of windows that are lit at night.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum

import torch

from engine.town.columns import columns, dot, index_of, put, some, towards, unit
from engine.town.finish import Finish, fade, faded, inside, mix
from engine.town.light import Light, colour, smooth, tinted
from engine.town.noise import hashed, noise
from engine.town.stage import Spots

GROUND_FLOOR_M = 4.1  # of shops and lobbies
REVEAL_M = 0.20


class Style(IntEnum):
    """What a façade is made of."""

    PLASTER = 0
    BRICK = 1
    PANELS = 2
    CURTAIN = 3  # glass between posts
    BOARDS = 4
    SHEET = 5  # corrugated metal
    BANDS = 6  # ribbons of windows between concrete
    STONE = 7


class Front(IntEnum):
    """What a wall's ground floor is."""

    HOMES = 0
    SHOPS = 1
    LOBBY = 2
    GATES = 3
    PORCH = 4  # homes with one door, in the middle


PALETTE = ((0.30, 0.035, 0.03), (0.03, 0.10, 0.22), (0.04, 0.16, 0.09), (0.42, 0.30, 0.06), (0.05, 0.05, 0.06),
           (0.45, 0.42, 0.36), (0.32, 0.13, 0.03), (0.10, 0.22, 0.26))  # fmt: skip


def palette(die: torch.Tensor) -> torch.Tensor:
    """A strong colour (n, 3) by a die."""
    strong = torch.tensor(PALETTE, device=die.device)
    number = (die * len(PALETTE)).to(torch.int64).clamp(max=len(PALETTE) - 1)
    return strong.T.contiguous().index_select(1, number).T


@dataclass(frozen=True, eq=False)
class Opening:
    """Where points on a façade lie in their bay and storey, and the window, door or shop front there; all arrays of n."""

    u: torch.Tensor  # metres along the wall
    h: torch.Tensor  # metres above ground
    du: torch.Tensor  # from the bay's middle
    dh: torch.Tensor  # from the storey's floor
    half_w: torch.Tensor  # of the opening
    sill: torch.Tensor  # its lower edge, above the floor
    top: torch.Tensor  # its upper edge
    distance: torch.Tensor  # to its edge, negative inside
    die: torch.Tensor  # in [0, 1), one per opening
    shop: torch.Tensor  # whether it is a shop front
    door: torch.Tensor
    curtain: torch.Tensor  # whether it is a field of a curtain wall
    fits: torch.Tensor  # whether the wall has room for it
    lobby: torch.Tensor  # whether it is glass down to the ground
    gates: torch.Tensor  # whether it is in a hall's ground floor
    bands: torch.Tensor  # whether it runs on into the next one

    def __getitem__(self, index: torch.Tensor) -> "Opening":
        """Some of them."""
        return Opening(*(some(getattr(self, f.name), index) for f in fields(self)))

    @property
    def middle(self) -> torch.Tensor:
        """Height of the opening's middle above the floor."""
        return (self.sill + self.top) / 2

    @property
    def half_h(self) -> torch.Tensor:
        """Half its height."""
        return (self.top - self.sill) / 2


def wall(spots: Spots, light: Light) -> Finish:
    """Shade points on façades."""
    o = _opening(spots)
    albedo = _sign_band(spots, _masonry(spots, o), o)
    out = Finish.dull(albedo, spots.normal, open=1 - 0.45 * torch.exp(-o.h.clamp(min=0) / 0.8))
    index = index_of(o.distance < 0.5 * spots.footprint.clamp(min=1e-3))
    if not len(index):
        return out
    return out.but(index, _with_windows(spots[index], o[index], light, some(albedo, index), some(out.open, index)))


def _either(mask: torch.Tensor, value: float | torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """`torch.where` with a number for the first."""
    return torch.where(mask, torch.as_tensor(value, dtype=other.dtype, device=other.device), other)


def _opening(spots: Spots) -> Opening:
    """The grid of bays and storeys."""
    u, h, length = spots.rest.unbind(1)
    row = spots.row
    storey, bay_w, win_w, win_h, style, front, height, ground = (row[:, 5 + i] for i in range(8))
    seed = row[:, 4]
    low = h < ground
    shop, lobby = low & (front == Front.SHOPS), low & (front == Front.LOBBY)
    gates, porch = low & (front == Front.GATES), low & (front == Front.PORCH)
    bays = torch.round(length / bay_w).clamp(min=1)
    bay = length / bays
    bay = torch.where(shop & (bays > 2), 2 * bay, bay)
    k = torch.floor(u / bay)
    du = (u / bay - k - 0.5) * bay
    level = torch.where(low, torch.zeros_like(h), torch.floor((h - ground) / storey) + 1)
    floor_at = torch.where(low, torch.zeros_like(h), ground + (level - 1) * storey)
    dh = h - floor_at
    chance = _either(shop, 0.34, _either(gates, 0.55, torch.full_like(h, 0.22)))
    die = hashed(k, level, seed)
    door = low & torch.where(porch, k == torch.floor(bays / 2), hashed(k, seed, seed + 9) < chance)
    glass = shop | lobby
    half_w = torch.where(glass, 0.5 * bay - 0.22, torch.minimum(0.5 * win_w, 0.5 * bay - 0.2))
    half_w = _either(door & ~glass, 0.55, half_w)
    half_w = torch.where(gates & door, (0.5 * bay - 0.35).clamp(max=2.1), half_w)
    sill = _either(shop, 0.55, _either(lobby, 0.12, torch.full_like(h, 0.9)))
    sill = _either(gates, 2.6, sill)
    sill = _either(door, 0.05, sill)
    top = torch.where(low, sill + win_h, torch.minimum(sill + win_h, storey - 0.3))
    top = _either(shop, 2.95, _either(lobby, 3.5, top))
    top = _either(door & ~glass, 2.3, top)
    top = torch.where(gates & door, (ground - 0.5).clamp(max=4.3), top)
    curtain = (style == Style.CURTAIN) & ~low
    half_w, sill = torch.where(curtain, 0.5 * bay - 0.05, half_w), _either(curtain, 0.75, sill)
    top = torch.where(curtain, storey - 0.08, top)
    bands = (style == Style.BANDS) & ~low
    half_w, sill = torch.where(bands, 0.5 * bay + 0.01, half_w), _either(bands, 0.95, sill)
    top = torch.where(bands, storey - 0.35, top)
    fits = (u > 0.25) & (u < length - 0.25) & (floor_at + top < height - 0.3) & (h > 0) & (win_w > 0)
    fits &= ~((style == Style.SHEET) & (die > 0.72) & ~door)
    distance = torch.maximum(du.abs() - half_w, (dh - (sill + top) / 2).abs() - (top - sill) / 2)
    distance = _either(~fits, 1.0, distance)
    return Opening(u, h, du, dh, half_w, sill, top, distance, die, shop, door, curtain, fits, lobby, gates, bands)


def _masonry(spots: Spots, o: Opening) -> torch.Tensor:
    """What the wall is made of, streaked under the sills, with ledges, lintels and shutters."""
    u, h, half_w, sill, f = o.u, o.h, o.half_w, o.sill, spots.footprint
    seed, style, accent = spots.row[:, 4], spots.row[:, 9], spots.row[:, 13]
    blotch = noise("patch", u / 19.0 + seed * 0.13, h / 19.0)
    grain = faded(0.02, f, lambda i: noise("grain", some(u, i) / 1.7 + some(seed, i) * 0.07, some(h, i) / 1.7))
    tone = 1 + 0.06 * blotch + 0.05 * grain
    there = torch.bincount(style.to(torch.int64), minlength=len(Style)).tolist()
    for code, rule in TEXTURES.items():
        if there[code]:
            index = index_of(style == code)
            across = some(o.du, index).abs() - some(half_w, index)
            along, up, above, near = (some(a, index) for a in (u, h, o.dh, f))
            put(tone, index, some(tone, index) * rule(along, up, across, above, near))
    streaky = index_of((sill > o.dh) & (o.du.abs() < half_w))
    drip = torch.exp((some(o.dh, streaky) - some(sill, streaky)) * 1.2)
    streak = torch.zeros_like(tone)
    put(streak, streaky, drip * smooth(0.3, 1.6, noise("grain", some(u, streaky) / 3.0, some(h, streaky) / 60.0)))
    splash = 0.28 * torch.exp(-h.clamp(min=0) / 0.55) * (1 + 0.4 * blotch)
    tone = tone * (1 - 0.18 * streak) * (1 - splash)
    albedo = spots.row[:, 1:4] * tone[:, None]
    plain = (~o.shop & ~o.lobby & ~o.gates & o.fits).float()
    trimmed = plain * ((style < 2) | (style == Style.BOARDS) | (style == Style.STONE)).float()
    trim = mix(colour((0.46, 0.44, 0.40), albedo).expand_as(albedo), spots.row[:, 1:4] * 1.25, (accent > 0.5).float() * 0.7)
    ledge = torch.maximum((o.dh - sill + 0.07).abs() - 0.06, o.du.abs() - half_w - 0.12)
    ledge = _either(o.door, 1.0, ledge)
    lintel = inside(o.distance - 0.11, f) * ((style == Style.BRICK) | (style == Style.BOARDS) | (accent > 0.62)).float()
    albedo = mix(albedo, trim * (1 + 0.05 * grain)[:, None], torch.maximum(inside(ledge, f), lintel) * trimmed)
    plinth = inside(h - 0.55 - 0.3 * hashed(seed), f) * ((style == Style.PLASTER) | (style == Style.BOARDS)).float()
    albedo = mix(albedo, albedo * 0.62 + 0.015, plinth * (~o.shop & ~o.lobby).float())
    return _shutters(spots, o, albedo, plain)


def _shutters(spots: Spots, o: Opening, albedo: torch.Tensor, plain: torch.Tensor) -> torch.Tensor:
    """Wooden shutters beside the windows of some plastered houses."""
    accent = spots.row[:, 13]
    there = (spots.row[:, 9] == Style.PLASTER) & (accent > 0.30) & (accent < 0.62) & ~o.door & (o.half_w < 0.62)
    wide = o.half_w * 0.92
    d = torch.maximum((o.du.abs() - o.half_w - 0.04 - wide / 2).abs() - wide / 2, (o.dh - o.middle).abs() - o.half_h)
    cover = inside(d, spots.footprint) * plain * there.float()
    index = index_of(cover)
    seed, f = some(spots.row[:, 4], index), some(spots.footprint, index)
    slats = 0.86 + 0.14 * torch.sin(some(o.dh, index) * 90) * fade(0.05, f)
    tint = palette(hashed(seed, seed + 5)) * 0.8 + 0.03
    put(albedo, index, mix(some(albedo, index), tint * slats[:, None], some(cover, index)))
    return albedo


def _bricks(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    return _blocks(u, h, f, 0.225, 0.075, 0.006, 0.42) * (
        1 + 0.20 * (hashed(torch.floor(u / 0.9), torch.floor(h / 0.45)) - 0.5) * fade(0.5, f)
    )


def _blocks(
    u: torch.Tensor, h: torch.Tensor, f: torch.Tensor, long: float, tall: float, joint: float, spread: float
) -> torch.Tensor:
    """Tone of bricks or blocks in bond; mortar is light between small ones, dark between large ones."""
    course = torch.floor(h / tall)
    x = u / long + 0.5 * (course % 2)
    column = torch.floor(x)
    edge = torch.minimum((0.5 - (x - column - 0.5).abs()) * long, (0.5 - (h / tall - course - 0.5).abs()) * tall)
    mortar = inside(edge - joint, f.clamp(min=0.004)) * fade(tall * 0.27, f)
    each = 1 + spread * (hashed(column, course) - 0.5) * fade(tall * 1.3, f)
    return each * (1 - 0.25 * mortar) + (0.35 if tall < 0.2 else -0.12) * mortar


def _ashlar(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    return _blocks(u, h, f, 0.85, 0.36, 0.008, 0.18)


def _panels(u: torch.Tensor, h: torch.Tensor, du: torch.Tensor, dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    panel = torch.minimum((du - 0.35).abs(), (dh - 0.02).abs())
    return 1 - 0.35 * inside(panel - 0.015, f) * fade(0.06, f)


def _boards(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    lap = h / 0.15 - torch.floor(h / 0.15)
    each = 1 + 0.10 * (hashed(torch.floor(h / 0.15), torch.floor(u / 3.1)) - 0.5) * fade(0.15, f)
    return each * (1 - (0.45 * smooth(0.80, 1.0, lap) - 0.06 * lap) * fade(0.10, f))


def _sheet(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    rib = torch.sin(u * (2 * torch.pi / 0.30)) * fade(0.16, f)
    seam = inside((h / 3.2 - torch.floor(h / 3.2) - 0.5).abs() * 3.2 - 0.02, f) * fade(0.05, f)
    rust = smooth(1.3, 2.2, noise("patch", u / 17.0, h / 40.0)) * 0.22
    return (1 + 0.16 * rib) * (1 - 0.25 * seam) * (1 - rust)


def _concrete(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    form = inside((u / 2.4 - torch.floor(u / 2.4) - 0.5).abs() * 2.4 - 0.008, f) * fade(0.04, f)
    stain = smooth(0.4, 1.8, noise("grain", u / 2.2, h / 50.0)) * 0.16
    return (1 - 0.25 * form) * (1 - stain) * (1 - 0.12 * inside(dh - 0.12, f))


Texture = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
TEXTURES: dict[Style, Texture] = {
    Style.BRICK: _bricks, Style.PANELS: _panels, Style.BOARDS: _boards, Style.SHEET: _sheet, Style.BANDS: _concrete,
    Style.STONE: _ashlar,
}  # fmt: skip


def _sign_band(spots: Spots, albedo: torch.Tensor, o: Opening) -> torch.Tensor:
    """The board over a shop, and a name on it in letters of no language."""
    index = index_of(o.shop & ((o.h - 3.42).abs() < 0.5))
    if not len(index):
        return albedo
    f, seed, u, h = (some(a, index) for a in (spots.footprint, spots.row[:, 4], o.u, o.h))
    unit = torch.floor(u / 7.3 + 0.37 * seed)
    die = hashed(seed, unit, unit)
    board = inside((h - 3.42).abs() - 0.36, f)
    pitch = 0.26 + 0.14 * hashed(unit, seed)
    glyph = torch.floor(u / pitch)
    x, y = (u / pitch - glyph - 0.5) * pitch, h - 3.42
    wide, tall = 0.36 * pitch, 0.12 + 0.07 * hashed(unit, unit, seed)
    bits = [hashed(glyph, unit, seed + k) for k in range(5)]
    stroke = 0.035
    stem = torch.maximum((x + wide - stroke).abs() - stroke, y.abs() - tall)
    bar = torch.full_like(x, 1.0)
    for at, die_of in ((tall - stroke, bits[0]), (torch.zeros_like(x), bits[1]), (stroke - tall, bits[2])):
        one = torch.maximum((y - at).abs() - stroke, x.abs() - wide)
        bar = torch.where(die_of < 0.6, torch.minimum(bar, one), bar)
    for sign, die_of in ((1, bits[3]), (-1, bits[4])):
        one = torch.maximum((x - wide + stroke).abs() - stroke, (y - sign * tall / 2).abs() - tall / 2)
        bar = torch.where(die_of < 0.5, torch.minimum(bar, one), bar)
    inside_name = (u - (unit + 0.5 - 0.37 * seed) * 7.3).abs() < 0.9 + 1.5 * die
    word = inside(torch.minimum(stem, bar), f) * inside_name * (hashed(glyph, glyph, unit) > 0.12)
    light = (hashed(unit, seed + 11) < 0.75).float()
    ink = tinted((0.05, 0.05, 0.055), 1 - light) + tinted((0.80, 0.76, 0.64), light)
    ground = palette(hashed(unit, seed, seed + 2))
    ground = mix(colour((0.62, 0.58, 0.50), ground).expand_as(ground), ground, light)
    signed = mix(some(albedo, index), mix(ground, ink, word * fade(0.35, f)), board)
    put(albedo, index, signed * (1 - 0.5 * inside((h - 3.80).abs() - 0.03, f))[:, None])
    return albedo


def _with_windows(spots: Spots, o: Opening, light: Light, albedo: torch.Tensor, open_: torch.Tensor) -> Finish:
    """Panes set back into the wall: seen and lit through their openings, so that reveals show and throw shadow."""
    f, n, half_w, middle, half_h = spots.footprint, spots.flat, o.half_w, o.middle, o.half_h
    along = columns(-n[:, 1], n[:, 0], torch.zeros_like(f))
    into = (-dot(spots.view, n)).clamp(min=0.06)
    depth = _either(o.curtain | o.bands, 0.04, torch.full_like(f, REVEAL_M))
    u2 = o.du + depth * dot(spots.view, along) / into
    h2 = o.dh + depth * spots.view[:, 2] / into
    back = torch.maximum(u2.abs() - half_w, (h2 - middle).abs() - half_h)
    hole = inside(o.distance, f)
    pane = inside(back, f) * hole
    s = light.towards_sun
    facing = towards(n, s).clamp(min=0.05)
    us, hs = u2 + depth * towards(along, s) / facing, h2 + depth * s[2] / facing
    sunlit = 1 - hole * (1 - inside(torch.maximum(us.abs() - half_w, (hs - middle).abs() - half_h), f.clamp(min=0.03)))
    frame = _frame(f, u2, h2, o)
    behind, shine = _interior(spots, u2, h2, o)
    albedo = mix(albedo, albedo * 0.85, hole)
    albedo = mix(albedo, _frame_colour(spots, o, h2), pane * frame)
    glass = pane * (1 - frame)
    albedo = mix(albedo, behind, glass)
    tilt = columns(o.die - 0.5, hashed(torch.floor(o.die * 9973), spots.row[:, 4]) - 0.5) * 0.035
    up = colour((0.0, 0.0, 1.0), f)
    normal = spots.normal + glass[:, None] * (tilt[:, :1] * along + tilt[:, 1:] * up)
    normal = unit(normal)
    sheer = o.curtain | o.bands | o.lobby
    mirror = glass * _either(sheer, 1.0, torch.full_like(f, 0.85))
    return Finish.dull(
        albedo, normal, mirror=mirror, base=_either(o.curtain, 0.16, torch.full_like(f, 0.075)),
        sunlit=sunlit * (1 - 0.6 * glass), open=open_ * (1 - 0.35 * hole * (1 - pane)),
        glow=shine * (glass * light.night)[:, None],
    )  # fmt: skip


def _frame_colour(spots: Spots, o: Opening, h2: torch.Tensor) -> torch.Tensor:
    """White or dark frames; doors have colours of their own, gates are slatted."""
    seed, f = spots.row[:, 4], spots.footprint
    white, dark = colour((0.50, 0.49, 0.46), spots.rest), colour((0.035, 0.035, 0.04), spots.rest)
    frames = mix(white.expand(len(f), 3), dark, ((hashed(seed) < 0.45) | o.shop | o.curtain | o.lobby | o.bands).float())
    paint = mix(
        colour((0.12, 0.09, 0.07), frames).expand_as(frames),
        palette(hashed(seed, torch.floor(o.die * 97))) * 0.7,
        (o.die < 0.6).float(),
    )
    leaf = paint * (1 - 0.35 * inside((o.du.abs() - 0.25).abs() - 0.012, f))[:, None]
    frames = torch.where((o.door & ~o.shop & ~o.lobby & ~o.gates)[:, None], leaf, frames)
    slats = 1 - 0.3 * smooth(0.7, 1.0, h2 / 0.32 - torch.floor(h2 / 0.32)) * fade(0.1, f)
    shutter = mix(
        colour((0.30, 0.31, 0.32), frames).expand_as(frames),
        palette(hashed(seed, seed)) + 0.05,
        (hashed(seed + 3) < 0.5).float(),
    )
    return torch.where((o.gates & o.door)[:, None], shutter * slats[:, None], frames)


def _frame(f: torch.Tensor, u2: torch.Tensor, h2: torch.Tensor, o: Opening) -> torch.Tensor:
    """Frame round the pane, a mullion and a transom; doors and gates are all frame."""
    half_w, middle, half_h = o.half_w, o.middle, o.half_h
    wide = o.shop | o.lobby
    thick = _either(o.curtain, 0.03, torch.full_like(f, 0.055))
    rim = torch.maximum(_either(o.bands, -1.0, u2.abs() - half_w), (h2 - middle).abs() - half_h) + thick
    rail = torch.where(wide, (h2 - 2.45).abs(), (h2 - middle - 0.25 * half_h).abs()) - 0.026
    post = torch.where(wide, (u2.abs() - half_w * 0.5).abs(), u2.abs()) - 0.024
    post = torch.where(o.bands, torch.minimum(u2.abs(), (u2.abs() - half_w).abs()) - 0.04, post)
    bars = torch.minimum(_either(o.bands, 1.0, rail), _either(half_w <= 0.45, 1.0, post))
    bars = _either(o.curtain, 1.0, bars)
    shape = torch.minimum(-rim, bars)
    closed = (o.door & ~wide & ((h2 < 2.05) | o.gates)).float()
    return torch.maximum(inside(shape, f), closed * 0.95)


def _interior(spots: Spots, u2: torch.Tensor, h2: torch.Tensor, o: Opening) -> tuple[torch.Tensor, torch.Tensor]:
    """Dark rooms, some curtains and blinds, goods behind shop windows; and what shines out of them at night."""
    f, seed, die = spots.footprint, spots.row[:, 4], o.die
    room = colour((0.022, 0.024, 0.027), f).expand(len(u2), 3)
    cloth = tinted((0.34, 0.32, 0.28), 0.85 + 0.15 * faded(0.06, f, lambda i: torch.sin(some(u2, i) * 55)))
    sides = inside(o.half_w * (0.45 + 0.3 * die) - u2.abs(), f) * ((die > 0.30) & (die < 0.62)).float()
    blind = inside(o.middle + o.half_h * (1 - 3.0 * (die - 0.62)) - h2, f) * (die > 0.62).float()
    drawn = torch.maximum(sides, blind)
    home = mix(room, cloth, drawn * 0.8)
    share = spots.row[:, 14]
    on = (hashed(torch.floor(die * 9967), seed + 1) < share).float() * (~o.door).float()
    warmth = hashed(torch.floor(die * 7919), seed)
    tint = tinted((1.0, 0.62, 0.30), 1 - warmth) + tinted((0.90, 0.86, 0.74), warmth)
    ceiling = 0.55 + 0.45 * ((h2 - o.sill) / (o.top - o.sill).clamp(min=0.3)).clamp(0, 1)
    lit = tint * (on * ceiling * (1 - 0.55 * drawn) * (0.35 + 0.75 * hashed(torch.floor(die * 6007), seed)))[:, None]
    shine = 0.42 * lit
    wide = index_of(o.shop | o.lobby)
    if len(wide):
        store, shop = _store(f.index_select(0, wide), some(seed, wide), some(u2, wide), some(h2, wide), o[wide])
        put(home, wide, store)
        put(shine, wide, 0.26 * shop)
    return home, shine


def _store(
    f: torch.Tensor, seed: torch.Tensor, u2: torch.Tensor, h2: torch.Tensor, o: Opening
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a shop window or a lobby shows: shelves, a poster, a counter in the dark; and what shines out of it at night."""
    unit = torch.floor(o.u / 7.3 + 0.37 * seed)
    shelf = torch.floor(h2 / 0.48)
    width = 0.16 + 0.3 * hashed(shelf, unit)
    item = torch.floor(u2 / width)
    high = 0.10 + 0.12 * hashed(item, shelf, unit)
    there = (hashed(shelf, item, seed) < 0.62) & (h2 < 2.0) & (hashed(unit, seed + 4) < 0.7) & o.shop
    piece = torch.maximum((h2 - shelf * 0.48 - high).abs() - high, (u2 - (item + 0.5) * width).abs() - 0.4 * width)
    goods = (palette(hashed(item, shelf, seed)) * 0.30 + 0.02) * (inside(piece, f) * there * fade(0.2, f))[:, None]
    poster = torch.maximum((u2 - 0.4).abs() - 0.42, (h2 - 1.55).abs() - 0.6)
    sheet = inside(poster, f) * ((o.die > 0.70) & o.shop).float() * fade(0.4, f)
    back = tinted((0.030, 0.028, 0.025), 0.6 + 0.6 * (h2 / 3).clamp(0, 1))
    picture = palette(hashed(torch.floor(o.die * 997), seed)) * 0.7 + 0.06
    tall = (h2 / 3.0).clamp(0, 1)
    open_late = (hashed(seed, unit) < 0.72).float()
    shine = (
        tinted((1.0, 0.76, 0.48), 0.25 + 0.75 * tall)
        + (goods - 0.12) * 2.2 * (goods[:, 0] + goods[:, 1] + goods[:, 2] > 0.02)[:, None]
    ) * (0.10 + 0.90 * open_late)[:, None]
    return mix(back + goods, picture, sheet), shine.clamp(min=0.03)
