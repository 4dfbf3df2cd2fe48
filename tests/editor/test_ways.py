"""Along lanes beyond the recording: who drives follows its lane, as straight on as it goes, and a take keeps where."""

import numpy as np
import pytest

from editor.beyond import beyond
from editor.edits import EditError, SetBeyond, Way
from editor.map import Lane, StreetMap
from editor.scene import ActorId
from editor.ways import ways_of
from tests.editor.made import replayed
from tests.editor.test_beyond import LAST, SCENE, of, speeds

BEND_M, RADIUS_M = 150.0, 20.0


def lane(name: str, points, *successors: str, is_connector: bool = False) -> Lane:
    centre = np.array([(*point, 0.0) for point in points], dtype=float)
    return Lane(name, centre, centre[:, :2], is_connector, successors)


def streets() -> StreetMap:
    """A lane along x that bends to the left in a quarter circle and goes on along y; and one that turns off sharply."""
    angles = np.linspace(0, np.pi / 2, 30)
    bend = [(BEND_M + RADIUS_M * np.sin(a), RADIUS_M * (1 - np.cos(a))) for a in angles]
    off = [(BEND_M + 5 * np.sin(a), -5 * (1 - np.cos(a))) for a in np.linspace(0, 3, 30)]
    x, y = bend[-1]
    return StreetMap(
        lanes=(
            lane("ahead", [(k, 0.0) for k in range(0, 151, 10)], "off", "bend"),
            lane("off", off, is_connector=True),
            lane("bend", bend, "up", is_connector=True),
            lane("up", [(x, y + k) for k in range(0, 800, 10)]),
        )
    )


def led(seconds: float):
    return beyond(SCENE, seconds, ways_of(SCENE, streets(), seconds))


def test_who_drives_on_a_lane_follows_it():
    x, y, _ = led(20.0).ego[-1].T_world.translation
    assert x == pytest.approx(BEND_M + RADIUS_M, abs=0.3)
    assert y > 50.0
    assert {way.who for way in ways_of(SCENE, streets(), 20.0)} == {"ego", "lead"}
    assert of(led(20.0), "oncoming").track == of(beyond(SCENE, 20.0), "oncoming").track
    assert of(led(20.0), "walker").track == of(beyond(SCENE, 20.0), "walker").track


def test_bends_are_driven_slower_and_nothing_jumps():
    longer = led(20.0)
    speed = speeds(longer.ego)[len(SCENE.ego) - 2 :]
    assert speed[:3] == pytest.approx(10.0, abs=0.1)
    assert speed.min() < 9.5
    assert np.abs(np.diff(speed)).max() < 0.9  # m/s in a tenth of a second
    assert longer.frames[: LAST + 1] == SCENE.frames


def test_how_long_it_goes_on_says_nothing_of_how_it_begins():
    short, long = led(6.0), led(30.0)
    places = [np.array([pose.T_world.translation for pose in scene.ego[: len(short.ego)]]) for scene in (short, long)]
    assert np.abs(places[0] - places[1]).max() < 0.05


def test_where_there_are_no_lanes_there_are_no_ways():
    assert ways_of(SCENE, StreetMap(), 20.0) == ()


def test_where_lanes_end_it_goes_on_straight():
    short = StreetMap(lanes=(lane("ahead", [(k, 0.0) for k in range(0, 121, 10)]),))
    x, y, _ = beyond(SCENE, 20.0, ways_of(SCENE, short, 20.0)).ego[-1].T_world.translation
    assert (x, y) == pytest.approx((280.0, 0.0), abs=0.5)


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Way(ActorId("nobody"), ((90.0, 0.0),)), "no such actor"),
        (Way(ActorId("ego"), ()), "wanted 1 to"),
        (Way(ActorId("ego"), ((90.0, 0.0), (90.0, 0.0))), "twice in a row"),
        (Way(ActorId("ego"), ((9e5, 0.0),)), "from the recorded drive"),
        (Way(ActorId("ego"), ((float("nan"), 0.0),)), "wanted a finite number"),
    ],
)
def test_ways_that_nobody_can_drive_are_refused(way, words):
    with pytest.raises(EditError, match=words):
        replayed(SCENE, [SetBeyond(4.0, (way,))])
