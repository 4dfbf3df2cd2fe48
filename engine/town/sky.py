"""What the sky looks like in a direction, what a shiny surface mirrors of the surroundings, and what air adds on the way."""

import math

import torch

from engine.town.columns import towards
from engine.town.light import Light, colour, smooth, tinted
from engine.town.noise import hashed, noise

FAR_M = 3000.0
HOUSES_AROUND = 44  # in the line that shiny things mirror


def sky(light: Light, d: torch.Tensor) -> torch.Tensor:
    """Radiance (n, 3) of the sky in unit directions (n, 3); below the horizon, that of the haze."""
    up = d[:, 2].clamp(0, 1)  # unit directions may be a hair longer
    height = 1 - (1 - up).pow(3.2)
    base = tinted(light.horizon, 1 - height) + tinted(light.zenith, height)
    warm = _towards_sun(light, d)
    base = base + tinted(light.glow, _glow(light, warm, up))
    if light.night > 0.8 and light.clouds < 0.9:
        base = base + _stars(d, up)
    return _with_clouds(light, d, up, warm, base)


def _towards_sun(light: Light, d: torch.Tensor) -> torch.Tensor:
    """The cosine to the brightest sky."""
    return towards(d, light.towards_glow).clamp(min=0)


def _glow(light: Light, warm: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """How much of the glow about the sun there is; after sunset it lies along the horizon."""
    if light.elevation < 0:
        return torch.exp(-up * 5.5) * (0.30 * warm + 0.75 * warm.pow(6)) + 0.10 * warm.pow(3)
    disc = 8.0 * (1 - light.overcast) ** 2 * warm.pow(1800)
    return 0.30 * warm.pow(5) + 0.6 * warm.pow(40) + disc


def _stars(d: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """A few faint points, (n, 1)."""
    scale = 160.0
    x, y = d[:, 0] / (0.4 + up) * scale, d[:, 1] / (0.4 + up) * scale
    i, j = torch.floor(x), torch.floor(y)
    die = hashed(i, j)
    off = (x - i - 0.5).square() + (y - j - 0.5).square()
    bright = smooth(0.985, 1.0, die) * torch.exp(-off * 14) * smooth(0.1, 0.4, up)
    return (0.16 * bright)[:, None]


def _with_clouds(light: Light, d: torch.Tensor, up: torch.Tensor, warm: torch.Tensor, base: torch.Tensor) -> torch.Tensor:
    if light.overcast > 0.5 and light.fog >= 1:
        return base  # nothing of them shows
    scale = 0.055 / (up + 0.10)
    u, v = d[:, 0] * scale + light.drift[0], d[:, 1] * scale + light.drift[1]
    n = noise("cloud", u, v) + 0.35 * noise("patch", 2.7 * u, 2.7 * v)
    if light.overcast > 0.5:
        shape = 1 + (0.10 * n - 0.02 * n * n) * smooth(0.0, 0.25, up) * (1 - light.fog)
        return base * shape[:, None]
    cover = smooth(1.2 - 1.7 * light.clouds, 2.6 - 1.7 * light.clouds, n) * smooth(0.015, 0.16, up) * 0.88
    thick = smooth(1.4, 3.2, n)
    lit = tinted(light.cloud, 1 - 0.38 * thick)
    lit = lit + tinted(light.glow, 0.7 * warm.pow(6))
    return base + cover[:, None] * (lit - base)


def surroundings(light: Light, d: torch.Tensor) -> torch.Tensor:
    """What a shiny surface mirrors: the sky, a line of houses at the horizon, the street below."""
    around = torch.atan2(d[:, 1], d[:, 0]) / (2 * math.pi)
    cell = around * HOUSES_AROUND
    number = torch.floor(cell)
    one, next_ = (hashed(torch.remainder(number + k, HOUSES_AROUND)) for k in (0, 1))
    top = 0.09 + 0.17 * (one + smooth(0.88, 1.0, cell - number) * (next_ - one))
    house = 1 - smooth(-0.02, 0.03, d[:, 2] - top)
    street = smooth(-0.03, 0.03, -d[:, 2])
    tone = 0.13 + 0.06 * one + 0.03 * noise("cloud", 2 * around, d[:, 2])
    full = colour(_open_light(light), d)
    houses = tinted((1.0, 0.92, 0.84), tone) * full
    ground = colour((0.15, 0.145, 0.14), d) * full
    out = sky(light, d).clamp(max=6.0)
    out = out + house[:, None] * (houses - out)
    return out + street[:, None] * (ground - out)


def _open_light(light: Light) -> tuple[float, float, float]:
    """What falls on a wall in the open, as a share of a clear day's."""
    return tuple(min(1.0, 1.2 * a + 0.25 * s) for a, s in zip(light.ambient, light.sun, strict=True))


def through_haze(light: Light, radiance: torch.Tensor, view: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """Radiance after `distance` metres of air."""
    share = 1 - torch.exp(-(distance / light.haze_m).clamp(max=FAR_M))
    up = view[:, 2].clamp(min=0)
    air = colour(light.horizon, view) * 0.85 + tinted(light.glow, 0.55 * _glow_of_air(light, view, up))
    return radiance + share[:, None] * (air - radiance)


def _glow_of_air(light: Light, view: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    warm = _towards_sun(light, view)
    return warm.pow(6) if light.elevation > 0 else _glow(light, warm, up)
