"""Repainting: light and shade stay, and so does what is no paint."""

import numpy as np
import pytest

from engine.draft.paint import WHITEST, coat_of, daylight, paint_of, repainted

INSIDE = np.ones((24, 32), np.float32)
NOTHING = np.zeros((24, 32), bool)  # is seen around it


def painted(colours, alpha, colour, seen, bodywork=None):
    """In a new colour, in the light that what is seen around tells of."""
    return repainted(colours, alpha, coat_of(colours, alpha, bodywork), colour, daylight(colours, alpha, seen))


def in_light(linear, shade):
    """A colour (3,) in linear light under a shade (24, 32) from 0 to 1, as sRGB levels."""
    light = np.asarray(linear) * shade[..., None]
    return (np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255).astype(np.float32)


def shade():
    """From two thirds to full light, most of it in the light."""
    return np.broadcast_to(np.minimum(np.linspace(0.66, 1.2, 32), 1.0), (24, 32)).astype(np.float32)


def test_pale_paint_becomes_the_new_colour_under_the_same_light():
    drawn = painted(in_light((0.5, 0.5, 0.5), shade()), INSIDE, "#804020", NOTHING)
    wanted = in_light([((v / 255 + 0.055) / 1.055) ** 2.4 for v in (0x80, 0x40, 0x20)], shade())
    assert np.abs(drawn - wanted)[4:-4, 4:-4].max() < 4


def test_dark_paint_becomes_bright_without_its_grain():
    chance = np.random.default_rng(0)
    dark = in_light((0.02, 0.03, 0.02), shade()) + chance.normal(0, 2, (24, 32, 3)).astype(np.float32)
    drawn = painted(dark, INSIDE, "#c0c0c0", NOTHING)
    assert drawn.mean() > 140
    assert drawn[:, 24:].std() < 12


def test_its_own_colour_changes_nothing():
    flat = np.full((24, 32, 3), (150, 30, 40), np.float32)
    assert np.abs(painted(flat, INSIDE, "#961e28", NOTHING) - flat).max() < 1


@pytest.mark.parametrize("part", [(235, 235, 230), (6, 6, 6)])
def test_plates_and_tyres_stay(part):
    car = np.full((24, 32, 3), (40, 110, 60), np.float32)
    car[8:16, 4:16] = part
    drawn = painted(car, INSIDE, "#c02020", NOTHING)
    assert np.abs(drawn[10:14, 7:13] - part).max() < 12
    assert drawn[2:6, 20:28, 0].min() > 100


def test_of_what_is_hardly_seen_no_paint_is_known():
    few = np.zeros((24, 32), np.float32)
    few[0, :5] = 1
    assert coat_of(np.full((24, 32, 3), 90, np.float32), few) is None


def test_a_black_car_by_night_stays_dark_and_by_day_becomes_bright():
    """Its own pixels are the same; what is seen around it tells."""
    alpha, seen = np.zeros((24, 32), np.float32), np.ones((24, 32), bool)
    alpha[6:18, 8:24] = 1
    brightness = {}
    for name, level in (("night", 12), ("day", 130)):
        picture = np.full((24, 32, 3), level, np.float32)
        picture[6:18, 8:24] = 8
        brightness[name] = float(painted(picture, alpha, "#e2b714", seen)[8:16, 10:22].mean())
    assert brightness["day"] > 100
    assert brightness["night"] < 50


def test_a_white_car_at_dusk_takes_its_new_colour_in_the_light_of_dusk():
    """White that shows as a middle grey says that little light falls on it."""
    alpha, seen = np.zeros((24, 32), np.float32), np.ones((24, 32), bool)
    alpha[6:18, 8:24] = 1
    picture = in_light((0.05, 0.05, 0.05), np.ones((24, 32)))
    picture[6:18, 8:24] = in_light((0.3, 0.3, 0.3), np.ones((12, 16)))
    drawn = painted(picture, alpha, "#ffffff", seen)[10:14, 12:20]
    assert np.abs(drawn - in_light(np.full(3, 0.3 / WHITEST), np.ones((4, 8)))).max() < 4


def test_black_paint_on_a_blue_grey_car_has_no_blue_left():
    blue_grey = in_light((0.15, 0.2, 0.27), shade())
    blue_grey[8:16] *= (0.95, 1.0, 1.04)
    drawn = painted(blue_grey, INSIDE, "#161616", NOTHING)
    assert np.ptp(drawn[2:-2, 2:-2], axis=-1).max() < 8


def test_navy_paint_is_told_from_the_body_not_from_the_window_above_it():
    car = np.full((24, 32, 3), (70, 74, 80), np.float32)  # glass that mirrors a grey sky
    car[12:] = (22, 30, 62)
    drawn = painted(car, INSIDE, "#d9661f", NOTHING)
    assert np.abs(drawn[2:9] - car[2:9]).max() < 3
    assert (drawn[15:22, :, 0] > 1.5 * drawn[15:22, :, 2]).all()


def test_the_blue_window_of_a_black_car_is_not_its_paint():
    car = np.full((24, 32, 3), (28, 40, 70), np.float32)
    car[9:] = 12
    drawn = painted(car, INSIDE, "#b3261e", NOTHING)
    assert (drawn[12:22, :, 0] > drawn[12:22, :, 2] + 20).all()
    assert np.abs(drawn[2:6] - car[2:6]).max() < 12


def test_red_paint_leaves_no_red_in_shade_nor_in_gloss_when_it_becomes_grey():
    red = in_light((0.35, 0.02, 0.02), np.broadcast_to(np.linspace(0.3, 1.0, 32), (24, 32)).astype(np.float32))
    glossy = red.copy()
    glossy[8:16] = in_light((0.45, 0.12, 0.12), np.ones((8, 32), np.float32))
    drawn = painted(glossy, INSIDE, "#808080", NOTHING)
    assert np.abs(drawn - drawn.mean(axis=-1, keepdims=True))[2:-2, 2:-2].max() < 14
    assert drawn[10:14].mean() > drawn[18:22, 24:].mean()  # gloss stays gloss
    assert (np.diff(drawn[20, 2:-2].mean(axis=-1)) > 0).mean() > 0.9  # and shade shade


@pytest.mark.parametrize("colour", ["#8a8a91", "#a02018", "#203a80", "#d8d8d0"])
def test_paint_that_was_told_from_one_picture_shows_so_in_another(colour):
    levels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], np.float32)
    told = paint_of(np.broadcast_to(levels, (24, 32, 3)).astype(np.float32), INSIDE)
    assert np.abs([int(told[k : k + 2], 16) for k in (1, 3, 5)] - levels).max() <= 2
    other = in_light((0.4, 0.4, 0.4), shade())
    drawn = repainted(other, INSIDE, coat_of(other, INSIDE), told)
    assert np.abs(np.median(drawn[:, 16:], axis=(0, 1)) - levels).max() < 12


def test_of_too_few_pixels_no_paint_is_told():
    few = np.zeros((24, 32), np.float32)
    few[0, :5] = 1
    assert paint_of(np.full((24, 32, 3), 90, np.float32), few) is None


def test_glass_as_dark_as_the_paint_stays_where_bodies_of_its_kind_have_it():
    car, bodywork = np.full((24, 32, 3), (20, 22, 24), np.float32), np.ones((24, 32), np.float32)
    bodywork[4:10, 4:28] = 0
    drawn = painted(car, INSIDE, "#e2b714", NOTHING, bodywork)
    assert np.abs(drawn[5:9, 6:26] - car[5:9, 6:26]).max() < 30
    assert (drawn[13:22].mean(axis=(0, 1)) > (120, 100, 0)).all()
    assert painted(car, INSIDE, "#e2b714", NOTHING)[5:9, 6:26, 0].min() > 120  # by colours alone it is paint


def test_white_paint_needs_no_telling_where_it_is():
    car = np.full((24, 32, 3), 235, np.float32)
    drawn = painted(car, INSIDE, "#c02020", NOTHING, np.zeros((24, 32), np.float32))
    assert np.abs(drawn - painted(car, INSIDE, "#c02020", NOTHING)).max() < 1


def test_a_pattern_in_another_colour_is_not_the_paint():
    """As on ambulances: a fifth of the body, and brighter in hue than the rest."""
    van, bodywork = np.full((24, 32, 3), (225, 224, 220), np.float32), np.ones((24, 32), np.float32)
    van[12:16, ::2] = (40, 150, 60)
    van[12:16, 1::2] = (220, 210, 40)
    drawn = painted(van, INSIDE, "#7a2a8c", NOTHING, bodywork)
    assert np.abs(drawn[2:9].mean(axis=(0, 1)) - (0x7A, 0x2A, 0x8C)).max() < 25
    assert coat_of(van, INSIDE).is_coloured  # taken for the paint where nothing is known of bodies


def test_red_paint_is_told_by_its_hue_whatever_bodies_of_its_kind_are_like():
    red = np.full((24, 32, 3), (150, 20, 25), np.float32)
    told, known = coat_of(red, INSIDE), coat_of(red, INSIDE, np.linspace(0, 1, 24 * 32, dtype=np.float32).reshape(24, 32))
    assert known.is_coloured
    assert np.array_equal(told.share, known.share)
