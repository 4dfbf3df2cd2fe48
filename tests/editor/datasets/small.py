"""A small nuScenes-format data set, made of nothing: two cameras, LiDAR, four samples, sweeps between, streets."""

from pathlib import Path

import cv2
import numpy as np

from editor.datasets.map_expansion import write_map_expansion
from editor.datasets.map_mask import write_map_mask
from editor.datasets.tables import TableWriter
from editor.geometry import Rigid, multiply, yaw_quaternion
from editor.map import Lane, StreetMap

START_US = 1_600_000_000_000_000
AHEAD = (0.5, -0.5, 0.5, -0.5)  # a camera that looks along the ego's x axis
CANVAS = (120.0, 60.0)
STEPS = 16  # of 100 ms; every fifth is a sample


def streets() -> StreetMap:
    """A straight road along x."""
    road = np.array([[0, 20], [120, 20], [120, 40], [0, 40]], dtype=float)
    lane = Lane("lane", np.array([[0, 25, 0], [120, 25, 0]], dtype=float), road - (0, 5), False, ())
    return StreetMap(lanes=(lane,), road_dividers=(np.array([[0, 30, 0], [120, 30, 0]], dtype=float),), drivable=((road, ()),))


def small_data_set(dataroot: Path, *, expansion: bool = True) -> Path:
    """Write it, pictures included, and return its root."""
    table_writer(dataroot).write(dataroot)
    write_map_mask(dataroot / "maps" / "small.png", streets(), CANVAS)
    if expansion:
        write_map_expansion(dataroot, "small", streets(), CANVAS)
    return dataroot


def ego(step: int) -> Rigid:
    """Where the ego is at a step: going along x, and gently turning."""
    return Rigid((20.0 + step, 25.0, 0.0), yaw_quaternion(0.01 * step))


def table_writer(dataroot: Path) -> TableWriter:
    """Its tables; pictures and points are written along."""
    tables = TableWriter("v1.0-small", seed="small")
    log = tables.log("small", vehicle="town", date_captured="2026-01-01", location="small")
    tables.map("maps/small.png", [log])
    scene = tables.scene("scene-0001", log, "Two cars and a walker")
    turned = {"CAM_FRONT": 0.0, "CAM_BACK": np.pi}
    mounts = {name: Rigid((1.0, 0.0, 1.5), multiply(yaw_quaternion(yaw), AHEAD)) for name, yaw in turned.items()}
    lens = (60.0, 60.0, 31.5, 17.5, 0.0)
    cameras = {n: tables.calibrated_sensor(scene, n, "camera", T, intrinsics=lens) for n, T in mounts.items()}
    lidar = tables.calibrated_sensor(scene, "LIDAR_TOP", "lidar", Rigid((0.0, 0.0, 1.8), yaw_quaternion(-np.pi / 2)))
    samples = {step: tables.sample(scene, START_US + step * 100_000) for step in range(0, STEPS, 5)}
    for step in range(STEPS):
        own, following = step in samples, samples[min(-(-step // 5) * 5, STEPS - 1)]
        for channel, token in (*cameras.items(), ("LIDAR_TOP", lidar)):
            late_us = {"CAM_FRONT": 3_000, "CAM_BACK": 20_000, "LIDAR_TOP": 0}[channel]
            file, size = write_recording(dataroot, channel, step, own)
            t_us = START_US + step * 100_000 + late_us
            tables.sample_data(following, token, t_us, ego(step), file, is_key_frame=own, size=size)
    add_actors(tables, scene, samples)
    return tables


def write_recording(dataroot: Path, channel: str, step: int, own: bool) -> tuple[str, tuple[int, int]]:
    """One file of a sensor, and its size in pixels."""
    folder = dataroot / ("samples" if own else "sweeps") / channel
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(step)
    if channel == "LIDAR_TOP":
        random.uniform(-20, 20, (50, 5)).astype(np.float32).tofile(folder / f"{step}.pcd.bin")
        return f"{folder.relative_to(dataroot)}/{step}.pcd.bin", (0, 0)
    cv2.imwrite(str(folder / f"{step}.png"), random.integers(0, 255, (36, 64, 3), dtype=np.uint8))
    return f"{folder.relative_to(dataroot)}/{step}.png", (64, 36)


def add_actors(tables: TableWriter, scene: str, samples: dict[int, str]) -> None:
    """A car ahead, one that is missing at one sample, a walker who comes late."""
    kinds = {"ahead": "vehicle.car", "gap": "vehicle.car", "walker": "human.pedestrian.adult"}
    away = {"ahead": (), "gap": (5,), "walker": (0,)}
    for number, (name, category) in enumerate(kinds.items()):
        token = tables.instance(scene, name, category)
        attribute = "pedestrian.moving" if name == "walker" else "vehicle.moving"
        for step in (step for step in samples if step not in away[name]):
            T_world_box = Rigid((30.0 + 1.1 * step, 22.0 + 3 * number, 0.8), yaw_quaternion(0.02 * step))
            told = {"attributes": [attribute], "visibility": "4", "num_lidar_pts": step + 1}
            tables.annotation(token, samples[step], T_world_box, (4.0, 1.8, 1.6), **told)
