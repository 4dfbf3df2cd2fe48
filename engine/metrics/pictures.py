"""How near a drawn picture comes to the true one: errors, structure, colour and sharpness, over a region."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture8 = NDArray[np.uint8]
Mask = NDArray[np.bool_]

CEILING_DB = 100.0  # of equal pictures, so that a mean over cases stays finite


def squared_error(drawn: Picture8, true: Picture8, region: Mask) -> tuple[float, int]:
    """The sum of squared differences over a region's values, and how many values there are: these pool over pictures."""
    apart = drawn[region].astype(np.float64) - true[region]
    return float((apart**2).sum()), apart.size


def psnr_of(error: float, count: int) -> float:
    """Peak signal to noise in dB of a pooled squared error; ValueError for an empty region."""
    if count == 0:
        raise ValueError("a region of 0 pixels has no PSNR; wanted one pixel or more")
    return CEILING_DB if error == 0 else min(CEILING_DB, 10 * float(np.log10(255.0**2 * count / error)))


def psnr_db(drawn: Picture8, true: Picture8, region: Mask) -> float:
    """Peak signal to noise in dB over a region (H, W) of two pictures (H, W, 3)."""
    return psnr_of(*squared_error(drawn, true, region))


def laplacian_energy(picture: Picture8, region: Mask) -> float:
    """The sum of the squared Laplacian of the brightness over a region."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float((cv2.Laplacian(grey, cv2.CV_64F)[region] ** 2).sum())


SSIM_WINDOW, SSIM_SIGMA = 11, 1.5
SSIM_K1, SSIM_K2 = 0.01, 0.03


def ssim_map(drawn: Picture8, true: Picture8) -> NDArray[np.float32]:
    """Structural similarity (H, W) of the brightness around each pixel, 1 where the two agree (Wang et al., 2004, equation 13,
    with the paper's Gaussian window). The mean over a region is that region's SSIM."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (drawn, true))
    c1, c2 = (SSIM_K1 * 255) ** 2, (SSIM_K2 * 255) ** 2
    mean_x, mean_y, xx, yy, xy = (_windowed(z) for z in (x, y, x * x, y * y, x * y))
    both = mean_x * mean_y
    squares = mean_x * mean_x + mean_y * mean_y
    structure = (2 * (xy - both) + c2) / (xx + yy - squares + c2)
    return ((2 * both + c1) / (squares + c1) * structure).astype(np.float32)


def _windowed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return cv2.GaussianBlur(values, (SSIM_WINDOW,) * 2, SSIM_SIGMA, borderType=cv2.BORDER_REFLECT_101)


def delta_e_map(drawn: Picture8, true: Picture8) -> NDArray[np.float32]:
    """How far apart the colours (H, W) are to the eye: the distance in CIE L*a*b* under D65 (CIE 1976), of sRGB pictures."""
    x, y = (cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for p in (drawn, true))
    return np.linalg.norm(x - y, axis=-1)
