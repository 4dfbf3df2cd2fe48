"""Accounts of a place made into one picture: in what detail each shows it, and whose colours are taken."""

import numpy as np
import pytest

from engine.draft.blend import levelled, merge
from engine.draft.gather import LEAST_DETAIL, Account

SHAPE = H, W = 40, 60
EVERYWHERE = np.ones(SHAPE, bool)
GREY = np.full((*SHAPE, 3), 100, np.uint8)
RING, WANT = EVERYWHERE.copy(), ~EVERYWHERE
RING[8:32, 8:52], WANT[8:32, 8:52] = False, True


def pixels(across=1.0, down=1.0, turn=0.0):
    """Of a source that sees so many of its pixels per pixel of the block, turned."""
    column, row = np.meshgrid(across * np.arange(W), down * np.arange(H))
    return np.stack([np.cos(turn) * column - np.sin(turn) * row, np.sin(turn) * column + np.cos(turn) * row], axis=-1)


def account(inside, **how):
    """One that meets the ring and shows some grey inside."""
    colours = GREY.astype(np.float32).copy()
    colours[WANT] = inside
    return Account(colours, EVERYWHERE, pixels(**how))


@pytest.mark.parametrize(
    ("how", "detail"),
    [
        ({}, 1.0),
        ({"across": 3.0, "down": 2.0}, 1.0),
        ({"down": 0.25}, 0.25),
        ({"across": 0.5}, 0.5),
        ({"down": 0.001}, LEAST_DETAIL),
    ],
)
@pytest.mark.parametrize("turn", [0.0, 0.7, np.pi / 2])
def test_detail_is_how_far_pixels_are_drawn_out_however_they_are_turned(how, detail, turn):
    assert account(0, turn=turn, **how).detail[1:, 1:] == pytest.approx(detail, rel=1e-3)


def test_a_place_that_a_source_did_not_have_has_the_least_detail():
    nowhere = pixels()
    nowhere[5, 5] = np.nan
    assert Account(GREY.astype(np.float32), EVERYWHERE, nowhere).detail[5, 5] == pytest.approx(LEAST_DETAIL)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_disagree_and_fit_alike_the_one_with_more_detail_is_shown(order):
    near, far = account(160), account(40, down=0.2)
    merged = merge([near, far][::order], GREY, RING, WANT)
    assert merged.known[WANT].all()
    assert merged.colours[20, 30] == pytest.approx(160, abs=1)


def test_what_only_a_drawn_out_source_saw_is_taken_from_it():
    far = account(40, down=0.2)
    near = Account(far.colours, ~WANT, pixels())
    assert merge([near, far], GREY, RING, WANT).colours[20, 30] == pytest.approx(40, abs=1)


def test_those_that_agree_are_averaged_by_their_detail():
    shown = merge([account(100), account(110, down=0.25)], GREY, RING, WANT).colours[20, 30]
    assert shown == pytest.approx((4 * 100 + 110) / 5, abs=0.5)


def test_a_source_that_fits_best_when_shifted_off_the_ring_is_left_where_it_is():
    ring, want = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    ring[:3], want[3:20] = True, True
    around = np.random.default_rng(0).integers(40, 200, (*SHAPE, 3), dtype=np.uint8)
    above = Account(np.roll(around, -3, axis=0).astype(np.float32), ring | want, pixels())
    merged = merge([above], around, ring, want)
    assert merged.known[want].all()
    assert np.isfinite(merged.colours).all()


@pytest.mark.parametrize("grain", [1, 4])
def test_a_step_in_light_is_levelled_to_where_nothing_tells_of_it(grain):
    darker = np.full((*SHAPE, 3), 80, np.float32)
    met = levelled(darker, GREY, RING, RING, grain)
    assert np.abs(met - 100).max() < 3
