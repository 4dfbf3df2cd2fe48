"""Which level each frame and view has at each step of sampling, and which levels training draws.

One formula serves all of it: at progress u, which falls from 1 to 0, a frame has the level start * a u / (1 + (a - 1) u).
`start` is 1 for what is drawn anew, 0 for what is kept, and between them for an anchor that is corrected (MiLA's joint
denoising and correcting, its f(t) = rho t). `a` is the pace: 1 is the plain schedule; below 1 a frame is early, above 1 late.
"""

import torch

REFERENCE_SHARE = 0.2  # of training samples of more than two frames, ours
PURE_SHARE = 0.5  # of them at pure noise, where sampling starts, and where few steps do most of their work


def paced(u: torch.Tensor, pace: torch.Tensor) -> torch.Tensor:
    """Progress with a pace.

    1 stays 1 and 0 stays 0; paces that follow one another multiply, as diffusers' time shifts do.
    """
    return pace * u / (1 + (pace - 1) * u)


def progressive_paces(num_frames: int, first: float = 0.5, last: float = 2.0) -> torch.Tensor:
    """Paces (T,), rising geometrically: earlier frames clear up first, all of them end together.

    MiLA's temporal progressive denoising. Its equations did not survive in any copy of the paper; this closed form is our
    reading.
    """
    if first <= 0 or last <= 0:
        raise ValueError(f"paces {first} and {last}; wanted numbers above 0")
    if num_frames == 1:
        return torch.tensor([(first * last) ** 0.5])
    return first * (last / first) ** torch.linspace(0, 1, num_frames)


def levels(num_steps: int, start: torch.Tensor, pace: torch.Tensor | float = 1.0) -> torch.Tensor:
    """Levels (num_steps + 1, B, T, V) from `start` (B, T, V) down to exactly 0, the last frame's as the first one's."""
    if num_steps < 1:
        raise ValueError(f"{num_steps} steps; wanted at least 1")
    if bool(((start < 0) | (start > 1)).any()):
        raise ValueError(f"start levels from {float(start.min()):g} to {float(start.max()):g}; wanted 0 to 1")
    u = torch.linspace(1, 0, num_steps + 1)[:, None, None, None]
    a = torch.as_tensor(pace, dtype=torch.float32)
    if a.dim() == 1:  # one for each frame
        a = a[None, :, None]
    return paced(u, a) * start[None]


def training_levels(shape: tuple[int, int, int], generator: torch.Generator, shift: float = 1.0) -> torch.Tensor:
    """Levels (B, T, V) to train at: by sample half the same in all frames, 30 % as progressive denoising has them, 20 %
    independent.

    The mix is ours: MiLA trains with one level for all frames and samples with several, a mismatch that this takes away.
    Levels are logit-normal (SD3), shifted towards noise by `shift`; half of all samples are at pure noise, where sampling
    starts. Where there are more than two frames, a fifth of the samples have references at level 0, as a segment has them: half
    of these their first frame, half their first and their last.
    """
    B, T, V = shape
    common = torch.sigmoid(torch.randn((B, 1, 1), generator=generator)).expand(shape)
    own = torch.sigmoid(torch.randn((B, T, 1), generator=generator)).expand(shape)
    progressive = paced(common, progressive_paces(T)[None, :, None])
    pick = torch.rand((B, 1, 1), generator=generator)
    drawn = torch.where(pick < 0.5, common, torch.where(pick < 0.8, progressive, own))
    pure = torch.rand((B, 1, 1), generator=generator) < PURE_SHARE
    out = torch.where(pure, torch.ones(shape), paced(drawn, torch.tensor(shift)))
    return out * ~_references(shape, generator)


def _references(shape: tuple[int, int, int], generator: torch.Generator) -> torch.Tensor:
    B, T, _ = shape
    known = torch.zeros((B, T, 1), dtype=torch.bool)
    if T > 2:
        pick = torch.rand(B, generator=generator)
        known[:, 0, 0], known[:, -1, 0] = pick < REFERENCE_SHARE, pick < REFERENCE_SHARE / 2
    return known
