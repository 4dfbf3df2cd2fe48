"""One picture that shows a whole clip: instants down, views across."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.export.label import write
from app.export.video import GREY, fitted

TILE = (320, 180)
HEADER = 56
MOST_ROWS = 8


def rows_to_show(count: int) -> tuple[int, ...]:
    """Which of so many frames: the first, the last and evenly between, eight at most."""
    return tuple(sorted({round(i) for i in np.linspace(0, count - 1, min(count, MOST_ROWS))}))


def contact_sheet(title: str, subtitle: str, rows: Sequence[Sequence[NDArray[np.uint8] | None]]) -> NDArray[np.uint8]:
    """Pictures in rows of equal length, under two lines of text."""
    tiles = [np.concatenate([fitted(picture, *TILE) for picture in row], axis=1) for row in rows]
    head = np.full((HEADER, tiles[0].shape[1], 3), GREY, np.uint8)
    write(head, title, (10, 24), 0.6)
    write(head, subtitle, (10, 46), 0.45)
    return np.concatenate([head, *tiles], axis=0)
