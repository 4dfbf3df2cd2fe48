"""How nuscenes-devkit's own benchmarks score the truth of Town's scenes, handed in as a prediction: 1 is full marks.

Pictures are tiny, for boxes, LiDAR and tracks are what is judged; together the scenes hold all ten detection classes in range.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.town.recipe import Recipe
from engine.town.recording import VERSION, generate
from tests.bench.row import Row
from tests.engine.town import devkit

PART = "devkit"
FIRST_SEED, SCENES, QUICK_SCENES = 40, 20, 3
RECIPE = Recipe(size=(64, 36), duration_s=4.1, rate_hz=2, lidar_columns=300)


def rows(quick: bool) -> Iterator[Row]:
    """mAP and AMOTA over all scenes; the devkit counts a class that is not there as 0, so they are 1 only where all are."""
    scenes = QUICK_SCENES if quick else SCENES
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "town"
        generate(root, range(FIRST_SEED, FIRST_SEED + scenes), RECIPE, os.cpu_count() or 1)
        data = devkit.opened(root, VERSION)
        found = devkit.detection(data, Path(folder))
        yield Row("town.devkit_map", float(found["mean_ap"]), "", scenes)
        yield Row("town.devkit_detection_classes", float(sum(ap > 0 for ap in found["mean_dist_aps"].values())), "", scenes)
        tracked = devkit.tracking(data, Path(folder))
        yield Row("town.devkit_amota", float(tracked["amota"]), "", scenes)
