"""How fast Town draws: pictures of a new data set a second, on all cores, once its streets stand."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.town.recording import generate
from tests.bench.row import Row

PART = "town"
SIZE = (448, 256)
SEED = 12  # of no shipped scene
SECONDS, QUICK_SECONDS = 6.0, 2.5


def rows(quick: bool) -> Iterator[Row]:
    """Six views with boxes, shadows and smooth edges; counted from the first pictures on, which wait for the streets."""
    came: list[tuple[float, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        generate(
            Path(folder) / "town", 1, SEED, SIZE, QUICK_SECONDS if quick else SECONDS, os.cpu_count() or 1,
            lambda done, _total: came.append((time.perf_counter(), done)),
        )  # fmt: skip
    (start, first), (end, last) = came[0], came[-1]
    yield Row("town.pictures_per_s", (last - first) / (end - start), "1/s", last - first)
