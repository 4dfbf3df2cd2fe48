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
    return mean_of_groups([values], seed)


def mean_of_groups(groups: Sequence[Sequence[float]], seed: int = 0) -> Mean:
    """The mean of the groups' means, each group counting alike; its cases are drawn again within each group. ValueError where
    there is no group, or one without a case."""
    if not groups or not all(groups):
        raise ValueError("a mean of 0 cases; wanted one or more")
    chance, means = np.random.default_rng(seed), []
    for group in groups:
        cases = np.asarray(group, np.float64)
        means.append(cases[chance.integers(0, len(cases), (RESAMPLES, len(cases)))].mean(axis=1))
    low, high = np.quantile(np.mean(means, axis=0), ((1 - COVERED) / 2, (1 + COVERED) / 2))
    return Mean(float(np.mean([np.mean(group) for group in groups])), float(low), float(high), sum(map(len, groups)))
