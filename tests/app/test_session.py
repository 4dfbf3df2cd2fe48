"""The desk: an edit is on disk when it is answered, and one that cannot be kept is not made."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from errno import ENOSPC, EROFS
from os import strerror

import pytest

from app.payload import patch_json
from app.session import Desk, StaleError
from app.takes import SaveError, Takes
from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.edits import Move, Path, SetBeyond, Waypoint
from editor.history import History
from editor.scene import SceneError
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
    assert after.history.saved == after.take


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


def test_an_edit_that_is_refused_is_not_on_disk(desk, monkeypatch):
    def refuse(scenario, street_map):
        raise SceneError("checks that cannot be made")

    monkeypatch.setattr("app.session.findings", refuse)  # while the disk is at work already

    def is_refused(document):
        with pytest.raises(SceneError, match="checks that cannot be made"):
            desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
        assert desk.open(SCENE, document.take.id).take == document.take

    new = desk.begin(SCENE)
    is_refused(new)
    assert not desk.takes.exists(SCENE, new.take.id)
    named = desk.describe(SCENE, new.take.id, name="Cut-in")
    is_refused(named)
    assert desk.takes.load(SCENE, new.take.id) == named.take
    assert Desk(desk.data_set, desk.takes).open(SCENE, new.take.id).take == named.take


def test_without_a_map_that_can_be_read_only_what_needs_lanes_is_refused(drive_with_broken_map, tmp_path):
    desk = Desk(open_data_set(drive_with_broken_map), Takes(tmp_path / "takes"))
    begun = desk.begin(SCENE)
    streets = begun.stage.streets_of(begun.scenario.scene)
    assert not streets.known.knows_drivable
    assert "maps/expansion/nowhere.json" in streets.problem
    truck = next(actor for actor in begun.scenario.actors if actor.category == "vehicle.truck")
    into_the_car = Move(truck.id, truck.track[0].t_us, (-4.0, 3.5, 0.0))
    _, edited = desk.commit(SCENE, begun.take.id, begun.state, [into_the_car], "g-000001")
    assert "overlap" in {finding.kind for finding in edited.findings}
    goal = Path(truck.id, truck.track[0].t_us, (Waypoint(19.5, 3.5, t_us=truck.track[-1].t_us),), is_goal=True)
    _, edited = desk.commit(SCENE, begun.take.id, edited.state, [goal], "g-000003")
    assert edited.take.edits[-1].edit == goal  # straight
    with pytest.raises(DataSetError, match=r"^this needs the streets, .*nowhere\.json: got"):
        desk.commit(SCENE, begun.take.id, edited.state, [SetBeyond(4.0)], "g-000002")
    assert desk.takes.load(SCENE, begun.take.id) == edited.take


@contextmanager
def waiting(owner, name, monkeypatch):
    """A thread that waits in what `owner` calls `name` until the block ends, as everybody does but one other thread; and an
    event that says when it has come there."""
    waits, may_end, real = threading.Event(), threading.Event(), getattr(owner, name)

    def slow(*args):
        who = threading.current_thread().name
        if who.startswith("slow"):
            waits.set()
        assert who.startswith("other") or may_end.wait(20)
        return real(*args)

    monkeypatch.setattr(owner, name, slow)
    with ThreadPoolExecutor(1, "slow") as slow_one, ThreadPoolExecutor(1, "other") as other:
        try:
            yield slow_one, other, waits
        finally:
            may_end.set()


def test_a_scene_that_is_being_read_holds_up_no_take_of_another(desk, monkeypatch):
    take = desk.begin(SCENE).take
    with waiting(desk.data_set, "scene", monkeypatch) as (slow, other, waits):
        opening = slow.submit(desk.begin, SCENE)
        assert waits.wait(5)
        assert other.submit(desk.open, SCENE, take.id).result(5).take == take
        assert not opening.done()
    assert opening.result(5).take.name == "Take 2"


def test_branching_a_take_whose_map_is_being_read_holds_up_no_other_take(desk, small_drive, monkeypatch):
    begun = desk.begin(SCENE)
    take = desk.commit(SCENE, begun.take.id, begun.state, moved(begun, 1.5), "g-000001")[1].take
    restarted = Desk(open_data_set(small_drive), desk.takes)
    with waiting(restarted.data_set, "street_map", monkeypatch) as (slow, other, waits):
        branching = slow.submit(restarted.branch, SCENE, take.id)
        assert waits.wait(5)
        assert other.submit(restarted.begin, SCENE).result(5).take.edits == ()
        assert not branching.done()
    assert branching.result(5).take.parent == take.id


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


STEPS = {"undo": (3, History.undo), "redo": (1, History.redo), "goto": (0, lambda history: history.redo().redo())}


@pytest.mark.parametrize("kind", STEPS)
def test_a_step_whose_answer_was_lost_is_answered_as_it_was_the_first_time(desk, small_drive, kind):
    document = desk.begin(SCENE)
    take = SCENE, document.take.id
    for number in range(3):
        document = desk.commit(*take, document.state, moved(document, 1.0 + number), f"g-{number:06x}")[1]
    num_edits, change = STEPS[kind]
    while len(document.take.edits) > num_edits:
        document = desk.step(*take, document.state, History.undo)[1]
    before, after = desk.step(*take, document.state, change)
    assert before.take != after.take
    for each in (desk, Desk(open_data_set(small_drive), desk.takes)):
        again = each.step(*take, document.state, change)
        assert [found.state for found in again] == [before.state, after.state]
        assert patch_json(*again)["actors"] == patch_json(before, after)["actors"] != []
        assert each.open(*take).take == after.take


def test_a_step_from_a_state_that_another_step_led_away_from_is_refused(desk):
    document = desk.begin(SCENE)
    take = SCENE, document.take.id
    states = [document.state]
    for number in range(2):
        document = desk.commit(*take, document.state, moved(document, 1.0 + number), f"g-{number:06x}")[1]
        states.append(document.state)
    desk.step(*take, states[2], History.undo)
    desk.step(*take, states[1], History.undo)
    for base, change in ((states[2], History.undo), (states[1], History.redo), ("never", History.undo)):
        with pytest.raises(StaleError, match="changed in another window"):
            desk.step(*take, base, change)
    assert desk.open(*take).state == states[0]
