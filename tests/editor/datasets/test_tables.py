"""Tables and maps that we write, opened by nuscenes-devkit."""

import json

import cv2
import numpy as np
import pytest
from nuscenes.map_expansion import map_api
from nuscenes.map_expansion.arcline_path_utils import pose_at_length
from nuscenes.nuscenes import NuScenes
from nuscenes.utils.map_mask import MapMask

from editor.datasets.map_expansion import expansion_path, read_map_expansion, write_map_expansion
from editor.datasets.map_mask import read_map_mask, write_map_mask
from editor.datasets.tables import TableWriter
from editor.geometry import IDENTITY, Rigid, yaw_quaternion
from editor.map import Lane, StreetMap

EVERYWHERE = (0.0, 0.0, 100.0, 80.0)


def square(x, y, side):
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]], dtype=float)


def street():
    bend = np.array([[30, 12, 0], [36, 13, 0], [40, 18, 0]], dtype=float)
    straight = np.array([[0, 12, 0], [30, 12, 0]], dtype=float)
    outline = np.array([[0, 10], [30, 10], [30, 14], [0, 14]], dtype=float)
    lanes = (Lane("in", straight, outline, False, ("turn",)), Lane("turn", bend, square(30, 10, 10), True, ()))
    divider = np.array([[0, 14, 0], [30, 14, 0]], dtype=float)
    drivable = ((square(0, 0, 60), (square(20, 30, 10),)),)
    return StreetMap(
        lanes, (divider,), (divider + (1, 1, 0),), (square(28, 10, 2),), (square(30, 0, 4),), (square(0, 60, 9),), drivable
    )


def table_writer():
    tables = TableWriter("v1.0-small", seed=3)
    log = tables.log("small", vehicle="town", date_captured="2026-01-01", location="small")
    tables.map("maps/small.png", [log])
    scene = tables.scene("scene-0001", log, "Two samples")
    camera = tables.calibrated_sensor(scene, "CAM_FRONT", "camera", IDENTITY, intrinsics=(100.0, 100.0, 80.0, 45.0, 0.0))
    car = tables.instance(scene, "car", "vehicle.car")
    for i, t_us in enumerate((500_000, 0)):  # out of order: linking sorts
        sample = tables.sample(scene, t_us)
        place = Rigid((float(i), 0.0, 0.0), yaw_quaternion(0.3))
        tables.sample_data(sample, camera, t_us, place, f"samples/{t_us}.jpg", is_key_frame=True, size=(160, 90))
        tables.annotation(car, sample, place, (4.0, 2.0, 1.5), attributes=["vehicle.moving"], num_lidar_pts=i)
    return tables


def test_the_devkit_opens_what_the_writer_writes(tmp_path):
    table_writer().write(tmp_path)
    write_map_mask(tmp_path / "maps" / "small.png", street(), (100, 80))
    nusc = NuScenes("v1.0-small", str(tmp_path), verbose=False)
    scene = nusc.scene[0]
    first = nusc.get("sample", scene["first_sample_token"])
    assert (first["timestamp"], nusc.get("sample", first["next"])["timestamp"], scene["nbr_samples"]) == (0, 500_000, 2)
    boxes = nusc.get_boxes(first["data"]["CAM_FRONT"])
    assert [box.wlh.tolist() for box in boxes] == [[2.0, 4.0, 1.5]]
    assert nusc.instance[0]["nbr_annotations"] == 2
    assert nusc.box_velocity(boxes[0].token)[0] == pytest.approx(-2.0)


def test_a_recording_between_samples_belongs_to_the_one_that_follows():
    tables = table_writer()
    first, last = sorted(tables.tables()["sample"], key=lambda sample: sample["timestamp"])
    camera = tables.tables()["calibrated_sensor"][0]["token"]
    for t_us in (100_000, 590_000):
        tables.sample_data(first["token"], camera, t_us, IDENTITY, f"sweeps/{t_us}.jpg", is_key_frame=False, size=(160, 90))
    owners = {r["timestamp"]: r["sample_token"] for r in tables.tables()["sample_data"]}
    assert owners == {0: first["token"], 100_000: last["token"], 500_000: last["token"], 590_000: last["token"]}


def test_a_recording_beyond_the_samples_is_refused():
    tables = table_writer()
    sample, camera = (tables.tables()[table][0]["token"] for table in ("sample", "calibrated_sensor"))
    tables.sample_data(sample, camera, 900_000, IDENTITY, "sweeps/late.jpg", is_key_frame=False, size=(160, 90))
    with pytest.raises(ValueError, match=r"late\.jpg at 900000; wanted it within 0\.1 s"):
        tables.tables()


def test_the_same_calls_write_the_same_bytes(tmp_path):
    for name in "ab":
        table_writer().write(tmp_path / name)
    for file in (tmp_path / "a").rglob("*.json"):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_a_token_cannot_be_used_twice():
    tables = table_writer()
    with pytest.raises(ValueError, match="added twice"):
        tables.log("small", vehicle="town", date_captured="2026-01-01", location="small")


def test_the_devkits_map_opens_what_the_writer_writes(tmp_path, monkeypatch):
    write_map_expansion(tmp_path, "small", street(), (100, 80))
    monkeypatch.setattr(map_api, "locations", [*map_api.locations, "small"])
    streets = map_api.NuScenesMap(str(tmp_path), "small")
    assert streets.get_outgoing_lane_ids("in") == ["turn"]
    assert streets.get_incoming_lane_ids("turn") == ["in"]
    assert streets.get_closest_lane(10, 12.5) == "in"
    assert streets.layers_on_point(10, 12)["lane"] == "in"
    assert streets.layers_on_point(25, 35)["drivable_area"] == ""  # the hole
    shapes = dict(streets.get_map_geom((50, 40, 80, 100), 0, ["drivable_area", "walkway", "lane_divider", "stop_line"]))
    assert sum(area.area for area in shapes["drivable_area"]) == 60 * 60 - 10 * 10
    assert {layer: len(found) for layer, found in shapes.items()} == dict.fromkeys(shapes, 1)
    ends = [np.array(line)[[0, -1], :2] for line in streets.discretize_centerlines(0.5)]
    np.testing.assert_allclose(ends, [[[0, 12], [30, 12]], [[30, 12], [40, 18]]], atol=1e-9)


def test_a_map_reads_back_as_it_was_written(tmp_path):
    write_map_expansion(tmp_path, "small", street(), (100, 80))
    read, wrote = read_map_expansion(expansion_path(tmp_path, "small"), EVERYWHERE), street()
    for ours, theirs in zip(read.lanes, wrote.lanes, strict=True):
        assert (ours.id, ours.is_connector, ours.successors) == (theirs.id, theirs.is_connector, theirs.successors)
        np.testing.assert_allclose(ours.centre, theirs.centre, atol=1e-9)
        np.testing.assert_array_equal(ours.outline, theirs.outline)
    for layer in ("lane_dividers", "road_dividers", "stop_lines", "crossings", "walkways"):
        np.testing.assert_array_equal(getattr(read, layer), getattr(wrote, layer))
    np.testing.assert_array_equal(read.drivable[0][1], wrote.drivable[0][1])


def test_arcs_are_sampled_as_the_devkit_samples_them(tmp_path, monkeypatch):
    path = write_map_expansion(tmp_path, "small", street(), (100, 80))
    arcs = '[{"start_pose":[30,12,0.2],"end_pose":[0,0,0],"shape":"%s","radius":9.0,"segment_length":[4.0,3.0,5.0]}]'
    for shape in ("LSR", "RSL", "LRL", "RLR", "LSL", "RSR"):
        layers = json.loads(path.read_bytes())
        layers["arcline_path_3"]["turn"] = json.loads(arcs % shape)
        path.write_text(json.dumps(layers))
        turn = read_map_expansion(path, EVERYWHERE).lanes[1].centre
        along = [s for s in range(1, 13) if shape[1] != "S" or s not in (5, 6)]  # a straight piece needs its end only
        wanted = [pose_at_length(json.loads(arcs % shape)[0], s)[:2] for s in along]
        np.testing.assert_allclose(turn[1:, :2], wanted, atol=1e-9)


def test_only_streets_that_reach_into_the_area_are_read(tmp_path):
    path = write_map_expansion(tmp_path, "small", street(), (100, 80))
    assert [lane.id for lane in read_map_expansion(path, (0, 0, 20, 20)).lanes] == ["in"]
    assert read_map_expansion(path, (70, 70, 90, 79)).lanes == ()


def test_a_mask_says_what_the_devkits_mask_says(tmp_path):
    write_map_mask(tmp_path / "m.png", street(), (100, 80))
    points = np.random.default_rng(0).uniform((1, 1), (99, 79), (500, 2))
    raster = read_map_mask(tmp_path / "m.png", EVERYWHERE)
    edges = np.abs(points[:, :, None] - np.array([0, 20, 30, 40, 60])).min((1, 2)) < 0.3
    theirs = MapMask(str(tmp_path / "m.png")).is_on_mask(points[:, 0], points[:, 1])
    assert (raster.is_drivable(points) == theirs)[~edges].all()
    part = read_map_mask(tmp_path / "m.png", (10.0, 25.0, 50.0, 90.0))
    assert (part.origin, part.drivable.shape) == ((10.0, 25.0), (550, 400))
    inside = ((points > (10, 25)) & (points < (50, 80))).all(1)
    assert (part.is_drivable(points) == raster.is_drivable(points))[inside].all()


def test_a_mask_that_is_missing_or_no_picture_is_no_raster(tmp_path):
    assert read_map_mask(tmp_path / "m.png", EVERYWHERE) is None
    (tmp_path / "m.png").write_bytes(b"no picture")
    assert read_map_mask(tmp_path / "m.png", EVERYWHERE) is None
    cv2.imwrite(str(tmp_path / "m.png"), np.zeros((8, 8), np.uint8))
    assert read_map_mask(tmp_path / "m.png", (5, 5, 9, 9)) is None
