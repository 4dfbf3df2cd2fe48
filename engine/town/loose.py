"""Things that stand or lie on streets, and animals, as figures: cones, barriers, racks, debris, what is pushed and pulled."""

import math

import numpy as np

from editor.geometry import Vec3
from engine.town.cycles import spoked_wheel
from engine.town.figure import Bones, Figure, figure, rigid
from engine.town.limbs import between, hanging, swung, trunk
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, disc_wheel, ellipsoid, loft, merge, rgb
from engine.town.motion import Motion

ORANGE, WHITE = Surface(Kind.PLAIN, rgb("#f0561a")), Surface(Kind.PLAIN, rgb("#ececea"))
DARK = Surface(Kind.PLAIN, (0.02, 0.02, 0.02))
STEEL = Surface(Kind.METAL, (0.30, 0.31, 0.32))
RED_WHITE = Surface(Kind.STRIPES, rgb("#d8281c"), params=(0.82, 0.82, 0.8, 0.42, 0.7))
ORANGE_WHITE = Surface(Kind.STRIPES, rgb("#e4571e"), params=(0.82, 0.82, 0.8, 0.42, 0.7))
WARNING = Surface(Kind.LAMP, rgb("#ffa01c"), params=(0.5, 2.4))


def _standing(size: Vec3, parts: list[Mesh]) -> Figure:
    """From the ground at 0 to the box's own frame."""
    return rigid(size, merge(parts).moved(np.eye(3), (0.0, 0.0, -size[2] / 2)))


def cone(size: Vec3, rng: np.random.Generator) -> Figure:
    """A traffic cone with one or two white bands, or a striped post on a foot where it is slim and high."""
    length, width, h = size
    r = min(length, width)
    base = box((-length / 2, -width / 2, 0), (length / 2, width / 2, 0.045), DARK if rng.random() < 0.6 else ORANGE)
    if h > 2.6 * r:
        bands = [(0.045, 0.18, ORANGE), (0.18, 0.36, WHITE), (0.36, 0.54, ORANGE), (0.54, 0.72, WHITE), (0.72, 1.0, ORANGE)]
        posts = [
            _ring_band([(a if a < 0.1 else a * h, 0.14 * r + 0.03), (b * h, 0.14 * r + 0.03)], s, b == 1.0) for a, b, s in bands
        ]
        return _standing(size, [base, *posts])
    at = [0.045, 0.36 * h, 0.56 * h, 0.68 * h, 0.82 * h, h]
    radii = [r * 0.41 * (1 - 0.84 * z / h) for z in at]
    bands = [ORANGE, WHITE, ORANGE, WHITE, ORANGE] if rng.random() < 0.6 else [ORANGE, WHITE, WHITE, ORANGE, ORANGE]
    skins = [_ring_band([(at[i], radii[i]), (at[i + 1], radii[i + 1])], bands[i], i == 4) for i in range(5)]
    return _standing(size, [base, *skins])


def _ring_band(outline: list[tuple[float, float]], surface: Surface, closed: bool) -> Mesh:
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    rings = [np.column_stack([r * np.cos(angle), r * np.sin(angle), np.full(14, z)]) for z, r in outline]
    if closed:
        rings.append(
            np.column_stack(
                [0.1 * np.cos(angle) * outline[-1][1], 0.1 * np.sin(angle) * outline[-1][1], np.full(14, outline[-1][0])]
            )
        )
    return loft(np.array(rings), surface, 60.0, capped=False)


def barrier(size: Vec3, rng: np.random.Generator) -> Figure:
    """A striped board on feet, a concrete or water-filled wall, or a fence; its longer side runs where the box's does."""
    pick = float(rng.random())
    length, width, h = size
    along_y = width >= length
    long, short = (width, length) if along_y else (length, width)
    if pick < 0.4:
        parts = _board(long, short, h, RED_WHITE if rng.random() < 0.5 else ORANGE_WHITE)
    elif pick < 0.75:
        parts = _wall(long, short, h, pick)
    else:
        parts = _fence(long, short, h)
    whole = merge(parts)
    if along_y:
        whole = whole.moved(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), (0, 0, 0))
    return _standing(size, [whole])


def _board(long: float, short: float, h: float, stripes: Surface) -> list[Mesh]:
    t = min(0.03, short / 4)
    top = h - 0.14
    parts = [
        box((-long / 2, -t, top - 0.27 * h), (long / 2, t, top), stripes),
        box((-long / 2, -t, 0.30 * h), (long / 2, t, 0.45 * h), stripes),
    ]
    for x in (-0.5 * long + 0.1, 0.5 * long - 0.15):
        parts += [
            box((x, -0.022, 0), (x + 0.05, 0.022, top), STEEL),
            box((x - 0.05, -short / 2, 0), (x + 0.10, short / 2, 0.06), DARK),
        ]
        parts.append(box((x - 0.02, -0.05, top), (x + 0.07, 0.05, h), WARNING))
    return parts


def _wall(long: float, short: float, h: float, pick: float) -> list[Mesh]:
    """A jersey barrier: concrete, or red and white plastic in sections."""
    outline = [(0.5, 0.0), (0.5, 0.10), (0.24, 0.40), (0.17, 1.0)]
    profile = [(y * short, z * h) for y, z in outline] + [(-y * short, z * h) for y, z in outline[::-1]]
    colours = [Surface(Kind.PLAIN, (0.40, 0.39, 0.37))] if pick < 0.57 else [Surface(Kind.PLAIN, rgb("#c8241c")), WHITE]
    count = max(1, round(long / 1.1)) if len(colours) == 2 else max(1, round(long / 2.5))
    step = long / count
    parts = []
    for k in range(count):
        x0, x1 = -long / 2 + k * step + 0.012, -long / 2 + (k + 1) * step - 0.012
        parts.append(loft(np.array([[(x, y, z) for y, z in profile[::-1]] for x in (x0, x1)]), colours[k % len(colours)], 25.0))
    return parts


def _fence(long: float, short: float, h: float) -> list[Mesh]:
    """A site fence: a frame of tubes with bars, on two feet."""
    y, low = 0.0, 0.12
    corners = [(-long / 2 + 0.03, low), (long / 2 - 0.03, low), (long / 2 - 0.03, h - 0.02), (-long / 2 + 0.03, h - 0.02)]
    ends = [*corners, corners[0]]
    parts = [between((a[0], y, a[1]), (b[0], y, b[1]), 0.02, 0.02, STEEL, 5) for a, b in zip(ends, ends[1:], strict=False)]
    bars = np.linspace(-long / 2 + 0.05, long / 2 - 0.05, max(6, round(long / 0.14)))[1:-1]
    parts += [box((x - 0.006, -0.006, low), (x + 0.006, 0.006, h - 0.02), STEEL) for x in bars.tolist()]
    parts.append(box((-0.18, -0.012, 0.55 * h), (0.18, 0.012, 0.80 * h), ORANGE_WHITE))
    return parts + [
        box((x - 0.05, -short / 2, 0), (x + 0.05, short / 2, 0.12), DARK) for x in (-long / 2 + 0.16, long / 2 - 0.16)
    ]


def bicycle_rack(size: Vec3, rng: np.random.Generator) -> Figure:
    """Hoops across its length, with bicycles in some of them."""
    length, width, h = size
    parts: list[Mesh] = []
    count = max(2, round(length / 0.85))
    for k in range(count):
        x = -length / 2 + (k + 0.5) * length / count
        y0, y1, top = -0.28 * width, 0.28 * width, min(0.8, 0.75 * h)
        parts += [between((x, y, 0), (x, y, top), 0.025, 0.025, STEEL, 6) for y in (y0, y1)]
        parts.append(between((x, y0, top), (x, y1, top), 0.025, 0.025, STEEL, 6))
        if rng.random() < 0.6:
            paint = Surface(Kind.METAL, tuple(float(c) for c in 0.02 + 0.5 * rng.random(3) ** 2))
            parts.append(
                _parked(min(width * 0.96, 1.75), min(h, 1.08), paint).moved(
                    np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), (x + 0.12, 0, 0)
                )
            )
    return _standing(size, parts)


def _parked(length: float, h: float, paint: Surface) -> Mesh:
    """A bicycle of few triangles, from the ground up."""
    r = 0.33 * h / 1.05
    b = length / 2 - r
    crank, seat, neck, bar = (
        (-0.05, 0, 0.29 * h),
        (-0.22, 0, 0.88 * h),
        (0.36 * b / 0.53, 0, 0.76 * h),
        (0.34 * b / 0.53, 0, 0.98 * h),
    )
    pairs = [
        (crank, seat),
        (crank, neck),
        (seat, neck),
        ((-b, 0, r), crank),
        ((-b, 0, r), seat),
        (neck, bar),
        (neck, (b, 0, r)),
    ]
    parts = [between(p, q, 0.018, 0.018, paint, 4) for p, q in pairs]
    parts += [
        between((bar[0], -0.25, bar[2]), (bar[0], 0.25, bar[2]), 0.014, 0.014, DARK, 4),
        ellipsoid(seat, (0.12, 0.06, 0.04), DARK, 4, 6),
    ]
    return merge(parts + [spoked_wheel(r, 0.02, 8, STEEL, 10).moved(np.eye(3), (s * b, 0, r)) for s in (1, -1)])


def debris(size: Vec3, rng: np.random.Generator) -> Figure:
    """A full rubbish bag or two, a carton, a plank."""
    length, width, h = size
    parts = [_bag((-0.2 * length, -0.15 * width), (0.30 * length, 0.34 * width, h), (0.03, 0.03, 0.034))]
    if rng.random() < 0.6:
        parts.append(_bag((0.24 * length, 0.2 * width), (0.25 * length, 0.28 * width, 0.75 * h), (0.05, 0.07, 0.05)))
    carton = Surface(Kind.CLOTH, rgb("#a07848"), 4.0)
    parts.append(box((0.02 * length, -0.48 * width, 0), (0.42 * length, -0.12 * width, 0.55 * h), carton))
    parts.append(
        box((-0.5 * length, 0.38 * width, 0), (0.5 * length, 0.49 * width, 0.06 * h), Surface(Kind.PLAIN, rgb("#8a6a42")))
    )
    return _standing(size, parts)


def _bag(at: tuple[float, float], radii: Vec3, colour: Colour) -> Mesh:
    a, b, h = radii
    outline = [
        (0.0, 0.75 * a, 0.75 * b, at[0]),
        (0.25 * h, a, b, at[0]),
        (0.6 * h, 0.75 * a, 0.75 * b, at[0]),
        (0.8 * h, 0.2 * a, 0.2 * b, at[0]),
        (h, 0.32 * a, 0.32 * b, at[0]),
    ]
    return trunk(outline, Surface(Kind.METAL, colour), 10).moved(np.eye(3), (0, at[1], 0))


def pushable(size: Vec3, rng: np.random.Generator) -> Figure:
    """A wheeled bin; a shopping trolley or a large container where the box is wide."""
    length, width, h = size
    colour = Surface(Kind.PLAIN, rgb(("#2f5a3a", "#2a2c2f", "#24406a", "#b8862e")[int(rng.integers(4))]))
    r = min(0.1, 0.12 * h)
    low, top = 0.8 * r, 0.90 * h
    rings = [[(x * sx, y * sy, z) for x, y in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
             for z, sx, sy in ((low, 0.36 * length, 0.38 * width), (top, 0.46 * length, 0.47 * width))]  # fmt: skip
    parts = [
        loft(np.array(rings), colour, 20.0),
        box((-0.5 * length, -0.48 * width, top), (0.48 * length, 0.48 * width, 0.97 * h), colour),
    ]
    parts.append(box((-0.5 * length, -0.3 * width, 0.93 * h), (-0.44 * length, 0.3 * width, h), DARK))
    parts += [
        disc_wheel((x * length, s * 0.40 * width, r), r, 0.05, DARK, 12)
        for x in ((-0.32,) if length < 0.9 else (-0.32, 0.32))
        for s in (1, -1)
    ]
    return _standing(size, parts)


def crate(size: Vec3) -> Figure:
    """What stands for a category that Town does not know: a taped carton."""
    length, width, h = size
    carton, tape = Surface(Kind.CLOTH, rgb("#a07848"), 4.0), Surface(Kind.PLAIN, rgb("#c8b078"))
    parts = [box((-length / 2, -width / 2, 0), (length / 2, width / 2, h - 0.003), carton)]
    return _standing(size, [*parts, box((-length / 2, -0.04 * width, 0.004), (length / 2, 0.04 * width, h), tape)])


def dog(size: Vec3, rng: np.random.Generator) -> Figure:
    """A dog that walks."""
    length, width, h = size
    coat = Surface(Kind.CLOTH, rgb(("#6a4a2c", "#1d1b1a", "#c8b088", "#8a8480", "#e0d8cc")[int(rng.integers(5))]), 2.0)
    leg = 0.42 * h
    body = 0.52 * length
    w = min(0.4 * width, 0.2 * h)
    still = [between((-0.5 * body, 0, 0.58 * h), (0.45 * body, 0, 0.62 * h), 0.9 * w, 1.1 * w, coat, 9),
             between((0.45 * body, 0, 0.66 * h), (0.62 * body, 0, 0.84 * h), 0.7 * w, 0.6 * w, coat, 7),
             ellipsoid((0.70 * body, 0, 0.87 * h), (0.15 * body, 0.65 * w, 0.11 * h), coat, 7, 8),
             ellipsoid((0.86 * body, 0, 0.83 * h), (0.10 * body, 0.35 * w, 0.06 * h), coat, 5, 7),
             between((-0.52 * body, 0, 0.64 * h), (-0.85 * body, 0, 0.85 * h), 0.22 * w, 0.12 * w, coat, 5)]  # fmt: skip
    still += [ellipsoid((0.64 * body, s * 0.5 * w, 0.94 * h), (0.03 * body, 0.15 * w, 0.06 * h), coat, 4, 5) for s in (1, -1)]
    hips = [(x * body, s * 0.6 * w, 0.12 * h + leg) for x in (0.38, -0.42) for s in (1, -1)]
    limb = hanging(leg + 0.08 * h, 0.45 * w, 0.25 * w, coat, 6)

    def bones(motion: Motion) -> Bones:
        phase = 2 * math.pi * motion.distance / (1.1 * h)
        swing = 0.45 * min(1.0, abs(motion.speed) / 0.8)
        places = [np.array(p) - (0, 0, h / 2) for p in hips]
        legs = [swung(swing * math.sin(phase + q * math.pi), p) for q, p in zip((0, 1, 1, 0), places, strict=True)]
        return np.array([swung(0.0, (0.0, 0.0, -h / 2)), *legs])

    return figure(size, [(0, merge(still)), *((k, limb) for k in (1, 2, 3, 4))], bones)
