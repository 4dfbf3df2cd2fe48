"""Room for what drafts have read and worked out: arrays are kept until there is no room, then the longest unused goes first."""

from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray


def room_for(num_bytes: int) -> LRUCache:
    """A cache of arrays and crops (or None, which takes no room)."""
    return LRUCache(num_bytes, getsizeof=lambda value: 0 if value is None else value.nbytes)


@dataclass(frozen=True, eq=False)
class Crop:
    """An array (H, W) of which only a rectangle, with its first row and column, is not 0."""

    rectangle: NDArray
    row: int
    column: int
    shape: tuple[int, int]

    @classmethod
    def of(cls, whole: NDArray) -> "Crop":
        """Of an array (H, W)."""
        rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
        if not len(rows):
            return cls(whole[:0, :0].copy(), 0, 0, whole.shape)
        part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return cls(whole[part].copy(), int(rows[0]), int(columns[0]), whole.shape)

    @property
    def nbytes(self) -> int:
        """What it takes."""
        return self.rectangle.nbytes

    def whole(self) -> NDArray:
        """The array, anew each time."""
        out = np.zeros(self.shape, self.rectangle.dtype)
        height, width = self.rectangle.shape
        out[self.row : self.row + height, self.column : self.column + width] = self.rectangle
        return out
