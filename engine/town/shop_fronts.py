"""Shops on the street: the board over them with a name on it, and what their windows show."""

import torch

from engine.town.columns import index_of, put, some
from engine.town.facades import SEED
from engine.town.finish import fade, inside, mix
from engine.town.light import colour, tinted
from engine.town.noise import hashed
from engine.town.openings import Opening
from engine.town.palette import palette
from engine.town.stage import Spots

SHOP_M, SHIFT = 7.3, 0.37  # how wide shops are, and by how much of that each wall begins anew


def sign_band(spots: Spots, albedo: torch.Tensor, o: Opening) -> torch.Tensor:
    """The board over a shop, and a name on it in letters of no language."""
    index = index_of(o.shop & ((o.h - 3.42).abs() < 0.5))
    if not len(index):
        return albedo
    f, seed, u, h = (some(a, index) for a in (spots.footprint, spots.row[:, SEED], o.u, o.h))
    unit = _unit(u, seed)
    die = hashed(seed, unit, unit)
    board = inside((h - 3.42).abs() - 0.36, f)
    pitch = 0.26 + 0.14 * hashed(unit, seed)
    glyph = torch.floor(u / pitch)
    strokes = _strokes(glyph, unit, seed, (u / pitch - glyph - 0.5) * pitch, h - 3.42, pitch)
    inside_name = (u - (unit + 0.5 - SHIFT * seed) * SHOP_M).abs() < 0.9 + 1.5 * die
    word = inside(strokes, f) * inside_name * (hashed(glyph, glyph, unit) > 0.12)
    light = (hashed(unit, seed + 11) < 0.75).float()
    ink = tinted((0.05, 0.05, 0.055), 1 - light) + tinted((0.80, 0.76, 0.64), light)
    ground = palette(hashed(unit, seed, seed + 2))
    ground = mix(colour((0.62, 0.58, 0.50), ground).expand_as(ground), ground, light)
    signed = mix(some(albedo, index), mix(ground, ink, word * fade(0.35, f)), board)
    put(albedo, index, signed * (1 - 0.5 * inside((h - 3.80).abs() - 0.03, f))[:, None])
    return albedo


def _strokes(
    glyph: torch.Tensor, unit: torch.Tensor, seed: torch.Tensor, x: torch.Tensor, y: torch.Tensor, pitch: torch.Tensor
) -> torch.Tensor:
    """The signed distance (n,) to a letter from places about its middle: a stem, and the bars and posts that its dice say."""
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
    return torch.minimum(stem, bar)


def display(
    f: torch.Tensor, seed: torch.Tensor, u2: torch.Tensor, h2: torch.Tensor, o: Opening
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a shop window or a lobby shows: shelves, a poster, a counter in the dark; and what shines out of it at night."""
    unit = _unit(o.u, seed)
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


def _unit(u: torch.Tensor, seed: torch.Tensor) -> torch.Tensor:
    """Which shop of a wall is that many metres along it."""
    return torch.floor(u / SHOP_M + SHIFT * seed)
