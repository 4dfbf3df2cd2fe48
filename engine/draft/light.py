"""Between what a picture holds and linear light."""

import numpy as np
from numpy.typing import NDArray

Light = NDArray[np.float32]


def linear(srgb: Light) -> Light:
    """sRGB values from 0 to 1 as linear light."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def shown(light: Light) -> Light:
    """Linear light as sRGB values from 0 to 1."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


DARKEST = 0.004  # linear light: what is darker is a camera's noise
_LOGS = np.log(linear(np.arange(256, dtype=np.float32) / 255) + DARKEST)


def logs(picture: NDArray[np.uint8]) -> Light:
    """The logarithm of a picture's linear light, channel by channel."""
    return _LOGS[picture]


def picture_of(logs: Light) -> Light:
    """What `logs` was made of, as levels from 0 to 255."""
    return 255 * shown(np.exp(logs) - DARKEST)
