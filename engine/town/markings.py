"""All distance fields that the ground's shader looks up."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.town.ground import Field, GroundMap
from engine.town.paint import paint
from engine.town.streets import CANVAS_M, Array, Plan

FINE_M, COARSE_M = 0.1, 0.2


def ground_map(plan: Plan, houses: list[Array]) -> GroundMap:
    """Distance fields of paint, road edge, lane centres and walls."""
    coats = paint(plan)
    ring = [np.array(plan.road.exterior.coords), *(np.array(r.coords) for r in plan.road.interiors)]
    road = _mask(ring, COARSE_M / 2)
    lanes = np.full(_shape(COARSE_M), 255, np.uint8)
    for street in plan.streets:
        for direction in (-1, 1):
            for lane in range(street.lanes):
                line = street.at(np.arange(0, street.length + 1), street.lane_offset(direction, lane))
                cv2.polylines(lanes, [_pixels(line, COARSE_M)], False, 0, 1, cv2.LINE_8, 4)
    wall = np.where(_mask(houses, COARSE_M) > 0, 0, 255).astype(np.uint8)
    return GroundMap(
        _paint_field(coats.white), _paint_field(coats.yellow), _field(_halved(_signed(road) * COARSE_M / 2), COARSE_M, 0.06),
        _field(cv2.distanceTransform(lanes, cv2.DIST_L2, 5) * COARSE_M, COARSE_M, 0.03),
        _field(cv2.distanceTransform(wall, cv2.DIST_L2, 5) * COARSE_M, COARSE_M, 0.1),
    )  # fmt: skip


def _shape(cell: float) -> tuple[int, int]:
    n = round(CANVAS_M / cell)
    return n, n


def _pixels(points: Array, cell: float) -> NDArray[np.int32]:
    return np.round((points / cell - 0.5) * 16).astype(np.int32)


def _mask(polygons: list[Array], cell: float) -> NDArray[np.uint8]:
    mask = np.zeros(_shape(cell), np.uint8)
    for polygon in polygons:
        one = [_pixels(polygon, cell)]
        cv2.fillPoly(mask, one, 255, cv2.LINE_8, 4)
    return mask


def _signed(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Cells to the mask's edge, negative inside."""
    out = cv2.distanceTransform(255 - mask, cv2.DIST_L2, 5)
    return out - cv2.distanceTransform(mask, cv2.DIST_L2, 5) + np.where(mask > 0, 0.5, -0.5).astype(np.float32)


def _halved(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(values, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def _paint_field(polygons: list[Array]) -> Field:
    """The exact distance to paint near it, from the convex pieces that polygons are made of."""
    metres = np.full(_shape(FINE_M), 1.0, np.float32)
    for polygon in polygons:
        n = len(polygon) // 2
        if len(polygon) < 5:
            _stamp(metres, polygon)
            continue
        for k in range(n - 1):  # a strip: one side, then the other backwards
            _stamp(metres, np.array([polygon[k], polygon[k + 1], polygon[-k - 2], polygon[-k - 1]]), 0.12)
    return _field(metres, FINE_M, 0.008)


def _stamp(metres: NDArray[np.float32], piece: Array, longer: float = 0.0) -> None:
    """Lower the field to the distance to one convex piece, `longer` at both ends so that a strip's pieces overlap."""
    if longer:
        for i, j in ((0, 1), (3, 2)):
            d = (piece[j] - piece[i]) / max(np.linalg.norm(piece[j] - piece[i]), 1e-9) * longer
            piece[i], piece[j] = piece[i] - d, piece[j] + d
    area = np.sum(piece[:, 0] * np.roll(piece[:, 1], -1) - piece[:, 1] * np.roll(piece[:, 0], -1))
    piece = piece if area > 0 else piece[::-1]
    low = np.clip(((piece.min(0) - 0.9) / FINE_M).astype(int), 0, metres.shape[0])
    high = np.clip(((piece.max(0) + 0.9) / FINE_M).astype(int) + 1, 0, metres.shape[0])
    if (high <= low).any():
        return
    x = (np.arange(low[0], high[0]) + 0.5)[None] * FINE_M
    y = (np.arange(low[1], high[1]) + 0.5)[:, None] * FINE_M
    d = np.full((y.size, x.size), -9.0, np.float32)
    for a, b in zip(piece, np.roll(piece, -1, 0), strict=True):
        n = np.array([b[1] - a[1], a[0] - b[0]]) / max(np.linalg.norm(b - a), 1e-9)
        d = np.maximum(d, (x - a[0]) * n[0] + (y - a[1]) * n[1])
    window = metres[low[1] : high[1], low[0] : high[0]]
    np.minimum(window, d, out=window)


def _field(metres: NDArray[np.float32], cell: float, step: float) -> Field:
    values = np.clip(np.rint(metres / step), -127, 127).astype(np.int8)
    return Field(torch.from_numpy(values.reshape(-1)), cell, step, values.shape[1], values.shape[0])
