"""Which pixels are drawn finer: where neighbours show another surface, facing or shadow."""

import torch

FOLIAGE = 1 << 40  # the number that all foliage shares as a surface; within it nothing is an edge
SHADE, BEND, GAP = 0.3, 0.85, 0.08  # of sunlight, the cosine between faces, and the share of nearness that make an edge


def edges(
    surface: torch.Tensor, lit: torch.Tensor, normal: torch.Tensor, depth: torch.Tensor, shape: tuple[int, int, int]
) -> torch.Tensor:
    """Pixels (n,) bool of pictures (k, h, w) at an edge; `surface` is -1 for the sky."""
    surface, lit = surface.view(shape), lit.view(shape)
    normal, near = normal.view(*shape, 3), (1 / depth.clamp(min=0.1)).view(shape)
    out = torch.zeros(shape, dtype=torch.bool)
    for axis in (1, 2):
        count = shape[axis] - 1
        a, b = (lambda x, s=start, n=count, d=axis: x.narrow(d, s, n) for start in (1, 0))
        other = a(surface) != b(surface)
        differs = (a(lit) - b(lit)).abs() > SHADE
        differs |= (a(normal) * b(normal)).sum(-1) < BEND
        differs |= (a(near) - b(near)).abs() > GAP * torch.maximum(a(near), b(near))
        differs = other | (differs & (a(surface) >= 0) & (a(surface) != FOLIAGE))
        a(out).logical_or_(differs)
        b(out).logical_or_(differs)
    return out.view(-1)
