"""Sums over pictures, and scores of them."""

import numpy as np
import pytest

from engine.metrics.pictures import CEILING_DB, psnr_db
from engine.metrics.pooled import Scores, Sums, compared


def _noise(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


def _left(shape: tuple[int, int]) -> np.ndarray:
    region = np.zeros(shape, bool)
    region[:, : shape[1] // 2] = True
    return region


def test_two_pictures_pool_into_one():
    """Pixels count alike, whichever picture they are in."""
    true, region = _noise(0, (32, 48)), np.ones((32, 48), bool)
    drawn = true // 2 + 40
    (whole,) = compared(drawn, true, (region,))
    left, right = compared(drawn, true, (_left((32, 48)), ~_left((32, 48))))
    both = left + right
    assert both.pixels == whole.pixels == region.size
    assert Scores.of(both).psnr_db == pytest.approx(psnr_db(drawn, true, region))
    assert Scores.of(both).delta_e == pytest.approx(Scores.of(whole).delta_e)
    assert Scores.of(both).ssim == pytest.approx(Scores.of(whole).ssim)


def test_the_truth_itself_scores_best():
    true = _noise(0, (32, 48))
    scores = Scores.of(compared(true, true, (_left((32, 48)),))[0])
    assert scores == Scores(CEILING_DB, pytest.approx(1.0), 1.0, 0.0)


def test_what_is_blurred_is_less_sharp_and_noise_is_sharper():
    grey = np.full((32, 48, 3), 128, np.uint8)
    true = (_noise(0, (32, 48)) // 4 + 96).astype(np.uint8)
    whole = (np.ones((32, 48), bool),)
    assert Scores.of(compared(grey, true, whole)[0]).sharpness_ratio == 0
    assert Scores.of(compared(_noise(1, (32, 48)), true, whole)[0]).sharpness_ratio > 2


def test_nothing_has_no_scores():
    with pytest.raises(ValueError, match="0 pixels"):
        Scores.of(Sums())
