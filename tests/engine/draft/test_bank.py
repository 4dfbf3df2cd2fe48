"""The shipped bank of actors: what it holds, and that who looks like one of it is drawn so."""

from pathlib import Path

import numpy as np
import pytest

from editor.edits import Add
from editor.geometry import IDENTITY, Rigid, Vec3
from editor.scene import ActorId, Look, Pose, Scene
from engine.draft.bank import bank, of_family
from engine.draft.draft import draft
from engine.requests import Chunk, RenderError, Request
from engine.service.bank import bank_entries
from tests.editor.made import replayed
from tests.small_drive import SIZE


def _added(root: Path, scene: Scene, category: str, look: Look, size: Vec3 = (4.4, 1.9, 1.6)) -> Chunk:
    track = tuple(Pose(t, Rigid((12.0, -1.0, size[2] / 2), IDENTITY.rotation)) for t in scene.span)
    scenario = replayed(scene, (Add(ActorId("new-1"), category, size, track, look),))
    return next(draft(Request(root, scenario, ("CAM_FRONT",), (0,), SIZE)))


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


def test_what_the_window_is_offered():
    entries = bank_entries()
    assert {entry.source for entry in entries} == {f"bank:{name}" for name in bank()}
    assert all(entry.picture.is_file() for entry in entries)


def test_a_bank_of_another_version_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "index.json").write_text('{"version": 1, "entries": []}')
    monkeypatch.setattr("engine.draft.bank.FOLDER", tmp_path)
    with pytest.raises(RenderError, match=r"index.json is of version 1; wanted 2: python -m app town --bank"):
        bank.__wrapped__()
