"""Stored pictures come back as they were; broken ones are drawn again; keys change with what a picture depends on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editor.geometry import Rigid
from editor.scene import Look, Pose
from engine.service.content import changes_digest, code_digest, picture_keys, recording_digest
from engine.service.requests import Chunk, Request
from engine.service.store import Store, dumps, loads
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


def edited(**changes):
    return replace(BASE, scenario=replace(BASE.scenario, **changes))


def test_every_picture_has_a_key_of_its_own():
    assert len(set(keys(BASE).values())) == len(keys(BASE)) == 4


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, size=None),
        replace(BASE, seed=1),
        replace(BASE, tier="anchor"),
        edited(actors=BASE.scenario.actors[1:]),
        edited(actors=(BASE.scenario.actors[0], MOVED, BASE.scenario.actors[2])),
        edited(actors=(BASE.scenario.actors[0], replace(CAR, look=Look(colour="#ff0000")), BASE.scenario.actors[2])),
        edited(actors=(BASE.scenario.actors[0], replace(CAR, absent=((0, 1),)), BASE.scenario.actors[2])),
        edited(ego=BASE.scenario.ego[1:]),
    ],
)
def test_whatever_a_picture_depends_on_changes_its_key(other):
    assert not set(keys(BASE).values()) & set(keys(other).values())


def test_another_recording_is_another_key():
    assert not set(keys(BASE).values()) & set(keys(BASE, "other").values())


def test_moving_there_and_back_is_the_same_key():
    back = edited(actors=tuple(replace(actor, size_lwh=(*actor.size_lwh,)) for actor in BASE.scenario.actors))
    assert keys(back) == keys(BASE)


def test_a_draft_does_not_heed_weather_and_hour_and_the_model_does():
    wet = replace(BASE.scenario, weather="rain", time_of_day="night")
    assert changes_digest(wet, "draft") == changes_digest(BASE.scenario, "draft")
    assert changes_digest(wet, "anchor") != changes_digest(BASE.scenario, "anchor")


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
    assert len({first, second, third, recording_digest(replace(scene, ego=scene.ego[1:]), tmp_path)}) == 4


def test_the_code_has_a_digest():
    assert len(code_digest()) == 64
