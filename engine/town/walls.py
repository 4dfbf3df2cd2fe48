"""The rule that shades façades: window grids with frames, reveals and what is behind the glass, shop fronts, brick, plaster.

A wall's texture place is (metres along the wall, height above ground, length of the wall). Its surface's params are storey
height, bay width, window width, window height, style (0 plaster, 1 brick, 2 panels, 3 curtain wall), ground floor (0 homes,
1 shops), height.
"""

from dataclasses import dataclass

import torch

from engine.town.finish import Finish, fade, inside, mix
from engine.town.light import Light, colour, smooth
from engine.town.noise import hashed, noise
from engine.town.stage import Spots

GROUND_FLOOR_M = 4.1
REVEAL_M = 0.20
PALETTE = ((0.30, 0.035, 0.03), (0.03, 0.10, 0.22), (0.04, 0.16, 0.09), (0.42, 0.30, 0.06), (0.05, 0.05, 0.06),
           (0.45, 0.42, 0.36), (0.32, 0.13, 0.03), (0.10, 0.22, 0.26))  # fmt: skip


def palette(die: torch.Tensor) -> torch.Tensor:
    """A strong colour (n, 3) by a die."""
    return torch.tensor(PALETTE).index_select(0, (die * len(PALETTE)).to(torch.int64).clamp(max=len(PALETTE) - 1))


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
    return _with_windows(spots, o, light, albedo, 1 - 0.45 * torch.exp(-o.h / 0.8))


def _opening(spots: Spots) -> Opening:
    """The grid of bays and storeys."""
    u, h, length = spots.rest.unbind(1)
    row = spots.row
    storey, bay_w, win_w, win_h, style, ground_kind, height = (row[:, 5 + i] for i in range(7))
    seed = row[:, 4]
    low = h < GROUND_FLOOR_M
    shop = low & (ground_kind > 0.5)
    bays = torch.round(length / bay_w).clamp(min=1)
    bay = length / bays
    bay = torch.where(shop, bay * torch.where(bays > 2, 2.0, 1.0), bay)
    k = torch.floor(u / bay)
    du = (u / bay - k - 0.5) * bay
    level = torch.where(low, torch.zeros_like(h), torch.floor((h - GROUND_FLOOR_M) / storey) + 1)
    floor_at = torch.where(low, torch.zeros_like(h), GROUND_FLOOR_M + (level - 1) * storey)
    dh = h - floor_at
    door = low & (hashed(k, seed, seed + 9) < torch.where(shop, 0.34, 0.22))
    half_w = torch.where(shop, 0.5 * bay - 0.22, torch.minimum(0.5 * win_w, 0.5 * bay - 0.2))
    half_w = torch.where(door & ~shop, torch.full_like(h, 0.62), half_w)
    sill = torch.where(shop, torch.where(door, 0.05, 0.55), torch.where(door, 0.05, 0.9))
    top = torch.where(shop, torch.full_like(h, 2.95), torch.where(door, torch.full_like(h, 2.5), sill + win_h))
    top = torch.where(low, top, torch.minimum(top, storey - 0.3))
    curtain = (style > 2.5) & ~low
    half_w, sill = torch.where(curtain, 0.5 * bay - 0.05, half_w), torch.where(curtain, 0.75, sill)
    top = torch.where(curtain, storey - 0.08, top)
    fits = (u > 0.25) & (u < length - 0.25) & (floor_at + top < height - 0.35)
    distance = torch.maximum(du.abs() - half_w, (dh - (sill + top) / 2).abs() - (top - sill) / 2)
    distance = torch.where(fits, distance, torch.full_like(distance, 1.0))
    return Opening(u, h, du, dh, half_w, sill, top, distance, hashed(k, level, seed), shop, door, curtain, fits)


def _masonry(spots: Spots, o: Opening) -> torch.Tensor:
    """Plaster, brick or panels, streaked under the sills, with ledges and lintels."""
    u, h, du, dh, half_w, sill = o.u, o.h, o.du, o.dh, o.half_w, o.sill
    f, seed, style = spots.footprint, spots.row[:, 4], spots.row[:, 9]
    base = spots.row[:, 1:4]
    blotch = noise("patch", u / 19.0 + seed * 0.13, h / 19.0)
    grain = noise("grain", u / 1.7 + seed * 0.07, h / 1.7) * fade(0.02, f)
    tone = 1 + 0.07 * blotch + 0.06 * grain
    brick_tone = _bricks(u, h, f)
    tone = torch.where(style.round() == 1, tone * brick_tone, tone)
    panel = torch.minimum((du.abs() - half_w - 0.35).abs(), (dh - 0.02).abs())
    tone = torch.where(style.round() == 2, tone * (1 - 0.35 * inside(panel - 0.015, f) * fade(0.06, f)), tone)
    under = (sill - dh).clamp(min=0)
    streak = torch.exp(-under * 1.2) * (under > 0) * smooth(0.3, 1.6, noise("grain", u / 3.0, h / 60.0)) * (du.abs() < half_w)
    tone = tone * (1 - 0.22 * streak) * (1 - 0.28 * torch.exp(-h / 0.55) * (1 + 0.4 * blotch))
    albedo = base * tone[:, None]
    trim = colour((0.46, 0.44, 0.40), albedo) * (1 + 0.05 * grain)[:, None]
    ledge = torch.maximum((dh - sill + 0.07).abs() - 0.06, du.abs() - half_w - 0.12)
    lintel = inside(o.distance - 0.11, f) * (style.round() == 1).float()
    return mix(
        albedo, trim, torch.maximum(inside(ledge, f), lintel) * o.fits.float() * (~o.shop).float() * (style < 2.5).float()
    )


def _bricks(u: torch.Tensor, h: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    course = torch.floor(h / 0.075)
    x = u / 0.225 + 0.5 * (course % 2)
    column = torch.floor(x)
    edge = torch.minimum((0.5 - (x - column - 0.5).abs()) * 0.225, (0.5 - (h / 0.075 - course - 0.5).abs()) * 0.075)
    mortar = inside(edge - 0.006, f.clamp(min=0.004)) * fade(0.02, f)
    each = 1 + 0.42 * (hashed(column, course) - 0.5) * fade(0.10, f)
    big = 1 + 0.20 * (hashed(torch.floor(u / 0.9), torch.floor(h / 0.45)) - 0.5) * fade(0.5, f)
    return each * big * (1 - 0.25 * mortar) + 0.35 * mortar


def _sign_band(spots: Spots, albedo: torch.Tensor, o: Opening) -> torch.Tensor:
    """The board over a shop: a ground colour and lettering that nobody can read."""
    f, seed, u, h, shop = spots.footprint, spots.row[:, 4], o.u, o.h, o.shop
    unit = torch.floor(u / 7.3 + 0.37 * seed)
    ground_colour = palette(hashed(unit, seed, seed + 2))
    board = inside((h - 3.42).abs() - 0.36, f) * shop.float()
    glyph = torch.floor(u / 0.30)
    tall = 0.10 + 0.08 * hashed(glyph, unit, seed)
    fx = (u / 0.30 - glyph - 0.5).abs() * 0.30
    shape = torch.maximum(fx - 0.095, (h - 3.42).abs() - tall)
    hole = torch.maximum(fx - 0.035, (h - 3.42 + 0.10 * (hashed(glyph, seed, unit) - 0.5)).abs() - 0.6 * tall)
    gap = (u - (unit + 0.5 - 0.37 * seed) * 7.3).abs() < 1.2 + 1.3 * hashed(seed, unit, unit)
    word = inside(torch.maximum(shape, -hole), f) * gap * (hashed(glyph, glyph, unit) > 0.12)
    light = colour((0.80, 0.76, 0.64), albedo)
    albedo = mix(albedo, mix(ground_colour, light, word), board)
    return albedo * (1 - 0.5 * inside((h - 3.80).abs() - 0.03, f) * shop.float())[:, None]


def _with_windows(spots: Spots, o: Opening, light: Light, albedo: torch.Tensor, open_: torch.Tensor) -> Finish:
    """Panes set back into the wall: seen and lit through their openings, so that reveals show and throw shadow."""
    f, n, half_w, middle, half_h = spots.footprint, spots.flat, o.half_w, o.middle, o.half_h
    along = torch.stack([-n[:, 1], n[:, 0], torch.zeros_like(f)], 1)
    into = (-(spots.view * n).sum(1)).clamp(min=0.06)
    depth = torch.where(o.curtain, torch.full_like(f, 0.03), torch.full_like(f, REVEAL_M))
    u2 = o.du + depth * (spots.view * along).sum(1) / into
    h2 = o.dh + depth * spots.view[:, 2] / into
    back = torch.maximum(u2.abs() - half_w, (h2 - middle).abs() - half_h)
    hole = inside(o.distance, f)
    pane = inside(back, f) * hole
    s = torch.tensor(light.towards_sun)
    facing = (n @ s).clamp(min=0.05)
    us, hs = u2 + depth * (along @ s) / facing, h2 + depth * s[2] / facing
    sunlit = 1 - hole * (1 - inside(torch.maximum(us.abs() - half_w, (hs - middle).abs() - half_h), f.clamp(min=0.03)))
    frame = _frame(f, u2, h2, o)
    frame_colour = mix(
        colour((0.50, 0.49, 0.46), albedo).expand_as(albedo),
        colour((0.035, 0.035, 0.04), albedo).expand_as(albedo),
        ((hashed(spots.row[:, 4]) < 0.45) | o.shop | o.curtain).float(),
    )
    behind = _interior(spots, u2, h2, o)
    albedo = mix(albedo, albedo * 0.85, hole)
    albedo = mix(albedo, frame_colour, pane * frame)
    glass = pane * (1 - frame)
    albedo = mix(albedo, behind, glass)
    tilt = torch.stack([o.die - 0.5, hashed(torch.floor(o.die * 9973), spots.row[:, 4]) - 0.5], 1) * 0.035
    normal = spots.normal + glass[:, None] * (tilt[:, :1] * along + tilt[:, 1:] * torch.tensor([[0.0, 0.0, 1.0]]))
    normal = normal / normal.norm(dim=1, keepdim=True)
    mirror = glass * torch.where(o.curtain, 1.0, 0.85)
    return Finish.dull(
        albedo, normal, mirror=mirror, base=torch.where(o.curtain, 0.16, 0.075), sunlit=sunlit * (1 - 0.6 * glass),
        open=open_ * (1 - 0.35 * hole * (1 - pane)),
    )  # fmt: skip


def _frame(f: torch.Tensor, u2: torch.Tensor, h2: torch.Tensor, o: Opening) -> torch.Tensor:
    """Frame round the pane, a mullion and a transom."""
    half_w, middle, half_h = o.half_w, o.middle, o.half_h
    thick = torch.where(o.curtain, 0.03, 0.055)
    rim = torch.maximum(u2.abs() - half_w, (h2 - middle).abs() - half_h) + thick
    rail = torch.where(o.shop, (h2 - 2.45).abs(), (h2 - middle - 0.25 * half_h).abs()) - 0.026
    post = torch.where(o.shop, (u2.abs() - half_w * 0.5).abs(), u2.abs()) - 0.024
    bars = torch.minimum(rail, torch.where(half_w > 0.45, post, torch.full_like(post, 1.0)))
    bars = torch.where(o.curtain, torch.full_like(bars, 1.0), bars)
    shape = torch.minimum(-rim, bars)
    leaf = o.door & ~o.shop & (h2 < 2.1)
    return torch.maximum(inside(shape, f), leaf.float() * 0.92)


def _interior(spots: Spots, u2: torch.Tensor, h2: torch.Tensor, o: Opening) -> torch.Tensor:
    """Dark rooms, some curtains and blinds; goods and warm light behind shop windows."""
    f, seed, die = spots.footprint, spots.row[:, 4], o.die
    room = colour((0.022, 0.024, 0.027), u2[:, None]).expand(len(u2), 3)
    cloth = colour((0.34, 0.32, 0.28), u2[:, None]) * (0.85 + 0.15 * torch.sin(u2 * 55) * fade(0.06, f))[:, None]
    sides = inside(o.half_w * (0.45 + 0.3 * die) - u2.abs(), f) * ((die > 0.30) & (die < 0.62)).float()
    blind = inside(o.middle + o.half_h * (1 - 3.0 * (die - 0.62)) - h2, f) * (die > 0.62).float()
    home = mix(room, cloth, torch.maximum(sides, blind) * 0.8)
    shelf = torch.floor(h2 / 0.42)
    item = torch.floor(u2 / 0.27)
    goods = palette(hashed(item, shelf, seed)) * 0.55
    stocked = (
        inside((h2 / 0.42 - shelf - 0.42).abs() * 0.42 - 0.15, f)
        * (hashed(shelf, item, item) < 0.7)
        * (h2 < 1.75)
        * fade(0.2, f)
    )
    store = mix(room * 1.8 + 0.035 * torch.tensor([[1.0, 0.75, 0.45]]), goods, stocked * 0.75)
    return torch.where(o.shop[:, None], store, home)
