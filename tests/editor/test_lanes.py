"""Places on lanes: the nearest that leads the right way."""

import math

import pytest

from editor.lanes import at, lanes_near, nearest_lane
from editor.map import StreetMap
from tests.editor.made import lane

LEFT = lane("left", (0, 3.5), (60, 3.5))
STREETS = StreetMap(lanes=(lane("right", (0, 0), (60, 0)), LEFT, lane("against", (60, 7), (0, 7))))


def test_the_nearest_lane_is_one_that_leads_the_right_way():
    found = nearest_lane(STREETS, 30.0, 5.4, 0.0)
    assert (found.lane.id, found.along_m, found.away_m) == ("left", pytest.approx(30.0), pytest.approx(1.9))
    assert nearest_lane(STREETS, 30.0, 6.9, math.pi).lane.id == "against"
    assert nearest_lane(STREETS, 30.0, 40.0) is None
    assert nearest_lane(StreetMap(), 30.0, 0.0) is None


def test_lanes_within_reach_come_best_first():
    assert [place.lane.id for place in lanes_near(STREETS, 10.0, 2.0)] == ["left", "right"]
    assert [place.lane.id for place in lanes_near(STREETS, 10.0, 2.0, within_m=6.0)] == ["left", "right", "against"]
    assert [place.lane.id for place in lanes_near(STREETS, 10.0, 2.0, math.pi, within_m=6.0)] == ["against"]


def test_so_far_along_a_lane_is_a_place_or_several():
    assert at(LEFT, 10.0) == pytest.approx([10.0, 3.5])
    assert at(LEFT, [0.0, 25.0, 90.0])[:, 0] == pytest.approx([0.0, 25.0, 60.0])
