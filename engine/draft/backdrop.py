"""What stands still: the ground as a height map and upright things as points, from all LiDAR sweeps without the actors."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, box_corners, footprint
from editor.scene import Actor, Scene
from editor.tracks import actor_at
from engine.draft.sources import Camera, Recording
from engine.draft.walls import closed_up

Points = NDArray[np.float32]

CELL_M = 1.0  # of the height map
EGO_M = 2.5  # of the sensor: what is nearer is the ego itself
REACH_M = 120.0  # of a sweep's points, from the middle of the ego's way within as far of it
UPRIGHT_M = 0.35  # points higher than this over the ground stand on it
VOXEL_M = 0.12
FOOTPRINT_CELL_M = 0.4
MAX_POINTS_A_SWEEP = 40_000
MAX_SWEEPS = 7
MANY_SWEEPS, SPARSE_POINTS = 40, 60_000
MAX_POINTS_AN_ACTOR = 1500
GAP_M, WIDER = 0.2, (2, 4, 8)  # half of how far apart points of one surface may be along a beam; and by how many steps
FAR_M = 500.0  # where nothing was measured: sky, or as good as


@dataclass(frozen=True, eq=False)
class Ground:
    """The ground's height over the world plane: `heights[row, column]` at origin + CELL_M * (column, row)."""

    heights: NDArray[np.float32]
    origin: tuple[float, float]

    def at(self, xy: Array) -> NDArray[np.float32]:
        """Heights (...) at places (..., 2); beyond the map, its border's."""
        where = ((xy - np.asarray(self.origin)) / CELL_M).astype(np.float32)
        flat = where.reshape(1, -1, 2) if where.ndim == 1 else where.reshape(where.shape[0], -1, 2)
        # OpenCV's remap takes no map longer than 32767 in either direction.
        out = np.concatenate(
            [_sample(self.heights, part) for part in np.array_split(flat, max(1, flat.shape[1] // 30000 + 1), 1)], 1
        )
        return out.reshape(where.shape[:-1])

    def depth(self, camera: Camera, pixels: Array) -> NDArray[np.float32]:
        """Depth of the ground under pixels (h, w, 2); FAR_M where the ray does not come down to it."""
        rays = np.moveaxis(camera.rays_world(pixels), -1, 0).astype(np.float32)
        column, row = (np.float32(x) for x in (camera.eye[:2] - self.origin) / CELL_M)
        eye_height, columns, rows = np.float32(camera.eye[2]), rays[0] / CELL_M, rays[1] / CELL_M
        down = np.minimum(rays[2], -1e-4)
        height = np.full(pixels.shape[:-1], self.at(camera.eye[None, :2])[0], np.float32)
        for _ in range(5):
            depth = np.clip((height - eye_height) / down, 0.1, FAR_M)
            below = column + columns * depth, row + rows * depth
            height = 0.5 * height + 0.5 * cv2.remap(self.heights, *below, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        depth = (height - eye_height) / down
        return np.where((rays[2] < -1e-4) & (depth > 0.1) & (depth < FAR_M), depth, FAR_M).astype(np.float32)


def _sample(heights: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.remap(heights, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@dataclass(frozen=True, eq=False)
class Backdrop:
    """The ground, the points (n, 3) of what stands on it, and those of each actor in its own box's frame."""

    ground: Ground
    upright: Points
    on_actors: dict[str, Points]

    def depth(self, camera: Camera, pixels: Array) -> NDArray[np.float32]:
        """Depth of what stands still behind each of a block of pixels (h, w, 2) that are one apart."""
        return self.depths(camera, pixels)[0]

    def depths(self, camera: Camera, pixels: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The same, and the depth of the ground."""
        ground = self.ground.depth(camera, pixels)
        standing, is_sky = _standing(self.upright, camera, pixels)
        return np.where(is_sky & (ground < FAR_M), ground, np.minimum(ground, standing)), ground

    def within(self, low: Array, high: Array) -> "Backdrop":
        """The same with the upright points between two corners (x, y) only."""
        x, y = self.upright[:, 0], self.upright[:, 1]
        return replace(self, upright=self.upright[(x > low[0]) & (x < high[0]) & (y > low[1]) & (y < high[1])])

    def thinned(self, step_m: float) -> "Backdrop":
        """The same with one upright point in each cube so large."""
        cells = np.floor(self.upright.astype(np.float64) / step_m).astype(np.int64) + 2**20
        _, first = np.unique((cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2], return_index=True)
        return replace(self, upright=self.upright[np.sort(first)])


def backdrop_of(recording: Recording) -> Backdrop:
    """From every sweep that there is; without LiDAR, the ground goes through the boxes' bottoms and nothing stands on it."""
    scene = recording.scene
    hits: dict[str, list[Points]] = {}
    sweeps = [p for p in (_static_points(recording, k, hits) for k in _spread_out(scene, MAX_SWEEPS)) if p is not None]
    if sum(map(len, sweeps)) < SPARSE_POINTS:  # then they cost little, and each one counts
        rest = sorted(set(_spread_out(scene, MANY_SWEEPS)) - set(_spread_out(scene, MAX_SWEEPS)))
        sweeps += [p for p in (_static_points(recording, k, hits) for k in rest) if p is not None]
    on_actors = {name: _thinned(np.concatenate(found), MAX_POINTS_AN_ACTOR) for name, found in hits.items()}
    points = np.concatenate(sweeps) if sweeps else np.zeros((0, 3), np.float32)
    ground = _ground(scene, points[::3])
    if not len(points):
        return Backdrop(ground, points, on_actors)
    above = points[:, 2] - ground.at(points[None, :, :2].astype(np.float64))[0]
    upright = closed_up(points[above > UPRIGHT_M], above[above > UPRIGHT_M])
    _, first = np.unique(_cell_keys(upright, VOXEL_M), return_index=True)
    return Backdrop(ground, upright[np.sort(first)], on_actors)


def _thinned(points: Points, most: int) -> Points:
    """Every so many-th of the points."""
    return points[:: max(1, round(len(points) / most))]


def _spread_out(scene: Scene, most: int) -> list[int]:
    """A few annotated sweeps with a file, from the first to the last."""
    usable = [k for k, sweep in enumerate(scene.sweeps) if sweep.is_keyframe and sweep.exists]
    return [usable[k] for k in sorted({round(x) for x in np.linspace(0, len(usable) - 1, most)})] if usable else []


def _cell_keys(points: Points, cell: float) -> NDArray[np.int64]:
    cells = np.floor(points / cell).astype(np.int64) + 2**20
    return (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]


def _static_points(recording: Recording, index: int, hits: dict[str, list[Points]]) -> Points | None:
    """A sweep's points within reach that lie in no actor's box, nor on the ego itself; those in boxes go to `hits`."""
    sweep = recording.scene.sweeps[index]
    points = recording.lidar_world(sweep)
    if points is None:
        return None
    points = _thinned(points, MAX_POINTS_A_SWEEP)
    sensor = np.asarray(sweep.T_world_lidar.translation)
    centre = _middle_of_way(recording.scene, sensor)
    outside = (np.abs(points[:, :2] - sensor[:2]) > EGO_M).any(axis=1)
    points = points[outside & (np.abs(points[:, :2] - centre[:2]) < REACH_M).all(axis=1)]
    there = [(actor, T) for actor in recording.scene.actors if (T := actor_at(actor, sweep.t_us)) is not None]
    owner, bottom, top = _occupied(there, centre)
    column, row = ((points[:, k] - (centre[k] - REACH_M)) / FOOTPRINT_CELL_M for k in (0, 1))
    cell = row.astype(np.int32), column.astype(np.int32)
    static = (points[:, 2] < bottom[cell] + 0.15) | (points[:, 2] > top[cell] + 0.2)
    _note_hits(there, owner[cell][~static], points[~static], hits)
    return points[static]


def _middle_of_way(scene: Scene, sensor: Array) -> Array:
    """Of the ego's poses within reach of a sweep's sensor. All sweeps of a drive of a hundred metres keep the same places: what
    single ones see beyond is sparse, and made placed actors worse."""
    way = np.array([pose.T_world.translation for pose in scene.ego])
    near = np.abs(way[:, :2] - sensor[:2]).max(axis=1) < REACH_M
    return way[near].mean(axis=0) if near.any() else sensor


def _note_hits(
    there: list[tuple[Actor, Rigid]], owner: NDArray[np.int32], points: Points, hits: dict[str, list[Points]]
) -> None:
    for k in np.unique(owner):
        actor, T_world_box = there[k]
        local = T_world_box.inverse().apply(points[owner == k].astype(np.float64))
        inside = (np.abs(local) < np.asarray(actor.size_lwh) / 2).all(axis=1)
        hits.setdefault(str(actor.id), []).append(local[inside].astype(np.float32))


def _occupied(
    there: list[tuple[Actor, Rigid]], centre: Array
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
    """Who stands where on a grid around `centre`, from which height to which; bottom over top where no one does."""
    side = int(2 * REACH_M / FOOTPRINT_CELL_M) + 1
    owner = np.full((side, side), -1, np.int32)
    bottom, top = np.full((side, side), np.inf, np.float32), np.full((side, side), -np.inf, np.float32)
    for k, (actor, T_world_box) in enumerate(there):
        length, width, height = actor.size_lwh
        outline = footprint(T_world_box, (length + 0.5, width + 0.5, height))
        cells = np.round((outline - (centre[:2] - REACH_M)) / FOOTPRINT_CELL_M).astype(np.int32)
        cv2.fillConvexPoly(owner, cells, k)
        cv2.fillConvexPoly(bottom, cells, T_world_box.translation[2] - height / 2)
        cv2.fillConvexPoly(top, cells, T_world_box.translation[2] + height / 2)
    return owner, bottom, top


def _ground(scene: Scene, points: Points) -> Ground:
    """The lowest tenth of each cell's points, and the boxes' bottoms; smoothed over a few cells and carried outwards."""
    feet = [_bottom(actor.track[k].T_world, actor.size_lwh) for actor in scene.actors for k in (0, -1)]
    feet = feet or [pose.T_world.translation for pose in scene.ego]
    everything = np.concatenate([points, np.asarray(feet, np.float32).reshape(-1, 3)])
    origin = np.floor(everything[:, :2].min(axis=0)) - 1
    shape = np.ceil((everything[:, :2].max(axis=0) - origin) / CELL_M).astype(int)[::-1] + 2
    cells = np.round((everything[:, :2] - origin) / CELL_M).astype(np.int64)
    key = cells[:, 1] * shape[1] + cells[:, 0]
    order = np.lexsort((everything[:, 2], key))
    keys, start, count = np.unique(key[order], return_index=True, return_counts=True)
    low = everything[order, 2][start + (count * 0.1).astype(int)]
    heights = np.zeros(shape, np.float32)
    weights = np.zeros(shape, np.float32)
    heights.flat[keys], weights.flat[keys] = low, np.minimum(count, 10)
    near_path = _lowest_near(heights, weights)
    return Ground(near_path, (float(origin[0]), float(origin[1])))


def _bottom(T_world_box: Rigid, size_lwh: tuple[float, float, float]) -> tuple[float, float, float]:
    corners = box_corners(T_world_box, size_lwh)
    x, y = corners[:, :2].mean(axis=0)
    return float(x), float(y), float(np.sort(corners[:, 2])[:4].mean())


def _lowest_near(heights: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cells that stick out over their neighbourhood (roofs, hedges) give way; then a weighted blur fills the holes."""
    broad = _blurred(heights, weights, 4.0)
    for _ in range(3):
        weights = weights * (heights - broad < 0.25)
        broad = _blurred(heights, weights, 4.0)
    return np.where(weights > 3, _blurred(heights, weights, 1.0), broad).astype(np.float32)


def _blurred(heights: NDArray[np.float32], weights: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """The weighted mean around each cell; where nothing is known near by, the nearest known cell's."""
    mass = cv2.GaussianBlur(weights, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    mean = cv2.GaussianBlur(heights * weights, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT) / np.maximum(mass, 1e-12)
    return nearest_known(mean, mass > 0.05)


def nearest_known(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The values, with each unknown one replaced by the nearest that is known."""
    if not known.any():
        return values
    _, labels = cv2.distanceTransformWithLabels((~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    by_label = np.zeros(int(labels.max()) + 1, values.dtype)
    by_label[labels[known]] = values[known]
    return by_label[labels]


def _standing(points: Points, camera: Camera, pixels: Array) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Depth of the nearest upright point, spread over the gaps between points; and where there was none near by. What is beside
    the pixels (h, w, 2) has a say at their border."""
    least = max(1, round(1.5 * camera.view.width / 448))
    across, down = 2 * least * WIDER[-1], 4 * least * WIDER[-1]  # as far as closing gaps looks
    h, w = pixels.shape[0] + 2 * down, pixels.shape[1] + 2 * across
    left, top = pixels[0, 0] - (across, down)
    T = camera.T_world_camera.inverse().matrix().astype(np.float32)
    local = points @ T[:3, :3].T + T[:3, 3]
    z = local[:, 2]
    fx, fy, cx, cy, skew = camera.view.intrinsics
    ahead = np.flatnonzero(z > 0.5)
    z = z[ahead]
    y = local[ahead, 1] / z
    u = np.round(fx * local[ahead, 0] / z + skew * y + cx - left).astype(np.int32)
    v = np.round(fy * y + cy - top).astype(np.int32)
    inside = np.flatnonzero((u >= 0) & (u < w) & (v >= 0) & (v < h))
    inside = inside[np.argsort(-z[inside], kind="stable")]
    depth = np.full((h, w), FAR_M, np.float32)
    depth[v[inside], u[inside]] = z[inside]  # the nearest is written last
    part = slice(down, h - down), slice(across, w - across)
    spread, is_sky = _spread(depth, camera, least)
    return spread[part], is_sky[part]


def _spread(depth: NDArray[np.float32], camera: Camera, least: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    shrunk = _gaps_closed(depth, least)
    for reach in (least * times for times in WIDER):
        # The nearer a surface is, the farther apart in the picture lie points that are as far apart on it.
        near = np.where(depth < GAP_M * camera.view.intrinsics[0] / reach, depth, np.float32(FAR_M))
        if near.min() < FAR_M:
            shrunk = np.minimum(shrunk, _gaps_closed(near, reach))
    hit = shrunk < FAR_M
    if not hit.any():
        return depth, ~hit
    # Walls near by go on above what the LiDAR reaches; what is far from any hit is sky.
    scale = camera.view.width / 448
    reached = cv2.distanceTransform((~hit).astype(np.uint8), cv2.DIST_L2, 5)
    filled = nearest_known(shrunk, hit)
    return np.where((reached > 8 * scale) & (filled > 25), FAR_M, filled).astype(np.float32), ~hit


def _gaps_closed(depth: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Gaps between points, of so many pixels to either side, filled; outlines stay. Beams lie further apart up and down than
    points along a beam."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * reach + 1, 4 * reach + 1))
    return cv2.dilate(cv2.erode(depth, kernel), kernel)
