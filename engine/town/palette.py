"""The strong colours that shutters, doors, gates, signs and goods are painted in."""

import torch

PALETTE = ((0.30, 0.035, 0.03), (0.03, 0.10, 0.22), (0.04, 0.16, 0.09), (0.42, 0.30, 0.06), (0.05, 0.05, 0.06),
           (0.45, 0.42, 0.36), (0.32, 0.13, 0.03), (0.10, 0.22, 0.26))  # fmt: skip


def palette(die: torch.Tensor) -> torch.Tensor:
    """A strong colour (n, 3) by a die."""
    strong = torch.tensor(PALETTE, device=die.device)
    number = (die * len(PALETTE)).to(torch.int64).clamp(max=len(PALETTE) - 1)
    return strong.T.contiguous().index_select(1, number).T
