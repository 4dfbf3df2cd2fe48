"""A generated picture at its camera's own size: the change that the world model made to a small draft, made to the large one.

Around each pixel the change is fitted as a linear function of the draft's own colour. The change itself is enlarged; detail
that the small draft lacks changes by the fit's slope, so that it is as faint at night as what surrounds it (after the fast
guided filter: He and Sun, arXiv 1505.00996). Fitting the change instead of the picture is ours: where nothing was changed,
the large draft stays to the last level.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit
from editor.scene import View

Picture = NDArray[np.uint8]
RADIUS = 4  # small pixels
SMOOTH = 5.0**2  # of 255, squared: neighbourhoods whose colours vary by less say nothing about slopes
STEEPEST = 1.0  # a draft's detail vanishes at -1 and doubles at 1


def enlarged(large_draft: Picture, view: View, small_draft: Picture, small_drawn: Picture) -> Picture:
    """The large draft (view.height, view.width, 3) with the change between two small pictures (h, w, 3) of the same view.

    The small ones may lack a strip at two edges, as `editor.cameras.fit` crops them; the change next to it is continued
    there. ValueError for a large draft of another size than the view's, or small pictures of two sizes.
    """
    if large_draft.shape != (view.height, view.width, 3) or small_draft.shape != small_drawn.shape:
        got = f"a draft {large_draft.shape}, small ones {small_draft.shape} and {small_drawn.shape}"
        raise ValueError(f"{got}; wanted a draft {(view.height, view.width, 3)} and two small pictures of one size")
    draft = small_draft.astype(np.float32)
    change = small_drawn.astype(np.float32) - draft
    touched = change.any(axis=-1)
    if not touched.any():
        return large_draft
    parts = (draft, change, _slope(draft, change), touched.astype(np.float32))
    draft, change, slope, share = (_large(part, view, touched.shape) for part in parts)
    result = large_draft + change + slope * (large_draft - draft)
    return np.where(share[..., None] > 0, np.clip(np.rint(result), 0, 255), large_draft).astype(np.uint8)


def _slope(draft: NDArray[np.float32], change: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the change over the draft (h, w, 3), colour by colour."""
    mean_draft = _mean(draft)
    covariance = _mean(draft * change) - mean_draft * _mean(change)
    return _mean(np.clip(covariance / (_mean(draft * draft) - mean_draft**2 + SMOOTH), -STEEPEST, STEEPEST))


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.blur(values, (2 * RADIUS + 1, 2 * RADIUS + 1), borderType=cv2.BORDER_REFLECT)


def _large(values: NDArray[np.float32], view: View, size: tuple[int, int]) -> NDArray[np.float32]:
    how = fit(view, size[1], size[0])
    (width, height), left, top = how.scaled, how.left, how.top
    right, bottom = width - size[1] - left, height - size[0] - top
    whole = cv2.copyMakeBorder(values, top, bottom, left, right, cv2.BORDER_REPLICATE)
    return cv2.resize(whole, (view.width, view.height), interpolation=cv2.INTER_LINEAR)
