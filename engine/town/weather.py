"""What rain leaves on surfaces: darker and glossy ones, puddles with rings of drops."""

from dataclasses import replace

import torch

from engine.town.columns import columns, copied, index_of, put, some, unit
from engine.town.finish import Finish
from engine.town.light import Light, smooth
from engine.town.mesh import Kind
from engine.town.noise import hashed, noise
from engine.town.stage import Spots
from engine.town.world import World

SOAKED = {Kind.GROUND: 0.38, Kind.WALL: 0.18, Kind.CLOTH: 0.25, Kind.BARK: 0.35, Kind.ROOF: 0.35, Kind.PLAIN: 0.15}
RING_CELL_M, RING_S = 0.22, 0.7


def wetted(world: World, spots: Spots, finish: Finish) -> Finish:
    """A dry finish as it is when `Light.wet` says that water lies on it."""
    light = world.light
    if light.wet <= 0:
        return finish
    kind = spots.kind
    dark = torch.tensor([SOAKED.get(k, 0.0) for k in Kind]).index_select(0, kind)
    finish = replace(
        finish, albedo=finish.albedo * (1 - light.wet * dark)[:, None], normal=copied(finish.normal),
        mirror=copied(finish.mirror), base=copied(finish.base),
    )  # fmt: skip
    index = index_of((kind == Kind.GROUND) & (finish.normal[:, 2] > 0.7))
    if len(index):
        _flood(world, some(spots.place, index), spots.footprint.index_select(0, index), finish, index)
    shiny = index_of((kind == Kind.VEHICLE) | (kind == Kind.ROOF) | (kind == Kind.METAL))
    if len(shiny):
        finish.mirror[shiny] = (finish.mirror[shiny] + 0.35 * light.wet).clamp(max=1)
    return finish


def _flood(world: World, p: torch.Tensor, f: torch.Tensor, finish: Finish, index: torch.Tensor) -> None:
    """A film over the ground at places (n, 3) and puddles where it dips and along the kerb; `f` (n,) are footprints."""
    light = world.light
    edge = world.ground.road.at(p)
    grass = (finish.through.index_select(0, index) * 4).clamp(max=1)
    puddle = _puddles(p, edge) * (1 - grass) * smooth(0.5, 0.9, torch.full_like(f, light.wet))
    put(finish.albedo, index, some(finish.albedo, index) * (1 - 0.25 * puddle * light.wet)[:, None])
    film = light.wet * (0.52 + 0.48 * puddle) * (1 - 0.85 * grass)
    finish.mirror[index] = torch.maximum(finish.mirror.index_select(0, index), film)
    finish.base[index] = 0.022
    tilt = _rough(p, f) * (0.015 * (1 - puddle) + 0.002)[:, None]
    near = index_of((puddle > 0.2) & (f < 0.05))
    if light.rain > 0 and len(near):
        put(tilt, near, some(tilt, near) + _rings(some(p, near), light, world.t_us) * some(puddle, near)[:, None])
    x, y, z = some(finish.normal, index).unbind(1)
    put(finish.normal, index, unit(columns(x + tilt[:, 0], y + tilt[:, 1], z)))


def _puddles(p: torch.Tensor, edge: torch.Tensor) -> torch.Tensor:
    x, y = p[:, 0], p[:, 1]
    dip = noise("cloud", x / 47.0 + 0.2, y / 47.0) + 0.45 * noise("patch", x / 19.0, y / 19.0)
    gutter = 0.9 * torch.exp(-((edge + 0.25) / 0.35).square())
    return smooth(0.75, 1.05, dip + gutter)


def _rough(p: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    """Slopes (n, 2) of unit spread of the film over the stones, at a grain that pixels can show."""
    level = torch.exp2(torch.ceil(torch.log2(f.clamp(min=0.01) / 0.01)))
    x, y = p[:, 0] / (5.0 * level), p[:, 1] / (5.0 * level)
    return columns(noise("grain", x, y), noise("grain", y + 0.37, x + 0.11))


def _rings(p: torch.Tensor, light: Light, t_us: int) -> torch.Tensor:
    """Slopes (n, 2) of the rings that drops leave on standing water; each cell has its own drop, again and again."""
    clock = t_us / 1e6 / RING_S
    i, j = torch.floor(p[:, 0] / RING_CELL_M), torch.floor(p[:, 1] / RING_CELL_M)
    phase = hashed(i, j) + clock % 64
    age = phase - torch.floor(phase)
    turn = torch.floor(phase)
    there = (hashed(i, j, turn) < 0.25 + 0.6 * light.rain).float()
    dx = p[:, 0] - (i + 0.35 + 0.3 * hashed(j, i, turn)) * RING_CELL_M
    dy = p[:, 1] - (j + 0.35 + 0.3 * hashed(turn, i, j)) * RING_CELL_M
    r = (dx * dx + dy * dy).sqrt().clamp(min=1e-4)
    off = (r - age * 0.5 * RING_CELL_M) / 0.012
    wave = off * torch.exp(-off.square()) * (1 - age) * 0.35 * there
    return columns(dx / r, dy / r) * wave[:, None]
