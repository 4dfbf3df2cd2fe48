"""Construction vehicles as figures: excavators, wheel loaders, rollers."""

import math

import numpy as np

from editor.geometry import Vec3
from engine.town.bodies import CHASSIS, DARK, rounded_box
from engine.town.figure import Figure, figure, rigid
from engine.town.heavy import STEEL
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, loft, merge, rgb, tube
from engine.town.wheels import Wheel, rolling, wheel_limbs

YELLOW = ("#e0a012", "#d98a10", "#e3b620", "#c8641a")
PANES = Surface(Kind.GLASS, (0.05, 0.06, 0.065))
BEACON = Surface(Kind.LAMP, rgb("#ff9a18"), params=(1.2, 2.2))
RUBBER = Surface(Kind.PLAIN, (0.015, 0.015, 0.016))


def machine(size: Vec3, asked: Colour | None, rng: np.random.Generator, name: str = "") -> Figure:
    """The machine of a name, or the one that the dice and the box's proportions call for."""
    own = rgb(YELLOW[int(rng.integers(len(YELLOW)))])
    paint = Surface(Kind.METAL, asked or own)
    length, _, height = size
    pick = float(rng.random())
    if name in MACHINES:
        return MACHINES[name](size, paint)
    if height < 2.7 and length < 5.6:
        return _roller(size, paint)
    return _excavator(size, paint) if pick < 0.6 or length < 5.6 else _loader(size, paint)


def _cab(low: Vec3, high: Vec3, paint: Surface) -> list[Mesh]:
    """A glazed cab with posts and a roof."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    roof = 0.08 * (z1 - z0)
    parts = [box(low, (x1, y1, z0 + 0.22 * (z1 - z0)), paint), box((x0, y0, z1 - roof), high, paint)]
    parts.append(box((x0 + 0.04, y0 + 0.04, z0 + 0.2 * (z1 - z0)), (x1 - 0.04, y1 - 0.04, z1 - 0.5 * roof), PANES))
    posts = [(x, y) for x in (x0, x1 - 0.09) for y in (y0, y1 - 0.09)]
    return parts + [box((x, y, z0), (x + 0.09, y + 0.09, z1), paint) for x, y in posts]


def _beam(path: list[tuple[float, float]], y: float, wide: float, deep: list[float], surface: Surface) -> Mesh:
    """An arm of rectangular section along places (x, z) at one y; `deep` is its half height at each."""
    p = np.array(path)
    d = np.gradient(p, axis=0)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    up = np.column_stack([-d[:, 1], d[:, 0]]) * np.array(deep)[:, None]
    rings = [[(c[0] + s * u[0], y + t * wide, c[1] + s * u[1]) for t, s in ((1, -1), (1, 1), (-1, 1), (-1, -1))]
             for c, u in zip(p, up, strict=True)]  # fmt: skip
    return loft(np.array(rings), surface, 25.0)


def _excavator(size: Vec3, paint: Surface) -> Figure:
    """On tracks, its arm reaching ahead, the bucket at the ground."""
    length, width, height = size
    ground, back, front = -height / 2, -length / 2, length / 2
    body = min(0.52 * length, 3.6)
    track_high, middle = 0.28 * height, back + 0.55 * body
    parts = [_track(back + 0.06 * body, back + body, s * (width / 2 - 0.24), 0.24, ground, track_high) for s in (1, -1)]
    deck = ground + track_high + 0.08
    house_top = deck + 0.30 * height
    parts.append(box((middle - 0.5, -0.45, ground + 0.4 * track_high), (middle + 0.5, 0.45, deck), CHASSIS))
    parts.append(rounded_box((back + 0.06, -0.42 * width, deck), (back + 0.62 * body, 0.42 * width, house_top), 0.14, paint))
    parts.append(
        rounded_box((back, -0.43 * width, deck + 0.04), (back + 0.16 * body, 0.43 * width, house_top + 0.04), 0.1, DARK)
    )
    parts.append(box((back + 0.5 * body, -0.42 * width, deck), (back + body, -0.05 * width, deck + 0.12 * height), paint))
    parts += _cab((back + 0.56 * body, 0.02 * width, deck), (back + 0.98 * body, 0.42 * width, 0.5 * height - 0.14), paint)
    parts.append(
        box((back + 0.6 * body, 0.18 * width, 0.5 * height - 0.14), (back + 0.64 * body, 0.24 * width, 0.5 * height), BEACON)
    )
    x0, y = back + 0.86 * body, -0.16 * width
    elbow, wrist = (front - 0.34 * (front - x0), 0.44 * height), (front - 0.14 * (front - x0), ground + 0.28 * height)
    knee = (x0 + 0.42 * (elbow[0] - x0), 0.40 * height)
    parts.append(_beam([(x0, deck + 0.1), knee, elbow], y, 0.17, [0.2, 0.26, 0.13], paint))
    parts.append(_beam([(elbow[0] - 0.3, elbow[1] + 0.12), elbow, wrist], y, 0.14, [0.12, 0.2, 0.1], paint))
    parts.append(tube([(x0 + 0.25, y, deck), (knee[0], y, knee[1] - 0.3)], 0.07, STEEL, 7))
    parts.append(tube([(knee[0] + 0.2, y, knee[1] + 0.26), (elbow[0] - 0.25, y, elbow[1] + 0.14)], 0.06, STEEL, 7))
    parts.append(_bucket(front, wrist, y, 0.2 * width, ground))
    return rigid(size, merge(parts))


def _bucket(front: float, wrist: tuple[float, float], y: float, half: float, ground: float) -> Mesh:
    """An open scoop that hangs from the wrist, teeth towards the machine."""
    x, z = wrist
    outline = [
        (x - 0.1, z + 0.12),
        (front - 0.02, z - 0.1),
        (front - 0.05, ground + 0.25),
        (x + 0.05, ground + 0.02),
        (x - 0.3, ground + 0.05),
        (x + 0.1, ground + 0.22),
        (x + 0.22, z - 0.25),
    ]
    rings = [[(a, y + t, b) for a, b in outline[::-1]] for t in (-half, half)]
    return loft(np.array(rings), STEEL, 25.0)


def _track(x0: float, x1: float, y: float, half: float, ground: float, high: float) -> Mesh:
    """A crawler track with its rounded ends."""
    r = high / 2
    angle = np.linspace(-math.pi / 2, math.pi / 2, 6)
    outline = [(x1 - r + r * math.cos(a), ground + r + r * math.sin(a)) for a in angle.tolist()]
    outline += [(x0 + r - r * math.cos(a), ground + r + r * math.sin(a)) for a in angle[::-1].tolist()]
    rings = [[(a, y + t, b) for a, b in outline] for t in (half, -half)]
    band = loft(np.array(rings), RUBBER, 25.0)
    inner = [
        [(x0 + r + (a - x0 - r) * 0.92, y + t * 1.02, ground + r + (b - ground - r) * 0.62) for a, b in outline]
        for t in (half, -half)
    ]
    return merge([band, loft(np.array(inner), Surface(Kind.PLAIN, (0.07, 0.06, 0.05)), 25.0)])


def _loader(size: Vec3, paint: Surface) -> Figure:
    """A wheel loader with its bucket low in front."""
    length, width, height = size
    ground, back, front = -height / 2, -length / 2, length / 2
    radius = min(0.24 * height, 0.12 * length)
    deck = ground + 1.15 * radius
    waist, cab_front = back + 0.46 * length, back + 0.54 * length
    parts = [rounded_box((back, -0.33 * width, deck), (back + 0.36 * length, 0.33 * width, deck + 0.30 * height), 0.16, paint)]
    parts.append(
        box((back - 0.0, -0.36 * width, ground + 0.6 * radius), (back + 0.12 * length, 0.36 * width, deck + 0.1 * height), DARK)
    )
    parts.append(
        box(
            (back + 0.3 * length, -0.2 * width, ground + 0.8 * radius),
            (front - 0.22 * length, 0.2 * width, deck + 0.12 * height),
            paint,
        )
    )
    parts += _cab((waist - 0.14 * length, -0.27 * width, deck + 0.1), (cab_front, 0.27 * width, 0.5 * height - 0.12), paint)
    parts.append(box((waist - 0.06 * length, -0.08, 0.5 * height - 0.12), (waist - 0.03 * length, 0.08, 0.5 * height), BEACON))
    tip = front - 0.13 * length
    for s in (1, -1):
        path = [(cab_front, deck + 0.24 * height), (front - 0.26 * length, deck + 0.16 * height), (tip, ground + 0.5 * radius)]
        parts.append(_beam(path, s * 0.17 * width, 0.08, [0.14, 0.18, 0.10], paint))
    scoop = [
        (tip + 0.02, ground + 0.9 * radius),
        (tip - 0.06, ground + 0.25 * radius),
        (tip + 0.1, ground + 0.02),
        (front, ground + 0.02),
        (front, ground + 0.10),
        (tip + 0.22, ground + 0.3 * radius),
        (tip + 0.2, ground + 0.8 * radius),
        (front - 0.25, ground + 1.25 * radius),
    ]
    parts.append(loft(np.array([[(a, t, b) for a, b in scoop] for t in (width / 2, -width / 2)]), STEEL, 25.0))
    parts += [
        box(
            (back - 0.0, s * 0.28 * width - 0.08, deck + 0.2),
            (back + 0.03, s * 0.28 * width + 0.08, deck + 0.34),
            Surface(Kind.LAMP, rgb("#b01013"), params=(0.05, 0.6, 2.6)),
        )
        for s in (1, -1)
    ]
    wheels = tuple(Wheel((x, s * (0.40 * width - 0.0), radius + ground), radius, 0.5, False, True, 20)
                   for x in (front - 0.30 * length, back + 0.20 * length) for s in (1, -1))  # fmt: skip
    return figure(size, [(0, merge(parts)), *wheel_limbs(wheels)], rolling(wheels, 3.0))


def _roller(size: Vec3, paint: Surface) -> Figure:
    """A road roller: a drum in front, tyres behind, an open cab under a roof."""
    length, width, height = size
    ground, back, front = -height / 2, -length / 2, length / 2
    radius = min(0.24 * height, 0.16 * length)
    deck = ground + 1.1 * radius
    parts = [rounded_box((back, -0.38 * width, deck), (back + 0.42 * length, 0.38 * width, deck + 0.26 * height), 0.14, paint)]
    parts.append(
        box(
            (back + 0.3 * length, -0.2 * width, ground + 0.7 * radius),
            (front - 2 * radius, 0.2 * width, deck + 0.08 * height),
            paint,
        )
    )
    parts += _cab(
        (back + 0.34 * length, -0.34 * width, deck + 0.08 * height),
        (back + 0.64 * length, 0.34 * width, 0.5 * height - 0.1),
        paint,
    )
    parts.append(box((back + 0.48 * length, -0.07, 0.5 * height - 0.1), (back + 0.51 * length, 0.07, 0.5 * height), BEACON))
    for s in (1, -1):
        parts.append(
            box(
                (front - 2.3 * radius, s * 0.46 * width - 0.06, ground + 0.7 * radius),
                (front - 0.5 * radius, s * 0.46 * width + 0.06, ground + 1.3 * radius),
                paint,
            )
        )
    parts.append(
        box((front - 0.4 * radius, -0.46 * width, ground + 0.8 * radius), (front, 0.46 * width, ground + 1.15 * radius), paint)
    )
    drum = Wheel((front - 1.15 * radius, 0.0, radius + ground), radius, 0.84 * width, False, True, 24)
    wheels = tuple(Wheel((back + 0.2 * length, s * 0.36 * width, radius + ground), radius, 0.42, False, True) for s in (1, -1))
    limbs = [(0, merge(parts)), (1, _drum(radius, 0.42 * width)), *((k + 1, m) for k, m in wheel_limbs(wheels))]
    return figure(size, limbs, rolling((drum, *wheels), 3.0))


def _drum(radius: float, half: float) -> Mesh:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(24), -np.sin(angle)], -1)
    rings = [
        ring * radius * r + (0, y, 0)
        for r, y in (
            (0.7, -half * 0.96),
            (0.96, -half),
            (1.0, -half * 0.97),
            (1.0, half * 0.97),
            (0.96, half),
            (0.7, half * 0.96),
        )
    ]
    return loft(np.array(rings), Surface(Kind.METAL, (0.42, 0.42, 0.43)), 30.0)


MACHINES = {"excavator": _excavator, "wheel-loader": _loader, "roller": _roller}
