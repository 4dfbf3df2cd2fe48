"""How far projection is from nuscenes-devkit's, at worst, over every picture of both shared data sets."""

from collections.abc import Iterator

import numpy as np

from tests.bench.results import SHARED_DATA
from tests.bench.row import Missing, Row
from tests.editor.oracle import corner_errors_px

PART = "projection"
DATA = ("pandaset-002", "nuscenes-mini-tables")
QUICK_EVERY = 5


def rows(quick: bool) -> Iterator[Row | Missing]:
    """The worst corner."""
    missing = [name for name in DATA if not (SHARED_DATA / name).is_dir()]
    if missing:
        yield Missing("projection.max_error_px", f"no ../shared/data/{' or '.join(missing)}")
        return
    errors = [e for name in DATA for e in corner_errors_px(SHARED_DATA / name, QUICK_EVERY if quick else 1)]
    worst = np.concatenate(errors)
    yield Row("projection.max_error_px", float(worst.max()), "px", len(worst))
