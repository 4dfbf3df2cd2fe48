"""A street map as cameras see it: its lines and areas on the ground, as points in the world, those near a scene only.

Maps without heights lie at 0; they are put on the ground that the scene's boxes and ego path stood on.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from editor.geometry import Array
from editor.ground import ground_height
from editor.identity import Same
from editor.map import StreetMap
from editor.scene import Scene

REACH_M = 120.0  # of the map on each side of the recorded ego path
STEP_M = 4.0  # longest piece of a line, so that it follows the ground
BATCH = 512  # points whose height is found at once


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Polylines or rings: all their points (n, 3) in the world, and where each starts and ends among them."""

    points: Array
    bounds: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """What of a map can be drawn into a scene's pictures. A drivable area is its outer ring followed by its holes."""

    lane_dividers: Lines
    road_dividers: Lines
    centres: Lines
    stop_lines: Lines
    crossings: Lines
    walkways: Lines
    drivable: tuple[Lines, ...]


def streets_of(scene: Scene, street_map: StreetMap) -> Streets:
    """The map's part near a scene; kept, since every picture of the scene needs it."""
    return _streets(Same(scene), Same(street_map))


@lru_cache(maxsize=16)
def _streets(of_scene: Same[Scene], of_map: Same[StreetMap]) -> Streets:
    scene, street_map = of_scene.value, of_map.value
    return Streets(
        lane_dividers=_lines(scene, street_map.lane_dividers, closed=False),
        road_dividers=_lines(scene, street_map.road_dividers, closed=False),
        centres=_lines(scene, tuple(lane.centre for lane in street_map.lanes), closed=False),
        stop_lines=_lines(scene, street_map.stop_lines, closed=True),
        crossings=_lines(scene, street_map.crossings, closed=True),
        walkways=_lines(scene, street_map.walkways, closed=True),
        drivable=tuple(
            lines for outer, holes in street_map.drivable if (lines := _lines(scene, (outer, *holes), closed=True)).bounds
        ),
    )


def _lines(scene: Scene, lines: tuple[Array, ...], *, closed: bool) -> Lines:
    """Cut fine, put on the ground, left out where far from the scene."""
    path = np.array([pose.T_world.translation[:2] for pose in scene.ego])
    low, high = path.min(0) - REACH_M, path.max(0) + REACH_M
    near = [
        line for line in lines if len(line) > 1 and (line[:, :2].max(0) >= low).all() and (line[:, :2].min(0) <= high).all()
    ]
    if not near:
        return Lines(np.zeros((0, 3)), ())
    pieces = [_on_ground(scene, _fine(line, low, high, closed=closed)) for line in near]
    ends = np.cumsum([len(piece) for piece in pieces])
    return Lines(
        np.concatenate(pieces), tuple((int(end) - len(piece), int(end)) for end, piece in zip(ends, pieces, strict=True))
    )


def _fine(line: Array, low: Array, high: Array, *, closed: bool) -> Array:
    """The same line with no piece near the scene longer than `STEP_M`."""
    following = np.concatenate([line[1:], line[:1]]) if closed else line[1:]
    out = []
    for a, b in zip(line, following, strict=False):
        inside = (np.maximum(a[:2], b[:2]) >= low).all() and (np.minimum(a[:2], b[:2]) <= high).all()
        num = int(np.ceil(np.linalg.norm(b - a) / STEP_M)) if inside else 1
        out.append(a + (b - a) * (np.arange(max(num, 1)) / max(num, 1))[:, None])
    return np.concatenate(out if closed else [*out, line[-1:]])


def _on_ground(scene: Scene, points: Array) -> Array:
    if points.shape[1] == 3 and points[:, 2].any():
        return points
    heights = [ground_height(scene, points[i : i + BATCH, :2]) for i in range(0, len(points), BATCH)]
    return np.column_stack([points[:, :2], np.concatenate(heights)])
