"""Which upright sides of a box an eye sees, and how well another eye's picture can show them."""

import numpy as np

from editor.geometry import Array, Vec3

SLANT = 0.5  # of how squarely a side is wanted, at which a picture of it still shows all of it
SIDELESS_M = 1.0  # who is no longer and no wider looks alike enough from everywhere: people


def unseen_share(wanted: Array, seen: Array, size_lwh: Vec3) -> Array:
    """How much (n,) of the sides that a wanted eye (3,) would see of a box was not seen, or too aslant, by other eyes (n, 3).

    Eyes are in the box's frame, in metres. Sides count for as much as they show. Ours."""
    if max(size_lwh[:2]) <= SIDELESS_M:
        return np.zeros(len(seen))
    want, saw = facing(wanted[None], size_lwh)[0], facing(seen, size_lwh)
    length, width, _ = size_lwh
    shows = want * (width, width, length, length)
    if not shows.any():
        return np.zeros(len(seen))
    held = np.clip(saw / np.maximum(SLANT * want, 1e-6), 0, 1)
    return 1 - (held * shows).sum(axis=1) / shows.sum()


def facing(eyes: Array, size_lwh: Vec3) -> Array:
    """How squarely (n, 4) eyes (n, 3) see the sides ahead, behind, left, right: 1 from straight before one, 0 from behind."""
    ahead, left = eyes[:, 0], eyes[:, 1]
    half_length, half_width = size_lwh[0] / 2, size_lwh[1] / 2
    before = np.stack([ahead - half_length, -ahead - half_length, left - half_width, -left - half_width], axis=1)
    return np.maximum(before, 0) / np.maximum(np.linalg.norm(eyes[:, :2], axis=1, keepdims=True), 1e-6)
