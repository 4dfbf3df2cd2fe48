"""Errors and sharpness of pictures, against closed forms."""

import numpy as np
import pytest

from engine.metrics.pictures import CEILING_DB, SSIM_K1, delta_e_map, laplacian_energy, psnr_db, psnr_of, ssim_map

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


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)


def test_ssim_of_a_picture_with_itself_is_one_and_of_strangers_about_zero():
    assert ssim_map(_noise(0), _noise(0)) == pytest.approx(1.0)
    assert abs(float(ssim_map(_noise(0), _noise(1)).mean())) < 0.1


def test_ssim_of_flat_pictures_is_its_luminance_term():
    c1 = (SSIM_K1 * 255) ** 2
    assert ssim_map(_flat(100), _flat(150)) == pytest.approx((2 * 100 * 150 + c1) / (100**2 + 150**2 + c1), rel=1e-6)


def test_delta_e_of_black_and_white_is_a_hundred_and_of_a_hue_is_more_than_of_nothing():
    assert delta_e_map(_flat(255), _flat(0)) == pytest.approx(100.0, abs=0.1)
    red = _flat(120)
    red[..., 0] = 160
    assert (delta_e_map(red, _flat(120)) > 10).all()
    assert not delta_e_map(red, red).any()
