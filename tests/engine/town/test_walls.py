"""Façades: openings keep to their bays, ground floors have what they are called after, windows glow by night."""

import numpy as np
import pytest
import torch

from engine.town.columns import columns
from engine.town.facades import GROUND_FLOOR_M, Front, Style
from engine.town.light import light_of
from engine.town.mesh import Kind, Surface
from engine.town.openings import opening
from engine.town.placing import faces
from engine.town.stage import Spots, Stretch, part_of
from engine.town.walls import wall

LONG, HIGH = 20.0, 15.0
STOREY, BAY, WINDOW = 3.1, 4.0, (1.2, 1.5)
NUM = 20_000


def spots(style: Style, front: Front, window: tuple[float, float] = WINDOW, lit: float = 0.5) -> Spots:
    """Points all over one wall, looked at straight on from where a pixel covers a centimetre."""
    params = (STOREY, BAY, *window, float(style), float(front), HIGH, GROUND_FLOOR_M, 0.4, lit)
    corners = [[(0, 0, 0), (LONG, 0, 0), (LONG, 0, HIGH), (0, 0, HIGH)]]
    rest = [[(0, 0, LONG), (LONG, 0, LONG), (LONG, HIGH, LONG), (0, HIGH, LONG)]]
    part = part_of(faces(corners, Surface(Kind.WALL, (0.5, 0.4, 0.3), 12, params), rest))
    rng = np.random.default_rng(3)
    low, high = np.sort(rng.random((2, NUM), np.float32), axis=0)
    uv = columns(torch.from_numpy(low), torch.from_numpy(high - low))
    stretch = Stretch(part, torch.from_numpy(rng.integers(0, 2, NUM)), uv)
    normal = columns(torch.zeros(NUM), -torch.ones(NUM), torch.zeros(NUM))
    kind = torch.full((NUM,), int(Kind.WALL), dtype=torch.int32)
    return Spots(stretch.rest(), normal, normal, -normal, torch.full((NUM,), 0.01), kind, ((Kind.WALL, stretch),))


@pytest.mark.parametrize("front", Front)
@pytest.mark.parametrize("style", Style)
def test_openings_lie_within_their_wall_and_have_an_edge_where_they_say(style, front):
    o = opening(spots(style, front))
    within = o.distance < 0
    assert within.any()
    assert ((o.u > 0.25) & (o.u < LONG - 0.25) & (o.h > 0) & (o.h < HIGH - 0.3))[within].all()
    assert torch.equal(within, (o.du.abs() < o.half_w) & (o.dh > o.sill) & (o.dh < o.top) & o.fits)


def test_a_wall_without_windows_has_no_openings():
    assert not (opening(spots(Style.BRICK, Front.HOMES, (0.0, WINDOW[1]))).distance < 0).any()


def test_a_porch_has_one_door_in_the_middle_and_the_storeys_above_have_none():
    o = opening(spots(Style.PLASTER, Front.PORCH))
    assert (o.u[o.door] - LONG / 2).abs().max() <= BAY / 2
    assert o.h[o.door].max() < GROUND_FLOOR_M
    assert o.u[o.door & (o.distance < 0)].max() - o.u[o.door & (o.distance < 0)].min() < 1.2


@pytest.mark.parametrize("front", Front)
def test_a_ground_floor_has_what_it_is_called_after(front):
    o = opening(spots(Style.STONE, front))
    for kind, there in ((Front.SHOPS, o.shop), (Front.LOBBY, o.lobby), (Front.GATES, o.gates)):
        assert torch.equal(there, (o.h < GROUND_FLOOR_M) if front == kind else torch.zeros(NUM, dtype=torch.bool))


def test_windows_glow_by_night_only_and_only_where_somebody_is_at_home():
    night, noon = (light_of(5, hour, "clear") for hour in ("night", "noon"))
    asked = ((1, night), (0, night), (1, noon))
    glow = [wall(spots(Style.BRICK, Front.HOMES, lit=lit), light).glow.max() for lit, light in asked]
    assert glow[0] > 0.05
    assert glow[1:] == [0, 0]


def test_glass_mirrors_and_masonry_does_not():
    spots_ = spots(Style.BRICK, Front.HOMES)
    finish, o = wall(spots_, light_of(5, "noon", "clear")), opening(spots_)
    assert not finish.mirror[o.distance > 0.02].any()
    assert finish.mirror[(o.distance < -0.3) & ~o.door].max() > 0.8


def test_what_is_told_of_a_point_does_not_depend_on_who_is_asked_for_with_it():
    light, everyone = light_of(5, "night", "rain"), spots(Style.PLASTER, Front.SHOPS)
    some = torch.arange(0, NUM, 7)
    together, alone = wall(everyone, light), wall(everyone[some], light)
    assert torch.allclose(together.albedo[some], alone.albedo, atol=1e-6)
    assert torch.allclose(together.glow[some], alone.glow, atol=1e-6)
