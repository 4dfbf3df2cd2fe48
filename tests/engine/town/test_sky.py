"""The sky: brightest about the sun, even under clouds, dark at night; air in front of things takes on its colour."""

import torch

from engine.town.light import light_of
from engine.town.sky import sky, surroundings, through_haze


def around(light):
    generator = torch.Generator().manual_seed(2)
    d = torch.randn(4000, 3, generator=generator)
    d[:, 2] = d[:, 2].abs()
    return d / d.norm(dim=1, keepdim=True)


def test_the_sky_is_brightest_at_the_sun():
    light = light_of(7, "afternoon", "clear")
    at = sky(light, torch.tensor([light.towards_sun])).sum()
    assert at > sky(light, around(light)).sum(1).quantile(0.99)


def test_clouds_hide_the_sun_and_night_is_dark():
    clear, grey, night = (light_of(7, *how) for how in (("noon", "clear"), ("noon", "cloudy"), ("night", "clear")))
    d = around(clear)
    spread = [float(sky(light, d).sum(1).std() / sky(light, d).sum(1).mean()) for light in (clear, grey)]
    assert spread[1] < 0.5 * spread[0]
    assert sky(night, d).mean() < 0.05 * sky(clear, d).mean()


def test_dusk_glows_where_the_sun_went_down():
    light = light_of(7, "dusk", "clear")
    x, y, _ = light.towards_glow
    west, east = sky(light, torch.tensor([[x, y, 0.05], [-x, -y, 0.05]]))
    assert west.sum() > 1.5 * east.sum()
    assert west[0] > 1.5 * west[2]


def test_air_takes_over_with_distance():
    light = light_of(7, "noon", "fog")
    view = torch.tensor([[1.0, 0.0, 0.0]]).expand(3, 3)
    near, far, farther = through_haze(light, torch.zeros(3, 3), view, torch.tensor([0.0, 50.0, 500.0]))
    assert near.sum() == 0
    assert far.sum() < farther.sum()
    assert torch.allclose(farther, through_haze(light, torch.ones(1, 3), view[:1], torch.tensor([2000.0]))[0], atol=1e-2)


def test_what_cars_mirror_gets_dark_with_the_hour():
    d = around(None)
    noon, night = (surroundings(light_of(7, hour, "clear"), d).mean() for hour in ("noon", "night"))
    assert night < 0.1 * noon


def test_straight_up_is_sky_however_unit_directions_are_rounded():
    up = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0 + 1e-6], [3e-4, 0.0, 1.0]])
    for hour in ("noon", "dusk", "night"):
        light = light_of(7, hour, "clear")
        assert torch.isfinite(sky(light, up)).all()
        assert torch.isfinite(surroundings(light, up)).all()
