"""Errors and sharpness of pictures, against closed forms."""

import numpy as np
import pytest

from engine.metrics.pictures import CEILING_DB, laplacian_energy, psnr_db, psnr_of

WHOLE = np.ones((8, 8), bool)


def _flat(level: int) -> np.ndarray:
    return np.full((8, 8, 3), level, np.uint8)


def test_psnr_of_a_constant_error_is_its_closed_form():
    assert psnr_db(_flat(110), _flat(100), WHOLE) == pytest.approx(20 * np.log10(255 / 10))


def test_equal_pictures_have_a_finite_psnr():
    assert psnr_db(_flat(7), _flat(7), WHOLE) == CEILING_DB


def test_only_the_region_counts():
    drawn, region = _flat(100), WHOLE.copy()
    drawn[:4] = 200
    region[:4] = False
    assert psnr_db(drawn, _flat(100), region) == CEILING_DB


def test_an_empty_region_is_an_error():
    with pytest.raises(ValueError, match="0 pixels"):
        psnr_of(0.0, 0)


def test_a_flat_picture_has_no_laplacian_energy_and_an_edge_has():
    edge = _flat(0)
    edge[:, 4:] = 255
    assert laplacian_energy(_flat(90), WHOLE) == 0
    assert laplacian_energy(edge, WHOLE) > 0
