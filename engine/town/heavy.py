"""Buses, trucks and trailers as figures."""

import numpy as np

from editor.geometry import Vec3
from engine.town.bodies import CHASSIS, DARK, decal_box, rounded_box
from engine.town.figure import Figure, figure
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, loft, merge, rgb
from engine.town.wheels import Wheel, rolling, wheel_limbs

BUS_PAINTS = ("#b3261e", "#1f4e8c", "#e0a21b", "#2a6b4a", "#dfe2e2", "#5a2a6a", "#2f8fa0")
CARGO_PAINTS = ("#e4e4e0", "#d9dcdc", "#c9b890", "#8fa3b5", "#e6e1d2", "#b5462e", "#3f6a94")
TIPPER_PAINTS = ("#c8621c", "#d9a51e", "#3f6a94", "#7a7f83", "#2f6a4a")
TANK = Surface(Kind.METAL, (0.56, 0.58, 0.60))
STEEL = Surface(Kind.METAL, (0.30, 0.31, 0.32))
TAIL = Surface(Kind.LAMP, rgb("#b01013"), params=(0.05, 0.6, 2.6, 0.0, 0.0, 1.0))
AMBERS = tuple(Surface(Kind.LAMP, rgb("#ff8a10"), params=(0.03, 0.1, 0.0, *side)) for side in ((2.4, 0.0), (0.0, 2.4)))
HALF = 0.47  # of a box's width to a body's flank; mirrors have the rest


def bus(size: Vec3, paint: Colour, bendy: bool) -> Figure:
    """A city bus; a bendy one has a bellows at two thirds of its length."""
    length, width, height = size
    half, radius = width * HALF, 0.155 * height
    low, high = 0.30 - height / 2, height / 2 - 0.12
    front, back = length / 2, -length / 2
    if bendy:
        joint = front - 0.56 * length
        bodies = [decal_box((joint + 0.45, -half, low), (front, half, high), 0.16, "bus", paint),
                  decal_box((back, -half, low), (joint - 0.45, half, high), 0.16, "section", paint),
                  _bellows(joint, half, low, high)]  # fmt: skip
        axles = (front - 0.23 * 0.54 * length, joint + 0.6 + 0.23 * 0.5 * length, joint - 0.45 - 0.5 * 0.38 * length)
    else:
        bodies = [decal_box((back, -half, low), (front, half, high), 0.16, "bus", paint)]
        axles = (0.27 * length, -0.27 * length)
    pod = Surface(Kind.PLAIN, (0.55, 0.56, 0.56))
    bodies.append(box((front - 0.55 * length, -0.3 * width, high), (front - 0.15 * length, 0.3 * width, height / 2), pod))
    bodies += [
        _upright((front - 0.18, s * half, low + 0.45 * height), (front, s * width / 2, low + 0.62 * height)) for s in (1, -1)
    ]
    wheels = _wheels(axles, half - 0.15, radius, height)
    return figure(size, [(0, merge(bodies)), *wheel_limbs(wheels)], rolling(wheels, abs(axles[0] - axles[1])))


def _bellows(x: float, half: float, low: float, high: float) -> Mesh:
    """The folds between two sections."""
    y, z = half * 0.96, (low + high) / 2
    h = (high - low) / 2 * 0.95
    rings = [[(x + d, s * y * w, z + t * h * w) for s, t in ((1, -1), (1, 1), (-1, 1), (-1, -1))]
             for d, w in zip(np.linspace(-0.5, 0.5, 11).tolist(), [1.0, 0.93] * 5 + [1.0], strict=True)]  # fmt: skip
    return loft(np.array(rings), Surface(Kind.PLAIN, (0.05, 0.05, 0.055)), 20.0, capped=False)


def _upright(a: tuple[float, float, float], b: tuple[float, float, float]) -> Mesh:
    """A mirror's housing between two corners."""
    return box(np.minimum(a, b), np.maximum(a, b), DARK)


def _wheels(axles: tuple[float, ...], y: float, radius: float, height: float, steering: int = 1) -> tuple[Wheel, ...]:
    """Two wheels to each axle; the first `steering` axles steer."""
    return tuple(
        Wheel((x, s * y, radius - height / 2), radius, 0.30, steers=k < steering, heavy=True)
        for k, x in enumerate(axles)
        for s in (1, -1)
    )


# -------------------------------------------------------------------------------------------------------- trucks


def truck(size: Vec3, paint: Colour, cargo: Colour, kind: str) -> Figure:
    """A truck: `kind` is box, tipper, tanker or semi (a tractor with its trailer)."""
    length, width, height = size
    half = width * HALF
    front = length / 2
    cab_length = min(2.2, 0.3 * length)
    behind = front - cab_length
    radius = min(0.50, 0.16 * height)
    cab_top = min(0.86 * height if kind != "tipper" else 0.97 * height, 2.9) - height / 2
    floor = min(2.2 * radius, 0.34 * height) - height / 2
    parts = [decal_box((behind, -half, 0.36 - height / 2), (front, half, cab_top), 0.2, "cab", paint)]
    parts += [
        _frame(-front + 0.08, behind + 0.3, floor, height),
        *_rear(-front, half, height),
        *_mirrors(front, half, width, size),
    ]
    parts += _LOADS[kind]((-front, behind - 0.14), half, floor, height, cargo)
    if kind == "box" and cab_top < height / 2 - 0.3:
        parts.append(_deflector(behind, front, half, cab_top, height / 2, paint))
    axle = front - 0.5 * cab_length
    axles = (axle, -0.27 * length) if length < 9 else (axle, -0.22 * length, -0.33 * length)
    if kind == "semi":
        axles = (axle, axle - 0.27 * length, -front + 3.6, -front + 2.4, -front + 1.2)
    wheels = _wheels(axles, half - 0.16, radius, height)
    return figure(size, [(0, merge(parts)), *wheel_limbs(wheels)], rolling(wheels, axles[0] - axles[1]))


def _frame(x0: float, x1: float, floor: float, height: float) -> Mesh:
    return box((x0, -0.45, floor - 0.28), (x1, 0.45, floor + 0.02), CHASSIS)


def _rear(x: float, half: float, height: float) -> list[Mesh]:
    """The bumper at the back with its lamps."""
    z = 0.45 - height / 2
    parts = [box((x, -half * 0.95, z), (x + 0.1, half * 0.95, z + 0.16), DARK)]
    parts += [_between((x + 0.02, s * 0.36, z + 0.1), (x + 0.14, s * 0.44, z + 0.6), CHASSIS) for s in (1, -1)]
    for s, amber in zip((1, -1), AMBERS, strict=True):
        parts.append(_between((x, s * half * 0.66, z + 0.02), (x + 0.03, s * half * 0.84, z + 0.14), TAIL, -0.001))
        parts.append(_between((x, s * half * 0.85, z + 0.02), (x + 0.03, s * half * 0.94, z + 0.14), amber, -0.001))
    return parts


def _between(a: Vec3, b: Vec3, surface: Surface, dx: float = 0.0) -> Mesh:
    return box(np.minimum(a, b) + (dx, 0, 0), np.maximum(a, b), surface)


def _mirrors(front: float, half: float, width: float, size: Vec3) -> list[Mesh]:
    z = min(1.75, 0.62 * size[2]) - size[2] / 2
    return [_upright((front - 0.38, s * half, z), (front - 0.22, s * width / 2, z + 0.5)) for s in (1, -1)]


def _deflector(x0: float, x1: float, half: float, low: float, high: float, paint: Colour) -> Mesh:
    """The fairing on the cab's roof."""
    y = half * 0.85
    x1 = x0 + 0.75 * (x1 - x0)
    rings = [
        [(x, s * w, z) for s, z in ((1, low), (1, top), (-1, top), (-1, low))]
        for x, w, top in ((x0, y, high - 0.06), ((x0 + x1) / 2, y * 0.97, low + 0.75 * (high - low)), (x1, y * 0.8, low + 0.05))
    ]
    return loft(np.array(rings), Surface(Kind.METAL, paint), 40.0)


Span = tuple[float, float]


def _box_load(span: Span, half: float, floor: float, height: float, cargo: Colour) -> list[Mesh]:
    z = 0.45 - height / 2
    guards = [
        _between(
            (span[0] + 0.35 * (span[1] - span[0]), s * half * 0.9, z),
            (span[0] + 0.75 * (span[1] - span[0]), s * half, z + 0.32),
            CHASSIS,
        )
        for s in (1, -1)
    ]
    return [decal_box((span[0], -half * 1.02, floor), (span[1], half * 1.02, height / 2), 0.05, "cargo", cargo), *guards]


def _tipper_load(span: Span, half: float, floor: float, height: float, cargo: Colour) -> list[Mesh]:
    """An open bed with ribs, sloping at the back, heaped with gravel; a visor over the cab."""
    paint, gravel = Surface(Kind.METAL, cargo), Surface(Kind.PLAIN, (0.17, 0.15, 0.125))
    x0, x1 = span
    top, y = min(height / 2 - 0.06, floor + 1.5), half
    skin = [[(x, s * w, z) for s, z, w in ((1, low, y * 0.9), (1, top, y), (-1, top, y), (-1, low, y * 0.9))]
            for x, low in ((x0, floor + 0.55), (x0 + 0.9, floor + 0.05), (x1, floor + 0.05))]  # fmt: skip
    parts = [loft(np.array(skin), paint, 30.0)]
    for k in range(6):
        x = x0 + 0.5 + k * (x1 - x0 - 0.6) / 5
        parts += [_between((x, s * y * 0.93, floor + 0.2), (x + 0.1, s * (y + 0.045), top + 0.03), paint) for s in (1, -1)]
    parts += [_between((x0, s * y * 0.95, top - 0.02), (x1, s * (y + 0.04), top + 0.06), paint) for s in (1, -1)]
    heap = [
        [(x, s * y * 0.9, z) for s, z in ((1, top - 0.05), (0.45, h), (-0.45, h), (-1, top - 0.05))]
        for x, h in ((x0 + 0.1, top), (x0 + 0.35 * (x1 - x0), top + 0.24), (x0 + 0.7 * (x1 - x0), top + 0.16), (x1 - 0.1, top))
    ]
    parts += [loft(np.array(heap), gravel, 60.0), box((x1, -y * 0.95, top - 0.4), (x1 + 0.1, y * 0.95, height / 2), paint)]
    parts.append(box((x1, -y * 0.9, height / 2 - 0.08), (x1 + 0.8, y * 0.9, height / 2), paint))
    return parts


def _tank_load(span: Span, half: float, floor: float, height: float, cargo: Colour) -> list[Mesh]:
    """A tank with a walkway on top and a stripe along it."""
    x0, x1 = span
    high = (height / 2 - 0.12 - floor) / 2
    z, wide = floor + high, half * 0.98
    angle = np.linspace(0, 2 * np.pi, 18, endpoint=False)
    ring = np.column_stack([np.zeros(18), np.cos(angle) * wide, np.sin(angle) * high])
    ends = [(x0, 0.82), (x0 + 0.14, 1.0), (x1 - 0.14, 1.0), (x1, 0.82)]
    skin = [ring * (1, r, r) + (x, 0, z) for x, r in ends]
    parts = [loft(np.array(skin), TANK, 40.0)]
    stripe = [ring * (1, 1.012, 1.012) + (x, 0, z) for x in (x0 + 0.42 * (x1 - x0), x0 + 0.6 * (x1 - x0))]
    parts.append(loft(np.array(stripe), Surface(Kind.METAL, cargo), 40.0, capped=False))
    parts += [box((x0 + 0.3, -0.3, z + high - 0.03), (x1 - 0.3, 0.3, z + high + 0.03), STEEL)]
    parts += [box((x - 0.25, -0.25, z + high), (x + 0.25, 0.25, height / 2), STEEL) for x in np.linspace(x0 + 0.9, x1 - 0.9, 3)]
    parts.append(box((x0 + 0.2, -wide * 0.8, floor - 0.1), (x1 - 0.2, wide * 0.8, floor + 0.2), CHASSIS))
    return parts


def _semi_load(span: Span, half: float, floor: float, height: float, cargo: Colour) -> list[Mesh]:
    trailer = (span[0], span[1] - 0.35)
    return [*_box_load(trailer, half, floor, height, cargo), *_legs(trailer[1] - 2.6, half, floor, height)]


_LOADS = {"box": _box_load, "tipper": _tipper_load, "tanker": _tank_load, "semi": _semi_load}


def _legs(x: float, half: float, floor: float, height: float) -> list[Mesh]:
    """What a trailer stands on without its tractor."""
    return [_between((x, s * half * 0.55, 0.25 - height / 2), (x + 0.12, s * half * 0.7, floor), STEEL) for s in (1, -1)]


def trailer(size: Vec3, cargo: Colour) -> Figure:
    """A trailer: a semi-trailer's box on its legs, or a small one with a tarpaulin and a drawbar."""
    length, width, height = size
    half, back = width * 0.49, -length / 2
    if length < 6.0:
        radius = min(0.34, 0.2 * height)
        floor = 1.6 * radius - height / 2
        tarp = Surface(Kind.CLOTH, cargo, 3.0)
        front = length / 2 - 0.25 * length
        parts = [rounded_box((back, -half * 0.86, floor + 0.35), (front, half * 0.86, height / 2), 0.12, tarp),
                 box((back, -half * 0.87, floor), (front, half * 0.87, floor + 0.4), STEEL), *_rear(back, half * 0.86, height),
                 box((front, -0.06, floor), (length / 2, 0.06, floor + 0.1), STEEL),
                 box((length / 2 - 0.3, -0.04, -height / 2), (length / 2 - 0.2, 0.04, floor), STEEL)]  # fmt: skip
        wheels = _wheels((back + 0.42 * length,), half - 0.10, radius, height, 0)
        return figure(size, [(0, merge(parts)), *wheel_limbs(wheels)], rolling(wheels, 1.0))
    radius = min(0.50, 0.14 * height)
    floor = 2.25 * radius - height / 2
    parts = [
        *_box_load((back, length / 2), half * 0.96, floor, height, cargo),
        _frame(back + 0.1, length / 2 - 0.5, floor, height),
    ]
    parts += [*_rear(back, half * 0.94, height), *_legs(length / 2 - 2.8, half, floor, height)]
    wheels = _wheels((back + 1.2, back + 2.45, back + 3.7)[: 2 if length < 9 else 3], half - 0.18, radius, height, 0)
    return figure(size, [(0, merge(parts)), *wheel_limbs(wheels)], rolling(wheels, 1.0))
