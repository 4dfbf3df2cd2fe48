"""Tileable noise, made once by Fourier filtering and looked up by interpolation."""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

SIZE = 512


def _spectral(slope: float, seed: int, low_cut: float) -> torch.Tensor:
    """Noise (1, 1, SIZE + 1, SIZE + 1) of zero mean and unit spread whose power falls with frequency; its ends are alike."""
    rng = np.random.Generator(np.random.PCG64(seed))
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE)))
    fy, fx = np.fft.fftfreq(SIZE)[:, None] * SIZE, np.fft.rfftfreq(SIZE)[None] * SIZE
    f = np.hypot(fx, fy)
    spectrum *= np.where(f < low_cut, 0.0, np.maximum(f, 1.0) ** (-slope))
    tile = np.fft.irfft2(spectrum, (SIZE, SIZE))
    tile = np.clip((tile - tile.mean()) / tile.std(), -2.5, 2.5)
    tile = np.pad(tile.astype(np.float32), ((0, 1), (0, 1)), mode="wrap")
    return torch.from_numpy(tile)[None, None]


@cache
def tiles(device: torch.device) -> dict[str, torch.Tensor]:
    """cloud: large soft shapes; patch: blotches; grain: fine speckle."""
    made = {"cloud": _spectral(1.75, 11, 2), "patch": _spectral(1.25, 12, 4), "grain": _spectral(0.45, 13, 16)}
    return {name: tile.to(device) for name, tile in made.items()}


def noise(name: str, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Noise at u, v (one tile spans 0 to 1), about -2.5 to 2.5, interpolated and wrapped."""
    place = torch.view_as_real(torch.complex(u, v))  # u and v by turns, at a seventh of what stacking them costs
    place = place.sub_(place.floor()).mul_(2).sub_(1)
    return F.grid_sample(tiles(u.device)[name], place[None, None], padding_mode="border", align_corners=True)[0, 0, 0]


def hashed(*values: torch.Tensor) -> torch.Tensor:
    """A number in [0, 1) from whole numbers, different for neighbours (32-bit sums that wrap around)."""
    x = values[0].to(torch.int32, copy=True).add_(7919)
    for i, v in enumerate(values):
        if i > 0:
            x ^= v.to(torch.int32) + 7919 * (i + 1)
        x *= -1640531535
        x ^= x >> 15
        x *= -2048144777
        x ^= x >> 13
    return (x & 0xFFFFFF).to(torch.float32).mul_(1 / 16777216.0)
