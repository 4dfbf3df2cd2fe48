"""What a scenario asks of one picture, as arrays: box faces, lanes, paths, and text. Training and editing share it.

An array says nothing where it is 0 (or where depth is infinite). What stands nearer hides what is farther, by the distance of
box centres. The map and the paths are drawn as if nothing stood on them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.boxes import SeenBox, seen_boxes
from editor.cameras import T_camera_world, clipped_polygon, clipped_segments, drawable, fit, matrix_of
from editor.geometry import BOX_FACES, Array, Rigid
from editor.map import StreetMap
from editor.masks import SUBPIXEL_BITS, fill, hull_masks
from editor.paths import paths_ahead
from editor.scene import Scenario, SceneError, View
from editor.streets import Lines, Streets, streets_of
from editor.text import scene_text
from editor.tracks import ego_at

FACES = ("front", "back", "left", "right", "top", "bottom")  # value i + 1 in `Conditions.face`, as in `geometry.BOX_FACES`
MAP_LAYERS = ("lane dividers", "road dividers", "lane centres", "stop lines", "crossings", "walkways", "drivable")
FAR_M = 100.0  # nothing of the map is drawn beyond


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """H and W are the picture's height and width; n is the number of boxes that it shows something of, farthest first."""

    view: View  # with the intrinsics of this size
    boxes: tuple[SeenBox, ...]  # n
    actor: NDArray[np.int32]  # (H, W) 1 + index in `Scenario.actors` of the box that is seen there
    face: NDArray[np.uint8]  # (H, W) 1 + index in `FACES`
    depth: NDArray[np.float32]  # (H, W) metres along the camera's z axis to that face
    heading: NDArray[np.float32]  # (H, W, 2) sine and cosine of the box's heading; 0 is straight away from the camera
    map: NDArray[np.bool_]  # (7, H, W) one for each of `MAP_LAYERS`
    ego_path: NDArray[np.uint8]  # (H, W) where the ego will be: 255 now, falling to 1 at `paths.AHEAD_S`
    actor_paths: NDArray[np.uint8]  # (H, W) the same for the other actors
    text: str

    def masks(self) -> NDArray[np.bool_]:
        """Each box's whole outline (n, H, W), whatever hides it."""
        return hull_masks(self.boxes, self.view)


def conditions(
    scenario: Scenario, street_map: StreetMap, frame_index: int, view_name: str, size: tuple[int, int] | None = None
) -> Conditions:
    """The conditions of one view of one frame at a size (width, height); None is the recorded size."""
    picture = scenario.scene.frames[frame_index].picture(view_name)
    if picture is None:
        raise SceneError(f"frame {frame_index} of scene {scenario.scene.name} has no picture of view {view_name!r}")
    view = scenario.scene.view(view_name)
    view = fit(view, *size).view if size is not None else view
    T_camera = T_camera_world(ego_at(scenario, picture), view)
    boxes = seen_boxes(scenario, picture, view)
    ego_path, actor_paths = paths_ahead(scenario, picture.t_us)
    return Conditions(
        view,
        boxes,
        *_surfaces(boxes, view),
        map=_map_layers(streets_of(scenario.scene, street_map), T_camera, view),
        ego_path=_drawn_paths(ego_path, T_camera, view),
        actor_paths=_drawn_paths(actor_paths, T_camera, view),
        text=scene_text(scenario),
    )


# ---------------------------------------------------------------------------------------------------- box faces


def _surfaces(boxes: tuple[SeenBox, ...], view: View) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Actor, face, depth and heading of what is seen."""
    painted = np.zeros((view.height, view.width), np.int32)  # 1 + 6 * box + face
    for i, box in enumerate(boxes):
        for j in _facing(box):
            _paint_face(painted, box.corners_camera[list(BOX_FACES[j])], view, 1 + 6 * i + int(j))
    rows, columns = np.nonzero(painted)
    surface = painted[rows, columns] - 1
    actor, faces = np.zeros_like(painted), np.zeros(painted.shape, np.uint8)
    depth, heading = np.full(painted.shape, np.inf, np.float32), np.zeros((*painted.shape, 2), np.float32)
    if boxes:
        which = surface // 6
        actor[rows, columns] = np.array([box.index + 1 for box in boxes], np.int32)[which]
        faces[rows, columns] = surface % 6 + 1
        depth[rows, columns] = _depths(boxes, view, surface, rows, columns)
        heading[rows, columns] = np.array([_heading(box) for box in boxes], np.float32)[which]
    return actor, faces, depth, heading


# Outward normals of `BOX_FACES` in the box's own frame, and the corner that each face's plane is laid through.
NORMALS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float64)
FIRST_CORNERS = [face[0] for face in BOX_FACES]


def _facing(box: SeenBox) -> NDArray[np.intp]:
    """The faces that look towards the camera; of a box around the camera none."""
    normals = NORMALS @ box.R_camera_box.T
    return np.flatnonzero((normals * box.corners_camera[FIRST_CORNERS]).sum(1) < 0)


def _paint_face(painted: NDArray[np.int32], corners: Array, view: View, value: int) -> None:
    corners = clipped_polygon(corners)
    if len(corners) >= 3:
        pixels = (corners @ matrix_of(view).T)[:, :2] / corners[:, 2:]
        fill(painted, drawable(view, pixels), value)


def _depths(boxes: tuple[SeenBox, ...], view: View, surface: NDArray, rows: NDArray, columns: NDArray) -> NDArray[np.float32]:
    """Where the rays of pixels meet the planes of the faces that they were painted with, within the depths of the box.

    On a plane n.p = o, 1 / depth is linear in the pixel: (n K^-1 / o).(u, v, 1).
    """
    normals = np.array([NORMALS @ box.R_camera_box.T for box in boxes])
    corners = np.array([box.corners_camera for box in boxes])
    offsets = (normals * corners[:, FIRST_CORNERS]).sum(-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b, c = (normals / offsets @ np.linalg.inv(matrix_of(view))).reshape(-1, 3).astype(np.float32).T
        depths = 1 / (a[surface] * columns + b[surface] * rows + c[surface])
    # At an edge, a pixel's centre may lie just outside the face that covers it, and its ray miss the box.
    low, high = (corners[:, :, 2].min(1).astype(np.float32), corners[:, :, 2].max(1).astype(np.float32))
    return np.clip(depths, low[surface // 6], high[surface // 6])


def _heading(box: SeenBox) -> tuple[float, float]:
    """Sine and cosine of the turn about the camera's vertical from its z axis to the box's x axis, to the right."""
    right, _, ahead = box.R_camera_box[:, 0]
    length = max(float(np.hypot(right, ahead)), 1e-9)
    return right / length, ahead / length


# ------------------------------------------------------------------------------------------------- map and paths


def _map_layers(streets: Streets, T_camera: Rigid, view: View) -> NDArray[np.bool_]:
    layers = np.zeros((len(MAP_LAYERS), view.height, view.width), np.uint8)
    lines = (streets.lane_dividers, streets.road_dividers, streets.centres)
    areas = ((streets.stop_lines,), (streets.crossings,), (streets.walkways,), streets.drivable)
    for layer, drawn in zip(layers[:3], lines, strict=True):
        _draw_lines(layer, drawn, T_camera, view)
    for layer, drawn in zip(layers[3:], areas, strict=True):
        for rings in drawn:
            _fill_areas(layer, rings, T_camera, view, as_one=drawn is streets.drivable)
    return layers.view(bool)


def _draw_lines(layer: NDArray[np.uint8], lines: Lines, T_camera: Rigid, view: View) -> None:
    points = T_camera.apply(lines.points)
    starts = np.array([i for a, b in lines.bounds for i in range(a, b - 1)], np.intp)
    _draw_segments(layer, points[starts], points[starts + 1], np.full(len(starts), 1), view)


def _draw_segments(layer: NDArray[np.uint8], starts: Array, ends: Array, values: NDArray, view: View) -> None:
    """Lines in the camera's frame, later ones over earlier ones."""
    starts, ends, left = clipped_segments(starts, ends)
    left &= np.minimum(starts[:, 2], ends[:, 2]) <= FAR_M
    K = matrix_of(view)
    segments = np.stack([starts[left] @ K.T, ends[left] @ K.T], axis=1)
    segments = segments[..., :2] / segments[..., 2:]
    low, high = segments.min(1), segments.max(1)
    seen = (high >= -1).all(1) & (low <= (view.width, view.height)).all(1) & (np.abs(segments).max((1, 2)) < 1e6)
    thickness = max(1, round(view.height / 256))
    pixels = np.round(segments[seen] * (1 << SUBPIXEL_BITS)).astype(np.int32)
    for (a, b), value in zip(pixels.tolist(), values[left][seen].tolist(), strict=True):
        cv2.line(layer, a, b, value, thickness, cv2.LINE_8, SUBPIXEL_BITS)


def _fill_areas(layer: NDArray[np.uint8], rings: Lines, T_camera: Rigid, view: View, *, as_one: bool) -> None:
    """Rings filled; with `as_one`, rings inside others are holes."""
    points = T_camera.apply(rings.points)
    outlines = []
    for a, b in rings.bounds:
        corners = clipped_polygon(points[a:b])
        if len(corners) >= 3 and corners[:, 2].min() <= FAR_M:
            pixels = (corners @ matrix_of(view).T)[:, :2] / corners[:, 2:]
            outlines.append(
                np.round(np.clip(pixels, -64 * view.width, 64 * view.width) * (1 << SUBPIXEL_BITS)).astype(np.int32)
            )
    for group in [outlines] if as_one and outlines else [[outline] for outline in outlines]:
        cv2.fillPoly(layer, group, 1, cv2.LINE_8, SUBPIXEL_BITS)


def _drawn_paths(paths: tuple[Array, ...], T_camera: Rigid, view: View) -> NDArray[np.uint8]:
    """Paths (n, 4) of places and shares of the time ahead: the later, the fainter, and drawn first."""
    layer = np.zeros((view.height, view.width), np.uint8)
    if paths:
        starts, ends = np.concatenate([p[:-1] for p in paths]), np.concatenate([p[1:] for p in paths])
        order = np.argsort(-ends[:, 3], kind="stable")
        starts, ends = starts[order], ends[order]
        values = np.clip(np.round(255 * (1 - starts[:, 3])), 1, 255).astype(int)
        _draw_segments(layer, T_camera.apply(starts[:, :3]), T_camera.apply(ends[:, :3]), values, view)
    return layer
