"""What light comes from the points that rays hit: materials, sun, sky, lamps, mirrors, tone."""

from functools import partial

import torch

from engine.town import paintwork, things, walls
from engine.town.columns import columns, dot, index_of, length, like_columns, put, some, towards, unit
from engine.town.finish import Finish
from engine.town.ground import ground
from engine.town.hits import Found, spots_at, towards_eye
from engine.town.lamps import MIRRORED, lamplight
from engine.town.light import tinted
from engine.town.mesh import Kind
from engine.town.sky import sky, surroundings, through_haze
from engine.town.stage import Spots
from engine.town.weather import wetted
from engine.town.world import World

RULES = {
    Kind.PLAIN: things.plain, Kind.VEHICLE: paintwork.vehicle, Kind.GLASS: things.glass, Kind.LEAF: things.leaf,
    Kind.BARK: things.bark, Kind.CLOTH: things.cloth, Kind.METAL: things.metal, Kind.GLOW: things.glow,
    Kind.ROOF: things.roof, Kind.STRIPES: things.stripes, Kind.LAMP: paintwork.lamp, Kind.WALL: walls.wall,
}  # fmt: skip
TRACED = 0.04  # the least share of a wet ground's mirror image that is traced instead of guessed
LAMP_SHADOW = 0.02  # the least lamplight whose shadow is looked for
LANTERN_M = 0.4  # what stands nearer to a lamp is part of it and throws no shadow
CURVED_GLOSS = 0.15  # bodywork bends away what flat water shows whole
MIRROR_SPREAD = 0.004  # how much farther apart mirrored rays are, for each metre, than a pixel's are


def shaded(world: World, spots: Spots) -> tuple[torch.Tensor, torch.Tensor]:
    """Radiance (n, 3) and the share of the sun that arrives (n,)."""
    finish = wetted(world, spots, _finished(world, spots))
    lit = _sunlit(world, spots, finish)
    out, open_ = _diffuse(world, spots, finish, lit, shadows=True)
    return _mirrored(world, spots, finish, lit, open_, out), lit


def _sunlit(world: World, spots: Spots, finish: Finish) -> torch.Tensor:
    """The share (n,) of the sun that no thing and no relief keeps away."""
    light, lit = world.light, torch.zeros(len(spots.place))
    if not light.shines:
        return lit
    facing = towards(finish.normal, light.towards_sun)
    wanted = ((towards(spots.flat, light.towards_sun) > 0) & (facing > 0)) | (finish.through > 0)
    wanted = index_of(wanted & (finish.sunlit > 0))
    if len(wanted):
        off = 0.004 + 0.0004 * some(spots.footprint, wanted) * 50
        start = some(spots.place, wanted) + some(spots.flat, wanted) * off[:, None]
        put(lit, wanted, (~world.tracer.blocked(start, torch.tensor([light.towards_sun]).expand(len(wanted), 3))).float())
    return lit * finish.sunlit


def _diffuse(world: World, spots: Spots, finish: Finish, lit: torch.Tensor, shadows: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Radiance (n, 3) without mirror images, and how open to the sky points are (n,)."""
    light = world.light
    up = 0.5 + 0.5 * finish.normal[:, 2]
    open_ = finish.open * _contact(world, spots)
    arrives = tinted(light.bounce, 1 - up) + tinted(light.ambient, up)
    if max(light.side) > 0:
        side = 0.5 + 0.5 * towards(finish.normal, light.towards_glow)
        arrives = arrives + tinted(light.side, side.square())
    arrives = arrives * open_[:, None]
    if light.shines:
        sun = light.towards_sun
        direct = lit * (
            towards(finish.normal, sun).clamp(min=0) * (1 - 0.5 * finish.through)
            + finish.through * (0.30 + 0.45 * towards(spots.view, sun).clamp(min=0).pow(3))
        )
        arrives = arrives + tinted(light.sun, direct)
    out = finish.glow
    if world.lamps:
        gloss = finish.mirror * torch.where(spots.kind == Kind.GROUND, 1.0, CURVED_GLOSS)
        lamps = lamplight(
            world.lamps if shadows else world.lamps[:MIRRORED], spots.place, finish.normal, spots.view, finish.through, gloss
        )
        arrives = arrives + lamps.diffuse
        if shadows:
            arrives = arrives - _kept_away(world, spots, lamps.most, lamps.source)
        out = out + lamps.sheen
    return out + finish.albedo * arrives, open_


def _kept_away(world: World, spots: Spots, most: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
    """What of its strongest lamp's light (n, 3) does not reach each point."""
    out = like_columns(most)
    index = index_of(most[:, 0] > LAMP_SHADOW)
    if len(index):
        start = some(spots.place, index) + 0.02 * some(spots.flat, index)
        way = some(source, index) - start
        within = (1 - LANTERN_M / length(way)).clamp(min=0.5)
        blocked = world.tracer.blocked(start, way, within)
        put(out, index, some(most, index) * blocked[:, None])
    return out


def _finished(world: World, spots: Spots) -> Finish:
    rules = RULES | {Kind.GROUND: partial(ground, world.ground)}
    return Finish.joined([rules[kind](own, world.light) for kind, own in spots.by_kind()])


def _mirrored(
    world: World, spots: Spots, finish: Finish, lit: torch.Tensor, open_: torch.Tensor, out: torch.Tensor
) -> torch.Tensor:
    light = world.light
    index = index_of(finish.mirror > 0.01)
    if not len(index):
        return out
    d, n = some(spots.view, index), some(finish.normal, index)
    cos = (-dot(d, n)).clamp(0, 1)
    back = d + 2 * cos[:, None] * n
    base = finish.base.index_select(0, index)
    share = (base + (1 - base) * (1 - cos).pow(5)) * finish.mirror.index_select(0, index)
    ground_ = spots.kind.index_select(0, index) == Kind.GROUND
    traced = index_of(ground_ & (share > TRACED))
    guessed = index_of(~ground_ | (share <= TRACED))
    seen = like_columns(back)
    if len(guessed):
        of = index.index_select(0, guessed)
        around = surroundings(light, some(back, guessed))
        put(seen, guessed, around * open_.index_select(0, of)[:, None].clamp(min=0.35))
    if len(traced):
        of = index.index_select(0, traced)
        put(seen, traced, _reflection(world, some(spots.place, of), spots.footprint.index_select(0, of), some(back, traced)))
    if light.shines:
        sun = towards(back, light.towards_sun).clamp(min=0)
        glint = lit.index_select(0, index) * (6.0 * sun.pow(350) + 0.5 * sun.pow(24))
        seen = seen + tinted(light.sun, glint)
    rows = some(out, index)
    put(out, index, rows + share[:, None] * (seen - rows * 0.6))
    return out


def _reflection(world: World, place: torch.Tensor, footprint: torch.Tensor, back: torch.Tensor) -> torch.Tensor:
    """What wet ground at places (n, 3) mirrors of what really stands there: one ray from each, lit without shadows."""
    level = back[:, 2].clamp(min=0.01)  # ripples may turn a ray into the ground
    back = unit(columns(back[:, 0], back[:, 1], level))
    start = place + torch.tensor([[0.0, 0.0, 0.01]])
    hit = world.tracer.nearest(start, back)
    seen = sky(world.light, back).clamp(max=6.0)
    found = Found.of(world.parts, hit)
    index = found.index
    if len(index):
        there = spots_at(found, hit, start, back, towards_eye(hit, back), footprint * 0.05 + MIRROR_SPREAD)
        finish = _finished(world, there)
        radiance, _ = _diffuse(world, there, finish, torch.ones(len(index)) * 0.4, shadows=False)
        put(seen, index, through_haze(world.light, radiance, there.view, some(hit.distance, index)))
    return seen


def _contact(world: World, spots: Spots) -> torch.Tensor:
    """How much of the sky things nearby leave to the ground: darker under and beside them."""
    out = torch.ones(len(spots.place))
    index = index_of((spots.kind == Kind.GROUND) & (spots.flat[:, 2] > 0.5))
    if len(index):
        put(out, index, world.shade.at(some(spots.place, index)))
    return out


def tone_mapped(linear: torch.Tensor) -> torch.Tensor:
    """sRGB values 0 to 1 of linear light, with highlights rolled off as film does (Narkowicz's fit of ACES)."""
    x = linear * 0.80
    x = (2.51 * x).add_(0.03).mul_(x).div_((2.43 * x).add_(0.59).mul_(x).add_(0.14)).clamp_(0, 1)
    return torch.where(x <= 0.0031308, 12.92 * x, x.clamp(min=1e-6).pow_(1 / 2.4).mul_(1.055).sub_(0.055))
