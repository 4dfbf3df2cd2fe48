"""The rules that shade everything but ground, façades and vehicles: leaves, bark, cloth, metal, roofs."""

import torch

from engine.town.columns import unit
from engine.town.finish import Finish, fade, inside, mix
from engine.town.light import Light, colour
from engine.town.noise import hashed, noise
from engine.town.stage import Spots


def plain(spots: Spots, light: Light) -> Finish:
    """Matt, with grain."""
    r = spots.rest
    grain = noise("grain", r[:, 0] / 1.3 + 0.31 * r[:, 2], r[:, 1] / 1.3 + r[:, 2] / 1.3)
    stain = noise("patch", r[:, 0] / 5 + r[:, 1] / 5, r[:, 2] / 5)
    return Finish.dull(
        spots.row[:, 1:4] * (1 + 0.10 * grain * fade(0.03, spots.footprint) + 0.08 * stain)[:, None], spots.normal
    )


def cloth(spots: Spots, light: Light) -> Finish:
    """Woven, with soft folds."""
    r, seed = spots.rest, spots.row[:, 4]
    fold = noise("patch", r[:, 0] / 1.9 + 0.6 * r[:, 1] + seed, r[:, 2] / 1.3 + 0.4 * r[:, 1])
    weave = noise("grain", (r[:, 0] + r[:, 1]) / 0.35, r[:, 2] / 0.35) * fade(0.01, spots.footprint)
    tone = 1 + 0.05 * fold + 0.06 * weave
    up = colour((0.0, 0.0, 1.0), r)
    normal = spots.normal + 0.09 * fold[:, None] * up
    return Finish.dull(spots.row[:, 1:4] * tone[:, None], unit(normal))


def metal(spots: Spots, light: Light) -> Finish:
    """Painted or bare metal that mirrors a little."""
    r = spots.rest
    worn = noise("patch", r[:, 0] / 2.1 + r[:, 1] / 2.1, r[:, 2] / 2.1)
    n = len(r)
    return Finish.dull(
        spots.row[:, 1:4] * (1 + 0.10 * worn)[:, None], spots.normal, mirror=torch.full((n,), 0.55), base=torch.full((n,), 0.10)
    )


def glass(spots: Spots, light: Light) -> Finish:
    """A dark pane."""
    n = len(spots.rest)
    return Finish.dull(spots.row[:, 1:4], spots.normal, mirror=torch.ones(n), base=torch.full((n,), 0.08))


def leaf(spots: Spots, light: Light) -> Finish:
    """Foliage: every clump its own green, sun coming through; params: how far out in the crown, 0 to 1."""
    r, seed = spots.rest, spots.row[:, 4]
    clump = hashed(torch.floor(r[:, 0] * 1.7), torch.floor(r[:, 1] * 1.7), torch.floor(r[:, 2] * 1.7))
    fine = noise("grain", r[:, 0] / 1.6 + r[:, 2] / 2.3, r[:, 1] / 1.6 + r[:, 2] / 1.9) * fade(0.03, spots.footprint)
    tone = 0.82 + 0.36 * clump + 0.22 * fine
    warm = (0.5 + 0.5 * torch.sin(seed * 12.9 + clump * 2.0))[:, None]
    tint = spots.row[:, 1:4] * (1 - 0.13 * warm * colour((-1.2, -0.3, 0.6), r))
    depth = spots.row[:, 5]
    n = len(r)
    return Finish.dull(tint * tone[:, None], spots.normal, through=torch.full((n,), 0.55), open=0.5 + 0.5 * depth)


def bark(spots: Spots, light: Light) -> Finish:
    """Furrowed along the trunk."""
    r = spots.rest
    furrow = noise("grain", r[:, 0] / 0.9 + r[:, 1] / 0.9, r[:, 2] / 9.0) + 0.5 * noise("patch", r[:, 0] / 2.0, r[:, 2] / 3.0)
    tone = 1 + 0.28 * furrow * fade(0.03, spots.footprint)
    return Finish.dull(spots.row[:, 1:4] * tone[:, None], spots.normal)


def glow(spots: Spots, light: Light) -> Finish:
    """A lamp that shines by itself; params: strength, how much more at night."""
    strength = spots.row[:, 5:6] + light.night * spots.row[:, 6:7]
    return Finish.dull(spots.row[:, 1:4] * 0.4, spots.normal, glow=spots.row[:, 1:4] * strength)


def roof(spots: Spots, light: Light) -> Finish:
    """Tiles on slopes, felt and gravel on flats."""
    r, f = spots.rest, spots.footprint
    slope = spots.flat[:, 2] < 0.95
    course = torch.floor(r[:, 2] / 0.22)
    along = (r[:, 0] * spots.flat[:, 1] - r[:, 1] * spots.flat[:, 0]) / 0.28 + 0.5 * (course % 2)
    tile = hashed(torch.floor(along), course)
    gap = inside((r[:, 2] / 0.22 - course) * 0.22 - 0.035, f) * fade(0.1, f)
    tiled = 1 + 0.35 * (tile - 0.5) * fade(0.25, f) - 0.4 * gap
    felt = 1 + 0.15 * noise("patch", r[:, 0] / 13, r[:, 1] / 13) + 0.12 * noise("grain", r[:, 0] / 3, r[:, 1] / 3)
    return Finish.dull(spots.row[:, 1:4] * torch.where(slope, tiled, felt)[:, None], spots.normal)


def stripes(spots: Spots, light: Light) -> Finish:
    """Two colours in turn along texture x (awnings) or slanted (barriers); params: second colour, width, slant."""
    row, r, f = spots.row, spots.rest, spots.footprint
    t = (r[:, 0] + row[:, 9] * r[:, 2]) / row[:, 8]
    side = ((t - torch.floor(t) - 0.5).abs() - 0.25) * row[:, 8]
    both = mix(row[:, 1:4], row[:, 5:8], inside(side, f))
    fold = 1 + 0.08 * noise("patch", r[:, 0] / 3, r[:, 2] / 3)
    return Finish.dull(both * fold[:, None], spots.normal, through=torch.full((len(t),), 0.12))
