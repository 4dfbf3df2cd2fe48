"""Which part of a map a scene is given: that around everything that moves in it, whoever was asked for first."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from editor.beyond import beyond
from editor.datasets import nuscenes
from editor.datasets.map_expansion import write_map_expansion
from editor.datasets.nuscenes import open_data_set
from editor.edits import Way
from editor.map import Lane, StreetMap
from editor.sampled import EGO
from tests.editor.datasets.small import small_data_set

SECONDS = 16.0
NORTH = (Way(EGO, tuple((40.0, y) for y in range(32, 240, 8))),)


def lane(name, y):
    middle = np.array([[0, y, 0], [120, y, 0]], dtype=float)
    return Lane(name, middle, middle[:, :2], False, ())


@pytest.fixture
def dataroot(tmp_path):
    """The small drive on a street along x, with another one that only who turns north comes to."""
    root = small_data_set(tmp_path)
    write_map_expansion(root, "small", StreetMap(lanes=(lane("here", 25), lane("north", 230))), (400.0, 400.0))
    return root


def lanes(data_set, scene):
    return {found.id for found in data_set.street_map(scene).lanes}


@pytest.mark.parametrize("straight_first", [True, False])
def test_a_longer_drive_has_the_streets_that_its_ways_lead_through(dataroot, straight_first):
    data_set = open_data_set(dataroot)
    scene = data_set.scene("scene-0001")
    drives = {"straight": beyond(scene, SECONDS), "led": beyond(scene, SECONDS, NORTH)}
    found = {name: lanes(data_set, drives[name]) for name in sorted(drives, reverse=straight_first)}
    assert found == {"straight": {"here"}, "led": {"here", "north"}}
    assert data_set.street_map(drives["led"]) is data_set.street_map(drives["led"])


def test_a_mask_that_the_recorded_ego_drives_on_is_known_to_a_drive_that_leaves_it(tmp_path):
    data_set = open_data_set(small_data_set(tmp_path, expansion=False))
    scene = data_set.scene("scene-0001")
    assert data_set.street_map(scene).knows_drivable
    assert data_set.street_map(beyond(scene, 60.0)).knows_drivable


def test_a_map_that_is_being_read_holds_up_neither_scenes_nor_other_maps(dataroot, monkeypatch):
    data_set, is_read, may_end = open_data_set(dataroot), threading.Event(), threading.Event()
    scene = data_set.scene("scene-0001")
    far, read = beyond(scene, 30.0), nuscenes.read_map_expansion

    def slow(path, area):
        if area[2] > 300:
            is_read.set()
            assert may_end.wait(20)
        return read(path, area)

    monkeypatch.setattr(nuscenes, "read_map_expansion", slow)
    with ThreadPoolExecutor(3) as pool:
        reading = pool.submit(lanes, data_set, far)
        try:
            assert is_read.wait(5)
            assert pool.submit(data_set.scene, "scene-0001").result(5) is scene
            assert pool.submit(lanes, data_set, scene).result(5) == {"here"}
            assert not reading.done()
        finally:
            may_end.set()
        assert reading.result(5) == {"here"}
