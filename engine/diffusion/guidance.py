"""Classifier-free guidance: away from what the network says when it is told less."""

from collections.abc import Callable
from typing import TypeVar

import torch

C = TypeVar("C")
Predict = Callable[[torch.Tensor, torch.Tensor, C], torch.Tensor]  # state, levels, conditions -> velocity


def guided(predict: Predict[C], told: C, untold: C, scale: float) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """A prediction that is `scale` times as far from the untold one as the told one is; at 1 the network is asked once."""

    def velocity(x: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        v = predict(x, level, told)
        if scale == 1:
            return v
        less = predict(x, level, untold)
        return less + scale * (v - less)

    return velocity
