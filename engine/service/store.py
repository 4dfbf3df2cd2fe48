"""Finished pictures on disk, by the hash of everything that they depend on; several processes may use one folder."""

import json
import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import diskcache
import numpy as np
from numpy.typing import NDArray

from engine.requests import Chunk, Origin

SIZE_LIMIT_BYTES = 4 * 2**30
REFUSED = (OSError, sqlite3.Error, diskcache.Timeout)  # what a disk that is full, or not to be written to, answers with
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What of a chunk is worth keeping: the picture, its masks, and where its pixels come from."""

    origin: Origin
    picture: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    dirty: NDArray[np.bool_]


class Store:
    """A folder of pictures that forgets the oldest beyond a size."""

    def __init__(self, folder: Path, size_limit_bytes: int = SIZE_LIMIT_BYTES) -> None:
        self._folder, self._has_complained = folder, False
        self._cache = diskcache.Cache(str(folder), size_limit=size_limit_bytes, eviction_policy="least-recently-stored")

    def get(self, key: str) -> Stored | None:
        """The picture of a key, or None: what cannot be read is drawn again."""
        try:
            data = self._cache.get(key)
            return None if data is None else loads(data)
        except (ValueError, KeyError) as error:  # half a file, say after a full disk: it is stored again, too
            log.warning("Stored picture %s is broken (%s) and will be drawn again.", key, error)
            self._forget(key)
        except REFUSED as error:
            self._complain("cannot be read from", error)
        return None

    def put(self, key: str, chunk: Chunk) -> None:
        """Keep a finished picture; what the disk does not take is drawn anew when it is next asked for, and said once."""
        try:
            self._cache.set(key, dumps(chunk))
        except REFUSED as error:
            self._complain("cannot be kept in", error)

    def _forget(self, key: str) -> None:
        try:
            self._cache.delete(key)
        except REFUSED as error:
            self._complain("cannot be taken out of", error)

    def _complain(self, what: str, error: Exception) -> None:
        if not self._has_complained:
            log.warning("Pictures are drawn, but %s %s (%s: %s).", what, self._folder, type(error).__name__, error)
        self._has_complained = True

    def close(self) -> None:
        """Let go of the folder; what is stored stays."""
        self._cache.close()


def dumps(chunk: Chunk) -> bytes:
    """One line of JSON, then the picture, then both masks as bits. Plain bytes, since diskcache would pickle anything else."""
    height, width = chunk.picture.shape[:2]
    header = json.dumps({"origin": chunk.origin, "width": width, "height": height}).encode()
    return b"".join([header, b"\n", chunk.picture.tobytes(), np.packbits(chunk.valid), np.packbits(chunk.dirty)])


def loads(data: bytes) -> Stored:
    """What `dumps` wrote; ValueError where it is not that."""
    header, _, body = data.partition(b"\n")
    about = json.loads(header)
    height, width = about["height"], about["width"]
    num_pixels, num_bytes = height * width, (height * width + 7) // 8
    if len(body) != 3 * num_pixels + 2 * num_bytes:
        raise ValueError(f"{len(body)} bytes for a picture of {width}x{height}")
    picture = np.frombuffer(body, np.uint8, 3 * num_pixels).reshape(height, width, 3)
    masks = [
        np.unpackbits(np.frombuffer(body, np.uint8, num_bytes, start), count=num_pixels).astype(bool).reshape(height, width)
        for start in (3 * num_pixels, 3 * num_pixels + num_bytes)
    ]
    return Stored(about["origin"], picture.copy(), masks[0], masks[1])
