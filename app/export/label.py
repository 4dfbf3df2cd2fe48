"""The honest label: words drawn onto what people look at, saying where the pixels come from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.requests import Origin

WORDS: dict[Origin | None, str] = {
    "recorded": "recorded",
    "draft": "edited draft, not recorded",
    "generated": "generated, not recorded",
    None: "no picture",
}


def labelled(picture: NDArray[np.uint8], view: str, origin: Origin | None) -> NDArray[np.uint8]:
    """A copy of the picture with its view and its origin in the upper left corner."""
    out = picture.copy()
    scale = max(0.35, picture.shape[1] / 1600)
    write(out, f"{view}: {WORDS[origin]}", (round(12 * scale), round(32 * scale)), scale)
    return out


def write(picture: NDArray[np.uint8], text: str, corner: tuple[int, int], scale: float) -> None:
    """Draw white letters with a black edge onto a picture; `corner` is the lower left one of the text."""
    plain = text.encode("ascii", "replace").decode()  # OpenCV's letters know nothing else
    thickness = max(1, round(1.6 * scale))
    cv2.putText(picture, plain, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), thickness + 3, cv2.LINE_AA)
    cv2.putText(picture, plain, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), thickness, cv2.LINE_AA)
