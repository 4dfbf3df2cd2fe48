"""Lamps light what lies in their cones, up to their reach, and nothing behind what stands in the way."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from editor.geometry import IDENTITY
from engine.town.lamps import MOST, Lamp, halos, headlights, in_view, lamplight
from engine.town.light import light_of
from tests.engine.town.small_world import picture

NIGHT, DAY = light_of(7, "night", "clear"), light_of(7, "noon", "clear")
STREET = Lamp((10.0, -3.0, 7.0), (0.0, 0.0, -1.0), 0.9, (1.0, 0.7, 0.4), 60.0, 20.0)
BEAM = Lamp((0.0, 0.0, 0.7), (1.0, 0.0, 0.0), 0.6, (1.0, 1.0, 1.0), 100.0, 30.0, 0.25)


def arrives(lamp, places, normals=None):
    p = torch.tensor(places, dtype=torch.float32)
    away = torch.tensor(lamp.place) - p
    n = away / away.norm(dim=1, keepdim=True) if normals is None else torch.tensor(normals, dtype=torch.float32)
    zero = torch.zeros(len(p))
    return lamplight((lamp,), p, n, torch.tensor([[0.0, 0.0, -1.0]]).expand(len(p), 3), zero, zero).diffuse[:, 0].numpy()


def test_a_lamp_lights_its_cone_only():
    rng = np.random.default_rng(1)
    places = rng.uniform(-25, 25, (4000, 3)) + STREET.place
    away = places - np.array(STREET.place)
    distance = np.linalg.norm(away, axis=1)
    angle = np.arccos(-away[:, 2] / distance)
    light = arrives(STREET, places)
    assert (light[(angle > STREET.cone + 1e-3) | (distance > STREET.reach_m)] == 0).all()
    assert (light[(angle < 0.8 * STREET.cone) & (distance < 0.7 * STREET.reach_m)] > 0).all()


def test_light_falls_off_with_the_square_of_the_distance_and_with_slant():
    near, far = arrives(replace(STREET, power=10.0, reach_m=100.0), [(10.0, -3.0, 4.0), (10.0, -3.0, 1.0)])
    assert near / far == pytest.approx(4.0, rel=0.05)
    flat, slanted = arrives(STREET, [(10.0, -3.0, 0.0)] * 2, [(0.0, 0.0, 1.0), (math.sin(1.0), 0.0, math.cos(1.0))])
    assert slanted / flat == pytest.approx(math.cos(1.0), rel=1e-4)


def test_a_headlight_is_wide_and_low():
    ahead, beside, above = arrives(BEAM, [(10.0, 0.0, 0.7), (10.0, 3.0, 0.7), (10.0, 0.0, 3.7)])
    assert ahead > beside > 0
    assert above == 0
    assert arrives(BEAM, [(-5.0, 0.0, 0.7)])[0] == 0


def test_a_wide_lantern_shines_beyond_the_level():
    lantern = replace(STREET, cone=2.2)
    level, steep = arrives(lantern, [(15.0, -3.0, 7.0), (10.5, -3.0, 13.0)])
    assert level > 0
    assert steep == 0


def test_lamps_are_off_by_day_and_bounded_by_night():
    many = tuple(replace(STREET, place=(float(k % 40), float(k // 40), 7.0)) for k in range(400))
    assert in_view(many, DAY, (0.0, 0.0, 1.5), (1.0, 0.0, 0.0)) == ()
    kept = in_view(many, NIGHT, (0.0, 0.0, 1.5), (1.0, 0.0, 0.0))
    assert len(kept) == MOST
    behind = replace(STREET, place=(-80.0, 0.0, 7.0))
    assert in_view((behind,), NIGHT, (0.0, 0.0, 1.5), (1.0, 0.0, 0.0)) == ()


def test_the_order_of_lamps_does_not_matter():
    lamps = (STREET, BEAM, replace(STREET, place=(4.0, 2.0, 7.0)), headlights(IDENTITY))
    assert in_view(lamps, NIGHT, (0.0, 0.0, 1.5), (1.0, 0.0, 0.0)) == in_view(
        lamps[::-1], NIGHT, (0.0, 0.0, 1.5), (1.0, 0.0, 0.0)
    )


def test_a_street_lamp_brightens_the_ground_below_it_at_night_alone():
    spot = (40, 75)  # on the ground near the lamp's foot
    assert picture(NIGHT, lamps=(STREET,))[spot].sum() > picture(NIGHT)[spot].sum() + 30
    assert (picture(DAY, lamps=(STREET,)) == picture(DAY)).all()


def test_what_stands_before_a_lamp_throws_a_shadow():
    lamp = Lamp((11.0, 6.0, 5.0), (0.0, -0.77, -0.64), 1.0, (1.0, 1.0, 1.0), 400.0, 30.0)
    behind = (43, 61)  # on the ground right of the box, while the lamp is at its left
    with_box, without = (picture(NIGHT, lamps=(lamp,), box_at_m=away)[behind].sum() for away in (10.0, 400.0))
    assert with_box < 0.8 * without


def test_halos_are_about_lamps_and_only_in_thick_air():
    fog = light_of(7, "night", "fog")
    origin = torch.tensor([[0.0, -3.0, 7.0]])
    view = torch.tensor([[1.0, 0.0, 0.0], [0.7071, 0.7071, 0.0]])
    far = torch.full((2,), 100.0)
    at, aside = halos((STREET,), fog, origin, view, far).sum(1).tolist()
    assert at > 3 * aside > 0
    before = halos((STREET,), fog, origin, view, torch.full((2,), 5.0)).sum(1)[0]
    assert before < 0.5 * at  # what is nearer than the lamp has less lit air before it
    assert halos((STREET,), NIGHT, origin, view, far).sum() < 0.1 * at
