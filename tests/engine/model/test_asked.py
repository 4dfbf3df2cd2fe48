"""What a scenario asks of a clip, and how the network is told of it."""

import math
from dataclasses import fields

import numpy as np
import pytest
import torch

from editor.apply import apply
from editor.cameras import fit
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete
from editor.geometry import rotation_matrix
from editor.masks import instance_mask
from editor.scene import SceneError, recorded
from engine.model.asked import TOKEN, asked, camera_numbers
from engine.model.conditioning import instances, tell
from engine.model.drafts import pictures_of, share_of, tensor_of
from engine.model.layout import CHANNELS, GROUPS, NUM_CHANNELS, group_of
from engine.model.rays import ray_directions
from engine.model.text import WordEncoder

SIZE = 160, 96
VIEWS = ("CAM_FRONT", "CAM_BACK")
FRAMES = (0, 4, 8)


@pytest.fixture(scope="module")
def drive(small_drive):
    data = open_data_set(small_drive)
    scene = data.scene("scene-0001")
    return scene, data.street_map(scene)


@pytest.fixture(scope="module")
def what(drive):
    scene, streets = drive
    return asked(recorded(scene), streets, FRAMES, VIEWS, SIZE)


def test_shapes_are_those_of_the_clip(what):
    rows, columns, n = SIZE[1] // TOKEN, SIZE[0] // TOKEN, len(what.categories)
    assert n == 4
    assert what.layout.shape == (3, 2, NUM_CHANNELS, SIZE[1] // 4, SIZE[0] // 4)
    assert what.members.shape == (3, 2, rows, columns, n)
    assert what.size_lwh.shape == (n, 3)


def test_times_and_the_egos_way_are_those_of_the_drive(what):
    np.testing.assert_allclose(what.times_s, [0.0, 0.4, 0.8], atol=1e-6)
    np.testing.assert_allclose(what.action, [[0.5, 0.0]] * 3, atol=1e-6)  # 5 m/s, straight
    np.testing.assert_allclose(what.waypoints[2, :, 0], 0.25 * np.arange(1, 7), atol=1e-6)  # beyond its end too
    assert not what.waypoints[..., 1:].any()


def test_a_token_is_a_members_where_its_outline_covers_any_of_it(drive, what):
    scene, _ = drive
    for t, frame in enumerate(FRAMES):
        view = fit(scene.view("CAM_FRONT"), *SIZE).view
        seen = instance_mask(recorded(scene), scene.frames[frame].picture("CAM_FRONT"), view)
        for i in np.unique(seen[seen > 0]) - 1:
            k = list(what.size_lwh[:, 0]).index(np.float32(scene.actors[i].size_lwh[0]))
            cells = (seen == i + 1).reshape(SIZE[1] // TOKEN, TOKEN, SIZE[0] // TOKEN, TOKEN).any((1, 3))
            same = [j for j, c in enumerate(what.categories) if c == scene.actors[i].category]
            assert not (cells & ~what.members[t, 0][..., same].any(-1)).any(), k


def test_an_edit_changes_what_is_asked(drive, what):
    scene, streets = drive
    fewer = asked(apply(recorded(scene), Delete(scene.actors[0].id)), streets, FRAMES, VIEWS, SIZE)
    assert len(fewer.categories) == len(what.categories) - 1
    assert (fewer.layout != what.layout).any()


def test_layout_channels_say_what_they_are_named(what):
    groups = what.layout[:, :, [i for i, name in enumerate(CHANNELS) if name.startswith("group")]].astype(float)
    faces = what.layout[:, :, [i for i, name in enumerate(CHANNELS) if name.startswith("face")]].astype(float)
    np.testing.assert_allclose(groups.sum(2), faces.sum(2), atol=2e-3)  # every pixel of a box has one face and one group
    assert groups[:, 0, group_of("vehicle.truck")].any()
    assert not groups[:, 1, group_of("vehicle.truck")].any()  # it drives ahead


@pytest.mark.parametrize(
    ("category", "group"),
    [
        ("vehicle.bus.bendy", "vehicle.bus"),
        ("vehicle.emergency.police", "vehicle"),
        ("human.pedestrian.child", "human"),
        ("animal", ""),
    ],
)
def test_groups_take_in_every_category(category, group):
    assert GROUPS[group_of(category)] == group


def test_rays_look_where_cameras_look(drive):
    scene, _ = drive
    view = fit(scene.view("CAM_BACK"), *SIZE).view
    cameras = torch.from_numpy(camera_numbers(view))[None, None]
    d = ray_directions(cameras, 6, 10)[0, 0]
    torch.testing.assert_close(d.norm(dim=-1), torch.ones(6, 10, dtype=d.dtype))
    fx, fy, cx, cy, _ = view.intrinsics
    u, v = 16 * 3 + 7.5, 16 * 2 + 7.5  # the middle of the token in row 2, column 3, pixel centres at integers
    wanted = rotation_matrix(view.T_ego_camera.rotation) @ [(u - cx) / fx, (v - cy) / fy, 1]
    np.testing.assert_allclose(d[2, 3], wanted / np.linalg.norm(wanted), atol=1e-9)


def test_frames_and_sizes_that_cannot_be_are_refused(drive):
    scene, streets = drive
    with pytest.raises(ValueError, match="wanted multiples of 16"):
        asked(recorded(scene), streets, FRAMES, VIEWS, (150, 96))
    with pytest.raises(SceneError, match="no view|no picture"):
        asked(recorded(scene), streets, FRAMES, ("CAM_TOP",), SIZE)


def test_pictures_survive_being_tensors():
    pictures = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 8, 3), np.uint8)
    assert (pictures_of(tensor_of(pictures)) == pictures).all()


def test_shares_are_of_the_pixels_that_are_set():
    mask = np.zeros((1, 1, 8, 16), bool)
    mask[0, 0, :4, :8] = True
    assert share_of(mask, 8).tolist() == [[[[[0.5, 0.0]]]]]


def test_slots_are_dealt_out_by_the_seed(what):
    text = WordEncoder(["vehicle", "car", "truck", "human", "pedestrian", "adult"], dim=32)
    slots = [instances(what, text, seed).slot for seed in (1, 1, 2)]
    assert torch.equal(slots[0], slots[1])
    assert not torch.equal(slots[0], slots[2])
    assert torch.equal(slots[0].sort().values, slots[2].sort().values)


def test_what_is_told_has_the_networks_type_but_for_times(what):
    text = WordEncoder(["driving"], dim=32)
    told = tell(what, None, text, 0, torch.bfloat16)
    assert told.layout.dtype == told.cameras.dtype == told.instances.category.dtype == torch.bfloat16
    assert told.times_s.dtype == torch.float32
    assert told.instances.members.dtype == torch.bool
    assert math.isclose(float(told.times_s[0, -1]), 0.8, rel_tol=1e-6)


def test_what_is_told_goes_elsewhere_as_a_whole(what):
    told = tell(what, None, WordEncoder(["driving"], dim=32), 0, torch.float32).to("meta", torch.float32)
    parts = [getattr(told, f.name) for f in fields(told)] + [getattr(told.instances, f.name) for f in fields(told.instances)]
    parts += [*told.instances.foreground.index, *told.instances.foreground.allowed]
    assert {part.device.type for part in parts if isinstance(part, torch.Tensor)} == {"meta"}
