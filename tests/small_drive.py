"""A made-up drive of one second on disk, in genuine nuScenes layout and quick to read: for tests that need files."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from editor.datasets.tables import TableWriter
from editor.geometry import Rigid, multiply, yaw_quaternion

VERSION, SCENE, LOCATION = "v1.0-small", "scene-0001", "nowhere"
SIZE = (160, 90)
STEP_US = 100_000
START_US = 1_700_000_000_000_000
NUM_FRAMES = 11
KEYFRAME_EVERY = 5
HEADINGS = {"CAM_FRONT": 0.0, "CAM_BACK": np.pi}
LOOKING_AHEAD = (0.5, -0.5, 0.5, -0.5)  # a camera's axes (right, down, ahead) in the ego's
Actors = dict[str, tuple[str, tuple[float, float, float], float, float, float]]
Painter = Callable[[str, int], np.ndarray]
# What stands or drives there: category, length, width, height, x, y, speed along x in m/s.
ACTORS: Actors = {
    "parked": ("vehicle.car", (4.4, 1.9, 1.6), 14.0, 4.0, 0.0),
    "ahead": ("vehicle.truck", (7.0, 2.4, 3.0), 18.0, 0.0, 5.0),
    "walker": ("human.pedestrian.adult", (0.7, 0.7, 1.8), 10.0, -5.0, 1.0),
    "behind": ("vehicle.car", (4.4, 1.9, 1.6), -12.0, 0.0, 5.0),
}
EGO_MPS = 5.0


def write_small_drive(dataroot: Path, actors: Actors = ACTORS, picture: Painter | None = None) -> Path:
    """Write it and return its root; `picture` gives a channel's picture (h, w, 3) BGR at a frame."""
    tables = TableWriter(VERSION, seed="small")
    log = tables.log("small", vehicle="none", date_captured="2026-01-01", location=LOCATION)
    tables.map("maps/nowhere.png", [log])
    scene = tables.scene(SCENE, log, "A straight road")
    (dataroot / "maps").mkdir(parents=True)
    cv2.imwrite(str(dataroot / "maps" / "nowhere.png"), np.zeros((40, 40), np.uint8))
    samples = _samples(tables, scene)
    _write_cameras(dataroot, tables, scene, samples, picture or _picture)
    _write_lidar(dataroot, tables, scene, samples)
    _write_actors(tables, scene, samples, actors)
    tables.write(dataroot)
    return dataroot


def _time(index: int) -> int:
    return START_US + index * STEP_US


def _ego(index: int) -> Rigid:
    return Rigid((EGO_MPS * index * STEP_US * 1e-6, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))


def _samples(tables: TableWriter, scene: str) -> dict[int, str]:
    return {index: tables.sample(scene, _time(index)) for index in range(0, NUM_FRAMES, KEYFRAME_EVERY)}


def _write_cameras(dataroot: Path, tables: TableWriter, scene: str, samples: dict[int, str], picture: Painter) -> None:
    for channel, yaw in HEADINGS.items():
        T_ego_camera = Rigid((0.0, 0.0, 1.6), multiply(yaw_quaternion(yaw), LOOKING_AHEAD))
        camera = tables.calibrated_sensor(scene, channel, "camera", T_ego_camera, intrinsics=(120.0, 120.0, 79.5, 44.5, 0.0))
        for index in range(NUM_FRAMES):
            is_key = index in samples
            file = f"{'samples' if is_key else 'sweeps'}/{channel}/{index:03d}.jpg"
            (dataroot / file).parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(dataroot / file), picture(channel, index))
            sample = samples[min(-(-index // KEYFRAME_EVERY) * KEYFRAME_EVERY, max(samples))]
            tables.sample_data(sample, camera, _time(index), _ego(index), file, is_key_frame=is_key, size=SIZE)


def _picture(channel: str, index: int) -> np.ndarray:
    """Sky above, a road with blotches below; no two alike."""
    chance = np.random.default_rng([index, len(channel)])
    blotches = cv2.resize(chance.integers(60, 160, (9, 16, 3), np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    blotches[: SIZE[1] // 2] = (230, 200, 170)
    return blotches


def _write_lidar(dataroot: Path, tables: TableWriter, scene: str, samples: dict[int, str]) -> None:
    lidar = tables.calibrated_sensor(scene, "LIDAR_TOP", "lidar", Rigid((0.0, 0.0, 1.8), (1.0, 0.0, 0.0, 0.0)))
    x, y = np.meshgrid(np.linspace(-30, 30, 40), np.linspace(-12, 12, 20))
    ground = np.stack([x.ravel(), y.ravel(), np.full(x.size, -1.8), np.ones(x.size), np.zeros(x.size)], axis=1)
    for index, sample in samples.items():
        file = f"samples/LIDAR_TOP/{index:03d}.pcd.bin"
        (dataroot / file).parent.mkdir(parents=True, exist_ok=True)
        ground.astype(np.float32).tofile(dataroot / file)
        tables.sample_data(sample, lidar, _time(index), _ego(index), file, is_key_frame=True)


def _write_actors(tables: TableWriter, scene: str, samples: dict[int, str], actors: Actors) -> None:
    for name, (category, size_lwh, x, y, speed) in actors.items():
        instance = tables.instance(scene, name, category)
        for index, sample in samples.items():
            place = (x + speed * index * STEP_US * 1e-6, y, size_lwh[2] / 2)
            tables.annotation(instance, sample, Rigid(place, (1.0, 0.0, 0.0, 0.0)), size_lwh, num_lidar_pts=5, visibility="4")
