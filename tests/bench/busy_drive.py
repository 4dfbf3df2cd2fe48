"""A made-up drive of twenty seconds with 100 actors and 240 frames of six views: as much as a nuScenes scene ever holds."""

import math
import os
from pathlib import Path

import cv2
import numpy as np

from editor.datasets.tables import TableWriter
from editor.geometry import Rigid, multiply, yaw_quaternion

VERSION, SCENE = "v1.0-busy", "scene-0100"
SIZE = (448, 256)
NUM_FRAMES, NUM_ACTORS = 240, 100
STEP_US, START_US, KEYFRAME_EVERY = 83_333, 1_700_000_000_000_000, 6
HEADINGS = {"FRONT": 0, "FRONT_LEFT": 55, "FRONT_RIGHT": -55, "BACK": 180, "BACK_LEFT": 110, "BACK_RIGHT": -110}
LOOKING_AHEAD = (0.5, -0.5, 0.5, -0.5)  # a camera's axes (right, down, ahead) in the ego's
EGO_MPS = 4.0


def write_busy_drive(dataroot: Path, seed: int = 0) -> Path:
    """Write it and return its root. All pictures are one file by many names."""
    tables = TableWriter(VERSION, seed=seed)
    log = tables.log("busy", vehicle="none", date_captured="2026-01-01", location="nowhere")
    (dataroot / "maps").mkdir(parents=True)
    cv2.imwrite(str(dataroot / "maps" / "nowhere.png"), np.zeros((40, 40), np.uint8))
    tables.map("maps/nowhere.png", [log])
    scene = tables.scene(SCENE, log, "A hundred actors")
    keyframes = (*range(0, NUM_FRAMES - 1, KEYFRAME_EVERY), NUM_FRAMES - 1)
    samples = {index: tables.sample(scene, _time(index)) for index in keyframes}
    _write_cameras(dataroot, tables, scene, samples)
    _write_actors(tables, scene, samples, np.random.default_rng(seed))
    tables.write(dataroot)
    return dataroot


def _time(index: int) -> int:
    return START_US + index * STEP_US


def _ego(index: int) -> Rigid:
    return Rigid((EGO_MPS * index * STEP_US * 1e-6, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))


def _write_cameras(dataroot: Path, tables: TableWriter, scene: str, samples: dict[int, str]) -> None:
    picture = dataroot / "picture.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (8, 14, 3), np.uint8)
    cv2.imwrite(str(picture), cv2.resize(noise, SIZE, interpolation=cv2.INTER_CUBIC))
    for name, degrees in HEADINGS.items():
        T_ego_camera = Rigid((0.0, 0.0, 1.6), multiply(yaw_quaternion(math.radians(degrees)), LOOKING_AHEAD))
        intrinsics = (320.0, 320.0, 223.5, 127.5, 0.0)
        camera = tables.calibrated_sensor(scene, f"CAM_{name}", "camera", T_ego_camera, intrinsics=intrinsics)
        for index in range(NUM_FRAMES):
            file = f"{'samples' if index in samples else 'sweeps'}/CAM_{name}/{index:03d}.jpg"
            (dataroot / file).parent.mkdir(parents=True, exist_ok=True)
            os.link(picture, dataroot / file)
            sample = samples[min(-(-index // KEYFRAME_EVERY) * KEYFRAME_EVERY, max(samples))]
            tables.sample_data(sample, camera, _time(index), _ego(index), file, is_key_frame=index in samples, size=SIZE)


def _write_actors(tables: TableWriter, scene: str, samples: dict[int, str], chance: np.random.Generator) -> None:
    """Cars in six lanes, two of them parked, spread over the whole street."""
    for number in range(NUM_ACTORS):
        lane = number % 6
        speed = (0.0, 5.0, 4.0, -4.0, -5.0, 0.0)[lane]
        x, y = -60 + 10 * (number // 6) + chance.uniform(-1, 1), 3.5 * (lane - 2.5) - 2
        turn = yaw_quaternion(0.0 if speed >= 0 else math.pi)
        instance = tables.instance(scene, f"car {number}", "vehicle.car")
        for index, sample in samples.items():
            place = (x + speed * index * STEP_US * 1e-6, y, 0.8)
            tables.annotation(instance, sample, Rigid(place, turn), (4.5, 1.9, 1.6), num_lidar_pts=5, visibility="4")
