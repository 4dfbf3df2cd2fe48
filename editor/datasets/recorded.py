"""Reading what was recorded: pictures and LiDAR points, from the files that a scene names."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.datasets.records import DataSetError
from editor.geometry import Rigid
from editor.scene import LidarSweep, Picture, View

POINT_FIELDS = 5  # x, y, z, intensity, ring: how nuScenes keeps LiDAR points, as float32


def read_picture(dataroot: Path, picture: Picture, view: View) -> NDArray[np.uint8] | None:
    """The recorded picture (H, W, 3) in RGB, or None where its file is missing."""
    path = dataroot / picture.file
    if not path.is_file():
        return None
    # What the file says of its orientation is ignored: the calibration is of the pixels as they are stored.
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise DataSetError(f"picture {picture.file}: got a file that is no picture; wanted JPEG or PNG")
    if pixels.shape[:2] != (view.height, view.width):
        got = f"{pixels.shape[1]}x{pixels.shape[0]}"
        raise DataSetError(f"picture {picture.file}: got {got}; wanted {view.width}x{view.height}, as its record says")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def read_lidar(dataroot: Path, sweep: LidarSweep) -> NDArray[np.float32] | None:
    """The points (N, 4) as x, y, z, intensity in the LiDAR's frame, or None where their file is missing."""
    if not (dataroot / sweep.file).is_file():
        return None
    points = _points(dataroot, sweep)[:, :4]
    return np.ascontiguousarray(points[np.isfinite(points).all(axis=1)])


def moved_points(dataroot: Path, sweep: LidarSweep, T_new_old: Rigid) -> NDArray[np.float32]:
    """The rows (N, 5) of a sweep's file with the points in another frame, and all else as it was."""
    points = _points(dataroot, sweep)
    points[:, :3] = T_new_old.apply(points[:, :3].astype(np.float64))
    return points


def _points(dataroot: Path, sweep: LidarSweep) -> NDArray[np.float32]:
    size = (dataroot / sweep.file).stat().st_size
    if size % (4 * POINT_FIELDS):
        raise DataSetError(f"LiDAR sweep {sweep.file}: got {size} bytes; wanted rows of {POINT_FIELDS} float32")
    return np.fromfile(dataroot / sweep.file, np.float32).reshape(-1, POINT_FIELDS)
