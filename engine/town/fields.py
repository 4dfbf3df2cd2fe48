"""The fields that the ground's shader looks up, made from a plan and from what stands on it."""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from engine.town import covers, kerbs
from engine.town.covers import CELL_M, COUNT, YELLOW, Cover, Covers, ground_cover, pixels, table
from engine.town.ground import Along, Field, GroundMap
from engine.town.paint import paint
from engine.town.streets import CANVAS_M, Array, Plan

FINE_M, ALONG_M = 0.1, 1.0
PAINT_STEP_M, PAINT_REACH_M = 0.008, 0.5
NEAR_M = 24.0  # how far from a street its stations count


def ground_map(plan: Plan, houses: list[Array], paved: list[tuple[Array, Cover]]) -> GroundMap:
    """All fields of a town; `paved` says what covers some polygons besides its streets and quarters."""
    ground = ground_cover(plan, paved)
    coats = paint(plan)
    for polygon in coats.yellow:
        _flag(ground.cover, polygon)
    lanes = np.full((COUNT, COUNT), 255, np.uint8)
    for street in plan.streets:
        for direction in (-1, 1):
            for lane in range(street.lanes):
                line = street.at(np.arange(-60.0, street.length + 61), street.lane_offset(direction, lane))
                cv2.polylines(lanes, [pixels(line)], False, 0, 1, cv2.LINE_8, 4)
    wall = np.full((COUNT, COUNT), 255, np.uint8)
    for polygon in houses:
        covers.filled(wall, polygon, 0)
    road = torch.from_numpy(kerbs.edge_grid(plan).reshape(-1).copy())
    return GroundMap(
        _paint_field([*coats.white, *coats.yellow]), Field(road, kerbs.CELL_M, 1.0, kerbs.COUNT, kerbs.COUNT),
        _field(_signed(ground.green) * CELL_M, CELL_M, 0.03), _field(_outside(lanes), CELL_M, 0.03),
        _field(_outside(wall), CELL_M, 0.1),
        Covers(torch.from_numpy(ground.cover.reshape(-1)), table(plan.seed), CELL_M, COUNT, COUNT), _along(plan),
    )  # fmt: skip


def _flag(cover: NDArray[np.uint8], polygon: Array) -> None:
    """Mark cells on and beside a polygon as having yellow paint."""
    low = np.clip((polygon.min(0) / CELL_M).astype(int) - 2, 0, COUNT)
    high = np.clip((polygon.max(0) / CELL_M).astype(int) + 3, 0, COUNT)
    if (high <= low).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    own = [pixels(polygon - low * CELL_M)]
    cv2.fillPoly(mask, own, 1, cv2.LINE_8, 4)
    cv2.polylines(mask, own, True, 1, 2, cv2.LINE_8, 4)
    cover[low[1] : high[1], low[0] : high[0]] |= mask * YELLOW


def _outside(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Metres to where a mask is 0."""
    return cv2.distanceTransform(mask, cv2.DIST_L2, 3) * CELL_M


def _signed(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Cells to a mask's edge, negative inside."""
    out = cv2.distanceTransform(255 - mask, cv2.DIST_L2, 3)
    return out - cv2.distanceTransform(mask, cv2.DIST_L2, 3) + np.where(mask > 0, 0.5, -0.5).astype(np.float32)


def _along(plan: Plan) -> Along:
    """Per square metre, stations and offsets of the nearest street."""
    n = round(CANVAS_M / ALONG_M)
    middle = (np.arange(n) + 0.5) * ALONG_M
    x, y = np.meshgrid(middle, middle)
    out = np.stack([x, y, np.ones_like(x), np.zeros_like(x)], -1).reshape(-1, 4).astype(np.float32)
    best = np.full(n * n, NEAR_M, np.float32)
    for street in plan.streets:
        ends = plan.ends(street)
        line = street.at(np.arange(0.0 if ends[0] else -kerbs.BEYOND_M, street.length + (0.0 if ends[1] else kerbs.BEYOND_M)))
        cells = kerbs.near_cells(line, NEAR_M + street.half, ALONG_M, n)
        s, o = kerbs.nearest(street, kerbs.places_of(cells, ALONG_M, n), ends)
        away = np.abs(o) - street.half
        closer = away < best[cells]
        h = street.heading(s)
        out[cells[closer]] = np.stack([s, o, np.cos(h), np.sin(h)], -1)[closer]
        best[cells[closer]] = away[closer]
    return Along(torch.from_numpy(out), ALONG_M, n, n)


def _paint_field(polygons: list[Array]) -> Field:
    """The exact distance to paint near it, from the convex pieces that polygons are made of."""
    n = round(CANVAS_M / FINE_M)
    steps = np.full((n, n), 127, np.int8)
    for polygon in polygons:
        if len(polygon) < 5:
            _stamp(steps, polygon)
            continue
        for k in range(len(polygon) // 2 - 1):  # a strip: one side, then the other backwards
            _stamp(steps, _longer(np.array([polygon[k], polygon[k + 1], polygon[-k - 2], polygon[-k - 1]])))
    return Field(torch.from_numpy(steps.reshape(-1)), FINE_M, PAINT_STEP_M, n, n)


def _longer(piece: Array, by: float = 0.12) -> Array:
    """A strip's piece a little longer at both ends, so that the pieces overlap."""
    for i, j in ((0, 1), (3, 2)):
        d = (piece[j] - piece[i]) / max(np.linalg.norm(piece[j] - piece[i]), 1e-9) * by
        piece[i], piece[j] = piece[i] - d, piece[j] + d
    return piece


def _stamp(steps: NDArray[np.int8], piece: Array) -> None:
    """Lower the field to the distance to one convex piece."""
    d = np.roll(piece, -1, 0) - piece
    area = float((piece[:, 0] * np.roll(piece[:, 1], -1) - piece[:, 1] * np.roll(piece[:, 0], -1)).sum())
    out = np.stack([d[:, 1], -d[:, 0]], -1) / np.maximum(np.hypot(d[:, 0], d[:, 1]), 1e-9)[:, None]
    out = (out if area > 0 else -out) / PAINT_STEP_M
    low = np.clip(((piece.min(0) - PAINT_REACH_M) / FINE_M).astype(int), 0, steps.shape[0])
    high = np.clip(((piece.max(0) + PAINT_REACH_M) / FINE_M).astype(int) + 1, 0, steps.shape[0])
    if (high <= low).any():
        return
    x = (np.arange(low[0], high[0]) + 0.5) * FINE_M
    y = (np.arange(low[1], high[1]) + 0.5) * FINE_M
    level = (out * piece).sum(1)
    planes = (x * out[:, :1] - level[:, None]).astype(np.float32)[:, None] + (y * out[:, 1:]).astype(np.float32)[:, :, None]
    nearest = np.clip(np.rint(planes.max(0)), -127, 127).astype(np.int8)
    window = steps[low[1] : high[1], low[0] : high[0]]
    np.minimum(window, nearest, out=window)


def _field(metres: NDArray[np.float32], cell: float, step: float) -> Field:
    values = np.clip(np.rint(metres / step), -127, 127).astype(np.int8)
    return Field(torch.from_numpy(values.reshape(-1)), cell, step, values.shape[1], values.shape[0])
