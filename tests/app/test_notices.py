"""What is said of an edit beside that it is made."""

import pytest

from app.notices import notices_of
from app.session import Desk
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set
from editor.edits import Move, Path, Waypoint
from editor.findings import sign
from editor.history import History
from tests.small_drive import SCENE


@pytest.fixture
def desk(small_drive, tmp_path):
    return Desk(open_data_set(small_drive), Takes(tmp_path / "takes"))


def truck_to(document, *metres, speed=None):
    """A path of the truck, which does 5 m/s for a second."""
    truck = next(a for a in document.scenario.actors if a.category == "vehicle.truck")
    x, y, _ = truck.track[0].T_world.translation
    return Path(truck.id, truck.track[0].t_us, tuple(Waypoint(x + m, y, speed_mps=speed) for m in metres))


def said(desk, document, edit, gesture="g-000001"):
    after = desk.commit(SCENE, document.take.id, document.state, [edit], gesture)[1]
    return notices_of(after, [edit])


@pytest.mark.parametrize(
    ("metres", "words"), [((2, 4), None), ((2, 4, 12, 20), "comes to 2 of the 4 points; at 1.00 s"), ((30,), "0 of the 1")]
)
def test_points_that_nobody_comes_to_in_time_are_said(desk, metres, words):
    document = desk.begin(SCENE)
    found = said(desk, document, truck_to(document, *metres))
    assert (words is None and not found) or (len(found) == 1 and words in found[0])


def test_who_was_told_how_fast_to_go_comes_as_far_as_that(desk):
    document = desk.begin(SCENE)
    assert not any("points" in each for each in said(desk, document, truck_to(document, 2, 4, 12, speed=1.0)))


@pytest.mark.parametrize(
    ("kmh", "words"),
    [
        (18, None),
        (19, None),
        (21, "Truck {sign} does 21 km/h from 0."),
        (90, "Truck {sign} does not come to 90 km/h in this"),
    ],
)
def test_when_somebody_comes_to_the_speed_that_was_asked_for_is_said_unless_it_is_at_once(desk, kmh, words):
    document = desk.begin(SCENE)
    edit = truck_to(document, 2, 4, 60, speed=kmh / 3.6)
    found = said(desk, document, edit)
    assert [each.startswith(words.format(sign=sign(edit.actor))) for each in found] == ([] if words is None else [True]), found


def test_what_an_edit_took_the_place_of_is_said_with_where_it_is_kept(desk):
    document = desk.begin(SCENE)
    for number, metres in enumerate((2, 3)):
        edit = Move(document.scenario.actors[0].id, document.scenario.scene.span[0], (metres, 0.0, 0.0))
        document = desk.commit(SCENE, document.take.id, document.state, [edit], f"g-00000{number}")[1]
    for _ in range(2):
        document = desk.step(SCENE, document.take.id, document.state, History.undo)[1]
    sentence, *_ = said(desk, document, truck_to(document, 1, speed=2.0), "g-000009")
    kept = next(summary for summary in desk.takes.summaries(SCENE)[0] if summary.id != document.take.id)
    assert sentence == f"This edit took the place of 2 that had been undone; {kept.name} keeps them."
