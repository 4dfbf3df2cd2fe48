"""Anchors that are not quite right, put back on the path so that they can be corrected together with the frames between them.

MiLA's joint denoising and correcting. The paper's equations did not survive in any copy; what follows is our reading, checked
by its one property: if an anchor is the truth with noise of share kappa (our reading of Eq. 8), its state here has exactly the
distribution of an ordinary state at its level. So what is trained at levels of each frame's own, as a tenth of our samples
are, can correct anchors, and nothing stands for the paper's third stage, which trains on imperfect ones.
"""

import math

import torch

from engine.diffusion.path import spread


def renoised(anchor: torch.Tensor, noise: torch.Tensor, level: torch.Tensor, kappa: float) -> torch.Tensor:
    """The states of predicted anchors (..., C, H, W) at their levels (...).

    a x_hat + b noise with a = (1 - s) / (1 - kappa), and b such that all of the noise in it, the anchor's own included, adds
    up to level s (our reading of Eqs. 9 to 12). ValueError where a level is below `kappa`: noise that is in an anchor
    cannot be taken out by adding some.
    """
    if not 0 <= kappa < 1:
        raise ValueError(f"kappa {kappa:g}; wanted 0 or more and below 1")
    if bool((level < kappa - 1e-6).any()):
        raise ValueError(f"level {float(level.min()):g} of an anchor with noise {kappa:g} of its own; wanted as much or more")
    s = spread(level).to(anchor.dtype)
    a = (1 - s) / (1 - kappa)
    b = (s**2 - (a * kappa) ** 2).clamp(min=0).sqrt()
    return a * anchor + b * noise


def correcting_level(strength: float, kappa: float) -> float:
    """The level at which correcting an anchor starts: `strength` (SDEdit's), but never below its own noise."""
    if not math.isfinite(strength) or not 0 < strength <= 1:
        raise ValueError(f"correcting strength {strength}; wanted above 0, up to 1")
    return max(strength, kappa)
