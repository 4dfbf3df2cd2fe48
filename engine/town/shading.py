"""What light comes from the points that rays hit: materials, sun, sky, mirrors, haze, tone."""

import torch

from engine.town import paintwork, things, walls
from engine.town.finish import Finish
from engine.town.ground import ground
from engine.town.light import Light, colour
from engine.town.mesh import Kind
from engine.town.sky import surroundings
from engine.town.stage import Spots, dot
from engine.town.world import World

RULES = {
    Kind.PLAIN: things.plain, Kind.VEHICLE: paintwork.vehicle, Kind.GLASS: things.glass, Kind.LEAF: things.leaf,
    Kind.BARK: things.bark, Kind.CLOTH: things.cloth, Kind.METAL: things.metal, Kind.GLOW: things.glow,
    Kind.ROOF: things.roof, Kind.STRIPES: things.stripes, Kind.LAMP: paintwork.lamp,
}  # fmt: skip


def shaded(world: World, spots: Spots) -> tuple[torch.Tensor, torch.Tensor]:
    """Radiance (n, 3) and the share of the sun that arrives (n,)."""
    light = world.light
    finish = _finished(world, spots)
    sun = torch.tensor(light.towards_sun)
    facing = finish.normal @ sun
    wanted = torch.nonzero(((spots.flat @ sun > 0) & (facing > 0)) | (finish.through > 0))[:, 0]
    lit = torch.zeros(len(spots.place))
    if len(wanted):
        start = spots.place[wanted] + spots.flat[wanted] * (0.004 + 0.0004 * spots.footprint[wanted] * 50)[:, None]
        lit[wanted] = (~world.tracer.blocked(start, sun[None].expand(len(wanted), 3))).float()
    lit = lit * finish.sunlit
    direct = lit * (
        facing.clamp(min=0) * (1 - 0.5 * finish.through)
        + finish.through * (0.30 + 0.45 * (spots.view @ sun).clamp(min=0).pow(3))
    )
    up = 0.5 + 0.5 * finish.normal[:, 2]
    open_ = finish.open * _contact(world, spots)
    ambient = colour(light.bounce, finish.normal) * (1 - up)[:, None] + colour(light.ambient, finish.normal) * up[:, None]
    out = finish.albedo * (colour(light.sun, ambient) * direct[:, None] + ambient * open_[:, None]) + finish.glow
    return _mirrored(light, spots, finish, lit, open_, out), lit


def _finished(world: World, spots: Spots) -> Finish:
    kind = spots.row[:, 0].round().to(torch.int64)
    n = len(kind)
    finish = Finish.dull(torch.zeros(n, 3), spots.normal.clone())
    for k in torch.unique(kind).tolist():
        index = torch.nonzero(kind == k)[:, 0]
        some = spots[index]
        if k == Kind.GROUND:
            done = ground(some, world.ground, world.light)
        elif k == Kind.WALL:
            done = walls.wall(some, world.light)
        else:
            done = RULES[Kind(k)](some, world.light)
        finish.put(index, done)
    return finish


def _mirrored(
    light: Light, spots: Spots, finish: Finish, lit: torch.Tensor, open_: torch.Tensor, out: torch.Tensor
) -> torch.Tensor:
    index = torch.nonzero(finish.mirror > 0.01)[:, 0]
    if not len(index):
        return out
    d, n = spots.view.index_select(0, index), finish.normal.index_select(0, index)
    cos = (-dot(d, n)).clamp(0, 1)
    back = d + 2 * cos[:, None] * n
    base = finish.base.index_select(0, index)
    share = (base + (1 - base) * (1 - cos).pow(5)) * finish.mirror.index_select(0, index)
    seen = surroundings(light, back)
    sun = (back @ torch.tensor(light.towards_sun)).clamp(min=0)
    glint = lit.index_select(0, index) * (6.0 * sun.pow(350) + 0.5 * sun.pow(24))
    seen = seen * open_.index_select(0, index)[:, None].clamp(min=0.35) + glint[:, None] * colour(light.sun, seen)
    rows = out.index_select(0, index)
    out[index] = rows + share[:, None] * (seen - rows * 0.6)
    return out


def _contact(world: World, spots: Spots) -> torch.Tensor:
    """How much of the sky things nearby leave to the ground: darker under and beside them."""
    out = torch.ones(len(spots.place))
    index = torch.nonzero((spots.place[:, 2] < 0.35) & (spots.thing == 0) & (spots.flat[:, 2] > 0.5))[:, 0]
    if len(index):
        out[index] = world.shade.at(spots.place.index_select(0, index))
    return out


def tone_mapped(linear: torch.Tensor) -> torch.Tensor:
    """sRGB values 0 to 1 of linear light, with highlights rolled off as film does (Narkowicz's fit of ACES)."""
    x = linear * 0.80
    x = (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).clamp(0, 1)
    return torch.where(x <= 0.0031308, 12.92 * x, 1.055 * x.clamp(min=1e-6).pow(1 / 2.4) - 0.055)
