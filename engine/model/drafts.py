"""The drafts of a clip as the network is told them, and pictures and masks as tensors and back."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F


@dataclass(frozen=True, slots=True, eq=False)
class Drafts:
    """The drafts of a clip: pictures (T, V, H, W, 3) RGB bytes, where they are valid and where they may change (T, V, H, W),
    and their G-buffers (T, V, channels, H / 8, W / 8; see `engine.gbuffer`), None where nobody has worked them out."""

    pictures: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    dirty: NDArray[np.bool_]
    gbuffer: NDArray[np.float16] | None = None


def tensor_of(pictures: NDArray[np.uint8]) -> torch.Tensor:
    """Pictures (..., H, W, 3) as (..., 3, H, W) from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).movedim(-1, -3).float() / 127.5 - 1


def pictures_of(tensor: torch.Tensor) -> NDArray[np.uint8]:
    """The way back, rounded and clipped."""
    return ((tensor.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(-3, -1).contiguous().cpu().numpy()


def share_of(mask: NDArray[np.bool_], factor: int) -> torch.Tensor:
    """A mask (..., H, W) as shares (..., 1, H / factor, W / factor)."""
    whole = torch.from_numpy(np.ascontiguousarray(mask)).float()
    return F.avg_pool2d(whole.flatten(0, -3)[:, None], factor).unflatten(0, whole.shape[:-2])
