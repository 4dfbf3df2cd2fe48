"""Which part of a map a scene is given: that around everything that moves in it, whoever was asked for first."""

import numpy as np
import pytest

from editor.beyond import beyond
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
