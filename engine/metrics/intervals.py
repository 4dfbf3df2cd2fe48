"""How sure a mean over few cases is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
COVERED = 0.95


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its bootstrap interval; `cases` are what it was taken over."""

    value: float
    low: float
    high: float
    cases: int


def mean_of(values: Sequence[float], seed: int = 0) -> Mean:
    """The mean and where 95 % of the means of resampled cases lie (Efron's percentile bootstrap; the same for the same seed);
    ValueError where there is no case."""
    if not values:
        raise ValueError("a mean of 0 cases; wanted one or more")
    cases = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(cases), (RESAMPLES, len(cases)))
    low, high = np.quantile(cases[drawn].mean(axis=1), ((1 - COVERED) / 2, (1 + COVERED) / 2))
    return Mean(float(cases.mean()), float(low), float(high), len(cases))
