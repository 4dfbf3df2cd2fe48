"""Recorded data sets as we read them, held against nuscenes-devkit."""

import math

import numpy as np
import pytest
from nuscenes.nuscenes import NuScenes
from pyquaternion import Quaternion

from editor.cameras import matrix_of
from editor.datasets.nuscenes import open_data_set
from editor.datasets.recorded import read_lidar, read_picture
from editor.datasets.scenes import rigid
from editor.geometry import box_corners, rotation_matrix
from editor.tracks import actor_at, track_at
from tests.conftest import shared

NAMES = ("pandaset-002", "nuscenes-mini-tables")


@pytest.fixture(scope="module", params=NAMES)
def both(request):
    dataroot = shared(request.param)
    return open_data_set(dataroot), NuScenes("v1.0-mini", str(dataroot), verbose=False)


def scenes(data_set):
    return [data_set.scene(summary.name) for summary in data_set.summaries()]


def test_scenes_have_what_the_tables_list(both):
    data_set, nusc = both
    for scene, record in zip(scenes(data_set), nusc.scene, strict=True):
        assert (scene.name, scene.description, len(scene.keyframes)) == (
            record["name"],
            record["description"],
            record["nbr_samples"],
        )
        assert [view.name for view in scene.views][0] == "CAM_FRONT"
        assert not scene.synthetic
    pictures = sum(len(frame.pictures) for scene in scenes(data_set) for frame in scene.frames)
    assert pictures == sum(r["sensor_modality"] == "camera" for r in nusc.sample_data)
    assert sum(len(scene.actors) for scene in scenes(data_set)) == len(nusc.instance)
    assert sum(len(actor.track) for scene in scenes(data_set) for actor in scene.actors) == len(nusc.sample_annotation)


def test_boxes_at_pictures_are_the_devkits(both):
    """At a sweep at its own time, for actors annotated at both neighbouring samples; at a keyframe at the sample's time."""
    data_set, nusc = both
    compared = 0
    for scene in scenes(data_set):
        actors = {actor.id: actor for actor in scene.actors}
        for picture in (frame.pictures[0] for frame in scene.frames[::3]):
            recording = nusc.get("sample_data", picture.token)
            sample = nusc.get("sample", recording["sample_token"])
            t_us = sample["timestamp"] if recording["is_key_frame"] else picture.t_us
            for box in nusc.get_boxes(picture.token):
                annotation = nusc.get("sample_annotation", box.token)
                if not recording["is_key_frame"] and not annotation["prev"]:
                    continue  # there the devkit takes the box of another time
                actor = actors[annotation["instance_token"]]
                T_world_box = actor_at(actor, t_us)
                np.testing.assert_allclose(T_world_box.translation, box.center, atol=1e-9)
                np.testing.assert_allclose(
                    rotation_matrix(T_world_box.rotation), box.rotation_matrix, atol=1e-6
                )  # its slerp nears the arc by the chord
                np.testing.assert_allclose(actor.size_lwh, box.wlh[[1, 0, 2]])
                compared += 1
    assert compared > 2000


def test_every_picture_has_its_own_ego_pose_and_calibration(both):
    data_set, nusc = both
    for scene in scenes(data_set):
        for picture in (picture for frame in scene.frames for picture in frame.pictures):
            recording = nusc.get("sample_data", picture.token)
            ego = nusc.get("ego_pose", recording["ego_pose_token"])
            calibrated = nusc.get("calibrated_sensor", recording["calibrated_sensor_token"])
            view = scene.view(picture.view)
            assert recording["channel"] == picture.view
            assert list(picture.T_world_ego.translation) == ego["translation"]
            assert list(picture.T_world_ego.rotation) == ego["rotation"]
            assert list(view.T_ego_camera.rotation) == calibrated["rotation"]
            assert (matrix_of(view) == np.array(calibrated["camera_intrinsic"])).all()


def test_corners_reach_the_camera_as_in_the_devkit(both):
    data_set, nusc = both
    for scene in scenes(data_set):
        actors = {actor.id: actor for actor in scene.actors}
        for picture in scene.keyframes[len(scene.keyframes) // 2].pictures:
            T_camera_world = (picture.T_world_ego @ scene.view(picture.view).T_ego_camera).inverse()
            _, boxes, _ = nusc.get_sample_data(picture.token)
            for box in boxes:
                annotation = nusc.get("sample_annotation", box.token)
                actor = actors[annotation["instance_token"]]
                T_world_box = track_at(actor.track, nusc.get("sample", annotation["sample_token"])["timestamp"])
                corners = box_corners(T_camera_world @ T_world_box, actor.size_lwh)
                np.testing.assert_allclose(corners, box.corners().T, atol=1e-8)


def test_each_picture_is_in_one_frame_and_frames_rise(both):
    for scene in scenes(both[0]):
        tokens = [picture.token for frame in scene.frames for picture in frame.pictures]
        assert len(tokens) == len(set(tokens))
        assert (np.diff([frame.t_us for frame in scene.frames]) > 0).all()
        assert (np.diff([pose.t_us for pose in scene.ego]) > 0).all()


def test_missing_files_are_shown_as_missing(both):
    data_set, nusc = both
    for scene in scenes(data_set):
        for frame in scene.frames:
            for picture in frame.pictures:
                there = (data_set.dataroot / picture.file).is_file()
                assert picture.exists == there
                if not there:
                    assert read_picture(data_set.dataroot, picture, scene.view(picture.view)) is None
        for sweep in scene.sweeps:
            assert sweep.exists or read_lidar(data_set.dataroot, sweep) is None


def test_pictures_and_points_are_read(both):
    data_set, nusc = both
    scene = scenes(data_set)[0]
    picture = next(p for frame in scene.frames for p in frame.pictures if p.exists)
    view = scene.view(picture.view)
    assert read_picture(data_set.dataroot, picture, view).shape == (view.height, view.width, 3)
    points = read_lidar(data_set.dataroot, next(sweep for sweep in scene.sweeps if sweep.exists))
    assert points.shape[1] == 4
    assert len(points) > 10_000


def test_lidar_points_lie_in_the_boxes(both):
    """Where the sensor stood in the world is right: cars' boxes hold points, and their ground is at the boxes' feet."""
    data_set, _ = both
    scene = scenes(data_set)[0]
    sweep = next(sweep for sweep in scene.sweeps if sweep.exists)
    points = sweep.T_world_lidar.apply(read_lidar(data_set.dataroot, sweep)[:, :3].astype(np.float64))
    held = []
    for actor in scene.actors:
        T_world_box = actor_at(actor, sweep.t_us)
        if T_world_box is None or not actor.category.startswith("vehicle."):
            continue
        if np.linalg.norm(np.subtract(T_world_box.translation, sweep.T_world_lidar.translation)) < 30:
            inside = np.abs(T_world_box.inverse().apply(points)) < np.array(actor.size_lwh) / 2 + 0.1
            held.append(inside.all(axis=1).sum())
    assert len(held) >= 2
    assert np.median(held) > 50


def test_a_heading_that_the_file_gives_is_kept(both):
    data_set, nusc = both
    scene = scenes(data_set)[0]
    for box in nusc.sample_annotation[:50]:
        actor = next((a for a in scene.actors if a.id == box["instance_token"]), None)
        if actor is not None:
            pose = track_at(actor.track, nusc.get("sample", box["sample_token"])["timestamp"])
            assert Quaternion(pose.rotation) == Quaternion(box["rotation"])


def test_the_fingerprint_is_the_scenes_own_and_stays(both):
    data_set, _ = both
    prints = [scene.fingerprint for scene in scenes(data_set)]
    assert len(set(prints)) == len(prints)
    again = open_data_set(data_set.dataroot, data_set.version)
    assert [again.scene(p.scene).fingerprint for p in prints] == prints


def test_rotations_of_few_digits_are_brought_to_unit_length_and_others_stay_as_they_are():
    rough = {"translation": [1.0, 2.0, 3.0], "rotation": [0.71, 0.0, 0.0, 0.71]}
    assert rigid(rough).rotation == pytest.approx((math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5)), abs=1e-15)
    exact = [0.5720320396729045, -0.0016977771610471074, 0.011798001930183783, -0.8201446642457809]  # as nuScenes has them
    assert rigid({**rough, "rotation": exact}).rotation == tuple(exact)
