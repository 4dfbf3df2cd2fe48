"""The draft on the counterfactual benchmark: per kind of edit, against Town's truth, where truth and recording differ."""

import os
import sys
from collections.abc import Iterator

from engine.benchmark.cases import LISTS
from engine.benchmark.report import rows as table
from engine.benchmark.run import Run, run
from tests.bench.results import ROOT
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
    yield from of_engine("draft", "quick" if quick else "small")


def of_engine(engine: str, listing: str) -> Iterator[Row | Missing]:
    """An engine's rows, named after it."""
    verdicts = []
    for step in run(Run(engine, LISTS[listing], FOLDER), os.cpu_count() or 1):
        print(f"  {step.what}: {step.done} of {step.total}", file=sys.stderr, flush=True)
        verdicts += [step.verdict] if step.verdict is not None else []
    for row in table(verdicts):
        for score, (name, unit) in SCORES.items():
            name = f"{engine}.{name.format('dirty')}.{row.kind}"
            if row.inside is None:
                yield Missing(name, "no clip in which truth and recording differ")
            else:
                yield Row(name, row.inside[score].value, unit, row.inside[score].cases)
        outside = row.outside["psnr_db"] if row.outside is not None else None
        if outside is not None:
            yield Row(f"{engine}.psnr_outside_db.{row.kind}", outside.value, "dB", outside.cases)
    beyond = max(verdict.beyond for verdict in verdicts)
    yield Row(f"{engine}.outside_dirty_max_abs_diff", float(beyond), "", sum(verdict.pictures for verdict in verdicts))
