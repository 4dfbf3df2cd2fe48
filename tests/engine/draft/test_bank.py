"""The shipped bank of actors in the draft: every entry draws, from all sides, in the light of its place."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.cameras import box_hull
from editor.edits import Add
from editor.geometry import IDENTITY, Rigid, Vec3, box_corners, yaw_quaternion
from editor.scene import ActorId, Look, Pose, Scene, View
from engine.draft.bank import bank, from_bank, of_family
from engine.draft.draft import draft
from engine.draft.picks import Wanted
from engine.draft.sources import Camera
from engine.draft.surfaces import Block
from engine.service.bank import bank_entries
from engine.service.requests import Chunk, RenderError, Request
from tests.editor.made import replayed
from tests.small_drive import SIZE

AHEAD = Rigid((0.0, 0.0, 1.6), (0.5, -0.5, 0.5, -0.5))  # a camera that looks along the world's x
VIEW = View("CAM_FRONT", 160, 90, (120.0, 120.0, 79.5, 44.5, 0.0), AHEAD)
GREY = np.full((90, 160, 3), 110, np.uint8)


def _wanted(size_lwh: Vec3, yaw: float) -> Wanted:
    box = Rigid((14.0, 0.0, size_lwh[2] / 2), yaw_quaternion(yaw))
    return Wanted(box, size_lwh, Camera(VIEW, AHEAD, 0))


def _added(root: Path, scene: Scene, category: str, look: Look, size: Vec3 = (4.4, 1.9, 1.6)) -> Chunk:
    track = tuple(Pose(t, Rigid((12.0, -1.0, size[2] / 2), IDENTITY.rotation)) for t in scene.span)
    scenario = replayed(scene, (Add(ActorId("new-1"), category, size, track, look),))
    return next(draft(Request(root, scenario, ("CAM_FRONT",), (0,), SIZE)))


@pytest.mark.parametrize("name", bank())
@pytest.mark.parametrize("yaw", [0.0, 0.5, 2.2, -1.4])
def test_an_entry_fills_its_box_from_every_side(name, yaw):
    entry = bank()[name]
    wanted = _wanted(entry.size_lwh, yaw)
    lifted = from_bank(entry, wanted, Block(0, 0, 160, 90), GREY)
    rows, columns = np.nonzero(lifted.alpha > 0.15)
    corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
    hull = box_hull(VIEW, corners)
    found = np.array([columns.min(), rows.min(), columns.max(), rows.max()])
    asked = np.concatenate([hull.min(axis=0), hull.max(axis=0)])
    assert np.abs(found - asked).max() < 3 + 0.12 * np.ptp(hull, axis=0).max()


def test_a_dark_place_makes_a_dark_actor():
    entry, block = bank()["van"], Block(0, 0, 160, 90)
    lit, dim = (from_bank(entry, _wanted(entry.size_lwh, 0.4), block, GREY // k) for k in (1, 3))
    solid = lit.alpha > 0.9
    assert dim.colours[solid].mean() < 0.6 * lit.colours[solid].mean()


def test_a_look_from_the_bank_is_drawn(small_drive: Path, scene: Scene):
    chunk = _added(small_drive, scene, "vehicle.car", Look("bank:sedan"))
    assert chunk.origin == "draft"
    red = chunk.picture[chunk.dirty].astype(int)
    assert (red[:, 0] > red[:, 1:].max(axis=1) + 40).mean() > 0.2


def test_a_look_from_the_bank_takes_another_colour(small_drive: Path, scene: Scene):
    chunk = _added(small_drive, scene, "vehicle.car", Look("bank:hatchback", "#1030c0"))
    blue = chunk.picture[chunk.dirty].astype(int)
    assert (blue[:, 2] > blue[:, 0] + 40).mean() > 0.2


def test_an_unknown_entry_is_one_sentence_that_names_the_bank(small_drive: Path, scene: Scene):
    with pytest.raises(RenderError, match="'unicorn'; the bank has sedan, .*barrier"):
        _added(small_drive, scene, "vehicle.car", Look("bank:unicorn"))


def test_what_the_drive_holds_none_of_comes_from_the_bank(small_drive: Path, scene: Scene):
    assert all(actor.category != "movable_object.trafficcone" for actor in scene.actors)
    size = (0.4, 0.4, 0.8)
    found = _added(small_drive, scene, "movable_object.trafficcone", Look(), size)
    named = _added(small_drive, scene, "movable_object.trafficcone", Look("bank:cone"), size)
    assert np.array_equal(found.picture, named.picture)


@pytest.mark.parametrize(
    ("category", "size", "name"),
    [
        ("vehicle.bus.bendy", (18.0, 2.9, 3.3), "bendy-bus"),
        ("vehicle.car", (5.6, 2.2, 2.4), "van"),
        ("vehicle.trailer", (9.0, 2.5, 3.3), "trailer"),
        ("human.pedestrian.child", (0.5, 0.5, 1.4), "child"),
        ("animal", (1.0, 0.4, 0.6), None),
    ],
)
def test_the_family_of_a_category(category, size, name):
    entry = of_family(bank().values(), category, size)
    assert (entry and entry.name) == name


def test_half_a_bank_is_completed_by_mirroring():
    entry, block = bank()["pickup"], Block(0, 0, 160, 90)
    left = replace(entry, pictures=tuple(p for p in entry.pictures if p.eye[1] > -0.1))
    lifted = from_bank(left, _wanted(entry.size_lwh, 1.0), block, GREY)
    whole = from_bank(entry, _wanted(entry.size_lwh, 1.0), block, GREY)
    assert np.abs(lifted.alpha - whole.alpha).mean() < 0.05


def test_what_the_window_is_offered():
    entries = bank_entries()
    assert {entry.source for entry in entries} == {f"bank:{name}" for name in bank()}
    assert all(entry.picture.is_file() for entry in entries)
