"""The world model beside the draft on the counterfactual benchmark, clip by clip."""

from collections.abc import Iterator

from engine.benchmark.beside import GEOMETRIC, changed_share, gains, geometric_gain_db, pairs
from engine.benchmark.cases import KINDS
from tests.bench.counterfactual import of_engine, verdicts_of
from tests.bench.results import NO_WEIGHTS, listing_name, weights
from tests.bench.row import Missing, Row

PART = "model"
GAIN = "model.psnr_dirty_gain_db"


def rows(quick: bool) -> Iterator[Row | Missing]:
    """What the model gains on the draft; then its own scores."""
    if weights() is None:
        yield from (Missing(f"{GAIN}.{kind}", NO_WEIGHTS) for kind in (*KINDS, "geometric"))
        return
    listing = listing_name(quick)
    verdicts = verdicts_of("model", listing)
    both = pairs(verdicts, verdicts_of("draft", listing))
    found = gains(both)
    yield from (Row.of(f"{GAIN}.{gain.kind}", gain.gain_db, "dB") for gain in found)
    whole = geometric_gain_db(both)
    lacking = sorted(set(GEOMETRIC) - {gain.kind for gain in found})
    yield (
        Missing(f"{GAIN}.geometric", f"no clip of {', '.join(lacking)} in which truth and recording differ")
        if whole is None
        else Row.of(f"{GAIN}.geometric", whole, "dB")
    )
    changed = changed_share(both)
    if changed is not None:
        yield Row.of("model.changed_share", changed)
    yield from of_engine("model", verdicts)
