"""The wall between its openings: streaks under sills, splashed feet, ledges, lintels, plinths and shutters."""

import torch

from engine.town.columns import index_of, put, some
from engine.town.facades import ACCENT, COLOUR, SEED, STYLE, Style
from engine.town.finish import fade, faded, inside, mix
from engine.town.light import colour, smooth
from engine.town.noise import hashed, noise
from engine.town.openings import Opening
from engine.town.palette import palette
from engine.town.stage import Spots
from engine.town.wall_textures import TEXTURES


def masonry(spots: Spots, o: Opening) -> torch.Tensor:
    """What the wall is made of (n, 3), streaked under the sills, with ledges, lintels and shutters."""
    u, h, f, seed, style = o.u, o.h, spots.footprint, spots.row[:, SEED], spots.row[:, STYLE]
    blotch = noise("patch", u / 19.0 + seed * 0.13, h / 19.0)
    grain = faded(0.02, f, lambda i: noise("grain", some(u, i) / 1.7 + some(seed, i) * 0.07, some(h, i) / 1.7))
    tone = _textured(1 + 0.06 * blotch + 0.05 * grain, style, o, f)
    splash = 0.28 * torch.exp(-h.clamp(min=0) / 0.55) * (1 + 0.4 * blotch)
    tone = tone * (1 - 0.18 * _streaks(o)) * (1 - splash)
    plain = (~o.shop & ~o.lobby & ~o.gates & o.fits).float()
    albedo = _trimmed(spots, o, spots.row[:, COLOUR] * tone[:, None], grain, plain)
    plinth = inside(h - 0.55 - 0.3 * hashed(seed), f) * ((style == Style.PLASTER) | (style == Style.BOARDS)).float()
    albedo = mix(albedo, albedo * 0.62 + 0.015, plinth * (~o.shop & ~o.lobby).float())
    return _shutters(spots, o, albedo, plain)


def _textured(tone: torch.Tensor, style: torch.Tensor, o: Opening, f: torch.Tensor) -> torch.Tensor:
    """The tone with what each style is made of."""
    there = torch.bincount(style.to(torch.int64), minlength=len(Style)).tolist()
    for code, rule in TEXTURES.items():
        if there[code]:
            index = index_of(style == code)
            across = some(o.du, index).abs() - some(o.half_w, index)
            along, up, above, near = (some(a, index) for a in (o.u, o.h, o.dh, f))
            put(tone, index, some(tone, index) * rule(along, up, across, above, near))
    return tone


def _streaks(o: Opening) -> torch.Tensor:
    """How much of what rain washes off the sills sticks to the wall under them."""
    streaky = index_of((o.sill > o.dh) & (o.du.abs() < o.half_w))
    drip = torch.exp((some(o.dh, streaky) - some(o.sill, streaky)) * 1.2)
    streak = torch.zeros_like(o.dh)
    put(streak, streaky, drip * smooth(0.3, 1.6, noise("grain", some(o.u, streaky) / 3.0, some(o.h, streaky) / 60.0)))
    return streak


def _trimmed(spots: Spots, o: Opening, albedo: torch.Tensor, grain: torch.Tensor, plain: torch.Tensor) -> torch.Tensor:
    """Ledges under windows and lintels round them, on what is laid by hand."""
    style, accent, f = spots.row[:, STYLE], spots.row[:, ACCENT], spots.footprint
    trimmed = plain * ((style < 2) | (style == Style.BOARDS) | (style == Style.STONE)).float()
    pale = colour((0.46, 0.44, 0.40), albedo).expand_as(albedo)
    trim = mix(pale, spots.row[:, COLOUR] * 1.25, (accent > 0.5).float() * 0.7)
    ledge = torch.maximum((o.dh - o.sill + 0.07).abs() - 0.06, o.du.abs() - o.half_w - 0.12)
    ledge = torch.where(o.door, 1.0, ledge)
    lintel = inside(o.distance - 0.11, f) * ((style == Style.BRICK) | (style == Style.BOARDS) | (accent > 0.62)).float()
    return mix(albedo, trim * (1 + 0.05 * grain)[:, None], torch.maximum(inside(ledge, f), lintel) * trimmed)


def _shutters(spots: Spots, o: Opening, albedo: torch.Tensor, plain: torch.Tensor) -> torch.Tensor:
    """Wooden shutters beside the windows of some plastered houses."""
    accent = spots.row[:, ACCENT]
    there = (spots.row[:, STYLE] == Style.PLASTER) & (accent > 0.30) & (accent < 0.62) & ~o.door & (o.half_w < 0.62)
    wide = o.half_w * 0.92
    d = torch.maximum((o.du.abs() - o.half_w - 0.04 - wide / 2).abs() - wide / 2, (o.dh - o.middle).abs() - o.half_h)
    cover = inside(d, spots.footprint) * plain * there.float()
    index = index_of(cover)
    seed, f = some(spots.row[:, SEED], index), some(spots.footprint, index)
    slats = 0.86 + 0.14 * torch.sin(some(o.dh, index) * 90) * fade(0.05, f)
    tint = palette(hashed(seed, seed + 5)) * 0.8 + 0.03
    put(albedo, index, mix(some(albedo, index), tint * slats[:, None], some(cover, index)))
    return albedo
