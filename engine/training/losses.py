"""What training minimises, each a function of clean latents or pictures and their targets.

x0 is what the network's velocity points to; in the x0 space the plain flow loss |v - v_true|^2 is |x0_hat - x0|^2 / s^2.
"""

from collections.abc import Sequence

import torch
from torch.nn import functional as F

FLOOR = 0.1  # levels below count as this, or the last steps would be all that matters
FLAT = 1e-4  # energies of the Laplacian well below this count as none; rounding grey slopes to 8 bits gives as much
KEPT_WEIGHT = 0.05  # of what stays, in the network's loss: sampling puts the kept latents there anyway
LEAST_SHARE = 0.02  # of a clip; what may change counts as this much at least, or a few tokens would be all of a step
CUTOFF = 0.1  # of the structure loss's high pass (LongDWM; 0.25 in Vista's filter)


def flow_error(x0_hat: torch.Tensor, x0: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """Per latent (B, T, V, H, W): squared error by level plus absolute error; references at level 0 count nothing.

    A compromise of ours between |v|^2, which has s^2 below, and x0's own error; see `docs/log.md`."""
    s = level[..., None, None]
    error = (x0_hat - x0).float()
    both = error.square().mean(3) / s.clamp(min=FLOOR) + error.abs().mean(3)
    return both * (s > 0)


def weight_of_dirty(dirty: torch.Tensor) -> torch.Tensor:
    """What each latent (B, T, V, H, W) counts, about 1 in the mean of a clip, by the share (B, T, V, 1, H, W) of it that may
    change. Ours."""
    may_change = (dirty > 0).float()[:, :, :, 0]
    weight = KEPT_WEIGHT + (1 - KEPT_WEIGHT) * may_change
    return weight / weight.mean(dim=(1, 2, 3, 4), keepdim=True).clamp(min=KEPT_WEIGHT + LEAST_SHARE)


def weighted_mean(error: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """The mean of (B, ...) with weights of the same shape; 0 where there are none."""
    return (error * weight).sum() / weight.sum().clamp(min=1e-6)


def instance_masked(
    errors: Sequence[torch.Tensor], foreground: torch.Tensor, probability: float, generator: torch.Generator
) -> tuple[torch.Tensor, ...]:
    """The mean (B,) of each of some errors (B, T, V, H, W), for a share `probability` of the clips of its actors alone.

    ConsisDrive, Eq. 6. Ours where the paper is silent: decided per clip, alike for all the errors, a mean over the foreground,
    and the whole clip where it has none.
    """
    inside = foreground.float().flatten(1)
    pick = (torch.rand(len(foreground), generator=generator) < probability).to(inside.device) & (inside.sum(1) > 0)

    def mean(error: torch.Tensor) -> torch.Tensor:
        masked = (error.flatten(1) * inside.to(error.dtype)).sum(1) / inside.sum(1).clamp(min=1)
        return torch.where(pick, masked, error.flatten(1).mean(1))

    return tuple(mean(error) for error in errors)


def gain(error: torch.Tensor, drafted: torch.Tensor, good: float) -> torch.Tensor:
    """How much larger than the draft's an error is, as a logarithm: what a decibel is a decibel of, where errors are well above
    `good`; well below it, what counts is their difference, in units of `good`.

    Ours. As differences, the errors of night and rain would be all that is learned of a mixture with edits whose drafts are
    almost right; without `good`, those edits would be, since a clip counts as 1 / (error + good)."""
    return torch.log((error + good) / (drafted + good))


def high_pass(x: torch.Tensor, cutoff: float = CUTOFF) -> torch.Tensor:
    """What is left of pictures or latents (..., H, W) without their low frequencies (LongDWM, Eq. 4)."""
    H, W = x.shape[-2:]
    v = torch.fft.fftfreq(H, device=x.device)[:, None] * 2
    u = torch.fft.fftfreq(W, device=x.device)[None] * 2
    keep = (v.square() + u.square()) > 2 * cutoff
    return torch.fft.ifft2(torch.fft.fft2(x.float()) * keep).real


def structure_loss(x0_hat: torch.Tensor, x0: torch.Tensor, cutoff: float = CUTOFF) -> torch.Tensor:
    """The squared error of high frequencies (LongDWM, Eq. 4)."""
    return F.mse_loss(high_pass(x0_hat, cutoff), high_pass(x0, cutoff))


def sharpness_loss(drawn: torch.Tensor, true: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """How far pictures (N, 3, H, W) are from being as sharp as the true ones: the squared logarithm of what the benchmark calls
    sharpness, the ratio of the Laplacians' energies.

    Ours. The mean of what may be there is the best guess of every pixel, and blurred; this is what being blurred costs."""
    energies = [weighted_mean(_laplacian(pictures.mean(1, keepdim=True)).square(), weight) for pictures in (drawn, true)]
    return torch.log((energies[0] + FLAT) / (energies[1] + FLAT)).square()


def tinted_error(drawn: torch.Tensor, true: torch.Tensor, tint: float) -> torch.Tensor:
    """The mean squared error (N,) of pictures (N, 3, H, W), in which what is of colour and not of brightness counts 1 + `tint`
    times. Ours."""
    off = drawn - true
    colour = off - off.mean(1, keepdim=True)
    return (off.square() + tint * colour.square()).mean((1, 2, 3))


def _laplacian(x: torch.Tensor) -> torch.Tensor:
    inner = F.pad(x, (1, 1, 1, 1), mode="replicate")
    around = inner[..., :-2, 1:-1] + inner[..., 2:, 1:-1] + inner[..., 1:-1, :-2] + inner[..., 1:-1, 2:]
    return around - 4 * x


def picture_loss(drawn: torch.Tensor, true: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Absolute error of pictures (N, 3, H, W) and of their differences to the next pixel, which blur cannot hide from.

    `weight` is (N, 1, H, W)."""
    plain = weighted_mean((drawn - true).abs(), weight.expand_as(drawn))
    edges = [
        weighted_mean((drawn.diff(dim=axis) - true.diff(dim=axis)).abs(), w.expand(-1, 3, -1, -1))
        for axis, w in ((-1, weight[..., 1:]), (-2, weight[..., 1:, :]))
    ]
    return plain + 0.5 * sum(edges)
