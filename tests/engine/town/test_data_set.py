"""Town's data sets as nuscenes-devkit sees them: tables, LiDAR, visibility, CAN bus, its benchmarks' scores of the truth."""

import itertools
import shutil

import numpy as np
import pytest
from nuscenes.can_bus.can_bus_api import NuScenesCanBus
from nuscenes.utils.data_classes import LidarPointCloud
from nuscenes.utils.geometry_utils import points_in_box

from editor.datasets.nuscenes import open_data_set
from editor.datasets.tables import VISIBILITIES
from editor.scene import recorded as as_recorded
from engine.town.can_bus import RATES_HZ
from engine.town.recording import VERSION, scene_name
from engine.town.truth import render_truth
from engine.town.visibility import level, visible_shares
from tests.engine.town import devkit
from tests.engine.town.small_town import SEED


@pytest.fixture(scope="module")
def data(recorded, tmp_path_factory):
    """A copy, since the devkit wants a split beside the tables."""
    root = tmp_path_factory.mktemp("judged") / "town"
    shutil.copytree(recorded, root)
    return devkit.opened(root, VERSION)


@pytest.fixture(scope="module")
def scene(recorded):
    return open_data_set(recorded, VERSION).scene(scene_name(SEED))


def test_the_tables_say_where_they_come_from(data):
    assert [log["logfile"] for log in data.log] == [f"town-{SEED}"]
    assert data.scene[0]["name"] == scene_name(SEED)
    assert data.scene[0]["description"][0].isupper()
    assert {len(sample["data"]) for sample in data.sample} == {7}
    assert {box["visibility_token"] for box in data.sample_annotation} <= VISIBILITIES.keys()


def test_lidar_counts_are_the_points_on_the_actors_all_of_them_in_their_boxes(data):
    inside, known = [], []
    for sample in data.sample:
        cloud = LidarPointCloud.from_file(data.get_sample_data_path(sample["data"]["LIDAR_TOP"]))
        _, boxes, _ = data.get_sample_data(sample["data"]["LIDAR_TOP"])
        assert cloud.nbr_points() > 500
        for box in boxes:
            inside.append(int(points_in_box(box, cloud.points[:3], wlh_factor=1.001).sum()))
            known.append(data.get("sample_annotation", box.token)["num_lidar_pts"])
    assert all(few <= many for few, many in zip(known, inside, strict=True))
    assert sum(inside) < 1.1 * sum(known)  # the ground, and who stands close, reach into boxes


def test_visibility_is_that_of_the_instance_layer(scene):
    """The same share from a picture's exact layer, of those that one large enough shows wholly and alone."""
    frame = scene.keyframes[0]
    T_world_ego = frame.pictures[0].T_world_ego
    shares = visible_shares(SEED, scene.actors, frame.t_us, T_world_ego, scene.views)
    assert set(shares) == {actor.id for actor in scene.actors}
    assert {level(share) for share in shares.values()} >= {"1", "4"}
    shown = set()
    for view in scene.views:
        truth = render_truth(as_recorded(scene), view.name, 0)
        seen = {i: int((truth.instance == k).sum()) for k, i in enumerate(truth.ids)}
        shown |= {i for i, pixels in seen.items() if pixels > 12}
    assert shown
    assert min(shares[i] for i in shown) > 0
    assert all(shares[actor.id] <= 1 for actor in scene.actors)


def test_attributes_are_those_of_their_categories(data):
    for box in data.sample_annotation:
        names = [data.get("attribute", token)["name"] for token in box["attribute_tokens"]]
        assert len(names) <= 1
        kind = box["category_name"].split(".")[0]
        cycle = box["category_name"] in ("vehicle.bicycle", "vehicle.motorcycle")
        wanted = "cycle." if cycle else {"vehicle": "vehicle.", "human": "pedestrian."}.get(kind)
        assert (not names) if wanted is None else names[0].startswith(wanted)
        speed = np.linalg.norm(data.box_velocity(box["token"])[:2])
        if names and names[0] == "vehicle.parked":
            assert speed < 0.01


def test_the_can_bus_api_reads_every_message(recorded, scene):
    bus = NuScenesCanBus(str(recorded))
    start, end = scene.span
    for name, rate in RATES_HZ.items():
        messages = bus.get_messages(scene.name, name)
        times = [message["utime"] for message in messages]
        assert len(times) == pytest.approx((end - start) * 1e-6 * rate, abs=1.01)
        assert start == times[0] < times[-1] <= end
        assert all(a < b for a, b in itertools.pairwise(times))
        statistics = bus.get_messages(scene.name, "meta")[name]
        assert statistics["message_count"] == len(times)
        assert set(statistics["var_stats"]) == set(messages[0])
    assert bus.list_misaligned_routes() == []


def test_the_can_bus_moves_as_the_ego_does(recorded, scene):
    bus = NuScenesCanBus(str(recorded))
    pose = {m["utime"]: m for m in bus.get_messages(scene.name, "pose")}
    for ego in scene.ego:
        message = pose[ego.t_us]
        np.testing.assert_allclose(message["pos"], ego.T_world.translation, atol=0.01)
        assert abs(np.dot(message["orientation"], ego.T_world.rotation)) == pytest.approx(1, abs=1e-4)
    speeds = [m["vel"][0] for m in pose.values()]
    driven = np.linalg.norm(np.subtract(scene.ego[-1].T_world.translation, scene.ego[0].T_world.translation))
    seconds = (scene.ego[-1].t_us - scene.ego[0].t_us) * 1e-6
    assert np.mean(speeds) == pytest.approx(driven / seconds, rel=0.02)
    assert all(m["accel"][2] == pytest.approx(9.81, abs=0.8) for m in pose.values())
    monitor = bus.get_messages(scene.name, "vehicle_monitor")[0]
    assert monitor["vehicle_speed"] == pytest.approx(3.6 * speeds[0], rel=0.02)
    assert monitor["rear_left_rpm"] == pytest.approx(speeds[0] * 60 / (2 * np.pi * 0.308), rel=0.05)


@pytest.mark.parametrize("seed", [0, 9, 161, 168, 176, 309, 314, 9_999, 10_161, 800_000, 9_999_999])
def test_scene_names_are_such_as_the_can_bus_api_takes(recorded, seed):
    bus = NuScenesCanBus(str(recorded))
    name = scene_name(seed)
    with pytest.raises(FileNotFoundError if name != scene_name(SEED) else ValueError):
        bus.get_messages(name, "pose", print_warnings=False)


def test_the_truth_as_prediction_scores_full_marks(data, tmp_path):
    found = devkit.detection(data, tmp_path)
    there = {name: ap for name, ap in found["mean_dist_aps"].items() if ap > 0}
    assert {"car", "pedestrian"} <= there.keys()
    assert min(there.values()) >= 0.999
    tracked = {
        name: amota for name, amota in devkit.tracking(data, tmp_path)["label_metrics"]["amota"].items() if amota == amota
    }
    assert {"car", "pedestrian"} <= tracked.keys()
    assert min(tracked.values()) >= 0.999
