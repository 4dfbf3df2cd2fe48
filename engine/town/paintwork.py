"""The rules that shade vehicles: paint with clear coat, panes, trim from decals, and lamps that follow hour and motion.

The last three params of both rules say which lamps are lit: braking, turning left, turning right, each 0 or 1; -1 for braking
means that the vehicle is parked.
"""

from functools import cache

import torch
import torch.nn.functional as F

from engine.town.columns import index_of
from engine.town.decals import BACK, CHANNELS, FRONT, SIDE, TOP, WIDTH
from engine.town.finish import Finish, mix
from engine.town.light import Light, colour, smooth
from engine.town.noise import noise
from engine.town.stage import ROW, Spots
from engine.town.vehicle_decals import pictures

LEVELS = 4
BRAKES, LEFT, RIGHT = range(ROW - 3, ROW)  # columns of a surface's row
NIGHT_GLOW, BRAKE_GLOW, BLINK_GLOW = 2.2, 2.6, 2.4


@cache
def _pyramid(device: torch.device) -> tuple[tuple[torch.Tensor, int, int], ...]:
    """Decal pictures as rows of bytes at falling sizes: (rows, height, width). Colours are square roots of linear light, which
    keeps their dark ends apart in eight bits."""
    byte = torch.arange(256, device="cpu") / 255
    linear = torch.where(byte <= 0.04045, byte / 12.92, ((byte + 0.055) / 1.055) ** 2.4)
    each = [_levels(torch.from_numpy(one), byte, linear) for one in pictures()]  # one by one, since they are large together
    out = []
    for level in zip(*each, strict=True):
        h, w, _ = level[0].shape
        out.append((torch.stack(level).reshape(-1, CHANNELS).to(device), h, w))
    return tuple(out)


def _levels(picture: torch.Tensor, byte: torch.Tensor, linear: torch.Tensor) -> list[torch.Tensor]:
    """A decal (h, w, CHANNELS) of bytes, whose values and linear light two tables say, at falling sizes."""
    h, w, c = picture.shape
    number = picture.reshape(-1, c).T.to(torch.int32)
    level = torch.cat([linear[number[:3]], byte[number[3:]]]).view(c, h, w)
    out = []
    for _ in range(LEVELS):
        stored = torch.cat([level[:3].sqrt(), level[3:]])
        out.append((stored * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).contiguous())
        _, h, w = level.shape
        level = F.avg_pool2d(level[:, : h // 2 * 2, : w // 2 * 2], 2)
    return out


def _decal(picture: torch.Tensor, u: torch.Tensor, v: torch.Tensor, texel: torch.Tensor) -> torch.Tensor:
    """The channels (n, CHANNELS) of decals at u, v in 0..1 (v upwards), at the level where a texel is a pixel."""
    out = torch.empty(len(u), CHANNELS)
    level = torch.floor(torch.log2(texel.clamp(min=1e-3)) + 0.5).clamp(0, LEVELS - 1)
    for k, (rows, h, w) in enumerate(_pyramid(u.device)):
        index = index_of(level == k)
        if not len(index):
            continue
        x = (u.index_select(0, index).clamp(0, 1) * w - 0.5).clamp(0, w - 1.001)
        y = ((1 - v.index_select(0, index)).clamp(0, 1) * h - 0.5).clamp(0, h - 1.001)
        i, j = x.to(torch.int64), y.to(torch.int64)
        fx, fy = (x - i)[:, None], (y - j)[:, None]
        low = (picture.index_select(0, index) * h + j) * w + i
        a, b, c, d = (rows.index_select(0, low + step).float() for step in (0, 1, w, w + 1))
        out[index] = (a + fx * (b - a)) * (1 - fy) + (c + fx * (d - c)) * fy
    out *= 1 / 255
    out[:, :3] *= out[:, :3]
    return out


def vehicle(spots: Spots, light: Light) -> Finish:
    """Paint, glass, lamps and trim from the decal of the side that a point faces."""
    row, rest = spots.row, spots.rest
    picture = row[:, 5].round().to(torch.int64)
    low, size = row[:, 6:9], row[:, 9:12]
    share = (rest - low) / size
    view = picture % 4
    across = (view == FRONT) | (view == BACK)
    u = torch.where(across, share[:, 1], share[:, 0]) + 0.5
    v = torch.where(view == TOP, share[:, 1] + 0.5, share[:, 2])
    span = torch.where(across, size[:, 1], size[:, 0])
    c = _decal(picture, u, v, spots.footprint * WIDTH / span * 0.8)
    paint, glass, metal, lit, signal = c[:, 3], c[:, 4], c[:, 5], c[:, 6], c[:, 7]
    flake = 1 + 0.04 * noise("grain", rest[:, 0] / 0.8 + rest[:, 1], rest[:, 2] / 0.8 + rest[:, 1])
    dust = smooth(0.5, 0.0, share[:, 2]) * (0.5 + 0.2 * noise("patch", rest[:, 0] / 4.0, rest[:, 2] / 4.0)) * 0.35
    coat = mix(row[:, 1:4] * flake[:, None], colour((0.20, 0.17, 0.13), rest), dust.clamp(0, 1))
    albedo = c[:, :3] * (1 - paint)[:, None] + coat * paint[:, None]
    mirror = (0.62 * paint * (1 - dust) + glass + 0.5 * metal + 0.12).clamp(max=1)
    base = 0.045 + 0.03 * glass + 0.5 * metal
    amber = c[:, 1] > 0.12 * c[:, 0]  # what signals is red for brakes, amber for turning
    turning = torch.where(rest[:, 1] > 0, row[:, LEFT], row[:, RIGHT])
    strength = signal * torch.where(amber, BLINK_GLOW * turning, BRAKE_GLOW * row[:, BRAKES].clamp(min=0))
    strength = strength + lit * (0.35 + NIGHT_GLOW * light.night) * (row[:, BRAKES] >= 0)
    open_ = 0.55 + 0.45 * smooth(0.0, 0.35, share[:, 2])
    return Finish.dull(albedo, spots.normal, mirror=mirror, base=base, glow=c[:, :3] * strength[:, None], open=open_)


def lamp(spots: Spots, light: Light) -> Finish:
    """A lamp with a lens of its own colour; the sixth param says whether parking puts it out."""
    row = spots.row
    out = (row[:, BRAKES] < 0) & (row[:, 10] > 0)
    strength = (row[:, 5] + row[:, 6] * light.night) * ~out
    strength = strength + row[:, 7] * row[:, BRAKES].clamp(min=0) + row[:, 8] * row[:, LEFT] + row[:, 9] * row[:, RIGHT]
    n = len(row)
    mirror, base = torch.full((n,), 0.6), torch.full((n,), 0.08)
    return Finish.dull(row[:, 1:4] * 0.7, spots.normal, mirror=mirror, base=base, glow=row[:, 1:4] * strength[:, None])


assert (SIDE, FRONT, BACK, TOP) == (0, 1, 2, 3)
