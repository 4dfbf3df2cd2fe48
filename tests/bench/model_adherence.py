"""Whether edited actors were drawn as asked: overlap of silhouettes, by a segmenter trained on Town; the draft's beside it."""

from collections.abc import Iterator

from engine.benchmark.adherence import found
from engine.benchmark.cases import LISTS
from engine.benchmark.run import Run
from engine.benchmark.segmenter import Course, kept_file, segmenter
from engine.metrics.intervals import Mean, mean_of
from tests.bench.counterfactual import FOLDER, verdicts_of
from tests.bench.results import NO_WEIGHTS, listing_name, weights
from tests.bench.row import Missing, Row

PART = "model"
NAMES = ("model.adherence_iou", "draft.adherence_iou", "model.adherence_iou_on_truth")
ENGINES = ("model", "draft")
QUICK_COURSE = Course(towns=6, steps=120, most_s=90)


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Means over clips of the means over a clip's pictures. A quick run trains its segmenter shortly, unless the other is
    there."""
    if weights() is None:
        yield from (Missing(name, NO_WEIGHTS) for name in NAMES)
        return
    listing = listing_name(quick)
    for engine in ENGINES:
        verdicts_of(engine, listing)
    net = segmenter(FOLDER, QUICK_COURSE if quick and not kept_file(FOLDER, Course()).is_file() else Course())
    clips: dict[str, list[tuple[float, ...]]] = {}
    for one in found(tuple(Run(engine, LISTS[listing], FOLDER, weights()) for engine in ENGINES), net):
        clips.setdefault(one.case.name, []).append((*one.drawn, one.on_truth))
    for k, name in enumerate(NAMES):
        yield Row.of(name, _mean(clips, k)) if clips else Missing(name, "no edited actor with 200 visible pixels")


def _mean(clips: dict[str, list[tuple[float, ...]]], k: int) -> Mean:
    return mean_of([sum(values[k] for values in clip) / len(clip) for clip in clips.values()])
