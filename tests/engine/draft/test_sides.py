"""What of a box one eye sees and another does not."""

import numpy as np
import pytest

from engine.draft.sides import facing, unseen_share

CAR = (4.5, 1.8, 1.5)
BEHIND, AHEAD, LEFT, RIGHT = np.array([(-15, 0, 1), (15, 0, 1), (0, 15, 1), (0, -15, 1)], float)
CORNER = np.array((-10.0, 6.0, 1.0))  # sees the back and the left side


def share(wanted, seen, size=CAR):
    return float(unseen_share(wanted, np.array([seen]), size)[0])


@pytest.mark.parametrize("eye", [BEHIND, AHEAD, LEFT, CORNER])
def test_where_it_was_seen_from_nothing_is_lacking(eye):
    assert share(eye, eye) == 0


@pytest.mark.parametrize(("wanted", "seen"), [(AHEAD, BEHIND), (LEFT, BEHIND), (LEFT, RIGHT), (BEHIND, LEFT)])
def test_from_another_side_all_of_it_is_lacking(wanted, seen):
    assert share(wanted, seen) == 1


def test_a_side_counts_for_as_much_as_it_shows():
    assert 0.3 < share(CORNER, BEHIND) < 0.8  # the flank is lacking
    assert share(CORNER, BEHIND) > share(CORNER, np.array((-10.0, 2.5, 1.0))) > 0
    assert share(BEHIND, CORNER) == 0


def test_people_look_alike_enough_from_everywhere():
    assert share(LEFT, BEHIND, (0.6, 0.7, 1.8)) == 0


def test_an_eye_sees_two_sides_of_a_box_at_most_and_none_from_within():
    eyes = np.random.default_rng(0).uniform(-9, 9, (200, 3))
    seen = facing(eyes, CAR)
    assert ((seen > 0).sum(axis=1) <= 2).all()
    within = (np.abs(eyes[:, 0]) < CAR[0] / 2) & (np.abs(eyes[:, 1]) < CAR[1] / 2)
    assert within.any()
    assert not seen[within].any()
