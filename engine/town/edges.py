"""Which pixels are drawn finer: where neighbours show another surface, facing or shadow. Within foliage nothing is an edge."""

import torch

from engine.town.cast import FOLIAGE, Met
from engine.town.columns import dot

SIDES = LEFT, RIGHT, ABOVE, BELOW = range(4)  # of a pixel, where its neighbours are
SHADE, BEND, GAP = 0.3, 0.85, 0.08  # of sunlight, the cosine between faces, and the share of nearness that make an edge


def edges(
    surface: torch.Tensor, lit: torch.Tensor, normal: torch.Tensor, depth: torch.Tensor, shape: tuple[int, int, int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Which pixels of pictures (k, h, w) differ from their neighbours (4, n), in the order of `SIDES`, and from which of them
    by the sun's shadow alone; `surface` is -1 for the sky."""
    surface, lit = surface.view(shape), lit.view(shape)
    normal, near = [n.view(shape) for n in normal.T], (1 / depth.clamp(min=0.1)).view(shape)
    out, shadows = torch.zeros(2, len(SIDES), *shape, dtype=torch.bool)
    for axis, before, after in ((2, LEFT, RIGHT), (1, ABOVE, BELOW)):
        count = shape[axis] - 1
        a, b = (lambda x, s=start, n=count, d=axis: x.narrow(d, s, n) for start in (1, 0))
        other = a(surface) != b(surface)
        within = ~other & (a(surface) >= 0) & (a(surface) != FOLIAGE)
        shadow = within & ((a(lit) - b(lit)).abs() > SHADE)
        differs = sum(a(n) * b(n) for n in normal) < BEND
        differs |= (a(near) - b(near)).abs() > GAP * torch.maximum(a(near), b(near))
        differs = other | shadow | (differs & within)
        for side, neighbour in ((a, before), (b, after)):
            side(out[neighbour]).copy_(differs)
            side(shadows[neighbour]).copy_(shadow)
    return out.flatten(1), shadows.flatten(1)


def alike(a: Met, b: Met) -> torch.Tensor:
    """Whether places (n,) show the same surface, facing the same way, as far away."""
    smooth = (dot(a.normal, b.normal) > BEND) & ((a.depth - b.depth).abs() <= GAP * torch.minimum(a.depth, b.depth))
    return (a.surface == b.surface) & ((a.surface < 0) | (a.surface == FOLIAGE) | smooth)
