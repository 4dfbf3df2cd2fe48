"""What the page is told of a take."""

import pytest

from app.payload import about_json
from app.sentences import sentence
from app.session import Desk
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.edits import Duplicate, EgoOffset, EgoPath, Move, Path, Recolour, Relabel, Waypoint
from editor.history import History
from editor.scene import ActorId
from tests.small_drive import SCENE

NEW = ActorId("new-1")


@pytest.fixture
def desk(small_drive, tmp_path):
    return Desk(open_data_set(small_drive), Takes(tmp_path / "takes"))


def sentences(document, which):
    return [gesture["sentence"] for gesture in about_json(document)[which]]


def test_an_undone_edit_is_called_as_it_was_before_it_was_undone(desk, small_drive):
    document = desk.begin(SCENE)
    parked = next(actor for actor in document.scenario.actors if actor.category == "vehicle.car")
    take, start = (SCENE, document.take.id), parked.track[0].t_us
    edits = [Duplicate(parked.id, NEW, (3.0, 0.0, 0.0)), Move(NEW, start, (0.0, 2.0, 0.0)), Relabel(NEW, "vehicle.truck")]
    for number, edit in enumerate([*edits, Move(NEW, start, (0.0, 1.0, 0.0))]):
        document = desk.commit(*take, document.state, [edit], f"g-{number:06x}")[1]
    done = sentences(document, "gestures")
    assert done[1:] == ["Car A1 moved 2.0 m", "Car A1 relabelled Truck", "Truck A1 moved 1.0 m"]
    while document.take.edits:
        document = desk.step(*take, document.state, History.undo)[1]
    for each in (document, Desk(open_data_set(small_drive), desk.takes).open(*take)):
        assert sentences(each, "undone") == done
        assert about_json(each)["redo_word"] == done[0]


def test_edits_are_told_in_words_that_fit_their_size(desk):
    before = desk.begin(SCENE).scenario
    actor = before.actors[0].id
    start = before.scene.span[0]
    told = {
        Move(actor, start, (0.25, 0.0, 0.0)): "moved 0.25 m",
        Move(actor, start, (0.0, 1.25, 0.0)): "moved 1.2 m",
        Recolour(actor, "#1040c0"): "painted blue (#1040c0)",
        Recolour(actor, "#c01010"): "painted red (#c01010)",
        Recolour(actor, "#808080"): "painted grey (#808080)",
        Recolour(actor, "#ffffff"): "painted white (#ffffff)",
        Path(actor, start, (Waypoint(9.0, 0.0),), True): "given a goal and a straight way there",
        Path(actor, start, (Waypoint(4.0, 1.0), Waypoint(9.0, 0.0)), True): "given a goal along the lanes",
        Path(actor, start, (Waypoint(4.0, 1.0), Waypoint(9.0, 0.0, speed_mps=0.0))): "brakes and stops",
        EgoPath((EgoOffset(start, -0.5),)): "Ego path bent by up to 0.50 m to the right",
        EgoPath((EgoOffset(start, 0.0, -2.0),)): "Ego path up to 2.0 m behind",
        EgoPath((EgoOffset(start, 1.0, 0.5),)): "Ego path bent by up to 1.0 m to the left, up to 0.50 m ahead",
        EgoPath((EgoOffset(start, 0.0),)): "Ego path as recorded",
    }
    for edit, words in told.items():
        assert sentence(before, edit).endswith(words)
