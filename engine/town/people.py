"""People who walk, stand or ride: limbs between joints, posed by the distance that they have gone; in the box's own frame."""

import math
from dataclasses import dataclass

import numpy as np

from engine.town.mesh import Colour, Kind, Mesh, Surface, box, ellipsoid, limb, loft, merge, rgb, smooth_skin, tube

Size = tuple[float, float, float]
SKIN = ("#e0b896", "#c99470", "#9a6a48", "#6e4a34", "#ecc8a8", "#b27f5c")
HAIR = ("#1a1512", "#2c211a", "#4a3524", "#7a5a34", "#8a8480", "#120f0e")
TOPS = (
    "#7a2426",
    "#24406a",
    "#2e4a3a",
    "#c8c4ba",
    "#1d1f22",
    "#b8862e",
    "#5a5f66",
    "#8a4a66",
    "#d8d4cc",
    "#3a5f7a",
    "#a8543a",
    "#4a3a5a",
)
LEGS = ("#22304a", "#1a1c20", "#3a3a3c", "#6a5a48", "#2e3a4e", "#7a7468", "#141518")
SHOES = ("#141414", "#3a2a20", "#d8d8d4", "#5a2020")


@dataclass(frozen=True, slots=True)
class Outfit:
    """What someone looks like."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    long_hair: bool
    coat: bool
    backpack: bool
    seed: float


def outfit(rng: np.random.Generator, colour: str | None) -> Outfit:
    """Clothes by dice; a colour given is the top's."""

    def pick(codes: tuple[str, ...]) -> Colour:
        return rgb(codes[int(rng.integers(len(codes)))])

    skin, hair, top, legs, shoes = pick(SKIN), pick(HAIR), pick(TOPS), pick(LEGS), pick(SHOES)
    long_hair, coat, backpack = (bool(rng.random() < p) for p in (0.4, 0.35, 0.3))
    return Outfit(
        skin, hair, rgb(colour) if colour else top, legs, shoes, long_hair, coat, backpack, float(rng.integers(1, 99)) / 7
    )


def walker(size: Size, who: Outfit, distance: float, speed: float) -> Mesh:
    """Someone who has gone a distance and goes at a speed; 0 stands."""
    length, width, h = size
    stride = 0.82 * h
    phase = 2 * math.pi * distance / stride
    room = math.asin(min(max((length / 2 - 0.10) / (0.47 * h), 0.05), 0.45))
    swing = room * min(1.0, speed / 0.9)
    hip_half, shoulder_half = min(0.052 * h, 0.16 * width), min(0.112 * h, 0.30 * width)
    ankles, knees, toes = {}, {}, {}
    for side in (1, -1):
        ankles[side], knees[side], toes[side] = _leg(h, phase + (0 if side > 0 else math.pi), swing, side * hip_half)
    drop = min(min(a[2] for a in ankles.values()), min(t[2] + 0.015 * h for t in toes.values())) - 0.045 * h
    lift = np.array([0.0, 0.0, -drop])
    cloth, legs = Surface(Kind.CLOTH, who.top, who.seed), Surface(Kind.CLOTH, who.legs, who.seed + 3)
    skin, shoe = Surface(Kind.PLAIN, who.skin), Surface(Kind.CLOTH, who.shoes, 1.0)
    parts = []
    for side in (1, -1):
        hip = np.array([0.0, side * hip_half, 0.50 * h]) + lift
        knee, ankle, toe = knees[side] + lift, ankles[side] + lift, toes[side] + lift
        parts += [limb(hip, knee, 0.052 * h, 0.036 * h, legs), limb(knee, ankle, 0.036 * h, 0.025 * h, legs)]
        heel = ankle + (ankle - toe) * 0.25
        parts.append(limb((heel[0], heel[1], toe[2]), toe, 0.022 * h, 0.020 * h, shoe, 7))
        parts += _arm(h, phase + (math.pi if side > 0 else 0), swing, side * shoulder_half, lift, cloth, skin)
    parts += [_torso(h, shoulder_half, lift, cloth, legs, who.coat), *_head(h, lift, skin, who)]
    if who.backpack:
        parts.append(
            ellipsoid(
                np.array([-0.085 * h, 0, 0.69 * h]) + lift,
                (0.045 * h, 0.075 * h, 0.105 * h),
                Surface(Kind.CLOTH, who.shoes, 5.0),
            )
        )
    return _standing(merge(parts), size)


def _leg(h: float, phase: float, swing: float, y: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ankle, knee and toe of one leg, hips at 0.5 h."""
    thigh, shin = 0.235 * h, 0.225 * h
    a = swing * math.sin(phase) + 0.12 * swing
    bend = swing * (0.35 + 1.9 * max(0.0, math.cos(phase)) ** 2 * 0.8) if swing > 0.02 else 0.03
    knee = np.array([thigh * math.sin(a), y, 0.50 * h - thigh * math.cos(a)])
    b = a - bend
    ankle = knee + (shin * math.sin(b), 0, -shin * math.cos(b))
    pitch = 0.55 * min(0.0, b) if swing > 0.02 else 0.0
    toe = ankle + (0.085 * h * math.cos(pitch), 0, -0.025 * h + 0.085 * h * math.sin(pitch))
    return ankle, knee, toe


def _arm(h: float, phase: float, swing: float, y: float, lift: np.ndarray, cloth: Surface, skin: Surface) -> list[Mesh]:
    a = 0.8 * swing * math.sin(phase)
    shoulder = np.array([0.0, y, 0.80 * h]) + lift
    elbow = shoulder + (0.155 * h * math.sin(a), 0.10 * y, -0.155 * h * math.cos(a))
    b = a + 0.25 + 0.6 * swing
    hand = elbow + (0.14 * h * math.sin(b), 0, -0.14 * h * math.cos(b))
    return [
        limb(shoulder, elbow, 0.031 * h, 0.025 * h, cloth), limb(elbow, hand, 0.024 * h, 0.018 * h, cloth),
        ellipsoid(hand + (0.02 * h * math.sin(b), 0, -0.025 * h), (0.018 * h, 0.013 * h, 0.03 * h), skin, 6, 7),
    ]  # fmt: skip


def _torso(h: float, half: float, lift: np.ndarray, cloth: Surface, legs: Surface, coat: bool) -> Mesh:
    low = 0.36 if coat else 0.475
    outline = [
        (low, 0.066, 0.80),
        (0.52, 0.064, 0.76),
        (0.60, 0.056, 0.70),
        (0.70, 0.064, 0.86),
        (0.77, 0.066, 1.0),
        (0.815, 0.05, 0.90),
        (0.84, 0.033, 0.42),
    ]
    parts = [_stack(outline, h, half, lift, cloth)]
    if not coat:
        parts.append(_stack([(0.44, 0.05, 0.66), (0.50, 0.062, 0.77)], h, half, lift, legs))
    return merge(parts)


def _stack(outline: list[tuple[float, float, float]], h: float, half: float, lift: np.ndarray, surface: Surface) -> Mesh:
    """Ellipses (height, depth, width) on top of each other, closed at both ends."""
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(14)])
    (z0, _, _), (z1, _, _) = outline[0], outline[-1]
    closed = [(z0, 0.001, 0.01), *outline, (z1, 0.001, 0.01)]
    rings = np.array([ring * (depth * h, half * wide, 0) + (0, 0, z * h) + lift for z, depth, wide in closed])
    normals = np.broadcast_to(ring * (1.0, 0.6, 0), rings.shape).copy()
    normals[0], normals[-1] = (0, 0, -1), (0, 0, 1)
    normals[-2:-1] += (0, 0, 1.2)
    return smooth_skin(rings, normals / np.linalg.norm(normals, axis=2, keepdims=True), surface)


def _head(h: float, lift: np.ndarray, skin: Surface, who: Outfit) -> list[Mesh]:
    hair = Surface(Kind.CLOTH, who.hair, 2.0)
    middle = np.array([0.008 * h, 0, 0.925 * h]) + lift
    parts = [
        limb(np.array([0, 0, 0.835 * h]) + lift, middle, 0.027 * h, 0.028 * h, skin),
        ellipsoid(middle, (0.052 * h, 0.042 * h, 0.064 * h), skin, 10, 12),
    ]
    parts.append(ellipsoid(middle + (-0.012 * h, 0, 0.014 * h), (0.052 * h, 0.046 * h, 0.059 * h), hair, 10, 12))
    if who.long_hair:
        parts.append(ellipsoid(middle + (-0.032 * h, 0, -0.035 * h), (0.03 * h, 0.043 * h, 0.07 * h), hair, 8, 10))
    parts.append(ellipsoid(middle + (0.05 * h, 0, -0.006 * h), (0.010 * h, 0.007 * h, 0.012 * h), skin, 5, 6))
    return parts


def _standing(body: Mesh, size: Size) -> Mesh:
    """From feet at 0 to the box's own frame, kept within the box."""
    half = np.asarray(size, np.float32) / 2
    points = np.clip(body.points - (0, 0, half[2]), -half, half).astype(np.float32)
    return Mesh(points, body.triangles, body.normals, body.rest, body.surface, body.surfaces)


# ------------------------------------------------------------------------------------------------ on two wheels


def cyclist(size: Size, who: Outfit, paint: Colour, distance: float, rider: bool = True) -> Mesh:
    """A bicycle, with someone on it unless `rider` is False."""
    length, _, h = size
    k = h / 1.75 if rider else min(1.0, h / 1.1)
    radius, base = 0.34 * k, length / 2 - 0.34 * k - 0.005
    frame, dark = Surface(Kind.METAL, paint), Surface(Kind.PLAIN, (0.015, 0.015, 0.016))
    metal = Surface(Kind.METAL, (0.4, 0.4, 0.41))
    crank, seat, bar = np.array([-0.03, 0, 0.29]) * k, np.array([-0.20, 0, 0.93]) * k, np.array([0.42, 0, 1.0]) * k
    front, rear = np.array([base, 0, radius]), np.array([-base, 0, radius])
    neck = np.array([0.40, 0, 0.80]) * k
    tubes = [
        (crank, seat),
        (crank, neck),
        (seat * (1, 1, 0.93), neck),
        (rear, crank),
        (rear, seat * (1, 1, 0.9)),
        (neck, bar),
        (neck, front),
    ]
    parts = [tube([a, b], 0.019 * k, frame, 6) for a, b in tubes]
    parts += [
        tube([bar + (0, -0.26, 0), bar + (0, 0.26, 0)], 0.014, dark, 6),
        ellipsoid(seat + (0, 0, 0.02), (0.13, 0.07, 0.03), dark, 6, 8),
    ]
    parts += [part for hub in (front, rear) for part in _bicycle_wheel(hub, radius, distance / radius, dark, metal)]
    turn = distance / radius / 2.4
    pedals = {
        s: crank
        + np.array([math.sin(turn + (s < 0) * math.pi), 0, math.cos(turn + (s < 0) * math.pi)]) * 0.17 * k
        + (0, s * 0.11, 0)
        for s in (1, -1)
    }
    parts += [tube([crank + (0, s * 0.07, 0), pedals[s]], 0.012, metal, 5) for s in (1, -1)]
    if rider:
        parts += _rider(k, who, seat, bar, pedals)
    return _standing(merge(parts), size)


def _bicycle_wheel(hub: np.ndarray, radius: float, turn: float, dark: Surface, metal: Surface) -> list[Mesh]:
    a, b = np.linspace(0, 2 * np.pi, 25)[:, None], np.linspace(0, 2 * np.pi, 6, endpoint=False)[None, ::-1]
    out = np.stack([np.cos(a) + 0 * b, 0 * a + 0 * b, -np.sin(a) + 0 * b], -1)
    normals = np.cos(b)[..., None] * out + np.sin(b)[..., None] * np.array([0.0, 1.0, 0.0])
    parts = [smooth_skin(hub + out * (radius - 0.02) + 0.02 * normals, normals, dark)]
    for k in range(9):
        angle = turn + 2 * np.pi * k / 9
        tip = hub + np.array([math.sin(angle), 0, math.cos(angle)]) * (radius - 0.03)
        parts.append(tube([hub + (0, 0.03 * (-1) ** k, 0), tip], 0.0035, metal, 3))
    return parts


def _rider(k: float, who: Outfit, seat: np.ndarray, bar: np.ndarray, pedals: dict[int, np.ndarray]) -> list[Mesh]:
    cloth, legs = Surface(Kind.CLOTH, who.top, who.seed), Surface(Kind.CLOTH, who.legs, who.seed + 3)
    skin, shoe = Surface(Kind.PLAIN, who.skin), Surface(Kind.CLOTH, who.shoes, 1.0)
    hips, chest = seat + np.array([0.02, 0, 0.09]) * k, np.array([0.12, 0, 1.40]) * k
    parts = [
        limb(hips, (hips + chest) / 2, 0.13 * k, 0.135 * k, cloth, 12),
        limb((hips + chest) / 2, chest, 0.135 * k, 0.125 * k, cloth, 12),
    ]
    for s in (1, -1):
        hip, foot = hips + (0, s * 0.09 * k, -0.02), pedals[s] + (0.0, 0, 0.05)
        knee = _bent(hip, foot, 0.43 * k, 0.44 * k)
        parts += [limb(hip, knee, 0.085 * k, 0.062 * k, legs), limb(knee, foot, 0.06 * k, 0.042 * k, legs)]
        parts.append(limb(foot + (-0.06, 0, -0.02), foot + (0.14, 0, -0.02), 0.038, 0.033, shoe, 7))
        shoulder, hand = chest + (0, s * 0.17 * k, 0.02), bar + (0, s * 0.23 * k, 0.02)
        elbow = (shoulder + hand) / 2 + (-0.02, s * 0.05, -0.06)
        parts += [
            limb(shoulder, elbow, 0.055 * k, 0.043 * k, cloth),
            limb(elbow, hand, 0.04 * k, 0.03 * k, cloth),
            ellipsoid(hand, (0.045, 0.03, 0.035), skin, 6, 7),
        ]
    head = chest + np.array([0.10, 0, 0.21]) * k
    parts += [limb(chest, head, 0.05 * k, 0.05 * k, skin), ellipsoid(head, (0.09 * k, 0.075 * k, 0.11 * k), skin, 10, 12)]
    helmet = Surface(Kind.METAL, tuple(min(1.0, 0.15 + c) for c in who.top))
    parts.append(ellipsoid(head + (-0.015, 0, 0.045 * k), (0.12 * k, 0.09 * k, 0.075 * k), helmet, 8, 12))
    return parts


def _bent(hip: np.ndarray, foot: np.ndarray, thigh: float, shin: float) -> np.ndarray:
    """The knee between hip and foot, in front."""
    d = foot - hip
    reach = min(float(np.linalg.norm(d)), thigh + shin - 1e-3)
    along = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    out = math.sqrt(max(thigh**2 - along**2, 0.0))
    d = d / np.linalg.norm(d)
    return hip + d * along + np.array([-d[2], 0, d[0]]) * out


def motorcycle(size: Size, who: Outfit, paint: Colour, distance: float) -> Mesh:
    """A motorcycle with a rider."""
    length, _, h = size
    k = h / 1.6
    radius, base = 0.32 * k, length / 2 - 0.32 * k - 0.005
    body, dark, metal = (
        Surface(Kind.METAL, paint),
        Surface(Kind.PLAIN, (0.012, 0.012, 0.013)),
        Surface(Kind.METAL, (0.35, 0.35, 0.36)),
    )
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(24), -np.sin(angle)], -1)
    parts = []
    for x in (base, -base):
        rings = [
            ring * radius * r + (x, y, radius) for y, r in ((-0.06, 0.7), (-0.06, 0.93), (0, 1.0), (0.06, 0.93), (0.06, 0.7))
        ]
        parts += [loft(np.array(rings), dark, 40.0), tube([(x, -0.07, radius), (x, 0.07, radius)], 0.09, metal)]
    parts += [
        ellipsoid((0.10, 0, 0.72 * k), (0.30, 0.15, 0.16), body),
        ellipsoid((-0.42 * k, 0, 0.76 * k), (0.38, 0.13, 0.08), dark),
    ]
    parts += [
        ellipsoid((0.0, 0, 0.42 * k), (0.28, 0.16, 0.20), metal),
        ellipsoid((0.5 * k, 0, 0.86 * k), (0.14, 0.15, 0.16), body),
    ]
    parts += [tube([(base, s * 0.08, radius), (0.45 * k, s * 0.09, 0.9 * k)], 0.03, metal, 6) for s in (1, -1)]
    seat, bar = np.array([-0.22, 0, 0.74]) * k, np.array([0.42, 0, 1.0]) * k
    parts.append(tube([bar + (0, -0.3, 0), bar + (0, 0.3, 0)], 0.018, dark, 6))
    parts += _rider(k * 0.95, who, seat, bar, {s: np.array([0.05, s * 0.18, 0.30]) * k for s in (1, -1)})
    return _standing(merge(parts), size)


def cone(size: Size) -> Mesh:
    """A traffic cone."""
    length, width, h = size
    orange, white = Surface(Kind.PLAIN, rgb("#e8531c")), Surface(Kind.PLAIN, rgb("#ececea"))
    base = box((-length / 2, -width / 2, 0), (length / 2, width / 2, 0.05), Surface(Kind.PLAIN, (0.02, 0.02, 0.02)))
    r = min(length, width) * 0.40
    at = [0.05, 0.36 * h, 0.56 * h, 0.68 * h, 0.82 * h, h - 0.002]
    radii = [r * (1 - 0.82 * z / h) for z in at]
    bands = [orange, white, orange, white, orange]
    skins = [tube([(0, 0, at[i]), (0, 0, at[i + 1])], radii[i : i + 2], bands[i], 16) for i in range(5)]
    return _standing(merge([base, *skins]), size)


def barrier(size: Size) -> Mesh:
    """A striped road barrier; its length runs across the road as nuScenes' boxes have it, along y."""
    length, width, h = size
    stripes = Surface(Kind.STRIPES, rgb("#e4571e"), params=(0.8, 0.8, 0.78, 0.42, 0.7))
    foot = Surface(Kind.METAL, (0.25, 0.25, 0.25))
    long, short, along_y = (width, length, True) if width >= length else (length, width, False)
    t = min(0.05, short / 4)
    parts = [box((-long / 2, -t, z * h), (long / 2, t, (z + 0.26) * h), stripes) for z in (0.42, 0.74)]
    for x in (-long / 2 + 0.1, long / 2 - 0.15):
        parts += [
            box((x, -0.025, 0), (x + 0.05, 0.025, h), foot),
            box((x - 0.02, -short / 2, 0), (x + 0.07, short / 2, 0.05), foot),
        ]
    whole = merge(parts)
    if along_y:
        whole = whole.moved(np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), (0, 0, 0))
    return _standing(whole, size)


def crate(size: Size) -> Mesh:
    """What stands for every category without a shape of its own: a taped carton."""
    length, width, h = size
    carton, tape = Surface(Kind.CLOTH, rgb("#a07848"), 4.0), Surface(Kind.PLAIN, rgb("#c8b078"))
    parts = [box((-length / 2, -width / 2, 0), (length / 2, width / 2, h), carton)]
    parts.append(box((-length / 2, -0.04 * width, 0.004), (length / 2, 0.04 * width, h + 0.002), tape))
    return _standing(merge(parts), size)
