"""The desk: an edit is on disk when it is answered, and one that cannot be kept is not made."""

import math

import pytest

from app.payload import patch_json
from app.session import Desk, StaleError
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
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
    with pytest.raises(OSError, match="takes"):
        desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert desk.open(SCENE, document.take.id).state == document.state
    (tmp_path / "takes").unlink()
    desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert len(desk.takes.load(SCENE, document.take.id).edits) == 1


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
