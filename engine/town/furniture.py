"""What stands on the pavement: lamps, signals, signs, bins, benches, hydrants, bollards."""

import math

import numpy as np

from engine.town.lamps import Lamp
from engine.town.mesh import Kind, Mesh, Surface, box, ellipsoid, limb, merge, rgb, tube

POLE = Surface(Kind.METAL, (0.10, 0.105, 0.11))
DARK = Surface(Kind.METAL, (0.012, 0.016, 0.013))


def _at(part: Mesh, place: tuple[float, float, float], heading: float) -> Mesh:
    c, s = math.cos(heading), math.sin(heading)
    return part.moved(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]), place).with_rest_in_place()


def lamp(place: tuple[float, float, float], heading: float) -> Mesh:
    """A street lamp, 7.6 m, whose arm points along its heading."""
    arm = [(0, 0, 7.1), (0.25, 0, 7.5), (0.8, 0, 7.72), (1.7, 0, 7.78)]
    parts = [
        tube([(0, 0, 0), (0, 0, 0.9), (0, 0, 7.15)], [0.11, 0.085, 0.055], POLE),
        tube([(0, 0, 0), (0, 0, 0.85)], [0.14, 0.12], POLE),
        tube(arm, 0.04, POLE, 6),
        box((1.35, -0.13, 7.70), (2.1, 0.13, 7.82), POLE),
        box((1.45, -0.10, 7.68), (2.05, 0.10, 7.71), Surface(Kind.GLASS, (0.6, 0.6, 0.55))),
    ]
    return _at(merge(parts), place, heading)


def light_of_lamp(place: tuple[float, float, float], heading: float) -> Lamp:
    """The light of a street lamp there."""
    x, y, z = place
    head = (x + 1.75 * math.cos(heading), y + 1.75 * math.sin(heading), z + 7.66)
    return Lamp(head, (0.12 * math.cos(heading), 0.12 * math.sin(heading), -0.9928), 1.25, (1.0, 0.72, 0.42), 60.0, 26.0)


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


def signal(place: tuple[float, float, float], heading: float, reach: float, lens: dict[str, float]) -> Mesh:
    """A signal on a mast arm of `reach` metres. Drivers who look along its heading see it; the arm goes to their left.

    `lens` numbers the lenses of its three aspects, and of the two of its lamp for people, "walk" and "wait"."""
    parts = [
        tube([(0, 0, 0), (0, 0, 6.0)], [0.12, 0.09], POLE),
        tube([(0, 0, 5.6), (-reach * 0.5, 0, 5.95), (-reach, 0, 6.05)], [0.07, 0.055, 0.045], POLE, 6),
    ]
    parts += _head(lens, 0.0, 2.6) + _head(lens, -reach + 0.3, 5.0)
    if reach > 5:
        parts += _head(lens, -reach * 0.52, 4.9)
    parts.append(box((0.12, -0.12, 2.1), (0.42, 0.12, 2.65), DARK))
    for name, code, z in (("walk", "#e8f4ff", 2.16), ("wait", "#ff6a28", 2.40)):
        lamp_for_people = Surface(Kind.GLOW, rgb(code), lens[name], (DIM,))
        parts.append(box((0.19, -0.125, z), (0.35, -0.121, z + 0.18), lamp_for_people))
    return _at(merge(parts), place, heading - math.pi / 2)


def sign(place: tuple[float, float, float], heading: float, kind: str) -> Mesh:
    """A traffic sign on a pole; kinds: parking, limit, yield."""
    parts = [tube([(0, 0, 0), (0, 0, 2.75)], 0.032, POLE, 6)]
    if kind == "parking":
        parts.append(box((-0.26, -0.02, 2.0), (0.26, 0.0, 2.65), Surface(Kind.PLAIN, rgb("#1d4f9c"))))
        parts.append(_letter_p())
    else:
        angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
        for radius, y, code in ((0.31, -0.02, "#c01818"), (0.24, -0.026, "#f2f2f0")):
            ring = np.column_stack([radius * np.cos(angle), np.zeros(24), radius * np.sin(angle)])
            parts.append(_disc(ring + (0, y, 2.4), Surface(Kind.PLAIN, rgb(code))))
        for x in (-0.085, 0.085):
            parts.append(box((x - 0.055, -0.032, 2.29), (x + 0.055, -0.027, 2.51), Surface(Kind.PLAIN, rgb("#161616"))))
    return _at(merge(parts), place, heading - math.pi / 2)


def _letter_p() -> Mesh:
    white = Surface(Kind.PLAIN, rgb("#f4f4f2"))
    bars = [
        ((-0.12, 2.10), (-0.05, 2.55)),
        ((-0.12, 2.48), (0.10, 2.55)),
        ((-0.12, 2.28), (0.10, 2.35)),
        ((0.05, 2.30), (0.12, 2.53)),
    ]
    return merge([box((x0, -0.03, z0), (x1, -0.021, z1), white) for (x0, z0), (x1, z1) in bars])


def _disc(ring: np.ndarray, surface: Surface) -> Mesh:
    from engine.town.mesh import mesh

    n = len(ring)
    k = np.arange(n)
    return mesh(np.concatenate([ring, ring.mean(0)[None]]), np.stack([k, (k + 1) % n, np.full(n, n)], -1), surface)


def bin_(place: tuple[float, float, float], heading: float) -> Mesh:
    """A litter bin."""
    green = Surface(Kind.METAL, rgb("#2f4a3a"))
    return _at(
        merge(
            [
                tube([(0, 0, 0.05), (0, 0, 0.85)], [0.24, 0.27], green, 14),
                tube([(0, 0, 0.88), (0, 0, 1.02)], [0.28, 0.2], DARK, 14),
            ]
        ),
        place,
        heading,
    )


def bench(place: tuple[float, float, float], heading: float) -> Mesh:
    """A bench that one sits on looking along its heading."""
    wood = Surface(Kind.BARK, rgb("#8a6440"))
    parts = [box((-0.25 + 0.14 * k, -0.85, 0.44), (-0.14 + 0.14 * k, 0.85, 0.48), wood) for k in range(4)]
    parts += [box((-0.31, -0.85, 0.56 + 0.14 * k), (-0.27, 0.85, 0.66 + 0.14 * k), wood) for k in range(3)]
    parts += [box((-0.28, y, 0), (0.25, y + 0.05, 0.44), DARK) for y in (-0.7, 0.65)]
    return _at(merge(parts), place, heading)


def hydrant(place: tuple[float, float, float]) -> Mesh:
    """A fire hydrant."""
    red = Surface(Kind.METAL, rgb("#a3241c"))
    parts = [
        tube([(0, 0, 0), (0, 0, 0.08), (0, 0, 0.1), (0, 0, 0.6)], [0.17, 0.17, 0.11, 0.11], red, 12),
        ellipsoid((0, 0, 0.62), (0.12, 0.12, 0.13), red),
    ]
    parts.append(limb((0, -0.2, 0.45), (0, 0.2, 0.45), 0.055, 0.055, red))
    return _at(merge(parts), place, 0.4)


def bollard(place: tuple[float, float, float]) -> Mesh:
    """A low post."""
    return _at(tube([(0, 0, 0), (0, 0, 0.86), (0, 0, 0.92)], [0.075, 0.065, 0.03], DARK, 10), place, 0.0)


def hedge(low: tuple[float, float], high: tuple[float, float], place: tuple[float, float, float], heading: float) -> Mesh:
    """A trimmed hedge as a soft box of leaves."""
    (x0, y0), (x1, y1) = low, high
    rng = np.random.Generator(np.random.PCG64(int(1000 * abs(place[0] + place[1]))))
    n = int(260 * (x1 - x0))
    p = np.column_stack([rng.uniform(x0, x1, n), rng.uniform(y0, y1, n), rng.uniform(0.05, 1.05, n)])
    face = rng.integers(0, 3, n)
    p[face == 0, 1], p[face == 1, 1], p[face == 2, 2] = y0, y1, 1.05
    d = rng.standard_normal((n, 2, 3)) * 0.09
    corners = np.stack([p, p + d[:, 0], p + d[:, 1]], 1).astype(np.float32)
    normal = np.zeros((n, 3), np.float32)
    normal[face == 0, 1], normal[face == 1, 1], normal[face == 2, 2] = -1, 1, 1
    leaf = (Surface(Kind.LEAF, rgb("#3f5a2a"), 3.0, (0.8,)),)
    core = box((x0, y0 + 0.06, 0), (x1, y1 - 0.06, 1.0), Surface(Kind.LEAF, rgb("#2c4020"), 3.0, (0.2,)))
    skin = Mesh(
        corners.reshape(-1, 3),
        np.arange(3 * n, dtype=np.int32).reshape(-1, 3),
        np.repeat(normal[:, None], 3, 1),
        corners,
        np.zeros(n, np.int32),
        leaf,
    )
    return _at(merge([core, skin]), place, heading)
