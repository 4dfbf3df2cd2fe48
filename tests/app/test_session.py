"""The desk: an edit is on disk when it is answered, and one that cannot be kept is not made."""

import math
import shutil
from errno import ENOSPC, EROFS
from os import strerror

import pytest

from app.payload import patch_json
from app.session import Desk, StaleError
from app.takes import SaveError, Takes
from editor.datasets.map_expansion import expansion_path
from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.edits import Move, SetBeyond
from tests.small_drive import SCENE


@pytest.fixture
def desk(small_drive, tmp_path):
    return Desk(open_data_set(small_drive), Takes(tmp_path / "takes"))


def moved(document, metres):
    actor = document.scenario.actors[0]
    return [Move(actor.id, actor.track[0].t_us, (metres, 0.0, 0.0))]


def test_an_answered_edit_is_on_disk(desk):
    document = desk.begin(SCENE)
    before, after = desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert before.state != after.state
    assert desk.takes.load(SCENE, document.take.id) == after.take
    assert not after.history.unsaved


def test_an_edit_that_cannot_be_written_is_not_made(desk, tmp_path):
    (tmp_path / "takes").write_text("in the way of the folder")
    document = desk.begin(SCENE)
    with pytest.raises(SaveError, match=r"^The take could not be saved and stays as it was: .*takes"):
        desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert desk.open(SCENE, document.take.id).state == document.state
    (tmp_path / "takes").unlink()
    desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert len(desk.takes.load(SCENE, document.take.id).edits) == 1


@pytest.mark.parametrize("errno", [ENOSPC, EROFS])
def test_a_disk_that_does_not_take_a_take_is_named_and_why(desk, tmp_path, monkeypatch, errno):
    def refuse(path, take):
        raise OSError(errno, strerror(errno))

    monkeypatch.setattr("app.takes.save_take", refuse)
    words = {ENOSPC: "the disk that holds FOLDER is full.", EROFS: "FOLDER cannot be written to (Read-only file system)."}
    with pytest.raises(SaveError) as raised:
        desk.takes.save(desk.begin(SCENE).take)
    assert str(raised.value).endswith(": " + words[errno].replace("FOLDER", str(tmp_path / "takes" / SCENE)))


def test_an_edit_that_is_refused_is_not_on_disk(small_drive, tmp_path):
    """Where nothing can be said of the streets, since the map is of a version that nobody reads."""
    root = shutil.copytree(small_drive, tmp_path / "drive", ignore=shutil.ignore_patterns("*.jpg"))
    data_set = open_data_set(root)
    expansion = expansion_path(root, data_set.scene(SCENE).location)
    expansion.parent.mkdir(parents=True, exist_ok=True)
    expansion.write_text('{"version": "2.0"}')
    desk = Desk(data_set, Takes(tmp_path / "takes"))

    def is_refused(document):
        with pytest.raises(DataSetError, match="map expansion"):
            desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
        assert desk.open(SCENE, document.take.id).take == document.take

    new = desk.begin(SCENE)
    is_refused(new)
    assert not desk.takes.exists(SCENE, new.take.id)
    named = desk.describe(SCENE, new.take.id, name="Cut-in")
    is_refused(named)
    assert desk.takes.load(SCENE, new.take.id) == named.take
    assert Desk(data_set, desk.takes).open(SCENE, new.take.id).take == named.take


def test_an_edit_on_an_older_state_is_refused(desk):
    document = desk.begin(SCENE)
    desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    with pytest.raises(StaleError, match="changed in another window"):
        desk.commit(SCENE, document.take.id, document.state, moved(document, math.pi), "g-000002")


@pytest.mark.parametrize("kind", ["move", "beyond"])
def test_an_edit_whose_answer_was_lost_is_answered_as_it_was_the_first_time(desk, small_drive, kind):
    document = desk.begin(SCENE)
    edits = moved(document, 1.5) if kind == "move" else [SetBeyond(4.0)]
    asked = SCENE, document.take.id, document.state, edits, "g-000001"
    before, after = desk.commit(*asked)
    first = patch_json(before, after)
    restarted = Desk(open_data_set(small_drive), desk.takes)
    for each in (desk, restarted):
        again = each.commit(*asked)
        assert [found.state for found in again] == [before.state, after.state]
        patch = patch_json(*again)
        assert {**patch, "saved_at": None} == {**first, "saved_at": None}  # a file's time may be a second later
        assert each.open(SCENE, document.take.id).take == after.take
    assert first["actors"]
    assert ("beyond" in first) == (kind == "beyond")
