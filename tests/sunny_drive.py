"""The made-up drive of `tests.small_drive` in the sun or under clouds: level ground, boxes for actors, pillars beside."""

from pathlib import Path

import cv2
import numpy as np

from editor.geometry import Rigid, multiply, vec3, yaw_quaternion
from engine.draft.crowd import ray_box
from tests.small_drive import (
    ACTORS,
    HEADINGS,
    KEYFRAME_EVERY,
    LOOKING_AHEAD,
    NUM_FRAMES,
    SIZE,
    STEP_US,
    _ego,
    write_small_drive,
)

AZIMUTH, ELEVATION = np.radians(65.0), np.radians(38.0)
TOWARDS_SUN = np.array([np.cos(ELEVATION) * np.cos(AZIMUTH), np.cos(ELEVATION) * np.sin(AZIMUTH), np.sin(ELEVATION)])
# None between the sun and the parked car.
PILLARS = [(x, y) for x in range(-20, 31, 5) for y in (-9.0, -7.0, 7.0, 9.0) if y < 0 or x < 8]
WIDE_M, TALL_M = 1.0, 4.0
LIT, SHADED = np.array([150.0, 145.0, 138.0]), np.array([78.0, 78.0, 82.0])
UPRIGHT = (1.0, 0.0, 0.0, 0.0)


def write_sunny_drive(dataroot: Path, sun: bool = True) -> Path:
    """Write it and return its root."""
    write_small_drive(dataroot)
    for index in range(NUM_FRAMES):
        folder = "samples" if index % KEYFRAME_EVERY == 0 else "sweeps"
        boxes = _boxes(index)
        for channel, yaw in HEADINGS.items():
            picture = _drawn(_ego(index) @ Rigid((0.0, 0.0, 1.6), multiply(yaw_quaternion(yaw), LOOKING_AHEAD)), boxes, sun)
            cv2.imwrite(
                str(dataroot / folder / channel / f"{index:03d}.jpg"), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95]
            )
    for index in range(0, NUM_FRAMES, KEYFRAME_EVERY):
        file = dataroot / "samples" / "LIDAR_TOP" / f"{index:03d}.pcd.bin"
        points = _pillar_points() - np.asarray(_ego(index).translation) - (0.0, 0.0, 1.8)
        rows = np.concatenate([points, np.ones((len(points), 2))], axis=1).astype(np.float32)
        np.concatenate([np.fromfile(file, np.float32).reshape(-1, 5), rows]).tofile(file)
    return dataroot


def cast_by(boxes: list[tuple[Rigid, np.ndarray]], points: np.ndarray, towards: np.ndarray = TOWARDS_SUN) -> np.ndarray:
    """Which points (..., 3) lie in the shadows of boxes, given by pose and half size."""
    shaded = np.zeros(points.shape[:-1], bool)
    for pose, half in boxes:
        enter, leave = ray_box(points, towards, pose, half)
        shaded |= (enter < leave) & (leave > 0)
    return shaded


def _boxes(index: int) -> list[tuple[Rigid, np.ndarray, np.ndarray]]:
    """Pose, half size and colour of whatever stands on the ground."""
    after = index * STEP_US * 1e-6
    actors = [
        (Rigid((x + speed * after, y, size[2] / 2), UPRIGHT), np.array(size) / 2, np.array([40.0, 60.0, 150.0]))
        for _, size, x, y, speed in ACTORS.values()
    ]
    half = np.array([WIDE_M, WIDE_M, TALL_M]) / 2
    return actors + [(Rigid((x, y, TALL_M / 2), UPRIGHT), half, np.array([120.0, 90.0, 70.0])) for x, y in PILLARS]


def _drawn(T_world_camera: Rigid, boxes: list[tuple[Rigid, np.ndarray, np.ndarray]], sun: bool) -> np.ndarray:
    u, v = np.meshgrid(np.arange(SIZE[0]), np.arange(SIZE[1]))
    rays = np.stack([(u - 79.5) / 120.0, (v - 44.5) / 120.0, np.ones(u.shape)], axis=-1) @ T_world_camera.matrix()[:3, :3].T
    eye = np.asarray(T_world_camera.translation)
    depth = np.where(rays[..., 2] < -1e-3, -eye[2] / np.minimum(rays[..., 2], -1e-3), np.inf)
    points = eye + rays * np.where(np.isfinite(depth), depth, 0)[..., None]
    shaded = cast_by([(pose, half) for pose, half, _ in boxes], points)
    grain = 4 * np.sin(3.1 * points[..., :1]) * np.sin(2.3 * points[..., 1:2])
    out = np.where((shaded & sun)[..., None], SHADED, LIT if sun else 0.7 * LIT) + grain
    out[~np.isfinite(depth)] = (170, 200, 230)
    for pose, half, colour in boxes:
        enter, leave = ray_box(eye, rays, pose, half)
        nearer = (enter < leave) & (enter > 0.1) & (enter < depth)
        out[nearer], depth = colour, np.where(nearer, enter, depth)
    return np.clip(out, 0, 255).astype(np.uint8)


def _pillar_points() -> np.ndarray:
    """Points on the sides of every pillar, in the world."""
    along, up = np.meshgrid(np.linspace(-WIDE_M / 2, WIDE_M / 2, 6), np.linspace(0.1, TALL_M, 20))
    half = np.full(along.shape, WIDE_M / 2)
    sides = [(along, half), (along, -half), (half, along), (-half, along)]
    one = np.concatenate([np.stack([x, y, up], axis=-1).reshape(-1, 3) for x, y in sides])
    return np.concatenate([one + vec3(np.array([x, y, 0.0])) for x, y in PILLARS])
