"""What stands on pavements, each as a mesh at the origin that is put into the world many times: lamps, signals, signs, bins.

Things that are looked at, such as signs, face -y."""

import math
from functools import cache
from typing import Literal

import numpy as np

from engine.town.lamps import Lamp
from engine.town.mesh import Kind, Mesh, Surface, box, ellipsoid, limb, merge, mesh, rgb, tube

POLE = Surface(Kind.METAL, (0.10, 0.105, 0.11))
DARK = Surface(Kind.METAL, (0.012, 0.016, 0.013))
WOOD = Surface(Kind.BARK, rgb("#6a5340"))
WHITE = Surface(Kind.PLAIN, rgb("#f2f2f0"))
BLACK = Surface(Kind.PLAIN, rgb("#161616"))
Lantern = Literal["arm", "double", "post", "park", "pole"]
Sign = Literal["parking", "limit", "yield", "stop", "crossing", "no parking", "ahead", "bus", "name", "chevrons"]
SODIUM, LED = (1.0, 0.68, 0.36), (1.0, 0.88, 0.70)

# Of each lantern's lamps: how far out along its heading, how high, power, reach in metres, cone in radians.
LAMPS: dict[Lantern, tuple[tuple[float, float, float, float, float], ...]] = {
    "arm": ((1.75, 7.66, 60.0, 26.0, 1.25),), "double": ((1.9, 8.6, 70.0, 28.0, 1.25), (-1.9, 8.6, 70.0, 28.0, 1.25)),
    "post": ((0.0, 3.75, 16.0, 14.0, 2.2),), "park": ((0.0, 3.55, 12.0, 12.0, 2.6),), "pole": ((1.5, 6.75, 46.0, 24.0, 1.25),),
}  # fmt: skip


def lamps_of(lantern: Lantern, place: tuple[float, float, float], heading: float, warm: bool) -> list[Lamp]:
    """The lamps of a lantern that stands there."""
    x, y, z = place
    c, s = math.cos(heading), math.sin(heading)
    return [
        Lamp((x + out * c, y + out * s, z + up), (0.12 * c, 0.12 * s, -0.9928), cone, SODIUM if warm else LED, power, reach)
        for out, up, power, reach, cone in LAMPS[lantern]
    ]


@cache
def lantern(kind: Lantern) -> Mesh:
    """A street lamp whose arm points along x."""
    shine = Surface(Kind.GLOW, (0.9, 0.78, 0.58), 0.0, (0.05, 2.6))
    if kind in ("post", "park"):
        return _post(kind, shine)
    if kind == "pole":
        arm = tube([(0, 0, 6.2), (0.7, 0, 6.8), (1.3, 0, 6.86)], 0.03, POLE, 5)
        return merge(
            [
                utility_pole(),
                arm,
                box((1.2, -0.11, 6.76), (1.8, 0.11, 6.9), POLE),
                box((1.25, -0.09, 6.74), (1.75, 0.09, 6.77), shine),
            ]
        )
    parts = [tube([(0, 0, 0), (0, 0, 0.85)], [0.14, 0.12], POLE)]
    top = 7.15 if kind == "arm" else 8.1
    parts.append(tube([(0, 0, 0), (0, 0, 0.9), (0, 0, top)], [0.11, 0.085, 0.055], POLE))
    for sign in (1,) if kind == "arm" else (1, -1):
        at = [(0, 0, top - 0.05), (0.25 * sign, 0, top + 0.35), (0.8 * sign, 0, top + 0.57), (1.7 * sign, 0, top + 0.63)]
        x0, x1 = sorted((1.35 * sign, 2.1 * sign))
        parts += [tube(at, 0.04, POLE, 6), box((x0, -0.13, top + 0.55), (x1, 0.13, top + 0.67), POLE)]
        parts.append(box((x0 + 0.1, -0.10, top + 0.53), (x1 - 0.1, 0.10, top + 0.56), shine))
    return merge(parts)


def _post(kind: Lantern, shine: Surface) -> Mesh:
    """A lantern of old towns, or a ball on a stick as in parks."""
    parts = [tube([(0, 0, 0), (0, 0, 0.5), (0, 0, 0.6), (0, 0, 3.4)], [0.13, 0.11, 0.06, 0.045], DARK, 8)]
    if kind == "park":
        return merge([*parts, ellipsoid((0, 0, 3.58), (0.2, 0.2, 0.2), shine, 7, 10)])
    parts += [
        tube([(0, 0, 3.4), (0, 0, 3.9)], [0.10, 0.17], shine, 6),
        tube([(0, 0, 3.9), (0, 0, 3.95), (0, 0, 4.15)], [0.22, 0.2, 0.04], DARK, 6),
    ]
    return merge(parts)


@cache
def utility_pole() -> Mesh:
    """A wooden pole whose cross-arm lies along x, with insulators and a transformer's can."""
    parts = [tube([(0, 0, -0.3), (0, 0, 9.0)], [0.15, 0.10], WOOD, 8), box((-1.1, -0.05, 8.3), (1.1, 0.05, 8.42), WOOD)]
    parts += [
        tube([(x, 0, 8.42), (x, 0, 8.6)], [0.04, 0.03], Surface(Kind.METAL, (0.25, 0.2, 0.16)), 5) for x in (-1.0, 0.2, 1.0)
    ]
    return merge([*parts, tube([(0, 0.3, 6.9), (0, 0.3, 7.7)], 0.2, Surface(Kind.METAL, (0.28, 0.29, 0.29)), 9)])


ASPECTS = (("green", "#18e08a"), ("amber", "#ffb028"), ("red", "#ff2418"))
DIM, LIT = 0.03, 2.2  # what a lens gives off when it is dark, and lit


def _head(lens: dict[str, float], x: float, z: float) -> list[Mesh]:
    """A signal head facing -y; `lens` numbers its lenses by aspect, so that they can be lit at an instant."""
    parts = [
        box((x - 0.17, -0.12, z), (x + 0.17, 0.12, z + 1.02), DARK),
        box((x - 0.26, 0.10, z - 0.1), (x + 0.26, 0.13, z + 1.12), DARK),
    ]
    for k, (name, code) in enumerate(ASPECTS):
        surface = Surface(Kind.GLOW, rgb(code), lens[name], (DIM,))
        parts.append(ellipsoid((x, -0.13, z + 0.18 + 0.33 * k), (0.11, 0.035, 0.11), surface, 6, 12))
        parts.append(box((x - 0.13, -0.30, z + 0.29 + 0.33 * k), (x + 0.13, -0.12, z + 0.315 + 0.33 * k), DARK))
    return parts


def signal(reach: float, lens: dict[str, float]) -> Mesh:
    """A signal on a mast; its arm, if `reach` metres are more than 2.5, goes towards -x, to the left of those who see it.

    `lens` numbers the lenses of its three aspects, and of the two of its lamp for people, "walk" and "wait"."""
    tall = 6.0 if reach > 2.5 else 3.7
    parts = [tube([(0, 0, 0), (0, 0, tall)], [0.12, 0.09], POLE), *_head(lens, 0.0, 2.6)]
    if reach > 2.5:
        parts.append(tube([(0, 0, 5.6), (-reach * 0.5, 0, 5.95), (-reach, 0, 6.05)], [0.07, 0.055, 0.045], POLE, 6))
        parts += _head(lens, -reach + 0.3, 5.0)
    if reach > 5:
        parts += _head(lens, -reach * 0.52, 4.9)
    parts.append(box((0.12, -0.12, 2.1), (0.42, 0.12, 2.65), DARK))
    for name, code, z in (("walk", "#e8f4ff", 2.16), ("wait", "#ff6a28", 2.40)):
        for y0, y1 in ((-0.125, -0.121), (0.121, 0.125)):
            parts.append(box((0.19, y0, z), (0.35, y1, z + 0.18), Surface(Kind.GLOW, rgb(code), lens[name], (DIM,))))
    return merge(parts)


# -------------------------------------------------------------------------------------------------------- signs


def _plain(code: str) -> Surface:
    return Surface(Kind.PLAIN, rgb(code))


def _disc(radius: float, y: float, z: float, surface: Surface, sides: int = 24, turn: float = 0.0) -> Mesh:
    """A disc, or a polygon of few sides, facing -y."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False) + turn
    ring = np.column_stack([radius * np.cos(angle), np.full(sides, y), z + radius * np.sin(angle)])
    k = np.arange(sides)
    return mesh(np.concatenate([ring, ring.mean(0)[None]]), np.stack([k, (k + 1) % sides, np.full(sides, sides)], -1), surface)


def _bars(bars: list[tuple[float, float, float, float]], y: float, surface: Surface) -> list[Mesh]:
    return [box((x0, y - 0.006, z0), (x1, y, z1), surface) for x0, x1, z0, z1 in bars]


LETTER_P = [(-0.12, -0.05, 2.10, 2.55), (-0.12, 0.10, 2.48, 2.55), (-0.12, 0.10, 2.28, 2.35), (0.05, 0.12, 2.30, 2.53)]
LETTER_H = [(-0.12, -0.06, 2.42, 2.75), (0.06, 0.12, 2.42, 2.75), (-0.12, 0.12, 2.56, 2.62)]

FIFTY = [(-0.14, -0.09, 2.29, 2.51), (-0.14, -0.02, 2.47, 2.51), (-0.14, -0.02, 2.29, 2.33), (-0.14, -0.02, 2.38, 2.42),
         (0.02, 0.06, 2.29, 2.51), (0.10, 0.14, 2.29, 2.51), (0.02, 0.14, 2.47, 2.51), (0.02, 0.14, 2.29, 2.33)]  # fmt: skip


@cache
def sign(kind: Sign) -> Mesh:
    """A traffic sign on its pole."""
    back = Surface(Kind.METAL, (0.28, 0.29, 0.3))
    parts = [tube([(0, 0, 0), (0, 0, 2.75)], 0.032, POLE, 6)]
    if kind == "parking":
        parts += [box((-0.26, -0.02, 2.0), (0.26, 0.0, 2.65), _plain("#1d4f9c")), *_bars(LETTER_P, -0.021, WHITE)]
    elif kind == "limit":
        parts += [_disc(0.31, -0.02, 2.4, _plain("#c01818")), _disc(0.24, -0.026, 2.4, WHITE), _disc(0.30, 0.02, 2.4, back)]
        parts += _bars(FIFTY, -0.028, BLACK)
    elif kind == "no parking":
        parts += [_disc(0.28, -0.02, 2.4, _plain("#c01818")), _disc(0.22, -0.026, 2.4, _plain("#1d4f9c"))]
        slash = box((-0.24, -0.034, -0.025), (0.24, -0.027, 0.025), _plain("#c01818"))
        c = math.sqrt(0.5)
        parts.append(slash.moved(np.array([[c, 0, c], [0, 1, 0], [-c, 0, c]]), (0, 0, 2.4)))
    elif kind == "yield":
        parts += [_disc(0.46, -0.02, 2.4, _plain("#c01818"), 3, -math.pi / 2), _disc(0.30, -0.026, 2.4, WHITE, 3, -math.pi / 2)]
    elif kind == "stop":
        parts += [_disc(0.37, -0.02, 2.4, WHITE, 8, math.pi / 8), _disc(0.34, -0.026, 2.4, _plain("#b81616"), 8, math.pi / 8)]
        parts += _bars([(x, x + 0.09, 2.33, 2.47) for x in (-0.24, -0.11, 0.02, 0.15)], -0.03, WHITE)
    elif kind == "crossing":
        parts += [box((-0.3, -0.02, 2.1), (0.3, 0.0, 2.7), _plain("#1d4f9c")), _disc(0.27, -0.026, 2.32, WHITE, 3, math.pi / 2)]
        parts += _bars(
            [(-0.03, 0.03, 2.26, 2.42), (-0.09, 0.09, 2.33, 2.36), (-0.07, -0.03, 2.2, 2.27), (0.03, 0.07, 2.2, 2.27)],
            -0.028,
            BLACK,
        )
    elif kind == "ahead":
        parts += [_disc(0.30, -0.02, 2.4, WHITE), _disc(0.28, -0.026, 2.4, _plain("#1d4f9c"))]
        parts += [*_bars([(-0.03, 0.03, 2.22, 2.44)], -0.028, WHITE), _disc(0.12, -0.03, 2.47, WHITE, 3, math.pi / 2)]
    else:
        parts += _boards(kind)
    return merge(parts)


def _boards(kind: Sign) -> list[Mesh]:
    if kind == "bus":
        yellow = _plain("#e0b020")
        parts = [
            _disc(0.30, -0.02, 2.58, yellow),
            _disc(0.26, -0.026, 2.58, _plain("#1f6b3c")),
            *_bars(LETTER_H, -0.03, yellow),
        ]
        return [
            *parts,
            box((-0.2, -0.03, 1.2), (0.2, -0.01, 1.75), WHITE),
            *_bars([(-0.16, 0.16, 1.3 + 0.09 * k, 1.34 + 0.09 * k) for k in range(4)], -0.032, BLACK),
        ]
    if kind == "name":
        out = []
        for turned, z in ((0, 2.72), (1, 2.48)):
            plate = [box((0.0, -0.012, z), (0.85, 0.012, z + 0.2), _plain("#24503a"))]
            plate += [
                box((0.08 + 0.09 * k, y, z + 0.06), (0.14 + 0.09 * k, y + 0.002, z + 0.14), WHITE)
                for k in range(7)
                for y in (-0.014, 0.012)
            ]
            turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]) if turned else np.eye(3)
            out.append(merge(plate).moved(turn, (0, 0, 0)))
        return out
    board = [box((-1.1, -0.03, 0.6), (1.1, 0.0, 1.15), _plain("#b81616"))]  # chevrons, as on roundabouts' islands
    for k in range(4):
        x = -0.95 + 0.52 * k
        for z0, lean in ((0.62, 1), (0.875, -1)):
            a = [(x + (0.0 if lean > 0 else 0.22), -0.035, z0), (x + (0.26 if lean > 0 else 0.48), -0.035, z0)]
            b = [(x + (0.48 if lean > 0 else 0.26), -0.035, z0 + 0.255), (x + (0.22 if lean > 0 else 0.0), -0.035, z0 + 0.255)]
            board.append(mesh([*a, *b], [(0, 1, 2), (0, 2, 3)], WHITE))
    return board


# ------------------------------------------------------------------------------------------------ street furniture


@cache
def bin_(kind: int) -> Mesh:
    """A litter bin, round or square, or one on wheels as they stand before houses."""
    if kind == 2:
        body = _plain(("#2c5237", "#2f3a44", "#6a5a24")[kind % 3])
        return merge(
            [
                box((-0.27, -0.3, 0.08), (0.27, 0.3, 0.98), body),
                box((-0.29, -0.33, 0.98), (0.29, 0.34, 1.06), DARK),
                box((-0.3, 0.2, 0), (0.3, 0.3, 0.16), DARK),
            ]
        )
    green = Surface(Kind.METAL, rgb("#2f4a3a" if kind == 0 else "#4a4c50"))
    if kind == 1:
        return merge(
            [
                box((-0.22, -0.22, 0.1), (0.22, 0.22, 0.95), green),
                box((-0.25, -0.25, 0.95), (0.25, 0.25, 1.02), DARK),
                box((-0.16, -0.225, 0.7), (0.16, -0.2, 0.85), BLACK),
            ]
        )
    return merge(
        [tube([(0, 0, 0.05), (0, 0, 0.85)], [0.24, 0.27], green, 14), tube([(0, 0, 0.88), (0, 0, 1.02)], [0.28, 0.2], DARK, 14)]
    )


@cache
def bench() -> Mesh:
    """A bench that one sits on looking along x."""
    wood = Surface(Kind.BARK, rgb("#8a6440"))
    parts = [box((-0.25 + 0.14 * k, -0.85, 0.44), (-0.14 + 0.14 * k, 0.85, 0.48), wood) for k in range(4)]
    parts += [box((-0.31, -0.85, 0.56 + 0.14 * k), (-0.27, 0.85, 0.66 + 0.14 * k), wood) for k in range(3)]
    return merge([*parts, *(box((-0.28, y, 0), (0.25, y + 0.05, 0.44), DARK) for y in (-0.7, 0.65))])


@cache
def hydrant() -> Mesh:
    """A fire hydrant."""
    red = Surface(Kind.METAL, rgb("#a3241c"))
    foot = tube([(0, 0, 0), (0, 0, 0.08), (0, 0, 0.1), (0, 0, 0.6)], [0.17, 0.17, 0.11, 0.11], red, 12)
    return merge(
        [foot, ellipsoid((0, 0, 0.62), (0.12, 0.12, 0.13), red), limb((0, -0.2, 0.45), (0, 0.2, 0.45), 0.055, 0.055, red)]
    )


@cache
def bollard() -> Mesh:
    """A low post."""
    return tube([(0, 0, 0), (0, 0, 0.86), (0, 0, 0.92)], [0.075, 0.065, 0.03], DARK, 8)


@cache
def meter() -> Mesh:
    """A parking machine."""
    return merge(
        [
            box((-0.14, -0.1, 0), (0.14, 0.1, 1.35), Surface(Kind.METAL, (0.12, 0.14, 0.17))),
            box((-0.1, -0.105, 1.0), (0.1, -0.1, 1.22), _plain("#c8d0d4")),
            box((-0.15, -0.11, 1.35), (0.15, 0.11, 1.62), _plain("#1d4f9c")),
        ]
    )


@cache
def cabinet() -> Mesh:
    """A grey box for cables."""
    grey = _plain("#8f9490")
    return merge(
        [
            box((-0.55, -0.18, 0), (0.55, 0.18, 1.15), grey),
            box((-0.58, -0.2, 1.15), (0.58, 0.2, 1.2), grey),
            box((-0.005, -0.185, 0.1), (0.005, -0.18, 1.1), BLACK),
        ]
    )


@cache
def planter() -> Mesh:
    """A box of flowers and leaves."""
    rng = np.random.Generator(np.random.PCG64(5))
    parts = [
        box((-0.9, -0.35, 0), (0.9, 0.35, 0.5), _plain("#6f6a63")),
        box((-0.83, -0.28, 0.5), (0.83, 0.28, 0.52), _plain("#3a2e24")),
    ]
    for k in range(9):
        x, y = -0.72 + 0.18 * k, rng.uniform(-0.15, 0.15)
        parts.append(ellipsoid((x, y, 0.62), (0.16, 0.18, 0.16), Surface(Kind.LEAF, rgb("#48632f"), 2.0, (0.8,)), 5, 7))
        code = ("#c23b4a", "#d8b030", "#d9d4e0", "#8a4aa0")[int(rng.integers(4))]
        parts.append(ellipsoid((x, y - 0.1, 0.76), (0.06, 0.06, 0.05), _plain(code), 4, 5))
    return merge(parts)


@cache
def shelter() -> Mesh:
    """A bus stop's shelter, open to -y, with a bench and a lit picture at its side."""
    glass, steel = Surface(Kind.GLASS, (0.10, 0.12, 0.12)), Surface(Kind.METAL, (0.14, 0.15, 0.16))
    parts = [box((x - 0.04, y - 0.04, 0), (x + 0.04, y + 0.04, 2.4), steel) for x in (-2.0, 2.0) for y in (-0.5, 0.7)]
    parts += [box((-2.2, -0.8, 2.4), (2.2, 0.85, 2.5), steel), box((-1.95, 0.69, 0.25), (1.95, 0.71, 2.2), glass)]
    parts += [box((-1.5, 0.3, 0.45), (0.9, 0.65, 0.5), WOOD), box((1.95, -0.4, 0.3), (2.07, 0.65, 2.2), steel)]
    return merge([*parts, box((1.93, -0.3, 0.45), (1.95, 0.55, 2.05), Surface(Kind.GLOW, rgb("#b7c6cc"), 0.0, (0.25, 0.9)))])


@cache
def playground() -> Mesh:
    """A swing and a slide."""
    red, blue = _plain("#b8382c"), _plain("#2c5a9c")
    parts = [limb((-1.8, y, 0), (-1.8, 0, 2.4), 0.05, 0.05, red, 6) for y in (-0.9, 0.9)] + [
        limb((1.8, y, 0), (1.8, 0, 2.4), 0.05, 0.05, red, 6) for y in (-0.9, 0.9)
    ]
    parts += [limb((-1.8, 0, 2.4), (1.8, 0, 2.4), 0.05, 0.05, red, 6)]
    for x in (-0.8, 0.8):
        parts += [limb((x + d, 0, 2.4), (x + d, 0.15, 0.55), 0.012, 0.012, DARK, 4) for d in (-0.22, 0.22)]
        parts.append(box((x - 0.25, 0.05, 0.5), (x + 0.25, 0.25, 0.55), BLACK))
    parts += [
        box((4.0, -0.5, 1.5), (5.0, 0.5, 1.6), WOOD),
        *(box((x, y, 0), (x + 0.1, y + 0.1, 2.4), WOOD) for x in (4.0, 4.9) for y in (-0.5, 0.4)),
    ]
    chute = mesh([(5.0, -0.35, 1.6), (7.6, -0.35, 0.25), (7.6, 0.35, 0.25), (5.0, 0.35, 1.6)], [(0, 1, 2), (0, 2, 3)], blue)
    return merge([*parts, chute, box((3.8, -0.7, 2.4), (5.2, 0.7, 2.5), red)])


@cache
def hedge(length: float, fine: bool) -> Mesh:
    """A trimmed hedge along x as a soft box of leaves."""
    y0, y1, x0, x1 = -0.35, 0.35, -length / 2, length / 2
    rng = np.random.Generator(np.random.PCG64(7))
    n = int((230 if fine else 70) * length)
    p = np.column_stack([rng.uniform(x0, x1, n), rng.uniform(y0, y1, n), rng.uniform(0.05, 1.05, n)])
    face = rng.integers(0, 3, n)
    p[face == 0, 1], p[face == 1, 1], p[face == 2, 2] = y0, y1, 1.05
    d = rng.standard_normal((n, 2, 3)) * (0.09 if fine else 0.15)
    corners = np.stack([p, p + d[:, 0], p + d[:, 1]], 1).astype(np.float32)
    normal = np.zeros((n, 3), np.float32)
    normal[face == 0, 1], normal[face == 1, 1], normal[face == 2, 2] = -1, 1, 1
    leaf = (Surface(Kind.LEAF, rgb("#3f5a2a"), 3.0, (0.8,)),)
    core = box((x0, y0 + 0.06, -0.3), (x1, y1 - 0.06, 1.0), Surface(Kind.LEAF, rgb("#2c4020"), 3.0, (0.2,)))
    triangles = np.arange(3 * n, dtype=np.int32).reshape(-1, 3)
    skin = Mesh(corners.reshape(-1, 3), triangles, np.repeat(normal[:, None], 3, 1), corners, np.zeros(n, np.int32), leaf)
    return merge([core, skin])


Fence = Literal["pickets", "rails", "wall", "mesh"]


@cache
def fence(kind: Fence, fine: bool) -> Mesh:
    """Three metres of a garden's or a yard's border along x."""
    if kind == "wall":
        brick = Surface(Kind.PLAIN, rgb("#8a6a58"))
        return merge(
            [box((-1.5, -0.12, -0.4), (1.5, 0.12, 0.75), brick), box((-1.5, -0.16, 0.75), (1.5, 0.16, 0.83), _plain("#9a948a"))]
        )
    if kind == "pickets":
        white = _plain("#d8d4ca")
        parts = [box((-1.5, -0.03, z), (1.5, 0.0, z + 0.07), white) for z in (0.2, 0.7)]
        step = 0.14 if fine else 0.5
        return merge(
            [
                *parts,
                *(
                    box((x, -0.05, -0.2), (x + 0.09 * (1 if fine else 3.2), -0.03, 0.95), white)
                    for x in np.arange(-1.5, 1.45, step)
                ),
            ]
        )
    tall, steel = (1.05, DARK) if kind == "rails" else (2.1, Surface(Kind.METAL, (0.20, 0.24, 0.21)))
    parts = [box((-1.5, -0.02, z), (1.5, 0.02, z + 0.04), steel) for z in (0.1, tall - 0.04)]
    parts.append(box((-1.53, -0.04, -0.3), (-1.45, 0.04, tall + 0.05), steel))
    step = (0.14 if kind == "rails" else 0.2) if fine else 0.6
    return merge([*parts, *(box((x, -0.01, 0), (x + 0.022, 0.012, tall), steel) for x in np.arange(-1.4, 1.5, step))])
