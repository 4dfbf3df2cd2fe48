"""Engines on the counterfactual benchmark: per kind of edit, against Town's truth, where truth and recording differ.

The draft here; `tests/bench/model.py` judges the world model on the same clips.
"""

import os
import sys
from collections.abc import Iterator

from engine.benchmark.cases import LISTS
from engine.benchmark.judge import Verdict
from engine.benchmark.report import rows as table
from engine.benchmark.run import Run, run
from tests.bench.results import ROOT, listing_name, weights
from tests.bench.row import Missing, Row

PART = "town"
FOLDER = ROOT / "build" / "benchmark"  # worlds and verdicts stay there for the next run, and for `python -m engine.benchmark`
SCORES = {
    "psnr_db": ("psnr_{}_db", "dB"),
    "ssim": ("ssim_{}", ""),
    "sharpness_ratio": ("sharpness_ratio", ""),
    "delta_e": ("delta_e_{}", ""),
}


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Means over the list's clips; and the one number that must be 0."""
    yield from of_engine("draft", verdicts_of("draft", listing_name(quick)))


def verdicts_of(engine: str, listing: str) -> list[Verdict]:
    """The verdicts on a list; those that are kept are not reached again."""
    verdicts = []
    for step in run(Run(engine, LISTS[listing], FOLDER, weights()), os.cpu_count() or 1):
        print(f"  {engine}, {step.what}: {step.done} of {step.total}", file=sys.stderr, flush=True)
        verdicts += [step.verdict] if step.verdict is not None else []
    return verdicts


def of_engine(engine: str, verdicts: list[Verdict]) -> Iterator[Row | Missing]:
    """An engine's rows, named after it."""
    for row in table(verdicts):
        for score, (name, unit) in SCORES.items():
            name = f"{engine}.{name.format('dirty')}.{row.kind}"
            if row.inside is None:
                yield Missing(name, "no clip in which truth and recording differ")
            else:
                yield Row.of(name, row.inside[score], unit)
        outside = row.outside["psnr_db"] if row.outside is not None else None
        if outside is not None:
            yield Row.of(f"{engine}.psnr_outside_db.{row.kind}", outside, "dB")
    beyond = max(verdict.beyond for verdict in verdicts)
    yield Row(f"{engine}.outside_dirty_max_abs_diff", float(beyond), "", sum(verdict.pictures for verdict in verdicts))
