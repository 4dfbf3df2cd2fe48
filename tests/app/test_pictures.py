"""The pictures of the page: drawn as a stream, remembered, and nothing listed that has been let go of."""

import resource
import sqlite3

import diskcache
import numpy as np
import pytest

from app import pictures as module
from app.pictures import Pictures, draw
from app.session import Desk
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move
from engine.requests import Chunk, RenderError
from engine.service.local import local_service
from tests.small_drive import SCENE

NUM_PICTURES = 300


def noise(frame):
    """A picture that no JPEG makes small."""
    pixels = np.random.default_rng(frame).integers(0, 256, (96, 160, 3), np.uint8)
    return Chunk(frame, "CAM_FRONT", "draft", "draft", pixels, *np.ones((2, 96, 160), bool), 1, 1)


def test_what_has_been_let_go_of_is_no_longer_said_to_be_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SIZE_LIMIT_BYTES", 4 * 2**20)
    pictures = Pictures(tmp_path, tmp_path / "cache")
    kept = [pictures.keep("a state", noise(frame)) for frame in range(NUM_PICTURES)]
    gone = {drawn.key for drawn in kept if pictures.by_key(drawn.key) is None}
    assert 0 < len(gone) < NUM_PICTURES
    assert {drawn.key for drawn in pictures.drawn("a state")} == {drawn.key for drawn in kept} - gone


def test_on_a_full_disk_pictures_are_shown_and_remembered_while_memory_holds_them(small_drive, tmp_path, caplog, monkeypatch):
    pictures, scene = Pictures(small_drive, tmp_path / "cache"), open_data_set(small_drive).scene(SCENE)
    picture = scene.frames[0].pictures[0]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        drawn = [pictures.keep("a state", noise(frame)) for frame in range(100)]
        recorded = pictures.recorded(picture, scene.view(picture.view))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert all(pictures.by_key(each.key) for each in drawn)
    assert recorded is not None
    assert set(pictures.drawn("a state")) == set(drawn)  # or they would be drawn again and again
    assert len(caplog.messages) == 1
    monkeypatch.setattr(module, "MOST_IN_MEMORY", 40)
    monkeypatch.setattr(pictures, "_stored", lambda *_: False)
    later = pictures.keep("a state", noise(100))
    assert set(pictures.drawn("a state")) == {*drawn[61:], later}
    assert pictures.by_key(drawn[0].key) is None


def test_a_store_that_cannot_be_read_is_said_once_and_its_pictures_are_drawn_again(small_drive, tmp_path, caplog, monkeypatch):
    pictures = Pictures(small_drive, tmp_path / "cache")
    kept = pictures.keep("a state", noise(0))

    def broken(*_, **__):
        raise sqlite3.DatabaseError("database disk image is malformed")

    for name in ("get", "volume", "set"):
        monkeypatch.setattr(diskcache.Cache, name, broken)
    assert (pictures.by_key(kept.key), pictures.drawn("a state")) == (None, ())
    shown = pictures.keep("a state", noise(1))
    assert pictures.by_key(shown.key) is not None
    assert pictures.drawn("a state") == (shown,)
    assert len(caplog.messages) == 1


def test_a_picture_that_cannot_be_drawn_keeps_back_none_of_those_asked_for_later(small_drive, tmp_path):
    desk, pictures = Desk(open_data_set(small_drive), Takes(tmp_path / "takes")), Pictures(small_drive, tmp_path / "pictures")
    begun = desk.begin(SCENE)
    truck = next(actor for actor in begun.scenario.actors if actor.category == "vehicle.truck")
    move = Move(truck.id, truck.track[0].t_us, (0.0, 1.0, 0.0))
    document = desk.commit(SCENE, begun.take.id, begun.state, [move], "g-000001")[1]
    assert document.dirty.draft["CAM_FRONT"] == tuple(range(11))
    told = []
    drawer = "tests.engine.service.drawers:misses_the_first"
    with local_service(drawer=drawer) as service, pytest.raises(RenderError, match="The picture of CAM_FRONT is missing"):
        told.extend(draw(service, pictures, document, small_drive, 0, ("anna", 1)))
    assert told[0] == {"kind": "start", "done": 0, "total": 11, "pictures": []}
    assert {message["frame"] for message in told[1:]} == set(range(1, 11))
    assert told[-1]["done"] == 10


def test_whoever_asks_again_is_told_of_what_nobody_heard_of(small_drive, tmp_path):
    desk, pictures = Desk(open_data_set(small_drive), Takes(tmp_path / "takes")), Pictures(small_drive, tmp_path / "pictures")
    begun = desk.begin(SCENE)
    truck = next(actor for actor in begun.scenario.actors if actor.category == "vehicle.truck")
    document = desk.commit(SCENE, begun.take.id, begun.state, [Move(truck.id, truck.track[0].t_us, (0.0, 1.0, 0.0))], "g-1")[1]
    with local_service() as service:
        first = draw(service, pictures, document, small_drive, 0, ("anna", 1))
        unheard = [next(first) for _ in range(3)][1:]
        first.close()
        start, *others = draw(service, pictures, document, small_drive, 0, ("anna", 2))
    about = ("frame", "view", "url", "origin", "tier", "manner")
    assert start["pictures"] == [{name: message[name] for name in about} for message in unheard]
    assert {each["frame"] for each in (*start["pictures"], *others)} == set(range(11))
