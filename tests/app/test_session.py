"""The desk: an edit is on disk when it is answered, and one that cannot be kept is not made."""

import json
import math
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from errno import ENOSPC, EROFS
from os import strerror

import pytest

from app.payload import patch_json
from app.session import Desk, StaleError
from app.takes import ChangedFileError, SaveError, Takes
from editor.datasets.nuscenes import open_data_set
from editor.datasets.records import DataSetError
from editor.edits import EditError, Move, Path, SetBeyond, Waypoint
from editor.files import TakeFileError, load_take, save_take
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


def test_an_edit_that_is_on_disk_is_made_whatever_becomes_of_the_list_of_takes_without_a_file(desk, monkeypatch):
    document = desk.begin(SCENE)

    def refuse(path, content):
        raise OSError(ENOSPC, strerror(ENOSPC))

    monkeypatch.setattr("app.takes.write_bytes", refuse)
    _, after = desk.commit(SCENE, document.take.id, document.state, moved(document, 1.5), "g-000001")
    assert desk.takes.load(SCENE, document.take.id) == after.take == desk.open(SCENE, document.take.id).take
    assert desk.takes.was_begun(SCENE, document.take.id)  # the list is as it was, and not half of it


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
    named = desk.describe(SCENE, new.take.id, name="Cut-in")[1]
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
    edited = desk.commit(SCENE, begun.take.id, begun.state, moved(begun, 1.5), "g-000001")[1]
    take, state = edited.take, edited.state
    restarted = Desk(open_data_set(small_drive), desk.takes)
    with waiting(restarted.data_set, "street_map", monkeypatch) as (slow, other, waits):
        branching = slow.submit(restarted.branch, SCENE, take.id, state)
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


# ------------------------------------------------------------------------------------------------ other windows and hands


def test_a_description_in_an_overtaken_window_tells_which_state_it_came_to(desk):
    begun = desk.begin(SCENE)
    edited = desk.commit(SCENE, begun.take.id, begun.state, moved(begun, 1.5), "g-000001")[1]
    before, after = desk.describe(SCENE, begun.take.id, rating=4)
    assert before.state == after.state == edited.state != begun.state
    assert (after.take.rating, len(after.take.edits)) == (4, 1)


def test_a_branch_from_an_older_state_is_refused(desk):
    begun = desk.begin(SCENE)
    edited = desk.commit(SCENE, begun.take.id, begun.state, moved(begun, 1.5), "g-000001")[1]
    with pytest.raises(StaleError, match="changed in another window"):
        desk.branch(SCENE, begun.take.id, begun.state)
    assert desk.branch(SCENE, begun.take.id, edited.state).take.parent == begun.take.id
    assert len(desk.takes.summaries(SCENE)[0]) == 2


def another(desk):
    """A second Retake on the same data and workspace."""
    return Desk(desk.data_set, Takes(desk.takes._folder))


def test_of_two_retakes_on_one_workspace_neither_overwrites_the_others_edits(desk):
    begun = desk.begin(SCENE)
    take, other = (SCENE, begun.take.id), another(desk)
    assert other.open(*take).state == begun.state
    edited = desk.commit(*take, begun.state, moved(begun, 1.5), "g-000001")[1]
    with pytest.raises(StaleError, match="changed in another window"):
        other.commit(*take, begun.state, moved(begun, 3.0), "g-000002")
    assert other.open(*take).take == edited.take
    further = other.commit(*take, edited.state, moved(begun, 3.0), "g-000002")[1]
    assert desk.open(*take).take == further.take
    assert len(desk.takes.load(*take).edits) == 2
    before, described = desk.describe(*take, notes="from the first one")
    assert before.state == further.state
    assert described.take.edits == further.take.edits


def test_a_take_file_that_a_script_changed_is_read_anew_and_not_overwritten(desk):
    begun = desk.begin(SCENE)
    take = SCENE, begun.take.id
    edited = desk.commit(*take, begun.state, moved(begun, 1.5), "g-000001")[1]
    document = json.loads(edited.kept.path.read_text())
    document["edits"][0]["edit"]["by"] = [9.5, 0.0, 0.0]
    edited.kept.path.write_text(json.dumps(document))
    with pytest.raises(StaleError):
        desk.step(*take, edited.state, History.undo)
    assert desk.open(*take).take.edits[0].edit.by == (9.5, 0.0, 0.0)
    edited.kept.path.write_text("{")
    with pytest.raises(TakeFileError, match="not JSON"):
        desk.describe(*take, notes="over it")
    assert edited.kept.path.read_text() == "{"


def test_a_file_that_changes_between_reading_and_writing_is_not_overwritten(desk, monkeypatch):
    begun = desk.begin(SCENE)
    take = SCENE, begun.take.id
    edited = desk.commit(*take, begun.state, moved(begun, 1.5), "g-000001")[1]
    real, others = desk.takes.save, [lambda: another(desk).describe(*take, rating=5)]

    def overtaken(changed, last=None):
        if others:
            others.pop()()
        return real(changed, last)

    monkeypatch.setattr(desk.takes, "save", overtaken)
    desk.commit(*take, edited.state, moved(begun, 2.5), "g-000002")
    saved = load_take(edited.kept.path)
    assert (saved.rating, len(saved.edits)) == (5, 2)


def test_a_file_that_is_never_at_rest_is_given_up_in_a_sentence(desk, monkeypatch):
    begun = desk.begin(SCENE)

    def never_at_rest(take, last=None):
        raise ChangedFileError

    monkeypatch.setattr(desk.takes, "save", never_at_rest)
    with pytest.raises(SaveError, match="something else changes the file"):
        desk.describe(SCENE, begun.take.id, rating=3)


def edit_again_and_again(small_drive, folder, take_id, who, times):
    """What one of two processes does: edits, each on the newest state."""
    desk = Desk(open_data_set(small_drive), Takes(folder))
    for number in range(times):
        while True:
            document = desk.open(SCENE, take_id)
            try:
                desk.commit(SCENE, take_id, document.state, moved(document, 0.01), f"g-{who}{number:04x}")
                break
            except StaleError:
                continue


def test_two_processes_that_edit_one_take_at_once_lose_none_of_it(desk, small_drive, tmp_path):
    begun = desk.begin(SCENE)
    asked = small_drive, tmp_path / "takes", begun.take.id
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        for done in [processes.submit(edit_again_and_again, *asked, who, 25) for who in ("aa", "bb")]:
            done.result()
    gestures = [step.gesture for step in desk.open(SCENE, begun.take.id).take.edits]
    assert len(gestures) == len(set(gestures)) == 50


# ------------------------------------------------------------------------------------------------ files that others made


def copied(edited, called, **changes):
    """A copy of a take's file under another name, with other fields."""
    document = json.loads(edited.kept.path.read_text()) | changes
    path = edited.kept.path.with_name(f"{called}.take.json")
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def edited(desk):
    """A take with one edit, on disk."""
    begun = desk.begin(SCENE)
    return desk.commit(SCENE, begun.take.id, begun.state, moved(begun, 1.5), "g-000001")[1]


def test_a_take_opens_by_its_id_whatever_its_file_is_called_and_is_kept_in_that_file(desk, edited):
    path = copied(edited, "from-bob", id="take-bbbbbbbbbbbb", name="Bob's")
    assert {summary.id for summary in desk.takes.summaries(SCENE)[0]} == {edited.take.id, "take-bbbbbbbbbbbb"}
    bobs = desk.open(SCENE, "take-bbbbbbbbbbbb")
    assert (bobs.take.name, len(bobs.take.edits)) == ("Bob's", 1)
    desk.commit(SCENE, bobs.take.id, bobs.state, moved(bobs, 2.0), "g-000002")
    assert len(load_take(path).edits) == 2
    assert len(list(path.parent.glob("*.take.json"))) == 2
    with pytest.raises(TakeFileError, match="holds take 'take-bbbbbbbbbbbb'; wanted 'from-bob'"):
        desk.open(SCENE, "from-bob")


def test_two_files_of_one_take_are_named_in_a_sentence_and_neither_is_opened(desk, edited):
    copied(edited, "copy")
    found, problems = desk.takes.summaries(SCENE)
    assert found == ()
    files = f"copy.take.json and {edited.take.id}.take.json of {edited.kept.path.parent}"
    assert problems == (f"take '{edited.take.id}' is in {files}, and neither is opened; wanted one file of that id",)
    with pytest.raises(TakeFileError, match="neither is opened"):
        another(desk).open(SCENE, edited.take.id)


def test_a_file_that_is_called_as_another_take_is_not_taken_for_it(desk, edited):
    path = copied(edited, "take-cccccccccccc", id="bobs")
    with pytest.raises(TakeFileError, match=r"holds take 'bobs'; wanted 'take-cccccccccccc'"):
        desk.open(SCENE, "take-cccccccccccc")
    assert desk.open(SCENE, "bobs").kept.path == path


def test_only_a_take_that_was_begun_here_opens_without_a_file(desk):
    begun = desk.begin(SCENE)
    assert another(desk).open(SCENE, begun.take.id).take.edits == ()
    with pytest.raises(TakeFileError, match="there is no take 'take-dddddddddddd' of scene scene-0001 in this workspace"):
        desk.open(SCENE, "take-dddddddddddd")


def test_a_take_whose_file_is_gone_is_not_begun_again(desk, edited):
    edited.kept.path.unlink()
    for each in (desk, another(desk)):
        with pytest.raises(TakeFileError, match="there is no take"):
            each.open(SCENE, edited.take.id)
        with pytest.raises(TakeFileError, match="there is no take"):
            each.commit(SCENE, edited.take.id, edited.state, moved(edited, 2.0), "g-000002")
    assert not edited.kept.path.exists()


def test_ids_are_as_long_as_take_files_allow(desk, edited):
    longest = "a" * 64
    save_take(edited.kept.path.with_name("long.take.json"), replace(edited.take, id=longest, name="Long"))
    assert desk.open(SCENE, longest).take.name == "Long"
    with pytest.raises(TakeFileError, match=r"wanted up to 64 letters, digits, '-' or '_'$"):
        desk.open(SCENE, longest + "a")


# ------------------------------------------------------------------------------------------------ removing


def test_a_removed_take_is_moved_aside_whole_and_its_address_says_where_it_is(desk, edited):
    text = edited.kept.path.read_text()
    with pytest.raises(StaleError):
        desk.remove(SCENE, edited.take.id, "an older state")
    file = desk.remove(SCENE, edited.take.id, edited.state)
    assert file == edited.kept.path.parent / ".removed" / edited.kept.path.name
    assert file.read_text() == text
    assert desk.takes.summaries(SCENE) == ((), ())
    for each in (desk, another(desk)):
        with pytest.raises(TakeFileError, match=rf"^take 'Take 1' of scene {SCENE} was removed; its file is now .*\.removed/"):
            each.commit(SCENE, edited.take.id, edited.state, moved(edited, 2.0), "g-000002")
    file.rename(edited.kept.path)
    assert another(desk).open(SCENE, edited.take.id).take == edited.take


def test_a_removed_take_lies_beside_an_older_one_of_its_name(desk, edited):
    again = copied(edited, "again")
    first = desk.takes.remove(edited.kept)
    again.rename(edited.kept.path)
    second = desk.remove(SCENE, edited.take.id, edited.state)
    assert first.exists()
    assert second.name == f"{edited.take.id}-2.take.json"


def test_a_take_without_a_file_is_removed_without_one(desk):
    begun = desk.begin(SCENE)
    assert desk.remove(SCENE, begun.take.id, begun.state) is None
    with pytest.raises(TakeFileError, match="there is no take"):
        desk.open(SCENE, begun.take.id)


def driven_on(desk, document, *metres):
    for metre in metres:
        document = desk.commit(SCENE, document.take.id, document.state, moved(document, metre), f"g-{metre:06x}")[1]
    return document


def undone(desk, document, times):
    for _ in range(times):
        document = desk.step(SCENE, document.take.id, document.state, History.undo)[1]
    return document


def takes_of(desk):
    return {summary.id for summary in desk.takes.summaries(SCENE)[0]}


def test_an_edit_in_the_place_of_several_undone_ones_leaves_them_in_a_take_of_their_own(desk):
    whole = driven_on(desk, desk.begin(SCENE), 1, 2, 3)
    after = driven_on(desk, undone(desk, whole, 2), 4)
    assert after.aside.gestures == 2
    assert takes_of(desk) == {whole.take.id, after.aside.take.id}
    kept = desk.open(SCENE, after.aside.take.id)
    assert (kept.scenario, kept.take.parent, kept.take.undone) == (whole.scenario, whole.take.id, ())
    assert kept.take.name != whole.take.name
    assert driven_on(desk, after, 5).aside is None


def test_one_undone_edit_is_let_go_of_as_everywhere(desk):
    after = driven_on(desk, undone(desk, driven_on(desk, desk.begin(SCENE), 1, 2), 1), 3)
    assert after.aside is None
    assert takes_of(desk) == {after.take.id}


def test_an_edit_that_is_refused_or_changes_nothing_takes_the_place_of_none(desk):
    document = undone(desk, driven_on(desk, desk.begin(SCENE), 1, 2, 3), 3)
    with pytest.raises(EditError):
        driven_on(desk, document, 5000)
    assert driven_on(desk, document, 0).take == document.take
    assert takes_of(desk) == {document.take.id}
    assert desk.open(SCENE, document.take.id).history.num_undone == 3


def test_an_edit_whose_answer_was_lost_leaves_them_in_one_take(desk):
    document = undone(desk, driven_on(desk, desk.begin(SCENE), 1, 2), 2)
    asked = SCENE, document.take.id, document.state, moved(document, 3), "g-000009"
    first, again = desk.commit(*asked)[1], desk.commit(*asked)[1]
    assert first.aside == again.aside
    assert len(takes_of(desk)) == 2
