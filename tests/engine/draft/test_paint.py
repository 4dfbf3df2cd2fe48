"""Repainting: light and shade stay, and so does what is no paint."""

import numpy as np
import pytest

from engine.draft.paint import repainted

INSIDE = np.ones((24, 32), np.float32)
NOTHING = np.zeros((24, 32), bool)  # is seen around it


def in_light(linear, shade):
    """A colour (3,) in linear light under a shade (24, 32) from 0 to 1, as sRGB levels."""
    light = np.asarray(linear) * shade[..., None]
    return (np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255).astype(np.float32)


def shade():
    """From two thirds to full light, most of it in the light."""
    return np.broadcast_to(np.minimum(np.linspace(0.66, 1.2, 32), 1.0), (24, 32)).astype(np.float32)


def test_pale_paint_becomes_the_new_colour_under_the_same_light():
    drawn = repainted(in_light((0.5, 0.5, 0.5), shade()), INSIDE, "#804020", NOTHING)
    wanted = in_light([((v / 255 + 0.055) / 1.055) ** 2.4 for v in (0x80, 0x40, 0x20)], shade())
    assert np.abs(drawn - wanted)[4:-4, 4:-4].max() < 4


def test_dark_paint_becomes_bright_without_its_grain():
    chance = np.random.default_rng(0)
    dark = in_light((0.02, 0.03, 0.02), shade()) + chance.normal(0, 2, (24, 32, 3)).astype(np.float32)
    drawn = repainted(dark, INSIDE, "#c0c0c0", NOTHING)
    assert drawn.mean() > 140
    assert drawn[:, 24:].std() < 12


def test_its_own_colour_changes_nothing():
    flat = np.full((24, 32, 3), (150, 30, 40), np.float32)
    assert np.abs(repainted(flat, INSIDE, "#961e28", NOTHING) - flat).max() < 1


@pytest.mark.parametrize("part", [(235, 235, 230), (6, 6, 6)])
def test_plates_and_tyres_stay(part):
    car = np.full((24, 32, 3), (40, 110, 60), np.float32)
    car[8:16, 4:16] = part
    drawn = repainted(car, INSIDE, "#c02020", NOTHING)
    assert np.abs(drawn[10:14, 7:13] - part).max() < 12
    assert drawn[2:6, 20:28, 0].min() > 100


def test_what_is_hardly_seen_stays_as_it_is():
    few = np.zeros((24, 32), np.float32)
    few[0, :5] = 1
    flat = np.full((24, 32, 3), 90, np.float32)
    assert np.array_equal(repainted(flat, few, "#c02020", NOTHING), flat)


def test_a_black_car_by_night_stays_dark_and_by_day_becomes_bright():
    """Its own pixels are the same; what is seen around it tells."""
    alpha, seen = np.zeros((24, 32), np.float32), np.ones((24, 32), bool)
    alpha[6:18, 8:24] = 1
    brightness = {}
    for name, level in (("night", 12), ("day", 130)):
        picture = np.full((24, 32, 3), level, np.float32)
        picture[6:18, 8:24] = 8
        brightness[name] = float(repainted(picture, alpha, "#e2b714", seen)[8:16, 10:22].mean())
    assert brightness["day"] > 100
    assert brightness["night"] < 50
