"""Sun and sky as values, and what the sky looks like in a direction."""

import math
from dataclasses import dataclass

import torch

from engine.town.mesh import Colour
from engine.town.noise import noise


@dataclass(frozen=True, slots=True)
class Light:
    """An hour and its weather, in linear light. Angles are radians; azimuth counter-clockwise from east."""

    azimuth: float
    elevation: float
    sun: Colour = (3.25, 2.35, 1.45)
    zenith: Colour = (0.17, 0.34, 0.74)
    horizon: Colour = (0.74, 0.79, 0.85)
    bounce: Colour = (0.24, 0.20, 0.16)
    ambient: Colour = (0.48, 0.52, 0.60)
    haze_m: float = 900.0
    clouds: float = 0.5
    drift: tuple[float, float] = (0.0, 0.0)

    @property
    def towards_sun(self) -> tuple[float, float, float]:
        """Unit vector to the sun."""
        c = math.cos(self.elevation)
        return c * math.cos(self.azimuth), c * math.sin(self.azimuth), math.sin(self.elevation)


def smooth(low: float, high: float, x: torch.Tensor) -> torch.Tensor:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def colour(value: Colour, like: torch.Tensor) -> torch.Tensor:
    """A colour as a row that broadcasts with (n, 3)."""
    return torch.tensor(value, dtype=like.dtype)[None]


def sky(light: Light, d: torch.Tensor) -> torch.Tensor:
    """Radiance (n, 3) of the sky in unit directions (n, 3); below the horizon, that of the haze."""
    up = d[:, 2].clamp(min=0)
    height = 1 - (1 - up).pow(3.2)
    warm = (d @ torch.tensor(light.towards_sun, dtype=d.dtype)).clamp(min=0)
    base = colour(light.horizon, d) * (1 - height)[:, None] + colour(light.zenith, d) * height[:, None]
    glow = 0.30 * warm.pow(5) + 0.6 * warm.pow(40) + 8.0 * warm.pow(1800)
    base = base + glow[:, None] * colour((1.0, 0.78, 0.50), d)
    return _with_clouds(light, d, up, warm, base)


def _with_clouds(light: Light, d: torch.Tensor, up: torch.Tensor, warm: torch.Tensor, base: torch.Tensor) -> torch.Tensor:
    scale = 0.055 / (up + 0.10)
    u, v = d[:, 0] * scale + light.drift[0], d[:, 1] * scale + light.drift[1]
    n = noise("cloud", u, v) + 0.35 * noise("patch", 2.7 * u, 2.7 * v)
    cover = smooth(1.2 - 1.7 * light.clouds, 2.6 - 1.7 * light.clouds, n) * smooth(0.015, 0.16, up) * 0.88
    thick = smooth(1.4, 3.2, n)
    lit = colour((1.25, 1.16, 1.05), d) * (1 + 0.7 * warm.pow(6))[:, None] * (1 - 0.38 * thick)[:, None]
    return base + cover[:, None] * (lit - base)


def surroundings(light: Light, d: torch.Tensor) -> torch.Tensor:
    """What a shiny surface mirrors: the sky, a line of houses at the horizon, the street below."""
    around = torch.atan2(d[:, 1], d[:, 0]) / (2 * math.pi)
    top = 0.16 + 0.055 * noise("patch", 3 * around, torch.full_like(around, 0.37))
    house = 1 - smooth(-0.02, 0.03, d[:, 2] - top)
    street = smooth(-0.03, 0.03, -d[:, 2])
    tone = 0.16 + 0.05 * noise("patch", 9 * around, 2 * d[:, 2])
    houses = tone[:, None] * colour((1.0, 0.92, 0.84), d)
    ground = colour((0.15, 0.145, 0.14), d)
    out = sky(light, d).clamp(max=6.0)
    out = out + house[:, None] * (houses - out)
    return out + street[:, None] * (ground - out)
