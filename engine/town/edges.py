"""Which pixels are drawn finer: where neighbours show another surface, facing or shadow. Within foliage nothing is an edge."""

import torch

from engine.town.cast import FOLIAGE, Met
from engine.town.columns import dot

SHADE, BEND, GAP = 0.3, 0.85, 0.08  # of sunlight, the cosine between faces, and the share of nearness that make an edge


def edges(
    surface: torch.Tensor, lit: torch.Tensor, normal: torch.Tensor, depth: torch.Tensor, shape: tuple[int, int, int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixels (n,) bool of pictures (k, h, w) at an edge, and those at a shadow's edge; `surface` is -1 for the sky."""
    surface, lit = surface.view(shape), lit.view(shape)
    normal, near = [n.view(shape) for n in normal.T], (1 / depth.clamp(min=0.1)).view(shape)
    out, shadows = torch.zeros(2, *shape, dtype=torch.bool)
    for axis in (1, 2):
        count = shape[axis] - 1
        a, b = (lambda x, s=start, n=count, d=axis: x.narrow(d, s, n) for start in (1, 0))
        other = a(surface) != b(surface)
        within = ~other & (a(surface) >= 0) & (a(surface) != FOLIAGE)
        shadow = within & ((a(lit) - b(lit)).abs() > SHADE)
        differs = sum(a(n) * b(n) for n in normal) < BEND
        differs |= (a(near) - b(near)).abs() > GAP * torch.maximum(a(near), b(near))
        differs = other | shadow | (differs & within)
        for side in (a, b):
            side(out).logical_or_(differs)
            side(shadows).logical_or_(shadow)
    return out.view(-1), shadows.view(-1)


def alike(a: Met, b: Met) -> torch.Tensor:
    """Whether places (n,) show the same surface, facing the same way, as far away."""
    smooth = (dot(a.normal, b.normal) > BEND) & ((a.depth - b.depth).abs() <= GAP * torch.minimum(a.depth, b.depth))
    return (a.surface == b.surface) & ((a.surface < 0) | (a.surface == FOLIAGE) | smooth)
