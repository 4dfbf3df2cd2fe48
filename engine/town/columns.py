"""Arrays (n, k) of points that are kept column by column in memory.

They are used like any others, but sums over n points of three axes then run along memory, and taking some of the points is
several times faster.
"""

import numpy as np
import torch


def columns(*values: torch.Tensor) -> torch.Tensor:
    """An array (n, k) of its k columns (n,)."""
    return torch.stack(values).T


def some(array: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """The rows `index` of an array (n,) or (n, k)."""
    return array.index_select(0, index) if array.ndim == 1 else array.T.index_select(1, index).T


def index_of(mask: torch.Tensor) -> torch.Tensor:
    """Where a mask or numbers (n,) are not 0, in order: by numpy on a CPU, where torch takes three times as long."""
    if mask.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(mask.numpy() if mask.dtype == torch.bool else mask.numpy() != 0))
    return torch.nonzero(mask)[:, 0]


def index_equal(numbers: torch.Tensor, to: int) -> torch.Tensor:
    """Where numbers (n,) are equal to one, in order; by numpy likewise."""
    if numbers.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(numbers.numpy() == to))
    return torch.nonzero(numbers == to)[:, 0]


def joined(several: list[torch.Tensor]) -> torch.Tensor:
    """Arrays (n,) or (n, k), one after the other; one alone is not copied."""
    if len(several) == 1:
        return several[0]
    return torch.cat(several) if several[0].ndim == 1 else torch.cat([one.T for one in several], 1).T


def put(out: torch.Tensor, index: torch.Tensor, values: torch.Tensor) -> None:
    """Write rows `index` of `out`, (n,) or (n, k) and kept by columns; each row once at most."""
    if out.ndim == 1:
        out.scatter_(0, index, values)
    else:
        out.T.scatter_(1, index.expand(out.shape[1], -1), values.T)


def like_columns(like: torch.Tensor, value: float = 0.0) -> torch.Tensor:
    """An array of the shape of `like` (n, k), of one value."""
    return like.new_full(like.shape[::-1], value).T


def copied(array: torch.Tensor) -> torch.Tensor:
    """An array (n,) or (n, k) as one to write to, kept by columns."""
    out = like_columns(array) if array.ndim == 2 else torch.empty_like(array, memory_format=torch.contiguous_format)
    return out.copy_(array)


def dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Row by row of arrays (n, 3); several times faster than a sum over so short an axis."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]


def towards(a: torch.Tensor, direction: tuple[float, float, float]) -> torch.Tensor:
    """The components (n,) of rows (n, 3) along one direction; the same for a row wherever it stands."""
    x, y, z = direction
    return a[:, 0] * x + a[:, 1] * y + a[:, 2] * z


def length(a: torch.Tensor) -> torch.Tensor:
    """Of the rows of an array (n, 3); several times faster than a norm over so short an axis."""
    return dot(a, a).sqrt_()


def unit(a: torch.Tensor) -> torch.Tensor:
    """The rows of an array (n, 3) at length 1; what is 0 stays 0."""
    return a / length(a).clamp_(min=1e-6)[:, None]
