"""nuscenes-devkit as the judge of projection: where it puts every box corner of a data set, and where we do."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from nuscenes import NuScenes
from nuscenes.utils.data_classes import Box
from nuscenes.utils.geometry_utils import view_points
from pyquaternion import Quaternion

from editor.cameras import T_camera_world, project
from editor.datasets.nuscenes import open_data_set
from editor.geometry import box_corners
from editor.scene import Frame, Picture, Scene
from editor.tracks import track_at

BEHIND_M = 30.0  # a box whose centre is this far behind a camera has no corner before it
WIDTHS = 10  # corners farther beside the picture than this many of its widths do not count


def corner_errors_px(dataroot: Path, every: int = 1) -> Iterator[np.ndarray]:
    """For every picture (or every so many), how far apart (n,) the two put the corners that count."""
    tables, data_set = NuScenes("v1.0-mini", str(dataroot), verbose=False), open_data_set(dataroot, "v1.0-mini")
    count = 0
    for summary in data_set.summaries():
        scene = data_set.scene(summary.name)
        for frame in scene.frames:
            for picture in frame.pictures:
                count += 1
                if count % every == 0:
                    yield _errors(tables, scene, frame, picture)


def _errors(tables: NuScenes, scene: Scene, frame: Frame, picture: Picture) -> np.ndarray:
    sample_data = tables.get("sample_data", picture.token)
    calibrated = tables.get("calibrated_sensor", sample_data["calibrated_sensor_token"])
    ego = tables.get("ego_pose", sample_data["ego_pose_token"])
    view = scene.view(picture.view)
    T_camera = T_camera_world(picture.T_world_ego, view)
    actors = {actor.id: actor for actor in scene.actors}
    # The devkit shows a keyframe's boxes at the sample's time, and none before its first or after the scene's last annotation.
    t_us = frame.t_us if frame.is_keyframe else min(picture.t_us, scene.keyframes[-1].t_us)
    errors = []
    for box in tables.get_boxes(picture.token):
        if T_camera.apply(np.array(box.center))[2] < -BEHIND_M:
            continue
        actor = actors[tables.get("sample_annotation", box.token)["instance_token"]]
        theirs = view_points(
            _in_camera(box, ego, calibrated).corners(), np.array(calibrated["camera_intrinsic"]), normalize=False
        )
        ours, depth = project(
            view, T_camera.apply(box_corners(track_at(actor.track, max(t_us, actor.track[0].t_us)), actor.size_lwh))
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = (theirs[:2] / theirs[2]).T
        reach = WIDTHS * view.width
        counts = (theirs[2] >= 0.1) & (np.abs(pixels) <= reach).all(1)
        errors.append(np.linalg.norm(ours[counts] - pixels[counts], axis=1))
    return np.concatenate(errors) if errors else np.zeros(0)


def _in_camera(box: Box, ego: dict, calibrated: dict) -> Box:
    """As `NuScenes.get_sample_data` does it."""
    for record in (ego, calibrated):
        box.translate(-np.array(record["translation"]))
        box.rotate(Quaternion(record["rotation"]).inverse)
    return box
