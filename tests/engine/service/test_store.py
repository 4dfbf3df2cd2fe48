"""Stored pictures come back as they were; broken ones are drawn again; keys change with what a picture depends on."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.geometry import Rigid
from editor.scene import ActorId, Look, Pose, recorded
from engine.requests import Chunk, Request
from engine.service.content import DRAWING_FILES, ROOT, code_digest, picture_keys, recording_digest
from engine.service.store import Store, dumps, loads
from tests.editor.made import T_EGO_CAMERA, made_scene, time_of
from tests.engine.service.scenes import VIEWS, scenario


def chunk(width=5, height=3, seed=0):
    chance = np.random.default_rng(seed)
    picture = chance.integers(0, 256, (height, width, 3)).astype(np.uint8)
    valid, dirty = chance.random((2, height, width)) < 0.5
    return Chunk(7, "CAM_FRONT", "draft", "draft", picture, valid, dirty, 1, 2)


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000))
def test_a_picture_survives_being_written(width, height, seed):
    wanted = chunk(width, height, seed)
    got = loads(dumps(wanted))
    assert got.origin == "draft"
    for name in ("picture", "valid", "dirty"):
        a, b = getattr(got, name), getattr(wanted, name)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert (a == b).all()
        assert a.flags.writeable


def test_a_store_shared_by_two_readers(tmp_path):
    writer, reader = Store(tmp_path), Store(tmp_path)
    assert reader.get("a") is None
    writer.put("a", chunk())
    assert (reader.get("a").picture == chunk().picture).all()


@pytest.mark.parametrize("broken", [b"", b"{}", b'{"origin": "draft", "width": 5, "height": 3}\nxyz', b"\xff\x00\n"])
def test_a_broken_picture_is_forgotten(tmp_path, broken):
    store = Store(tmp_path)
    store._cache.set("a", broken)
    assert store.get("a") is None
    assert "a" not in store._cache


def test_a_store_that_cannot_keep_a_picture_says_so_once(tmp_path, caplog):
    store = Store(tmp_path)
    sqlite3.connect(tmp_path / "cache.db").execute("DROP TABLE Cache")
    for key in ("a", "b"):
        store.put(key, chunk())
    (said,) = caplog.messages
    assert said.startswith(f"Pictures are drawn, but cannot be kept in {tmp_path} (OperationalError: ")


def test_a_store_that_cannot_be_read_has_nothing_and_says_so_once(tmp_path, caplog):
    store = Store(tmp_path)
    sqlite3.connect(tmp_path / "cache.db").execute("DROP TABLE Cache")
    assert [store.get(key) for key in ("a", "b")] == [None, None]
    (said,) = caplog.messages
    assert said.startswith(f"Pictures are drawn, but cannot be read from {tmp_path} (OperationalError: ")


def test_a_store_keeps_to_its_size(tmp_path):
    store = Store(tmp_path, size_limit_bytes=3_000_000)
    for i in range(60):
        store.put(str(i), chunk(300, 300, i))
    assert store._cache.volume() < 4_000_000
    assert store.get("0") is None
    assert store.get("59") is not None


# ----------------------------------------------------------------------------------------------------------- keys


def keys(request, recording="r"):
    return picture_keys(request, recording)


BASE = Request(Path("root"), scenario(), VIEWS, (0, 1))
CAR = BASE.scenario.actors[1]
MOVED = replace(CAR, track=(Pose(0, Rigid((1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0))),))


ASIDE = Rigid((0.0, 0.5, 0.0), (1.0, 0.0, 0.0, 0.0))
LOOKING_AHEAD = tuple(replace(view, T_ego_camera=T_EGO_CAMERA) for view in BASE.scenario.scene.views)


def edited(**changes):
    return replace(BASE, scenario=replace(BASE.scenario, **changes))


def test_every_picture_has_a_key_of_its_own():
    assert len(set(keys(BASE).values())) == len(keys(BASE)) == 4


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, size=None),
        edited(actors=BASE.scenario.actors[1:]),
        edited(actors=(BASE.scenario.actors[0], MOVED, BASE.scenario.actors[2])),
        edited(actors=(BASE.scenario.actors[0], replace(CAR, look=Look(colour="#ff0000")), BASE.scenario.actors[2])),
        edited(actors=(BASE.scenario.actors[0], replace(CAR, absent=((0, 100_000),)), BASE.scenario.actors[2])),
        edited(ego=tuple(replace(p, T_world=p.T_world @ ASIDE) for p in BASE.scenario.ego)),
    ],
)
def test_whatever_a_picture_depends_on_changes_its_key(other):
    front = {place: key for place, key in keys(BASE).items() if place[1] == "CAM_FRONT"}
    assert all(keys(other)[place] != key for place, key in front.items())


def test_an_edit_leaves_the_keys_of_pictures_that_do_not_see_it():
    scene = made_scene()
    on_disk = (replace(f, pictures=tuple(replace(p, exists=True) for p in f.pictures)) for f in scene.frames)
    scene = replace(scene, frames=tuple(on_disk))
    request = Request(Path("root"), recorded(scene), tuple(view.name for view in scene.views), tuple(range(0, 80, 10)))
    walker = request.scenario.actor(ActorId("walker"))
    away = replace(request, scenario=request.scenario.with_actor(replace(walker, absent=((time_of(35), time_of(100)),))))
    before, after = keys(request), keys(away)
    changed = {place for place in before if before[place] != after[place]}
    assert changed
    assert min(frame for frame, _ in changed) == 40
    assert {view for _, view in changed} <= {"CAM_FRONT_RIGHT", "CAM_BACK_RIGHT", "CAM_FRONT", "CAM_BACK"}
    second = away.scenario.with_actor(replace(away.scenario.actor(ActorId("lead")), size_lwh=(5.0, 2.0, 1.7)))
    third = keys(replace(away, scenario=second))
    ahead = {"CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT"}  # the first and the last may show its shadow
    assert {view for (frame, view), key in third.items() if key != after[frame, view]} == ahead


def test_a_change_far_behind_the_camera_is_not_seen_and_one_around_it_is():
    for x, sees in ((-40.0, False), (0.0, True)):
        standing = replace(
            CAR,
            track=(
                Pose(0, Rigid((x, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))),
                Pose(900_000, Rigid((x, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))),
            ),
        )
        alone = replace(BASE, scenario=recorded(replace(BASE.scenario.scene, actors=(standing,), views=LOOKING_AHEAD)))
        gone = replace(alone, scenario=replace(alone.scenario, actors=()))
        assert (keys(alone) != keys(gone)) == sees


def test_another_recording_is_another_key():
    assert not set(keys(BASE).values()) & set(keys(BASE, "other").values())


def test_moving_there_and_back_is_the_same_key():
    back = edited(actors=tuple(replace(actor, size_lwh=(*actor.size_lwh,)) for actor in BASE.scenario.actors))
    assert keys(back) == keys(BASE)


def test_a_draft_does_not_heed_weather_and_hour():
    wet = replace(BASE, scenario=replace(BASE.scenario, weather="rain", time_of_day="night"))
    assert keys(wet) == keys(BASE)


def test_who_asks_does_not_matter():
    assert keys(replace(BASE, session="anna", turn=7, frames=(1, 0))) == keys(BASE)


def test_a_recording_is_known_by_its_tables_and_files(tmp_path):
    scene = BASE.scenario.scene
    first = recording_digest(scene, tmp_path)
    assert recording_digest(scene, tmp_path) == first
    path = tmp_path / scene.frames[0].pictures[0].file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"picture")
    second = recording_digest(scene, tmp_path)
    path.write_bytes(b"another picture")
    third = recording_digest(scene, tmp_path)
    others = replace(scene, ego=scene.ego[1:]), replace(scene, description="the same in the rain")
    assert len({first, second, third, *(recording_digest(other, tmp_path) for other in others)}) == 5


def test_the_code_has_a_digest():
    assert len(code_digest()) == 64


def test_every_file_of_the_bank_decides_on_keys():
    assert {file.suffix for file in (ROOT / "assets/bank").iterdir()} <= set(DRAWING_FILES)
