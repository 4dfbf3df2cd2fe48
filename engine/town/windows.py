"""Windows, doors and gates: frames and panes set back into the wall, and what is behind the glass."""

import torch

from engine.town.columns import columns, dot, index_of, put, some, towards, unit
from engine.town.facades import LIT, SEED
from engine.town.finish import Finish, fade, faded, inside, mix
from engine.town.light import Light, colour, smooth, tinted
from engine.town.noise import hashed
from engine.town.openings import Opening
from engine.town.palette import palette
from engine.town.shop_fronts import display
from engine.town.stage import Spots

REVEAL_M = 0.20  # how far panes are set back


def with_windows(spots: Spots, o: Opening, light: Light, albedo: torch.Tensor, open_: torch.Tensor) -> Finish:
    """Panes set back into the wall: seen and lit through their openings, so that reveals show and throw shadow."""
    f, n, half_w, middle, half_h = spots.footprint, spots.flat, o.half_w, o.middle, o.half_h
    along = columns(-n[:, 1], n[:, 0], torch.zeros_like(f))
    into = (-dot(spots.view, n)).clamp(min=0.06)
    depth = torch.where(o.curtain | o.bands, 0.04, torch.full_like(f, REVEAL_M))
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
    tilt = columns(o.die - 0.5, hashed(torch.floor(o.die * 9973), spots.row[:, SEED]) - 0.5) * 0.035
    up = colour((0.0, 0.0, 1.0), f)
    normal = spots.normal + glass[:, None] * (tilt[:, :1] * along + tilt[:, 1:] * up)
    normal = unit(normal)
    sheer = o.curtain | o.bands | o.lobby
    mirror = glass * torch.where(sheer, 1.0, torch.full_like(f, 0.85))
    return Finish.dull(
        albedo, normal, mirror=mirror, base=torch.where(o.curtain, 0.16, torch.full_like(f, 0.075)),
        sunlit=sunlit * (1 - 0.6 * glass), open=open_ * (1 - 0.35 * hole * (1 - pane)),
        glow=shine * (glass * light.night)[:, None],
    )  # fmt: skip


def _frame_colour(spots: Spots, o: Opening, h2: torch.Tensor) -> torch.Tensor:
    """White or dark frames; doors have colours of their own, gates are slatted."""
    seed, f = spots.row[:, SEED], spots.footprint
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
    thick = torch.where(o.curtain, 0.03, torch.full_like(f, 0.055))
    rim = torch.maximum(torch.where(o.bands, -1.0, u2.abs() - half_w), (h2 - middle).abs() - half_h) + thick
    rail = torch.where(wide, (h2 - 2.45).abs(), (h2 - middle - 0.25 * half_h).abs()) - 0.026
    post = torch.where(wide, (u2.abs() - half_w * 0.5).abs(), u2.abs()) - 0.024
    post = torch.where(o.bands, torch.minimum(u2.abs(), (u2.abs() - half_w).abs()) - 0.04, post)
    bars = torch.minimum(torch.where(o.bands, 1.0, rail), torch.where(half_w <= 0.45, 1.0, post))
    bars = torch.where(o.curtain, 1.0, bars)
    shape = torch.minimum(-rim, bars)
    closed = (o.door & ~wide & ((h2 < 2.05) | o.gates)).float()
    return torch.maximum(inside(shape, f), closed * 0.95)


def _interior(spots: Spots, u2: torch.Tensor, h2: torch.Tensor, o: Opening) -> tuple[torch.Tensor, torch.Tensor]:
    """Dark rooms, some curtains and blinds, goods behind shop windows; and what shines out of them at night."""
    f, seed, die = spots.footprint, spots.row[:, SEED], o.die
    room = colour((0.022, 0.024, 0.027), f).expand(len(u2), 3)
    cloth = tinted((0.34, 0.32, 0.28), 0.85 + 0.15 * faded(0.06, f, lambda i: torch.sin(some(u2, i) * 55)))
    sides = inside(o.half_w * (0.45 + 0.3 * die) - u2.abs(), f) * ((die > 0.30) & (die < 0.62)).float()
    blind = inside(o.middle + o.half_h * (1 - 3.0 * (die - 0.62)) - h2, f) * (die > 0.62).float()
    drawn = torch.maximum(sides, blind)
    home = mix(room, cloth, drawn * 0.8)
    share = spots.row[:, LIT]
    on = (hashed(torch.floor(die * 9967), seed + 1) < share).float() * (~o.door).float()
    warmth = hashed(torch.floor(die * 7919), seed)
    tint = tinted((1.0, 0.62, 0.30), 1 - warmth) + tinted((0.90, 0.86, 0.74), warmth)
    ceiling = 0.55 + 0.45 * ((h2 - o.sill) / (o.top - o.sill).clamp(min=0.3)).clamp(0, 1)
    lit = tint * (on * ceiling * (1 - 0.55 * drawn) * (0.35 + 0.75 * hashed(torch.floor(die * 6007), seed)))[:, None]
    shine = 0.42 * lit
    wide = index_of(o.shop | o.lobby)
    if len(wide):
        store, shop = display(f.index_select(0, wide), some(seed, wide), some(u2, wide), some(h2, wide), o[wide])
        put(home, wide, store)
        put(shine, wide, 0.26 * shop)
    return home, shine
