"""Whether edited actors keep their look: how far their mean colour wanders from the true one over 16 refined frames, with the
model's instance-masked attention and without it, on the same clips.
"""

from collections.abc import Iterator
from itertools import islice

from engine.benchmark.cases import KINDS, LISTS
from engine.benchmark.identity import Stretch, stretches, wandered, without_instance_attention
from engine.benchmark.making import made
from engine.benchmark.worlds import World
from engine.metrics.intervals import mean_of
from engine.requests import Model
from tests.bench.counterfactual import FOLDER
from tests.bench.results import NO_WEIGHTS, listing_name, weights
from tests.bench.row import Missing, Row

PART = "model"
NAMES = ("model.identity_delta_e", "model.identity_delta_e_without_ima", "model.identity_delta_e_saved")
EACH_WORLD, QUICK_EACH_WORLD = 4, 1


def rows(quick: bool) -> Iterator[Row | Missing]:
    """Means over actors; the last is the difference on each actor, above 0 where the attention helps."""
    checkpoint = weights()
    if checkpoint is None:
        yield from (Missing(name, NO_WEIGHTS) for name in NAMES)
        return
    models = [Model(folder) for folder in (checkpoint, without_instance_attention(checkpoint, FOLDER))]
    found = []
    for world, stretch in chosen(listing_name(quick), QUICK_EACH_WORLD if quick else EACH_WORLD):
        found.append([wandered(world, stretch, model) for model in models])
    if not found:
        yield from (Missing(name, "no edited actor that is seen in 16 frames") for name in NAMES)
        return
    by_model = [list(values) for values in zip(*found, strict=True)]
    saved = [without - with_ for with_, without in found]
    for name, values in zip(NAMES, (*by_model, saved), strict=True):
        yield Row.of(name, mean_of(values))


def chosen(listing: str, each: int) -> Iterator[tuple[World, Stretch]]:
    """So many actors of each world of a list, in the order of the kinds."""
    for seed in LISTS[listing].seeds:
        world = made(FOLDER, seed, LISTS[listing])
        found = (stretch for kind in KINDS for stretch in stretches(world, kind, LISTS[listing].views))
        yield from ((world, stretch) for stretch in islice(found, each))
