"""How light the sun makes what is turned to it, against what is not: for actors that are drawn turned otherwise, or elsewhere,
than their pixels were taken. Ours.
"""

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.light import linear, shown

RELIT = 0.2, 4.0  # times as light, at most


def lit(normals: Array, towards: Array, over_sky: Array) -> NDArray[np.float32]:
    """The light (..., 3) that faces get, in that of the sky, where the sun stands `towards` (3,) there and gives a face that is
    turned to it `over_sky` (3,) as much; all directions in one frame."""
    return (1 + np.maximum(normals @ towards, 0)[..., None] * over_sky).astype(np.float32)


def relit(colours: NDArray[np.float32], times: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels (..., 3) from 0 to 255 of what gets so many times as much light."""
    return 255 * shown(linear(np.clip(colours, 0, 255) / 255) * np.clip(times, *RELIT))
