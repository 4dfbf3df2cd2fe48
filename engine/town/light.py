"""Sun, sky and weather as values: what an hour and its weather are in the town of a seed, and how they are said in words."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import torch

from editor.scene import TimeOfDay, Weather
from editor.text import HOUR, WEATHER
from engine.town.chance import dice
from engine.town.mesh import Colour

HOURS: dict[TimeOfDay, float] = {"morning": 0.2, "noon": 0.2, "afternoon": 0.25, "dusk": 0.15, "night": 0.2}
WEATHERS: dict[Weather, float] = {"clear": 0.4, "cloudy": 0.27, "rain": 0.2, "fog": 0.13}


@dataclass(frozen=True, slots=True)
class Light:
    """An hour and its weather, in linear light as a camera exposes for that hour. Angles are radians; azimuth counter-clockwise
    from east. `night`, `wet`, `rain`, `fog` and `overcast` go from 0 to 1; by `night` lamps and windows are lit."""

    azimuth: float
    elevation: float
    sun: Colour = (3.25, 2.35, 1.45)
    zenith: Colour = (0.17, 0.34, 0.74)
    horizon: Colour = (0.74, 0.79, 0.85)
    glow: Colour = (1.0, 0.78, 0.50)  # of the sky about the sun
    cloud: Colour = (1.25, 1.16, 1.05)  # of clouds in the sun
    bounce: Colour = (0.24, 0.20, 0.16)  # what comes from below
    ambient: Colour = (0.48, 0.52, 0.60)  # what comes from above
    side: Colour = (0.0, 0.0, 0.0)  # what the sky about the sun sends, softly, from its side
    haze_m: float = 900.0  # after so many metres of air a share of 1/e is left
    clouds: float = 0.5
    drift: tuple[float, float] = (0.0, 0.0)
    overcast: float = 0.0
    night: float = 0.0
    wet: float = 0.0
    rain: float = 0.0
    fog: float = 0.0
    time_of_day: TimeOfDay = "afternoon"
    weather: Weather = "clear"

    @property
    def towards_sun(self) -> tuple[float, float, float]:
        """Unit vector to the sun."""
        c = math.cos(self.elevation)
        return c * math.cos(self.azimuth), c * math.sin(self.azimuth), math.sin(self.elevation)

    @property
    def lamps(self) -> float:
        """How bright lamps are for a camera that exposes for the hour: 0 by day."""
        return 1.5 * self.night**1.7

    @property
    def towards_glow(self) -> tuple[float, float, float]:
        """Unit vector to the brightest sky: to the sun, or along the ground to where it went down."""
        x, y, z = self.towards_sun
        n = math.hypot(x, y)
        return (x, y, z) if z > 0 else (x / n, y / n, 0.0)

    @property
    def shines(self) -> bool:
        """Whether the sun throws shadows."""
        return self.elevation > 0 and max(self.sun) > 0.01


def recorded(seed: int) -> tuple[TimeOfDay, Weather]:
    """The hour and weather that a seed's dice give to its recording; by day and dry most often."""
    rng = dice("hour and weather", seed)
    hour = rng.choice(list(HOURS), p=list(HOURS.values()))
    return str(hour), str(rng.choice(list(WEATHERS), p=list(WEATHERS.values())))  # type: ignore[return-value]


@lru_cache(maxsize=64)
def light_of(seed: int, time_of_day: TimeOfDay = "as recorded", weather: Weather = "as recorded") -> Light:
    """The light of a seed's town at an hour in some weather; "as recorded" is what the seed's dice say."""
    hour, air = recorded(seed)
    hour = hour if time_of_day == "as recorded" else time_of_day
    air = air if weather == "as recorded" else weather
    for got, known in ((hour, HOURS), (air, WEATHERS)):
        if got not in known:
            raise ValueError(f"{got!r} of a town; wanted {', '.join(known)} or as recorded")
    rng = dice("light", seed, hour)
    azimuth, elevation = _sun_at(seed, hour, rng.random())
    clear = replace(BY_HOUR[hour], azimuth=azimuth, elevation=elevation, time_of_day=hour, weather=air)
    clear = replace(clear, clouds=rng.uniform(0.25, 0.5), drift=(rng.random(), rng.random()))
    return _in_weather(clear, air, dice("weather", seed).random())


def words_of(light: Light) -> str:
    """Hour and weather as nuScenes notes them in a scene's description, in the words of `editor.text`."""
    road = ", wet road" if light.wet > 0.5 else ""
    return f"{HOUR[light.time_of_day]}, {WEATHER[light.weather]}{road}"


ELEVATIONS = {"morning": (18.0, 34.0), "afternoon": (16.0, 30.0), "dusk": (-5.0, -2.0), "night": (-30.0, -20.0)}  # degrees


def _sun_at(seed: int, hour: TimeOfDay, die: float) -> tuple[float, float]:
    """Azimuth and elevation by a town's latitude and season: east in the morning, south at noon, west afterwards."""
    rng = dice("latitude", seed)
    latitude, declination = math.radians(rng.uniform(28, 46)), math.radians(rng.uniform(-8, 20))
    level = math.sin(latitude) * math.sin(declination)
    turn = math.cos(latitude) * math.cos(declination)
    if hour == "noon":
        angle = (die - 0.5) * 0.5
    else:
        low, high = ELEVATIONS[hour]
        wanted = math.sin(math.radians(low + die * (high - low)))
        angle = math.acos(max(-1.0, (wanted - level) / turn))  # at midnight where the sun does not go so low
        angle = -angle if hour == "morning" else angle
    elevation = math.asin(level + turn * math.cos(angle))
    west = math.atan2(math.sin(angle), math.cos(angle) * math.sin(latitude) - math.tan(declination) * math.cos(latitude))
    return -math.pi / 2 - west, elevation


BY_HOUR: dict[TimeOfDay, Light] = {
    "morning": Light(
        0.0, 0.0, sun=(3.2, 2.55, 1.85), zenith=(0.15, 0.33, 0.72), horizon=(0.80, 0.82, 0.84), glow=(1.0, 0.82, 0.60),
        cloud=(1.25, 1.17, 1.08), ambient=(0.46, 0.52, 0.62), side=(0.14, 0.12, 0.09), haze_m=700.0,
    ),
    "noon": Light(
        0.0, 0.0, sun=(2.45, 2.32, 2.12), zenith=(0.12, 0.28, 0.68), horizon=(0.66, 0.76, 0.88), glow=(0.9, 0.85, 0.75),
        cloud=(1.22, 1.20, 1.17), bounce=(0.28, 0.26, 0.23), ambient=(0.48, 0.54, 0.63), haze_m=1200.0,
    ),
    "afternoon": Light(
        0.0, 0.0, sun=(3.45, 2.47, 1.56), zenith=(0.16, 0.32, 0.70), horizon=(0.84, 0.79, 0.73), glow=(1.0, 0.74, 0.42),
        cloud=(1.30, 1.14, 0.95), bounce=(0.28, 0.23, 0.18), ambient=(0.48, 0.52, 0.62), side=(0.20, 0.15, 0.09), haze_m=800.0,
    ),
    "dusk": Light(
        0.0, 0.0, sun=(0.0, 0.0, 0.0), zenith=(0.048, 0.100, 0.27), horizon=(0.34, 0.30, 0.37), glow=(1.75, 0.68, 0.18),
        cloud=(0.46, 0.27, 0.29), bounce=(0.052, 0.044, 0.044), ambient=(0.130, 0.165, 0.265), side=(0.32, 0.175, 0.10),
        haze_m=800.0, night=0.7,
    ),
    "night": Light(
        0.0, 0.0, sun=(0.0, 0.0, 0.0), zenith=(0.007, 0.011, 0.028), horizon=(0.052, 0.042, 0.043), glow=(0.0, 0.0, 0.0),
        cloud=(0.045, 0.038, 0.036), bounce=(0.050, 0.036, 0.024), ambient=(0.036, 0.040, 0.056), haze_m=900.0, night=1.0,
    ),
}  # fmt: skip


GLOOM = 0.12  # of a day with rain or fog: some lamps and windows are lit


def _in_weather(clear: Light, weather: Weather, die: float) -> Light:
    """An hour's clear light under other weather; the die says how heavy it is."""
    if weather == "clear":
        return clear
    grey, dark = _grey(clear), max(clear.night, GLOOM)
    if weather == "cloudy":
        return replace(grey, haze_m=min(clear.haze_m, 600.0))
    if weather == "rain":
        dim = _scaled(grey, 0.90)
        return replace(dim, sun=_times(grey.sun, 0.0), haze_m=260.0 - 120.0 * die, wet=1.0, rain=0.35 + 0.65 * die, night=dark)
    far = 62.0 - 24.0 * die
    return replace(grey, sun=_times(grey.sun, 0.25), haze_m=far, fog=1.0, wet=0.25, night=dark)


def _grey(clear: Light) -> Light:
    """Under a closed cover: the sky's mean everywhere, the sun a faint disc behind it."""
    sky = tuple(0.38 * z + 0.42 * h + 0.11 * s for z, h, s in zip(clear.zenith, clear.horizon, clear.sun, strict=True))
    mean = sum(sky) / 3
    tint = (0.84, 1.0, 1.24) if clear.elevation < 0 else (0.97, 1.0, 1.04)
    sky = tuple(0.30 * c + 0.70 * mean * t for c, t in zip(sky, tint, strict=True))
    break_ = 0.35 if clear.elevation < 0 else 0.2  # at dusk clouds let the west through
    return replace(
        clear, sun=_times(clear.sun, 0.10), zenith=_times(sky, 1.0), horizon=_times(sky, 0.88), ambient=_times(sky, 0.98),
        glow=_times(clear.glow, break_), side=_times(clear.side, break_), cloud=_times(sky, 1.12), bounce=_times(sky, 0.30),
        clouds=1.0, overcast=1.0,
    )  # fmt: skip


def _times(colour: Colour, k: float) -> Colour:
    r, g, b = colour
    return r * k, g * k, b * k


def _scaled(light: Light, k: float) -> Light:
    names = ("sun", "zenith", "horizon", "glow", "cloud", "bounce", "ambient", "side")
    return replace(light, **{name: _times(getattr(light, name), k) for name in names})


def smooth(low: float, high: float, x: torch.Tensor) -> torch.Tensor:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def colour(value: Colour, like: torch.Tensor) -> torch.Tensor:
    """A colour as a row that broadcasts with (n, 3)."""
    return torch.tensor(value, dtype=like.dtype, device=like.device)[None]


def tinted(value: Colour, strength: torch.Tensor) -> torch.Tensor:
    """A colour at strengths (n,): (n, 3), kept by columns."""
    return (torch.tensor(value, dtype=strength.dtype, device=strength.device)[:, None] * strength).T
