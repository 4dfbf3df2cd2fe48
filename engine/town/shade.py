"""Contact shade: how much of the sky the things on the ground leave to the ground around them, as a field."""

import numpy as np
import torch

from engine.town.ground import Field
from engine.town.streets import CANVAS_M

Footprint = tuple[float, float, float, float, float, float]  # x, y, cos, sin of its heading, half length, half width
CELL_M, REACH_M = 0.2, 1.6


def shade_field(footprints: tuple[Footprint, ...], others: Field | None = None) -> Field:
    """The share of the sky that is left, 1 where nothing stands near; besides what `others` leave, if any."""
    n = round(CANVAS_M / CELL_M)
    open_ = np.ones((n, n), np.float32) if others is None else others.values.numpy().reshape(n, n).copy()
    for footprint in footprints:
        _darken(open_, footprint)
    return Field(torch.from_numpy(open_.reshape(-1)), CELL_M, 1.0, n, n)


def _darken(open_: np.ndarray, footprint: Footprint) -> None:
    x, y, c, s, length, width = footprint
    reach = np.hypot(length, width) + REACH_M
    low = np.clip(((np.array([x, y]) - reach) / CELL_M).astype(int), 0, open_.shape[0])
    high = np.clip(((np.array([x, y]) + reach) / CELL_M).astype(int) + 1, 0, open_.shape[0])
    if (high <= low).any():
        return
    dx = ((np.arange(low[0], high[0]) + 0.5) * CELL_M - x)[None].astype(np.float32)
    dy = ((np.arange(low[1], high[1]) + 0.5) * CELL_M - y)[:, None].astype(np.float32)
    along, across = np.abs(c * dx + s * dy) - length + 0.25, np.abs(c * dy - s * dx) - width + 0.15
    outside = np.hypot(np.maximum(along, 0), np.maximum(across, 0))
    soft = 0.45 * min(0.9, 0.35 + 0.5 * width)
    open_[low[1] : high[1], low[0] : high[0]] *= 1 - 0.80 * np.exp(-outside / soft)
