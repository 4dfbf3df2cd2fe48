"""Bicycles, motorcycles, scooters and wheelchairs as figures, with whoever rides them."""

import math

import numpy as np

from editor.geometry import Vec3
from engine.town.figure import Bones, Figure, Poser, figure
from engine.town.limbs import angle_to, bent, between, swung
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, ellipsoid, loft, merge, mesh, rgb, smooth_skin
from engine.town.motion import Motion
from engine.town.outfits import Outfit
from engine.town.riders import leg_limbs, seated

DARK = Surface(Kind.PLAIN, (0.014, 0.014, 0.015))
STEEL = Surface(Kind.METAL, (0.25, 0.25, 0.26))
HEADLIGHT = Surface(Kind.LAMP, rgb("#eef2f4"), params=(0.35, 2.4, 0.0, 0.0, 0.0, 1.0))
TAILLIGHT = Surface(Kind.LAMP, rgb("#c01013"), params=(0.10, 1.4, 2.4, 0.0, 0.0, 1.0))
BLINKERS = tuple(Surface(Kind.LAMP, rgb("#ff8a10"), params=(0.03, 0.1, 0.0, *side)) for side in ((2.4, 0.0), (0.0, 2.4)))
RIDDEN_FROM_M = 1.32  # a two-wheeler whose box is so high has somebody on it
Path = list[tuple[float, float, float]]


def _tubes(pairs: list[tuple[np.ndarray, np.ndarray]], radius: float, surface: Surface, sides: int = 5) -> list[Mesh]:
    return [between(a, b, radius, radius, surface, sides) for a, b in pairs]


def spoked_wheel(radius: float, tyre: float, spokes: int, rim: Surface, sides: int = 20) -> Mesh:
    """A thin wheel around a hub at 0."""
    a, b = np.linspace(0, 2 * np.pi, sides + 1)[:, None], np.linspace(0, 2 * np.pi, 5, endpoint=False)[None, ::-1]
    out = np.stack([np.cos(a) + 0 * b, 0 * a + 0 * b, -np.sin(a) + 0 * b], -1)
    normals = np.cos(b)[..., None] * out + np.sin(b)[..., None] * np.array([0.0, 1.0, 0.0])
    parts = [smooth_skin(out * (radius - tyre) + tyre * normals, normals, DARK)]
    for k in range(spokes):
        t = 2 * np.pi * k / spokes
        d, across = np.array([math.cos(t), 0, math.sin(t)]), np.array([-math.sin(t), 0, math.cos(t)])
        w = 0.006 if spokes > 6 else 0.035
        corners = [
            0.03 * d - w * across,
            0.03 * d + w * across,
            (radius - tyre) * d + w * across,
            (radius - tyre) * d - w * across,
        ]
        parts.append(mesh(np.array(corners), [(0, 1, 2), (0, 2, 3)], rim))
    parts.append(between((0, -0.05, 0), (0, 0.05, 0), 0.03, 0.03, STEEL, 6))
    return merge(parts)


def _two_wheels(rear: np.ndarray, front: np.ndarray, radius: float, hips: np.ndarray | None, pedals: Poser | None, k: float,
                crank: np.ndarray | None, drop: float) -> Poser:  # fmt: skip
    """Bones: 0 all that is fixed, 1 rear and 2 front wheel, 3 crank, 4-7 thighs and shins; `drop` is half the box's height."""
    down = np.array([0.0, 0.0, -drop])

    def bones(motion: Motion) -> Bones:
        turn = motion.distance / radius
        out = [swung(0.0, down), swung(-turn, rear + down), swung(-turn, front + down)]
        gear = -turn / 2.6
        if crank is None or hips is None:
            return np.array(out)
        out.append(swung(gear, crank + down))
        limbs = []
        for s, half in ((1, 0.0), (-1, math.pi)):
            hip = hips + (0, s * 0.09 * k, 0)
            foot = crank + np.array([math.sin(gear + half), 0, -math.cos(gear + half)]) * 0.17 * k + (0, s * 0.11 * k, 0)
            ankle = foot + np.array([-0.06 * k, -s * 0.02 * k, 0.09 * k])
            ankle[1] = hip[1]
            knee = bent(hip, ankle, 0.43 * k, 0.40 * k)
            limbs += [(swung(angle_to(hip, knee), hip + down), swung(angle_to(knee, ankle), knee + down))]
        return np.array([*out, limbs[0][0], limbs[1][0], limbs[0][1], limbs[1][1]])

    return bones


def bicycle(size: Vec3, who: Outfit, paint: Colour, rng: np.random.Generator) -> Figure:
    """A city or race bicycle, perhaps with a child's seat or a basket; somebody on it where the box is high enough."""
    length, _, h = size
    ridden = h > RIDDEN_FROM_M
    k = h / 1.80 if ridden else min(1.0, h / 1.08)
    race, extra = bool(rng.random() < 0.3), float(rng.random())
    radius = 0.34 * k
    base = length / 2 - radius - 0.005
    frame = Surface(Kind.METAL, paint)
    crank, seat = np.array([-0.05, 0, 0.29]) * k, np.array([-0.22, 0, 0.93]) * k
    bar = (np.array([0.44, 0, 0.90]) if race else np.array([0.34, 0, 1.06])) * k
    front, rear, neck = np.array([base, 0, radius]), np.array([-base, 0, radius]), np.array([0.40, 0, 0.80]) * k
    low = seat * (1, 1, 0.9)
    top = (low, neck) if race or extra > 0.5 else (crank + (seat - crank) * 0.45, neck - (0, 0, 0.1 * k))
    pairs = [(crank, seat), (crank, neck - (0.01, 0, 0.06 * k)), top, (neck, bar * (1, 1, 1)), (neck, front)]
    parts = _tubes(pairs, 0.019 * k, frame) + _tubes([(rear, crank), (rear, low)], 0.013 * k, frame)
    wide = 0.21 if race else 0.27
    parts += _tubes([(bar + (0, -wide * k, 0), bar + (0, wide * k, 0))], 0.014, DARK)
    parts.append(ellipsoid(seat + (0.02, 0, 0.02), (0.13 * k, 0.07 * k, 0.035 * k), DARK, 5, 8))
    parts.append(ellipsoid(neck + (0.07 * k, 0, 0.06 * k), (0.03, 0.035, 0.035), HEADLIGHT, 5, 7))
    parts.append(ellipsoid(low + (-0.05 * k, 0, -0.06 * k), (0.02, 0.03, 0.03), TAILLIGHT, 5, 6))
    if not race:
        parts += [_mudguard(hub, radius + 0.02, frame) for hub in (rear, front)]
        parts += _luggage(k, seat, neck, base, who, extra, ridden)
    wheel = spoked_wheel(radius, 0.016 if race else 0.022, 10, STEEL)
    arms = [np.array([0.0, s * 0.07, 0.0]) * k for s in (1, -1)]
    pedals = [
        between(a, a + np.array([0, 0, -s * 0.17]) * k, 0.012, 0.012, STEEL, 5) for a, s in zip(arms, (1, -1), strict=True)
    ]
    pedals += [
        box(np.array([-0.05, a[1] * 1.6 - 0.04, -s * 0.17 * k - 0.012]), (0.05, a[1] * 1.6 + 0.04, -s * 0.17 * k + 0.012), DARK)
        for a, s in zip(arms, (1, -1), strict=True)
    ]
    hips, chest = seat + np.array([0.0, 0, 0.10]) * k, (np.array([0.20, 0, 1.40]) if race else np.array([0.02, 0, 1.51])) * k
    limbs = [(1, wheel), (2, wheel), (3, merge(pedals))]
    if ridden:
        parts += seated(k * 0.97, who, hips, chest, bar + (-0.02, wide * 0.9 * k, 0.03), "open" if race or extra > 0.35 else "")
        thigh, shin = leg_limbs(k, who)
        limbs += [(4, thigh), (5, thigh), (6, shin), (7, shin)]
    return figure(size, [(0, merge(parts)), *limbs], _two_wheels(rear, front, radius, hips, None, k, crank, h / 2))


def _mudguard(hub: np.ndarray, radius: float, surface: Surface) -> Mesh:
    a = np.linspace(0.15 * np.pi, 0.95 * np.pi, 8)
    arc = np.stack([np.cos(a), 0 * a, np.sin(a)], -1) * radius + hub
    points = np.concatenate([arc + (0, 0.03, 0), arc - (0, 0.03, 0)])
    i = np.arange(7)
    return mesh(points, np.concatenate([np.stack([i, i + 1, i + 9], -1), np.stack([i, i + 9, i + 8], -1)]), surface, 60.0)


def _luggage(k: float, seat: np.ndarray, neck: np.ndarray, base: float, who: Outfit, pick: float, ridden: bool) -> list[Mesh]:
    """A rack, and on it a child's seat, bags, or nothing; sometimes a basket in front."""
    rack = np.array([-base * 0.92, 0, 0.72 * k])
    parts = [box(rack + (-0.16 * k, -0.07, -0.012), rack + (0.22 * k, 0.07, 0.012), STEEL)]
    if pick < 0.3:
        shell = Surface(Kind.PLAIN, (0.05, 0.06, 0.08))
        parts += [box(rack + (-0.12 * k, -0.15, 0.02), rack + (0.16 * k, 0.15, 0.14 * k), shell),
                  box(rack + (-0.17 * k, -0.15, 0.02), rack + (-0.10 * k, 0.15, 0.50 * k), shell)]  # fmt: skip
        if ridden:
            child, skin = who.cloth(who.shoes, 7), Surface(Kind.PLAIN, who.skin)
            parts += [
                ellipsoid(rack + (-0.01, 0, 0.28 * k), (0.10 * k, 0.12 * k, 0.17 * k), child, 7, 9),
                ellipsoid(rack + (0.0, 0, 0.53 * k), (0.085 * k, 0.08 * k, 0.095 * k), Surface(Kind.METAL, who.helmet), 7, 9),
                ellipsoid(rack + (0.03, 0, 0.51 * k), (0.07 * k, 0.06 * k, 0.075 * k), skin, 6, 8),
            ]
    elif pick < 0.55:
        bag = who.cloth((0.10, 0.16, 0.12), 8)
        parts += [
            box(rack + (-0.16 * k, s * 0.10 - 0.05, -0.26 * k), rack + (0.16 * k, s * 0.10 + 0.05, 0.02), bag) for s in (1, -1)
        ]
    if 0.2 < pick < 0.5:
        at = neck + (0.14 * k, 0, 0.10 * k)
        rings = [
            [(x, y, z) for x, y in ((w, w), (-w, w), (-w, -w), (w, -w))] for z, w in ((0.0, 0.10 * k), (0.2 * k, 0.15 * k))
        ]
        parts.append(loft(np.array(rings) + at, Surface(Kind.PLAIN, (0.16, 0.10, 0.05)), 20.0))
    return parts


# --------------------------------------------------------------------------------------------------- motorcycles


def _moto_wheel(radius: float, width: float) -> Mesh:
    """A wide tyre on cast spokes, with a brake disc."""
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(20), -np.sin(angle)], -1)
    profile = [(-0.42, 0.70), (-0.5, 0.86), (-0.3, 0.97), (0.0, 1.0), (0.3, 0.97), (0.5, 0.86), (0.42, 0.70)]
    parts = [loft(np.array([ring * radius * r + (0, y * width, 0) for y, r in profile]), DARK, 40.0, capped=False)]
    rim = [ring * radius * r + (0, y * width, 0) for y, r in ((-0.42, 0.70), (-0.2, 0.62), (0.2, 0.62), (0.42, 0.70))]
    parts.append(loft(np.array(rim)[::-1], STEEL, 40.0, capped=False))
    for k in range(5):
        t = 2 * np.pi * k / 5
        parts.append(between((0, 0, 0), np.array([math.cos(t), 0, math.sin(t)]) * radius * 0.64, 0.03, 0.018, STEEL, 4))
    disc = [ring * radius * 0.42 + (0, y, 0) for y in (0.055, 0.062)]
    parts.append(loft(np.array(disc), Surface(Kind.METAL, (0.5, 0.5, 0.5)), 30.0))
    parts.append(between((0, -0.07, 0), (0, 0.07, 0), 0.045, 0.045, STEEL, 7))
    return merge(parts)


def motorcycle(size: Vec3, who: Outfit, paint: Colour, rng: np.random.Generator) -> Figure:
    """A motorcycle or a scooter, with a rider where the box is high enough."""
    length, width, h = size
    ridden = h > RIDDEN_FROM_M
    k = h / 1.64 if ridden else h / 1.15
    scooter = bool(rng.random() < 0.35)
    m = min(k, length / 2.05)
    radius = (0.235 if scooter else 0.305) * m
    base = length / 2 - radius - 0.01
    rear, front = np.array([-base, 0, radius]), np.array([base, 0, radius])
    bar = np.array([0.36 * m, 0, 1.03 * k])
    parts = (_scooter_body if scooter else _moto_body)(m, k, base, radius, bar, paint)
    wide = min(0.34, 0.42 * width)
    parts += _tubes([(bar + (0, -wide, 0), bar + (0, wide, 0))], 0.017, DARK, 6)
    for s, blink in zip((1, -1), BLINKERS, strict=True):
        parts += _tubes([(bar + (0, s * 0.22, 0), bar + (0.0, s * 0.30, 0.16 * k))], 0.008, DARK, 4)
        parts.append(ellipsoid(bar + (-0.01, s * 0.31, 0.18 * k), (0.015, 0.06, 0.04), DARK, 4, 7))
        parts.append(ellipsoid((bar[0] + 0.12 * m, s * 0.17, bar[2] - 0.14 * k), (0.03, 0.035, 0.022), blink, 4, 6))
        parts.append(ellipsoid((-0.72 * m, s * 0.11, 0.80 * k), (0.03, 0.035, 0.022), blink, 4, 6))
    parts.append(box((-0.80 * m, -0.085, 0.66 * k), (-0.785 * m, 0.085, 0.78 * k), Surface(Kind.PLAIN, (0.7, 0.7, 0.66))))
    limbs = [(1, _moto_wheel(radius, 0.13)), (2, _moto_wheel(radius, 0.11))]
    if ridden:
        hips = np.array([-0.24 * m, 0, 0.86 * k])
        chest = np.array([-0.12 * m if scooter else 0.02 * m, 0, 1.36 * k])
        parts += seated(k * 0.95, who, hips, chest, bar + (-0.03, wide * 0.92, 0.03), "full" if not scooter else "open")
        parts += _legs_on_rests(
            k, who, hips, np.array([0.22 * m, 0.17, 0.36 * k]) if scooter else np.array([-0.08 * m, 0.19, 0.36 * k])
        )
    return figure(size, [(0, merge(parts)), *limbs], _two_wheels(rear, front, radius, None, None, k, None, h / 2))


def _legs_on_rests(k: float, who: Outfit, hips: np.ndarray, rest: np.ndarray) -> list[Mesh]:
    parts = []
    legs, shoe = who.cloth(who.legs, 3), Surface(Kind.PLAIN, (0.02, 0.02, 0.021))
    for s in (1, -1):
        hip, ankle = hips + (0, s * 0.10 * k, 0), rest * (1, s, 1)
        knee = bent(hip, ankle * (1, 1, 1), 0.43 * k, 0.43 * k) + (0, s * 0.05, 0)
        parts += [between(hip, knee, 0.09 * k, 0.066 * k, legs), between(knee, ankle, 0.062 * k, 0.05 * k, legs)]
        parts.append(between(ankle + (-0.05, 0, -0.05), ankle + (0.16, 0, -0.06), 0.05 * k, 0.04 * k, shoe))
    return parts


def _profile(outline: Path, surface: Surface, sides: int = 10) -> Mesh:
    """A body lofted along x from ellipses (x, z, half width, half height)."""
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    rings = [np.column_stack([np.full(sides, x), np.cos(angle) * w, z + np.sin(angle) * t]) for x, z, w, t in outline]
    return loft(np.array(rings), surface, 60.0)


def _moto_body(m: float, k: float, base: float, radius: float, bar: np.ndarray, paint: Colour) -> list[Mesh]:
    body = Surface(Kind.METAL, paint)
    engine = Surface(Kind.METAL, (0.12, 0.12, 0.125))
    tank = [
        (-0.10, 0.83, 0.08, 0.05),
        (-0.02, 0.87, 0.13, 0.10),
        (0.15, 0.91, 0.16, 0.13),
        (0.29, 0.90, 0.13, 0.10),
        (0.34, 0.88, 0.07, 0.06),
    ]
    saddle = [(-0.62, 0.86, 0.07, 0.03), (-0.45, 0.82, 0.12, 0.05), (-0.20, 0.79, 0.13, 0.06), (-0.06, 0.82, 0.09, 0.05)]
    tail = [(-0.74, 0.84, 0.04, 0.03), (-0.55, 0.80, 0.10, 0.06), (-0.30, 0.74, 0.13, 0.07), (-0.12, 0.72, 0.10, 0.05)]
    scaled = [[(x * m, z * k, w, t * k) for x, z, w, t in part] for part in (tank, saddle, tail)]
    parts = [_profile(s, surface) for s, surface in zip(scaled, (body, DARK, body), strict=True)]
    parts.append(
        _profile(
            [
                (-0.22 * m, 0.42 * k, 0.10, 0.10),
                (-0.12 * m, 0.44 * k, 0.16, 0.17),
                (0.12 * m, 0.46 * k, 0.17, 0.18),
                (0.24 * m, 0.44 * k, 0.12, 0.12),
            ],
            engine,
            8,
        )
    )
    head = np.array([0.36 * m, 0, 0.93 * k])
    for s in (1, -1):
        side = np.array([0, s * 0.085, 0])
        parts += _tubes([(np.array([base, 0, radius]) + side, head + side)], 0.028, STEEL, 6)
        parts += _tubes([(np.array([-base, 0, radius]) + side, np.array([-0.12 * m, 0, 0.46 * k]) + side)], 0.028, DARK, 5)
    parts += _tubes([(np.array([-0.28 * m, 0.09, 0.5 * k]), np.array([-0.40 * m, 0.09, 0.74 * k]))], 0.035, STEEL, 6)
    exhaust = [
        ((0.14 * m, -0.13, 0.34 * k), (-0.28 * m, -0.15, 0.30 * k), 0.028),
        ((-0.28 * m, -0.15, 0.30 * k), (-0.72 * m, -0.17, 0.42 * k), 0.055),
    ]
    parts += [between(a, b, r, r, STEEL, 8) for a, b, r in exhaust]
    parts += [
        ellipsoid(head + (0.10 * m, 0, 0.0), (0.07, 0.10, 0.10), body, 6, 10),
        ellipsoid(head + (0.145 * m, 0, 0.0), (0.045, 0.08, 0.08), HEADLIGHT, 6, 10),
    ]
    parts += [
        _mudguard(np.array([base, 0, radius]), radius + 0.03, body),
        _mudguard(np.array([-base, 0, radius]), radius + 0.04, DARK),
    ]
    parts.append(box((-0.79 * m, -0.07, 0.80 * k), (-0.74 * m, 0.07, 0.86 * k), TAILLIGHT))
    return parts


def _scooter_body(m: float, k: float, base: float, radius: float, bar: np.ndarray, paint: Colour) -> list[Mesh]:
    body, engine = Surface(Kind.METAL, paint), Surface(Kind.METAL, (0.12, 0.12, 0.125))
    rear = [
        (-0.86, 0.66, 0.05, 0.05),
        (-0.70, 0.62, 0.15, 0.13),
        (-0.42, 0.56, 0.19, 0.19),
        (-0.12, 0.52, 0.16, 0.16),
        (-0.04, 0.44, 0.10, 0.08),
    ]
    saddle = [(-0.74, 0.80, 0.08, 0.03), (-0.50, 0.79, 0.14, 0.05), (-0.20, 0.76, 0.13, 0.05), (-0.06, 0.74, 0.08, 0.03)]
    parts = [_profile([(x * m, z * k, w, t * k) for x, z, w, t in part], s) for part, s in ((rear, body), (saddle, DARK))]
    parts.append(box((-0.10 * m, -0.17, 0.26 * k), (0.36 * m, 0.17, 0.34 * k), body))
    shield = [(0.30, 0.32, 0.17, 0.06), (0.36, 0.55, 0.20, 0.10), (0.38, 0.80, 0.17, 0.10), (0.36, 0.98, 0.10, 0.06)]
    rings = [
        [(x * m + t * math.cos(a), w * math.sin(a), z * k) for a in np.linspace(0, 2 * np.pi, 10, endpoint=False)]
        for x, z, w, t in shield
    ]
    parts.append(loft(np.array(rings), body, 60.0))
    parts += _tubes(
        [(np.array([base, s * 0.06, radius]), np.array([0.38 * m, s * 0.06, 0.5 * k])) for s in (1, -1)], 0.025, STEEL, 5
    )
    parts += [_mudguard(np.array([base, 0, radius]), radius + 0.03, body)]
    parts.append(ellipsoid((bar[0] + 0.06, 0, bar[2] - 0.02), (0.09, 0.13, 0.09), body, 6, 10))
    parts.append(ellipsoid((bar[0] + 0.11, 0, bar[2] - 0.02), (0.055, 0.08, 0.065), HEADLIGHT, 6, 10))
    parts.append(
        _profile(
            [(-0.6 * m, 0.32 * k, 0.06, 0.06), (-0.5 * m, 0.30 * k, 0.13, 0.12), (-0.2 * m, 0.32 * k, 0.10, 0.10)], engine, 8
        )
    )
    parts.append(box((-0.92 * m, -0.09, 0.64 * k), (-0.86 * m, 0.09, 0.72 * k), TAILLIGHT))
    return parts


# -------------------------------------------------------------------------------------------- smaller vehicles


def wheelchair(size: Vec3, who: Outfit) -> Figure:
    """Somebody in a wheelchair."""
    length, width, h = size
    k = h / 1.38
    radius, y = 0.30 * k, 0.40 * width
    seat = 0.50 * k
    parts = [
        box((-0.24 * k, -0.24 * k, seat - 0.04), (0.24 * k, 0.24 * k, seat), DARK),
        box((-0.28 * k, -0.24 * k, seat), (-0.24 * k, 0.24 * k, 0.95 * k), DARK),
    ]
    hips, chest = np.array([-0.12 * k, 0, seat + 0.08 * k]), np.array([-0.16 * k, 0, 1.02 * k])
    parts += seated(k * 0.86, who, hips, chest, np.array([0.06 * k, 0.23 * k, seat + 0.16 * k]), "")
    parts += _legs_on_rests(k * 0.9, who, hips, np.array([0.36 * k, 0.10, 0.16 * k]))
    for s in (1, -1):
        at = np.array([0.0, s * y * 0.9, 0.0])
        parts += _tubes(
            [
                (np.array([0.24 * k, 0, seat]) + at, np.array([0.42 * k, 0, 0.10 * k]) + at),
                (np.array([-0.26 * k, 0, 0.9 * k]) + at * 0.7, np.array([-0.42 * k, 0, 0.92 * k]) + at * 0.7),
            ],
            0.015,
            STEEL,
        )
        parts.append(
            box(np.array([0.28 * k, min(0.04, s * 0.2), 0.06 * k]), np.array([0.48 * k, max(-0.04, s * 0.2), 0.09 * k]), DARK)
        )
        parts.append(spoked_wheel(0.09 * k, 0.02, 4, STEEL, 10).moved(np.eye(3), at + (0.30 * k, 0, 0.09 * k)))
    wheel = spoked_wheel(radius, 0.018, 8, STEEL)
    limbs = [(1, wheel.moved(np.eye(3), (0, y, 0))), (2, wheel.moved(np.eye(3), (0, -y, 0)))]
    axle = np.array([-0.12 * k, 0, radius])
    return figure(size, [(0, merge(parts)), *limbs], _two_wheels(axle, axle, radius, None, None, k, None, h / 2))


def kick_scooter(size: Vec3, stander: Figure) -> Figure:
    """An electric kick scooter below somebody who stands on it (a figure of the same box that does not walk)."""
    length, _, h = size
    radius, deck = 0.11, 0.16
    base = min(0.5, length / 2 - radius)
    bar = np.array([base - 0.10, 0, 0.60 * h])
    parts = [
        box((-base, -0.08, deck - 0.05), (base - 0.12, 0.08, deck), DARK),
        box((-0.04, -0.22, bar[2] - 0.02), (0.0, 0.22, bar[2] + 0.02), DARK).moved(np.eye(3), (bar[0], 0, 0)),
    ]
    parts += _tubes([(np.array([base, 0, radius]), bar)], 0.022, STEEL)
    parts.append(ellipsoid(bar + (0.03, 0, -0.08), (0.03, 0.04, 0.04), HEADLIGHT, 5, 7))
    wheels = _two_wheels(np.array([-base, 0, radius]), np.array([base, 0, radius]), radius, None, None, 1.0, None, h / 2)
    standing = stander.bones(Motion(0.0, 0.0))
    count = len(standing)
    lifted = standing + np.concatenate([np.zeros((3, 3)), [[-0.12], [0.0], [deck * 0.6]]], 1)

    def bones(motion: Motion) -> Bones:
        return np.concatenate([lifted, wheels(motion)])

    wheel = spoked_wheel(radius, 0.03, 4, STEEL, 12)
    limbs = [(count, merge(parts)), (count + 1, wheel), (count + 2, wheel)]
    body = figure(size, limbs, bones)
    return Figure(merge([stander.mesh, body.mesh]), np.concatenate([stander.point_bone, body.point_bone]),
                  np.concatenate([stander.face_bone, body.face_bone]), body.half, bones)  # fmt: skip
