"""Rain on surfaces: darker and glossier ground, rings that move with time; a dry surface is left alone."""

import torch

from engine.town.finish import Finish
from engine.town.light import light_of
from engine.town.mesh import Kind
from engine.town.stage import Spots
from engine.town.weather import wetted
from tests.engine.town.small_world import world

DRY, WET = light_of(7, "noon", "cloudy"), light_of(7, "noon", "rain")


def ground(n=4000, kind=Kind.GROUND):
    place = torch.cat([torch.rand(n, 2, generator=torch.Generator().manual_seed(3)) * 120, torch.zeros(n, 1)], 1)
    up, down = torch.tensor([[0.0, 0.0, 1.0]]).expand(n, 3), torch.tensor([[0.6, 0.0, -0.8]]).expand(n, 3)
    spots = Spots(place, up, up, down, torch.full((n,), 0.01), torch.full((n,), int(kind), dtype=torch.int32), ())
    return spots, Finish.dull(torch.full((n, 3), 0.1), up.clone())


def test_dry_surfaces_are_left_alone():
    spots, finish = ground()
    assert wetted(world(DRY), spots, finish) is finish


def test_wet_ground_is_darker_and_mirrors_and_puddles_most():
    spots, finish = ground()
    wet = wetted(world(WET), spots, finish)
    assert (wet.albedo < 0.7 * finish.albedo).all()
    assert (wet.mirror > 0.5).all()
    assert wet.mirror.max() > wet.mirror.min() + 0.2
    assert (wet.normal.norm(dim=1) - 1).abs().max() < 1e-5
    assert not finish.mirror.any()  # the dry finish is not changed


def test_walls_get_darker_and_do_not_mirror():
    spots, finish = ground(kind=Kind.WALL)
    wet = wetted(world(WET), spots, finish)
    assert (wet.albedo < finish.albedo).all()
    assert not wet.mirror.any()


def test_rings_of_drops_move_with_time():
    spots, finish = ground()
    now, again, later = (wetted(world(WET, t_us=t), spots, finish).normal for t in (1_000_000, 1_000_000, 1_100_000))
    assert (now == again).all()
    assert (now != later).any()
