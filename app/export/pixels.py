"""Pictures as files: RGB or grey in memory, in OpenCV's own order on its way to the disk and back."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def write_png(path: Path, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write 8- or 16-bit pixels, RGB or grey; OSError where the disk refuses (OpenCV's own writer would say nothing)."""
    ordered = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    path.write_bytes(cv2.imencode(".png", ordered)[1].tobytes())


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """The pixels (H, W, 3) of a picture of any format, as they are stored: what a recorded file says of its orientation is
    ignored here as everywhere. ValueError for a file that is no picture."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ValueError(f"{path}: got a file that is no picture; wanted JPEG or PNG")
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
