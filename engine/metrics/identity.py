"""Whether an actor keeps its look over time: how far its colour wanders from the true one, frame by frame."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.metrics.pictures import Mask, Picture8


def colour_error(drawn: Picture8, true: Picture8, mask: Mask) -> NDArray[np.float64]:
    """The mean colour (3,) of a region as drawn minus the true one, in CIE L*a*b* under D65; ValueError for an empty region."""
    if not mask.any():
        raise ValueError("a region of 0 pixels has no mean colour; wanted one pixel or more")
    x, y = (cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[mask] for p in (drawn, true))
    return x.mean(axis=0, dtype=np.float64) - y.mean(axis=0, dtype=np.float64)


def wander(errors: Sequence[NDArray[np.float64]]) -> float:
    """How far errors (3,) stray from their own mean, root mean square: 0 for an actor that is always equally wrong.

    The measure is ours; ConsisDrive shows colours that drift, and gives no number. ValueError where there is no error."""
    if not len(errors):
        raise ValueError("the colours of 0 frames; wanted one or more")
    all_of = np.stack(errors)
    return float(np.sqrt(((all_of - all_of.mean(axis=0)) ** 2).sum(axis=1).mean()))
