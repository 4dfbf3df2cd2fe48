"""Hours and weather: what a seed's dice say, where the sun stands, what pictures must then look like."""

import math
from collections import Counter
from dataclasses import replace
from itertools import product
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from editor.scene import TimeOfDay, Weather
from editor.text import HOUR_WORDS, WEATHER_WORDS
from engine.town.drive import drive
from engine.town.light import light_of, recorded, words_of
from engine.town.picture import draw
from engine.town.town import instant, plan_of
from tests.engine.town.small_world import picture, view

HOURS = [h for h in get_args(TimeOfDay) if h != "as recorded"]
WEATHERS = [w for w in get_args(Weather) if w != "as recorded"]
ALL = list(product(HOURS, WEATHERS))
SEEDS = range(30)


def test_every_hour_and_weather_is_recorded_somewhere_and_dry_days_most_often():
    found = Counter(recorded(seed) for seed in range(2000))
    assert set(found) == set(ALL)
    by_day = sum(n for (hour, weather), n in found.items() if hour not in ("dusk", "night") and weather in ("clear", "cloudy"))
    assert by_day > 2000 * 0.35
    assert found.most_common(1)[0][0][1] in ("clear", "cloudy")


@pytest.mark.parametrize("seed", SEEDS)
def test_as_recorded_is_what_asking_for_the_same_gives(seed):
    hour, weather = recorded(seed)
    assert light_of(seed) == light_of(seed, hour, weather) == light_of(seed, "as recorded", weather)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sun_goes_from_east_by_south_to_west_and_sets(seed):
    sun = {hour: light_of(seed, hour, "clear").towards_sun for hour in HOURS}
    assert sun["morning"][0] > 0.3
    assert sun["afternoon"][0] < -0.3
    assert sun["noon"][1] < 0 or sun["noon"][2] > 0.9
    assert sun["noon"][2] > max(sun["morning"][2], sun["afternoon"][2]) > 0.2
    assert sun["dusk"][2] < 0
    assert sun["night"][2] < sun["dusk"][2]


def test_other_hours_and_weathers_are_refused():
    with pytest.raises(ValueError, match="'teatime' of a town; wanted morning"):
        light_of(7, "teatime", "clear")
    with pytest.raises(ValueError, match="'snow' of a town; wanted clear"):
        light_of(7, "noon", "snow")


def test_weather_leaves_the_sun_where_it_is():
    for hour in HOURS:
        assert len({light_of(5, hour, weather).towards_sun for weather in WEATHERS}) == 1


@pytest.mark.parametrize(("hour", "weather"), ALL)
def test_light_says_how_dark_wet_and_thick_the_air_is(hour, weather):
    light = light_of(7, hour, weather)
    assert (light.night > 0.5) == (hour in ("dusk", "night"))
    assert (light.wet > 0.5) == (light.rain > 0) == (weather == "rain")
    assert (light.fog > 0.5) == (weather == "fog") == (light.haze_m < 100)
    assert light.shines == (hour in ("morning", "noon", "afternoon") and weather != "rain")


@pytest.mark.parametrize(("hour", "weather"), ALL)
def test_words_are_notes_that_another_hour_or_weather_replaces(hour, weather):
    notes = words_of(light_of(7, hour, weather)).split(", ")
    assert all(HOUR_WORDS.search(note) or WEATHER_WORDS.search(note) for note in notes)
    assert any(HOUR_WORDS.search(note) for note in notes)
    assert ("rain" in notes, "fog" in notes) == (weather == "rain", weather == "fog")
    assert ("night" in notes) == (hour == "night")


def test_night_is_darker_than_dusk_and_dusk_than_noon():
    for weather in WEATHERS:
        night, dusk, noon = (picture(light_of(7, hour, weather)).mean() for hour in ("night", "dusk", "noon"))
        assert night + 10 < dusk
        assert dusk + 10 < noon


def test_fog_hides_what_is_far_and_little_of_what_is_near():
    def contrast(weather, away):
        seen = picture(light_of(7, "noon", weather), box_at_m=away)
        red = (seen[..., 0] - seen[..., 1]).max()
        return red

    assert contrast("fog", 8.0) > 0.6 * contrast("cloudy", 8.0)
    assert contrast("fog", 90.0) < 0.45 * contrast("cloudy", 90.0)


def test_a_wet_street_mirrors_the_box_and_a_dry_one_does_not():
    below = (slice(47, 53), slice(43, 53))
    redder = {}
    for weather in ("cloudy", "rain"):
        with_box, without = (picture(light_of(7, "noon", weather), box_at_m=away)[below].mean((0, 1)) for away in (10.0, 500.0))
        redder[weather] = with_box[0] / with_box[1] * without[1] / without[0]
    assert redder["cloudy"] < 1.03
    assert redder["rain"] > 1.1


def test_things_throw_shadows_while_the_sun_is_up():
    light = replace(light_of(7, "afternoon", "clear"), azimuth=math.radians(80))  # from the left, so that shadows go right
    x, y, _ = light.towards_sun
    spot = np.array([10.5, -1.0]) - np.array([x, y]) / math.hypot(x, y)  # a metre into the box's shadow
    pixel = round(86.4 * 1.5 / spot[0] + 31.5), round(86.4 * -spot[1] / spot[0] + 47.5)
    lit, dark = picture(light, box_at_m=500.0)[pixel], picture(light)[pixel]
    assert dark.sum() < 0.75 * lit.sum()


@pytest.fixture(scope="module")
def drove():
    there = drive(plan_of(3), 0.6, lambda name: name)
    return SimpleNamespace(there=there, view=view((64, 36)))


@pytest.mark.parametrize(("hour", "weather"), ALL)
def test_every_combination_draws_the_same_each_time(drove, hour, weather):
    pictures = []
    for _ in range(2):
        world, _ = instant(3, drove.there.actors, drove.there.times[2], hour, weather)
        pictures.append(draw(world, drove.view, drove.there.ego[2]))
    (first, layers), (again, _) = pictures
    assert first.std() > 4
    assert (first == again).all()
    day, _ = instant(3, drove.there.actors, drove.there.times[2], "noon", "clear")
    assert (layers.depth == draw(day, drove.view, drove.there.ego[2])[1].depth).all()  # light changes no geometry
