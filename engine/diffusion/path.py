"""The probability path, in the one convention of this engine, diffusers': x_s = (1 - s) x0 + s noise, v = noise - x0.

The level s runs from 0 (clean) to 1 (noise). Papers converted here, once:
MaskGWM writes the target as x0 - noise, so its prediction is -v. MiLA runs time forward, x_{t+l} = x_t + v_MiLA l, so its t is
1 - s and its v is -v. LSA and LongDWM predict through DDPM coefficients; all that they need
of those is x0, which is `clean` here.

Levels have the shape (B, T, V), one for each frame and view; pictures or latents (B, T, V, C, H, W).
"""

import torch

SMALLEST = 1e-3  # below it a level counts as 0: there is nothing left to take away


def spread(level: torch.Tensor) -> torch.Tensor:
    """Levels (B, T, V) so that they broadcast with latents (B, T, V, C, H, W)."""
    return level[..., None, None, None]


def noised(x0: torch.Tensor, noise: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """The state at these levels."""
    s = spread(level).to(x0.dtype)
    return (1 - s) * x0 + s * noise


def velocity(x0: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """What the network is to predict, the same at every level."""
    return noise - x0


def clean(x: torch.Tensor, v: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """The clean latents that a velocity at a state points to."""
    return x - spread(level).to(x.dtype) * v


def velocity_towards(x: torch.Tensor, x0: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
    """The velocity at a state that points to these clean latents; 0 where the level is 0."""
    s = spread(level).to(x.dtype)
    return torch.where(s > SMALLEST, (x - x0) / s.clamp(min=SMALLEST), torch.zeros_like(x))


def stepped(x: torch.Tensor, v: torch.Tensor, level: torch.Tensor, next_level: torch.Tensor) -> torch.Tensor:
    """One step of Euler's method along the path."""
    return x + spread(next_level - level).to(x.dtype) * v
