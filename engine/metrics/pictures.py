"""How near a drawn picture comes to the true one: errors and sharpness, over a region."""

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
