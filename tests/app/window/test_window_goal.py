"""A goal in a shipped scene: a click, and the car follows the lanes that lead there."""

from pathlib import Path

import numpy as np
import pytest

from tests.app.window.served import served
from tests.app.window.window import Window, tab

pytestmark = pytest.mark.browser
CHIPS = 90  # pixels at the right, where the map's layers are chosen
TOWN = Path(__file__).resolve().parents[3] / "assets" / "town"


@pytest.fixture(scope="module")
def shared_tab(chromium, tmp_path_factory):
    with served(TOWN, tmp_path_factory.mktemp("workspace")) as running, tab(chromium, running.url) as opened:
        yield opened


def on_map(window: Window, x: float, y: float) -> tuple[float, float]:
    """A place in the world, in the page; the map is zoomed out until it shows it."""
    for _ in range(20):
        u, v = window.page.evaluate("(place) => retake.bev.camera.toScreen(...place)", [x, y])
        shown = window.page.locator("#map").bounding_box()
        if 0 < u < shown["width"] - CHIPS and 0 < v < shown["height"]:
            return window.on_map((u, v))
        window.press("-")
        window.page.wait_for_timeout(60)
    raise AssertionError(f"({x}, {y}) does not come into the map")


def off_lanes(window: Window, track: list) -> np.ndarray:
    """How far from the middle of every lane each pose is."""
    middles = [np.array(middle) for middle in window.ask("s.scene.map.lanes.map((lane) => lane.centre)")]
    fine = np.concatenate([np.linspace(a, b, 200).reshape(-1, 2) for a, b in ((m[:-1], m[1:]) for m in middles)])
    return np.array([np.hypot(*(fine - pose[1:3]).T).min() for pose in track])


def test_a_goal_round_the_corner_is_reached_along_the_lanes(window):
    before_the_junction, side_street = (182.6, 234.9), (219.0, 219.0)
    tracks = window.actors
    car = min(tracks, key=lambda actor: np.hypot(*np.subtract(tracks[actor][0][1:3], before_the_junction)))
    on_map(window, *side_street)
    window.page.mouse.click(*on_map(window, *tracks[car][0][1:3]))
    window.press("g")
    window.page.mouse.click(*on_map(window, *side_street))
    window.settle(1)
    assert window.gestures == [f"Car {car[:6]} given a goal along the lanes"]
    track = window.actors[car]
    assert track[-1][1:3] == pytest.approx(side_street, abs=0.5)  # a pixel of the map
    assert off_lanes(window, track).max() < 0.7
    assert "off_road" not in window.ask("take.findings.map((finding) => finding.kind)")
    window.press("Control+z")
    window.settle(0)
    assert window.actors == tracks
