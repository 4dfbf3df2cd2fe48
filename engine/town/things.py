"""The rules that shade everything but ground and façades: vehicles' decals, leaves, bark, cloth, metal, roofs."""

from functools import cache

import torch

from engine.town.decals import BACK, FRONT, SIDE, TOP, WIDTH
from engine.town.finish import Finish, fade, inside, mix
from engine.town.light import Light, colour, smooth
from engine.town.noise import hashed, noise
from engine.town.stage import Spots
from engine.town.vehicle_decals import pictures

LEVELS = 4


@cache
def _pyramid() -> tuple[tuple[torch.Tensor, int, int], ...]:
    """Decal pictures as rows of 7 linear channels, at falling sizes: (rows, height, width)."""
    level = torch.from_numpy(pictures()[..., :7]).float() / 255
    level[..., :3] = torch.where(level[..., :3] <= 0.04045, level[..., :3] / 12.92, ((level[..., :3] + 0.055) / 1.055) ** 2.4)
    out = []
    for _ in range(LEVELS):
        out.append((level.reshape(-1, 7).contiguous(), level.shape[1], level.shape[2]))
        n, h, w, c = level.shape
        level = level[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c).mean((2, 4))
    return tuple(out)


def _decal(picture: torch.Tensor, u: torch.Tensor, v: torch.Tensor, texel: torch.Tensor) -> torch.Tensor:
    """Seven channels (n, 7) of decals at u, v in 0..1 (v upwards), at the level where a texel is a pixel."""
    out = torch.empty(len(u), 7)
    level = torch.floor(torch.log2(texel.clamp(min=1e-3)) + 0.5).clamp(0, LEVELS - 1)
    for k, (rows, h, w) in enumerate(_pyramid()):
        index = torch.nonzero(level == k)[:, 0]
        if not len(index):
            continue
        x = (u.index_select(0, index).clamp(0, 1) * w - 0.5).clamp(0, w - 1.001)
        y = ((1 - v.index_select(0, index)).clamp(0, 1) * h - 0.5).clamp(0, h - 1.001)
        i, j = x.to(torch.int64), y.to(torch.int64)
        fx, fy = (x - i)[:, None], (y - j)[:, None]
        low = (picture.index_select(0, index) * h + j) * w + i
        a, b = rows.index_select(0, low), rows.index_select(0, low + 1)
        c, d = rows.index_select(0, low + w), rows.index_select(0, low + w + 1)
        out[index] = (a + fx * (b - a)) * (1 - fy) + (c + fx * (d - c)) * fy
    return out


def vehicle(spots: Spots, light: Light) -> Finish:
    """Paint with clear coat, glass, lamps and trim, from the decal of the side that a point faces."""
    row, rest = spots.row, spots.rest
    picture = row[:, 5].round().to(torch.int64)
    low, size = row[:, 6:9], row[:, 9:12]
    share = (rest - low) / size
    view = picture % 4
    u = torch.where(view >= FRONT, share[:, 1], share[:, 0])
    u = torch.where(view == TOP, share[:, 0], u) + 0.5
    v = torch.where(view == TOP, share[:, 1] + 0.5, share[:, 2])
    assert (SIDE, FRONT, BACK, TOP) == (0, 1, 2, 3)
    span = torch.where((view == FRONT) | (view == BACK), size[:, 1], size[:, 0])
    c = _decal(picture, u, v, spots.footprint * WIDTH / span * 0.8)
    paint, glass, metal, lamp = c[:, 3], c[:, 4], c[:, 5], c[:, 6]
    flake = 1 + 0.04 * noise("grain", rest[:, 0] / 0.8 + rest[:, 1], rest[:, 2] / 0.8 + rest[:, 1])
    dust = smooth(0.5, 0.0, share[:, 2]) * (0.5 + 0.2 * noise("patch", rest[:, 0] / 4.0, rest[:, 2] / 4.0)) * 0.35
    coat = mix(row[:, 1:4] * flake[:, None], colour((0.20, 0.17, 0.13), rest), dust.clamp(0, 1))
    albedo = c[:, :3] * (1 - paint)[:, None] + coat * paint[:, None]
    mirror = (0.62 * paint * (1 - dust) + glass + 0.5 * metal + 0.12).clamp(max=1)
    base = 0.045 + 0.03 * glass + 0.5 * metal
    glow = c[:, :3] * (lamp * 0.55)[:, None]
    open_ = 0.55 + 0.45 * smooth(0.0, 0.35, share[:, 2])
    return Finish.dull(albedo, spots.normal, mirror=mirror, base=base, glow=glow, open=open_)


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
    tone = 1 + 0.17 * fold + 0.10 * weave
    up = colour((0.0, 0.0, 1.0), r)
    normal = spots.normal + 0.22 * fold[:, None] * up
    return Finish.dull(spots.row[:, 1:4] * tone[:, None], normal / normal.norm(dim=1, keepdim=True))


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
    tint = spots.row[:, 1:4] * (1 - 0.22 * warm * colour((-1.2, -0.3, 0.6), r))
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
    """A lamp that shines by itself; params: strength."""
    return Finish.dull(spots.row[:, 1:4] * 0.4, spots.normal, glow=spots.row[:, 1:4] * spots.row[:, 5:6])


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
