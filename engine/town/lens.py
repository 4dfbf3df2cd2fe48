"""What a camera adds to a picture: glare about bright lamps, rain in front of it, drops on its glass, grain in the dark."""

import math

import torch
import torch.nn.functional as F

from engine.town.chance import dice
from engine.town.light import Light, colour, smooth
from engine.town.noise import hashed

BRIGHT = 1.1  # linear light above which the lens glares
GLARE_WIDTHS = ((0.010, 0.10), (0.045, 0.06))  # standard deviations in shares of the picture's width, and how much of each
STREAKS = ((3.0, 0.010, 0.34), (6.0, 0.0055, 0.26), (12.0, 0.0032, 0.20))  # metres away, widths apart, length in heights
DROPS = 26
GRAINY = 0.3  # from this `Light.night` on the sensor's noise shows


def veil(light: Light, seen: torch.Tensor, depth: torch.Tensor, key: tuple[object, ...]) -> torch.Tensor:
    """What a lens and the rain before it add to linear light (h, w, 3); `depth` (h, w) is metres to what is seen.

    `key` names the instant and the view: the same key gives the same rain."""
    out = _glare(light, seen)
    if light.rain > 0:
        around = _blurred(seen.clamp(max=4.0), 0.03)
        out = out + _streaks(light, around, depth, key)
        out = out + _drops(light, seen, around, key)
    return out


def _small(picture: torch.Tensor) -> torch.Tensor:
    """A quarter of the size, channels first, (1, 3, h, w)."""
    return F.avg_pool2d(picture.permute(2, 0, 1)[None], 4, ceil_mode=True, count_include_pad=False)


def _large(small: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    h, w, _ = like.shape
    return F.interpolate(small, size=(h, w), mode="bilinear", align_corners=False)[0].permute(1, 2, 0)


def _smeared(small: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur by a standard deviation in cells."""
    reach = max(1, math.ceil(2.5 * sigma))
    x = torch.arange(-reach, reach + 1, dtype=small.dtype, device=small.device)
    kernel = torch.exp(-0.5 * (x / max(sigma, 0.3)).square())
    kernel = (kernel / kernel.sum()).expand(3, 1, -1)
    wide = F.conv2d(F.pad(small, (reach, reach, 0, 0), mode="replicate"), kernel[:, :, None, :], groups=3)
    return F.conv2d(F.pad(wide, (0, 0, reach, reach), mode="replicate"), kernel[:, :, :, None], groups=3)


def _blurred(picture: torch.Tensor, share: float) -> torch.Tensor:
    """A picture blurred by a share of its width."""
    return _large(_smeared(_small(picture), share * picture.shape[1] / 4), picture)


def _glare(light: Light, seen: torch.Tensor) -> torch.Tensor:
    """Light that glass, and fog before it, spread about what is bright."""
    bright = BRIGHT + light.fog * max(0.5 - light.lamps, -0.6)  # by day fog itself is bright
    excess = (seen - bright).clamp(min=0, max=12.0)
    if not bool((excess > 0).any()):
        return torch.zeros_like(seen)
    small = _small(excess)
    more = 1 + 2.5 * light.fog
    parts = [more * share * _smeared(small, width * seen.shape[1] / 4) for width, share in GLARE_WIDTHS]
    return _large(sum(parts), seen)


def _streaks(light: Light, around: torch.Tensor, depth: torch.Tensor, key: tuple[object, ...]) -> torch.Tensor:
    """Falling drops, drawn out by the exposure, at three distances; they show the light about them."""
    h, w = depth.shape
    rng = dice("rain", *key)
    v, u = torch.meshgrid(torch.arange(h).float() / h, torch.arange(w).float() / w, indexing="ij")
    share = torch.zeros(h, w)
    for away, apart, length in STREAKS:
        lean = rng.normal(0.0, 0.03) + 0.04
        x = (u + lean * v + rng.random()) / apart
        i = torch.floor(x)
        y = v / length + 7.0 * hashed(i, torch.full_like(i, away)) + rng.random()
        j = torch.floor(y)
        die, along = hashed(i, j, torch.full_like(i, float(rng.integers(1 << 20)))), y - j
        thin = (0.5 - (x - i - 0.5).abs() / (0.9 * 3.0 / away * 0.25 + 0.10)).clamp(min=0, max=1)
        drop = thin * smooth(0.0, 0.5, along) * smooth(1.0, 0.6, along) * (die < 0.05 + 0.16 * light.rain)
        share = share + drop * 0.5 * (depth > away)
    lit = around * 0.75 + colour(light.ambient, around) * 0.10
    return share[..., None] * lit


def _drops(light: Light, seen: torch.Tensor, around: torch.Tensor, key: tuple[object, ...]) -> torch.Tensor:
    """Drops that cling to the glass: each shows what is about it upside down and blurred; they stay while a scene lasts."""
    h, w, _ = seen.shape
    out = torch.zeros_like(seen)
    rng = dice("drops", key[0], key[-1])
    for _ in range(round(DROPS * light.rain)):
        x, y, radius = rng.random() * w, rng.random() * h, w * rng.uniform(0.004, 0.013) * rng.uniform(0.6, 1.0)
        tall = rng.uniform(0.9, 1.5)
        low_x, high_x = max(0, int(x - radius)), min(w, int(x + radius) + 2)
        low_y, high_y = max(0, int(y - radius * tall)), min(h, int(y + radius * tall) + 2)
        if low_x >= high_x or low_y >= high_y:
            continue
        dv, du = torch.meshgrid(torch.arange(low_y, high_y) - y, torch.arange(low_x, high_x) - x, indexing="ij")
        off = ((du / radius).square() + (dv / (radius * tall)).square()).sqrt()
        share = smooth(1.0, 0.75, off) * 0.75
        source_v = (y - 7.0 * dv).clamp(0, h - 1).to(torch.int64)
        source_u = (x - 7.0 * du).clamp(0, w - 1).to(torch.int64)
        shown = around[source_v, source_u] * (1.05 - 0.35 * off.square())[..., None]
        part = seen[low_y:high_y, low_x:high_x]
        out[low_y:high_y, low_x:high_x] = share[..., None] * (shown - part)
    return out


def grain(light: Light, height: int, width: int, key: tuple[object, ...]) -> torch.Tensor:
    """The sensor's noise (h, w, 3) in tone-mapped values: none while there is light enough."""
    if light.night < GRAINY:
        return torch.zeros(height, width, 3)
    rng = dice("grain", *key)
    v, u = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    turn = torch.full_like(u, int(rng.integers(1 << 30)))
    pair = hashed(u, v, turn) + hashed(v, turn, u)
    tints = torch.stack([hashed(u, turn, v + k) for k in range(3)], -1)
    return ((pair - 1.0)[..., None] + 0.6 * (tints - 0.5)) * (0.018 * light.night)
