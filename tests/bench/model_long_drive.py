"""A Town drive of 60 s in other weather, all of it drawn by the world model: coarse to refined against plainly frame after
frame, in one run. No part of a quick run. What was measured second by second is written to build/benchmark/long-drive.json.

`long.*_change.*`: the last ten seconds minus the first ten; who degrades less loses less PSNR and strays less in colour.
"""

from collections.abc import Iterator
from dataclasses import asdict

from editor.apply import apply
from editor.datasets.files import write_json
from editor.edits import SetWeather
from editor.scene import recorded
from engine.benchmark.drives import driven, recipe_of
from engine.benchmark.long_drive import WAYS, Second, change, seconds_of
from engine.requests import Model
from tests.bench.counterfactual import FOLDER
from tests.bench.results import NO_WEIGHTS, weights
from tests.bench.row import Missing, Row

PART = "long"
SEED, SECONDS, RATE_HZ = 800_101, 60, 4  # of no list and of no training
UNITS = {"psnr_db": "dB", "sharpness_ratio": "", "colour": ""}


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Means over the drive, and how they change from its first ten seconds to its last."""
    checkpoint = weights()
    if checkpoint is None or quick:
        reason = NO_WEIGHTS if checkpoint is None else "no part of a quick run"
        yield from (Missing(f"long.psnr_db.{way}", reason) for way in WAYS)
        return
    drive = driven(FOLDER, SEED, recipe_of(SECONDS, RATE_HZ))
    wet = apply(recorded(drive.scene), SetWeather("rain"))
    found = {way: seconds_of(drive, wet, pictures(drive, wet, Model(checkpoint))) for way, pictures in WAYS.items()}
    write_json(FOLDER / "long-drive.json", {way: [asdict(second) for second in found[way]] for way in WAYS})
    for way, seconds in found.items():
        yield from _of_way(way, seconds)


def _of_way(way: str, seconds: list[Second]) -> Iterator[Row]:
    for score, unit in UNITS.items():
        mean = sum(getattr(second, score) for second in seconds) / len(seconds)
        yield Row(f"long.{score}.{way}", mean, unit, len(seconds))
        yield Row(f"long.{score}_change.{way}", change(seconds, score), unit, len(seconds))
