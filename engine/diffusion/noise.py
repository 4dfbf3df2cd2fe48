"""Noise that belongs to a place in the drive: by seed, absolute frame and view, never by its place in a tensor.

So a segment drawn again, alone or in another window, starts from the noise that it started from before.
"""

import hashlib

import torch


def noise_of(seed: int, frame: int, view: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Standard normal noise in float32, made on the CPU so that it is the same for every device."""
    digest = hashlib.sha256(f"{seed}\0{frame}\0{view}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
    return torch.randn(shape, generator=generator)


def clip_noise(seed: int, frames: tuple[int, ...], views: tuple[str, ...], shape: tuple[int, int, int]) -> torch.Tensor:
    """Noise (1, T, V, C, H, W) of a clip."""
    rows = [torch.stack([noise_of(seed, frame, view, shape) for view in views]) for frame in frames]
    return torch.stack(rows)[None]
