"""People on foot as figures: they walk, stand, push prams; posed by the distance that they have gone."""

import math

import numpy as np

from editor.geometry import Vec3
from engine.town.figure import Bones, Figure, Poser, figure
from engine.town.limbs import between, hanging, swung, trunk
from engine.town.mesh import Kind, Mesh, Surface, box, disc_wheel, ellipsoid, merge, rgb
from engine.town.motion import Motion
from engine.town.outfits import BAND, Outfit

DARK = Surface(Kind.PLAIN, (0.015, 0.015, 0.016))
PUSHES_FROM_M = 1.15  # an adult whose box is so long pushes a pram in it
TORSO, HEAD, ARMS, FOREARMS, THIGHS, SHINS, FEET, PRAM = 0, 1, (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), 12
HIP, SHOULDER, THIGH, SHIN, UPPER_ARM = 0.50, 0.785, 0.235, 0.225, 0.155  # of the height


def walker(size: Vec3, who: Outfit, child: bool = False) -> Figure:
    """Someone on foot."""
    length, width, h = size
    pushes = length >= PUSHES_FROM_M and not child
    shoulder, hip = min(0.112 * h, 0.29 * width), min(0.05 * h, 0.15 * width)
    limbs = [(TORSO, m) for m in _torso(h, shoulder, who)] + [(HEAD, m) for m in head(h, who, 1.25 if child else 1.0)]
    for k in (0, 1):
        limbs += _arm(k, h, who) + _leg(k, h, who)
    back = 0.0
    if pushes:
        back = -length / 2 + 0.24 * h
        limbs += [(PRAM, m) for m in pram(length - 0.42 * h, min(0.55, width), 0.62 * h, rgb("#22304a"), length / 2)]
    stand = _stance(h, shoulder, hip, length if not pushes else 0.9, pushes, back)
    return figure(size, limbs, stand)


def _stance(h: float, shoulder: float, hip: float, room: float, pushes: bool, back: float) -> Poser:
    """Where the bones are after a distance, at a speed."""
    most = math.asin(min(max((room / 2 - 0.10) / (0.47 * h), 0.05), 0.45))

    def bones(motion: Motion) -> Bones:
        out = np.zeros((13, 3, 4))
        swing = most * min(1.0, abs(motion.speed) / 0.9)
        phase = 2 * math.pi * motion.distance / (0.82 * h)
        legs = [_swing(phase + k * math.pi, swing, h) for k in (0, 1)]
        low = min(min(a[2] for _, a, _, _ in legs) - 0.045 * h, min(t for _, _, t, _ in legs) - 0.018 * h)
        lift = np.array([back, 0.0, -low - h / 2])
        out[TORSO] = swung(-0.03 - 0.05 * min(swing, 0.3), lift + (0, 0, 0))
        out[HEAD] = swung(0.0, lift + (-0.0 + 0.03 * h * swing, 0, 0))
        for k, s in ((0, 1), (1, -1)):
            thigh, ankle, _, angles = legs[k]
            out[THIGHS[k]] = swung(angles[0], lift + (0, s * hip, HIP * h))
            out[SHINS[k]] = swung(angles[1], lift + thigh + (0, s * hip, 0))
            out[FEET[k]] = swung(angles[2], lift + ankle + (0, s * hip, 0))
            a = 0.8 * swing * math.sin(phase + (1 - k) * math.pi)
            bend = 0.22 + 0.6 * swing
            if pushes:
                a, bend = 0.45, 0.85
            at = lift + (0, s * shoulder, SHOULDER * h)
            out[ARMS[k]] = swung(a, at)
            elbow = at + np.array([math.sin(a), s * 0.1, -math.cos(a)]) * UPPER_ARM * h
            out[FOREARMS[k]] = swung(a + bend, elbow)
        out[PRAM] = swung(0.0, (0.0, 0.0, -h / 2))
        return out

    return bones


def _swing(phase: float, swing: float, h: float) -> tuple[np.ndarray, np.ndarray, float, tuple[float, float, float]]:
    """Knee, ankle, the toe's height and the three angles of one leg whose hip is HIP high."""
    a = swing * math.sin(phase) + 0.12 * swing
    bend = swing * (0.35 + 1.5 * max(0.0, math.cos(phase)) ** 2) if swing > 0.02 else 0.03
    knee = np.array([THIGH * h * math.sin(a), 0.0, HIP * h - THIGH * h * math.cos(a)])
    b = a - bend
    ankle = knee + np.array([SHIN * h * math.sin(b), 0.0, -SHIN * h * math.cos(b)])
    pitch = 0.55 * min(0.0, b) if swing > 0.02 else 0.0
    return knee, ankle, float(ankle[2]) - 0.025 * h + 0.085 * h * math.sin(pitch), (a, b, pitch)


def _torso(h: float, half: float, who: Outfit) -> list[Mesh]:
    top, legs = who.cloth(who.top), who.cloth(who.legs, 3)
    low = 0.36 if who.coat else 0.485
    outline = [(low, 0.064, 0.80), (0.54, 0.062, 0.76), (0.61, 0.057, 0.72), (0.69, 0.064, 0.84), (0.755, 0.064, 1.0),
               (0.79, 0.057, 1.12), (0.815, 0.046, 0.98), (0.832, 0.036, 0.66), (0.848, 0.028, 0.32)]  # fmt: skip
    parts = [trunk([(z * h, d * h, w * half, 0.0) for z, d, w in outline], top)]
    if not who.coat:
        parts.append(trunk([(0.44 * h, 0.052 * h, 0.66 * half, 0.0), (0.50 * h, 0.063 * h, 0.78 * half, 0.0)], legs))
    if who.role == "worker":
        band = Surface(Kind.LAMP, rgb(BAND), params=(0.05, 0.25))
        for z, d, w in ((0.575, 0.062, 0.76), (0.66, 0.064, 0.81)):
            parts.append(trunk([((z + t) * h, d * h + 0.004, w * half + 0.004, 0.0) for t in (0.0, 0.022)], band))
        parts += [
            box((-0.062 * h, s * 0.5 * half - 0.018, 0.58 * h), (0.064 * h, s * 0.5 * half + 0.018, 0.805 * h), band)
            for s in (1, -1)
        ]
    if who.role == "police":
        parts.append(trunk([(0.50 * h, 0.066 * h, 0.82 * half, 0.0), (0.525 * h, 0.066 * h, 0.82 * half, 0.0)], DARK))
        parts.append(
            box((0.055 * h, 0.25 * half, 0.715 * h), (0.07 * h, 0.5 * half, 0.74 * h), Surface(Kind.METAL, (0.7, 0.62, 0.3)))
        )
    if who.backpack:
        pack = [(0.58, 0.03, 0.5), (0.62, 0.045, 0.62), (0.72, 0.05, 0.64), (0.79, 0.03, 0.5)]
        parts.append(trunk([(z * h, d * h, w * half, -0.088 * h) for z, d, w in pack], who.cloth(who.shoes, 5), 10))
    if who.bag:
        parts.append(
            box((-0.06 * h, 1.02 * half, 0.42 * h), (0.06 * h, 1.02 * half + 0.035 * h, 0.53 * h), who.cloth(who.shoes, 6))
        )
    return parts


def _arm(k: int, h: float, who: Outfit) -> list[tuple[int, Mesh]]:
    skin = Surface(Kind.PLAIN, who.skin)
    hand = ellipsoid((0.005 * h, 0, -0.165 * h), (0.018 * h, 0.012 * h, 0.03 * h), skin, 5, 6)
    upper = between((0, 0, 0), (0, (1 - 2 * k) * 0.1 * UPPER_ARM * h, -UPPER_ARM * h), 0.028 * h, 0.024 * h, who.cloth(who.top))
    lower = hanging(0.14 * h, 0.025 * h, 0.018 * h, who.sleeve)
    return [(ARMS[k], upper), (FOREARMS[k], lower), (FOREARMS[k], hand)]


def _leg(k: int, h: float, who: Outfit) -> list[tuple[int, Mesh]]:
    legs = who.cloth(who.legs, 3)
    shoe = between(
        (-0.022 * h, 0, -0.022 * h), (0.085 * h, 0, -0.026 * h), 0.023 * h, 0.019 * h, Surface(Kind.CLOTH, who.shoes, 1.0), 7
    )
    return [
        (THIGHS[k], hanging(THIGH * h, 0.053 * h, 0.037 * h, legs)),
        (SHINS[k], hanging(SHIN * h, 0.037 * h, 0.026 * h, legs)),
        (FEET[k], shoe),
    ]


def head(h: float, who: Outfit, scale: float = 1.0, helmet: bool = False) -> list[Mesh]:
    """Neck and head at the height where they belong on someone h tall; `scale` above 1 for a child's."""
    skin, hair = Surface(Kind.PLAIN, who.skin), Surface(Kind.CLOTH, who.hair, 2.0)
    k = h * scale
    at = np.array([0.008 * h, 0, h - 0.070 * k])
    parts = [between((0, 0, 0.825 * h), at - (0.006 * h, 0, 0.02 * h), 0.027 * h, 0.027 * h, skin, 7),
             ellipsoid(at, (0.050 * k, 0.041 * k, 0.062 * k), skin, 9, 10),
             ellipsoid(at + (0.047 * k, 0, -0.008 * k), (0.011 * k, 0.007 * k, 0.013 * k), skin, 4, 5)]  # fmt: skip
    if helmet or who.role == "worker":
        shell = Surface(Kind.METAL, who.helmet)
        parts.append(ellipsoid(at + (-0.004 * k, 0, 0.020 * k), (0.064 * k, 0.053 * k, 0.049 * k), shell, 7, 12))
        parts.append(
            trunk(
                [
                    (at[2] + 0.012 * k, 0.066 * k, 0.054 * k, at[0] + 0.008 * k),
                    (at[2] + 0.018 * k, 0.066 * k, 0.054 * k, at[0] + 0.008 * k),
                ],
                shell,
                12,
            )
        )
        return parts
    parts.append(ellipsoid(at + (-0.011 * k, 0, 0.012 * k), (0.050 * k, 0.045 * k, 0.056 * k), hair, 8, 10))
    if who.role == "police":
        cap = who.cloth(who.helmet)
        parts.append(trunk([(at[2] + 0.02 * k, 0.055 * k, 0.048 * k, at[0]), (at[2] + 0.05 * k, 0.068 * k, 0.062 * k, at[0]),
                            (at[2] + 0.062 * k, 0.05 * k, 0.046 * k, at[0])], cap, 12))  # fmt: skip
        parts.append(ellipsoid(at + (0.055 * k, 0, 0.022 * k), (0.03 * k, 0.038 * k, 0.006 * k), DARK, 4, 8))
    elif who.long_hair:
        parts.append(ellipsoid(at + (-0.032 * k, 0, -0.035 * k), (0.028 * k, 0.042 * k, 0.068 * k), hair, 7, 9))
    return parts


# --------------------------------------------------------------------------------------------- what people push


def lone_pram(size: Vec3, colour: tuple[float, float, float]) -> Mesh:
    """A pram that fills its box, in the box's frame."""
    length, width, high = size
    return merge(pram(length, width, high, colour, length / 2)).moved(np.eye(3), (0.0, 0.0, -high / 2))


def pram(length: float, width: float, high: float, colour: tuple[float, float, float], front: float) -> list[Mesh]:
    """A pram from the ground up, its front at x = `front`: basket, hood, four wheels, a handle towards the back."""
    cloth, steel = Surface(Kind.CLOTH, colour, 4.0), Surface(Kind.METAL, (0.3, 0.3, 0.31))
    middle, w = front - 0.40 * length, width * 0.40
    basket = [
        (0.42 * high, 0.22 * length, 0.8 * w, middle),
        (0.52 * high, 0.34 * length, w, middle),
        (0.72 * high, 0.37 * length, w, middle),
    ]
    parts = [
        trunk(basket, cloth, 10),
        ellipsoid((middle + 0.16 * length, 0, 0.74 * high), (0.2 * length, w, 0.26 * high), cloth, 7, 10),
    ]
    for s in (1, -1):
        parts += [
            disc_wheel((middle + d * length, s * w * 0.95, 0.16 * high), 0.16 * high, 0.04, DARK, 12) for d in (0.27, -0.27)
        ]
        parts += [
            between(
                (middle + 0.27 * length, s * w * 0.9, 0.16 * high),
                (middle - 0.2 * length, s * w * 0.9, 0.6 * high),
                0.014,
                0.014,
                steel,
                5,
            ),
            between(
                (middle - 0.27 * length, s * w * 0.9, 0.16 * high),
                (middle + 0.2 * length, s * w * 0.9, 0.6 * high),
                0.014,
                0.014,
                steel,
                5,
            ),
            between(
                (middle - 0.1 * length, s * w * 0.9, 0.6 * high),
                (front - 0.97 * length, s * w * 0.8, high * 0.98),
                0.014,
                0.014,
                steel,
                5,
            ),
        ]
    parts.append(
        between(
            (front - 0.97 * length, -w * 0.8, high * 0.98), (front - 0.97 * length, w * 0.8, high * 0.98), 0.018, 0.018, DARK, 6
        )
    )
    return parts
