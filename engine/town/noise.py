"""Tileable noise, made once by Fourier filtering and looked up by interpolation."""

from functools import cache

import numpy as np
import torch

SIZE = 512


def _spectral(slope: float, seed: int, low_cut: float) -> torch.Tensor:
    """Noise (SIZE, SIZE) of zero mean and unit spread whose power falls with frequency."""
    rng = np.random.Generator(np.random.PCG64(seed))
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE)))
    fy, fx = np.fft.fftfreq(SIZE)[:, None] * SIZE, np.fft.rfftfreq(SIZE)[None] * SIZE
    f = np.hypot(fx, fy)
    spectrum *= np.where(f < low_cut, 0.0, np.maximum(f, 1.0) ** (-slope))
    tile = np.fft.irfft2(spectrum, (SIZE, SIZE))
    tile = np.clip((tile - tile.mean()) / tile.std(), -2.5, 2.5)
    return torch.from_numpy(tile.astype(np.float32)).reshape(-1)


@cache
def tiles(device: torch.device) -> dict[str, torch.Tensor]:
    """cloud: large soft shapes; patch: blotches; grain: fine speckle."""
    made = {"cloud": _spectral(1.75, 11, 2), "patch": _spectral(1.25, 12, 4), "grain": _spectral(0.45, 13, 16)}
    return {name: tile.to(device) for name, tile in made.items()}


def noise(name: str, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Noise at u, v (one tile spans 0 to 1), about -2.5 to 2.5, interpolated and wrapped."""
    tile = tiles(u.device)[name]
    x, y = u * SIZE, v * SIZE
    x0, y0 = torch.floor(x), torch.floor(y)
    fx, fy = x - x0, y - y0
    i, j = x0.to(torch.int32) & (SIZE - 1), y0.to(torch.int32) & (SIZE - 1)
    i1, j1 = (i + 1) & (SIZE - 1), (j + 1) & (SIZE - 1)
    row, row1 = j * SIZE, j1 * SIZE
    a, b = tile.index_select(0, row + i), tile.index_select(0, row + i1)
    c, d = tile.index_select(0, row1 + i), tile.index_select(0, row1 + i1)
    top = a + fx * (b - a)
    return top + fy * (c + fx * (d - c) - top)


def hashed(*values: torch.Tensor) -> torch.Tensor:
    """A number in [0, 1) from whole numbers, different for neighbours (32-bit sums that wrap around)."""
    x = torch.zeros_like(values[0], dtype=torch.int32)
    for i, v in enumerate(values):
        x = (x ^ (v.to(torch.int32) + 7919 * (i + 1))) * -1640531535
        x = (x ^ (x >> 15)) * -2048144777
        x = x ^ (x >> 13)
    return (x & 0xFFFFFF).to(torch.float32) * (1 / 16777216.0)
