"""What is drawn on each vehicle: windows, lamps, seams, wheel arches, plates."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.town.decals import CHANNELS, HEIGHT, WIDTH, Canvas, mirrored, painted
from engine.town.vehicle_shapes import CARS, Shape

GLASS = {"glass": 255}
BLACK, SEAM, TRIM = "#0b0c0d", "#101113", "#17181a"


def _side(shape: Shape, aspect: float) -> Canvas:
    """The flank; `aspect` is length over height."""
    c = painted()
    c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.155), (-0.5, 0.155)], TRIM)
    belt = shape.belt[1][1]
    c.line([(-0.47, belt - 0.13), (0.42, belt - 0.15)], 2, "#000000", paint=200)
    for window in shape.windows:
        c.line([*window, window[0]], 7, BLACK)
        c.fill(list(window), "#0a0d10", **GLASS)
    for x in shape.doors:
        c.line([(x, 0.17), (x + 0.004, belt), (x - 0.004, belt + 0.03)], 2, SEAM, paint=60)
    for x in shape.doors[:-1]:
        c.fill(
            [(x + 0.012, belt - 0.06), (x + 0.05, belt - 0.055), (x + 0.05, belt - 0.03), (x + 0.012, belt - 0.035)],
            "#222222",
            paint=90,
            metal=120,
        )
    for x in shape.wheels:
        r = shape.wheel_radius
        c.disc((x, r), r * 1.19 / aspect, r * 1.19, BLACK)
    lo, hi = shape.lamp_z
    c.fill([(0.415, hi), (0.5, hi - 0.03), (0.5, lo), (0.455, lo + 0.02)], "#cfd8dc", glass=110, lamp=40)
    lo, hi = shape.tail_z
    c.fill([(-0.5, lo), (-0.462, lo + 0.02), (-0.47, hi), (-0.5, hi)], "#8a0d10", glass=90, lamp=50)
    c.fill([(-0.5, 0.20), (-0.44, 0.20), (-0.44, 0.24), (-0.5, 0.24)], SEAM, paint=90)
    return c


def _front(shape: Shape) -> Canvas:
    c = painted()
    lo, hi = shape.lamp_z
    c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.17), (-0.5, 0.17)], TRIM)
    c.fill([(-0.30, 0.18), (0.30, 0.18), (0.27, 0.275), (-0.27, 0.275)], BLACK)
    grille = [(-0.25, lo - 0.09), (0.25, lo - 0.09), (0.27, hi - 0.01), (-0.27, hi - 0.01)]
    c.fill(grille, "#090a0b")
    for k in range(5):
        z = lo - 0.075 + k * (hi - lo + 0.08) / 5
        c.line([(-0.25, z), (0.25, z)], 2, "#6d7276", metal=200)
    c.line([*grille, grille[0]], 3, "#9aa0a4", metal=220)
    c.disc((0, (lo + hi) / 2), 0.035, 0.035, "#c6cacc", metal=255)
    lamp = [(0.27, lo), (0.43, lo + 0.03), (0.47, hi + 0.02), (0.30, hi)]
    for side in (lamp, mirrored(lamp)):
        c.line([*side, side[0]], 4, BLACK)
        c.fill(side, "#dfe6ea", glass=110, lamp=60)
    fog = [(0.33, 0.21), (0.43, 0.22), (0.43, 0.265), (0.33, 0.26)]
    for side in (fog, mirrored(fog)):
        c.fill(side, "#2a2c2e", glass=80)
    _plate(c, 0.30)
    z = shape.belt[-1][1]
    c.fill([(-0.38, z + 0.14), (0.38, z + 0.14), (0.33, 0.95), (-0.33, 0.95)], "#0a0d10", **GLASS)
    return c


def _plate(c: Canvas, z: float) -> None:
    c.fill([(-0.14, z), (0.14, z), (0.14, z + 0.075), (-0.14, z + 0.075)], "#e8e8e2")
    for k in range(6):
        u = -0.105 + k * 0.04
        c.fill([(u, z + 0.018), (u + 0.022, z + 0.018), (u + 0.022, z + 0.057), (u, z + 0.057)], "#20242c")


def _back(shape: Shape) -> Canvas:
    c = painted()
    lo, hi = shape.tail_z
    c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.20), (-0.5, 0.20)], TRIM)
    c.line([(-0.45, 0.36), (0.45, 0.36)], 2, SEAM, paint=60)
    lamp = [(0.31, lo), (0.5, lo - 0.01), (0.5, hi), (0.35, hi)]
    for side in (lamp, mirrored(lamp)):
        c.line([*side, side[0]], 3, BLACK)
        c.fill(side, "#9c0f12", glass=110, lamp=70)
    for s in (1, -1):
        c.fill(
            [(s * 0.40, lo + 0.02), (s * 0.49, lo + 0.02), (s * 0.49, lo + 0.05), (s * 0.40, lo + 0.05)], "#e0d8d0", glass=80
        )
        c.fill([(s * 0.36, 0.21), (s * 0.44, 0.21), (s * 0.44, 0.235), (s * 0.36, 0.235)], "#6a0c0e", lamp=20)
    _plate(c, 0.40 if not shape.bed else 0.24)
    if shape.rear_window and not shape.bed:
        z0, z1 = shape.rear_window_z
        glass = [(-0.38, z0), (0.38, z0), (0.33, z1), (-0.33, z1)]
        c.line([*glass, glass[0]], 5, BLACK)
        c.fill(glass, "#0a0d10", **GLASS)
        c.line([(0.0, z0 + 0.01), (0.16, z0 + 0.03)], 2, "#050505")
    if shape.bed:
        c.line([(-0.4, 0.34), (-0.4, 0.57), (0.4, 0.57), (0.4, 0.34), (-0.4, 0.34)], 2, SEAM, paint=60)
        c.fill([(-0.08, 0.49), (0.08, 0.49), (0.08, 0.53), (-0.08, 0.53)], BLACK)
    if shape.name == "van":
        c.line([(0, 0.2), (0, 0.93)], 2, SEAM)
    return c


def _top(shape: Shape) -> Canvas:
    c = painted(-0.5)
    foot, head = shape.windscreen
    glass = [(foot, -0.42), (head, -0.325), (head, 0.325), (foot, 0.42)]
    c.line([*glass, glass[0]], 5, BLACK)
    c.fill(glass, "#0a0d10", **GLASS)
    if shape.rear_window:
        head, foot = shape.rear_window
        glass = [(foot, -0.36), (head, -0.32), (head, 0.32), (foot, 0.36)]
        c.fill(glass, "#0a0d10", **GLASS)
    c.line(
        [
            (shape.windscreen[0] + 0.012, -0.40),
            (0.40, -0.37),
            (0.47, -0.30),
            (0.47, 0.30),
            (0.40, 0.37),
            (shape.windscreen[0] + 0.012, 0.40),
        ],
        2,
        SEAM,
        paint=80,
    )
    if shape.bed:
        c.fill([(-0.485, -0.40), (-0.16, -0.40), (-0.16, 0.40), (-0.485, 0.40)], "#15161a")
        for k in range(9):
            v = -0.36 + k * 0.09
            c.line([(-0.48, v), (-0.165, v)], 2, "#24262a")
    return c


def _box_side(style: str) -> Canvas:
    """The flank of a bus, a truck's body or a trailer."""
    c = painted()
    if style == "bus":
        c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.09), (-0.5, 0.09)], TRIM)
        c.fill([(-0.49, 0.45), (0.495, 0.45), (0.495, 0.82), (-0.49, 0.82)], "#0c1013", glass=255)
        for k in range(1, 9):
            u = -0.49 + k * 0.11
            c.line([(u, 0.45), (u, 0.82)], 3, BLACK)
            c.line([(u - 0.11, 0.72), (u, 0.72)], 1, BLACK)
        c.fill([(-0.5, 0.36), (0.5, 0.36), (0.5, 0.405), (-0.5, 0.405)], "#e9e6da")
        for u in (-0.12, 0.33):
            c.fill([(u, 0.10), (u + 0.10, 0.10), (u + 0.10, 0.84), (u, 0.84)], "#0c1013", glass=240)
            c.line([(u + 0.05, 0.10), (u + 0.05, 0.84)], 3, "#3a3d40")
            c.line([(u, 0.10), (u, 0.84), (u + 0.10, 0.84), (u + 0.10, 0.10)], 3, "#55585c")
        for x in (-0.27, 0.27):
            c.disc((x, 0.155), 0.055, 0.20, BLACK)
        c.fill([(0.16, 0.86), (0.30, 0.86), (0.30, 0.92), (0.16, 0.92)], "#16120a")
        for k in range(9):
            c.fill(
                [(0.17 + k * 0.014, 0.872), (0.178 + k * 0.014, 0.872), (0.178 + k * 0.014, 0.908), (0.17 + k * 0.014, 0.908)],
                "#ffb020",
                lamp=160,
            )
    else:
        c.line([(-0.5, 0.03), (0.5, 0.03)], 6, "#8a8d90", metal=160)
        c.line([(-0.5, 0.97), (0.5, 0.97)], 5, "#8a8d90", metal=160)
        for k in range(1, 12):
            c.line([(-0.5 + k / 12, 0.05), (-0.5 + k / 12, 0.95)], 1, "#000000", paint=215)
        c.fill([(-0.42, 0.30), (0.42, 0.30), (0.42, 0.66), (-0.42, 0.66)], "#f2f2ee", paint=120)
        for k in range(8):
            u = -0.33 + k * 0.085
            h = 0.11 + 0.03 * ((k * 5) % 3)
            c.fill([(u, 0.40), (u + 0.055, 0.40), (u + 0.05, 0.40 + h), (u + 0.005, 0.40 + h)], "#1d3d6e")
        for k in range(16):
            u = -0.5 + k / 16
            c.fill([(u, 0.05), (u + 0.03, 0.05), (u + 0.03, 0.08), (u, 0.08)], "#c22020" if k % 2 else "#e8e8e8")
    return c


def _box_front(style: str) -> Canvas:
    c = painted()
    if style == "bus":
        c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.10), (-0.5, 0.10)], TRIM)
        c.fill([(-0.46, 0.33), (0.46, 0.33), (0.45, 0.80), (-0.45, 0.80)], "#0c1013", glass=255)
        c.line([(0, 0.33), (0, 0.80)], 3, BLACK)
        c.line([(-0.4, 0.335), (-0.05, 0.42)], 2, BLACK)
        c.line([(0.05, 0.335), (0.4, 0.42)], 2, BLACK)
        c.fill([(-0.38, 0.83), (0.38, 0.83), (0.38, 0.93), (-0.38, 0.93)], "#16120a")
        for k in range(12):
            u = -0.33 + k * 0.055
            c.fill([(u, 0.85), (u + 0.03, 0.85), (u + 0.03, 0.91), (u, 0.91)], "#ffb020", lamp=160)
        for s in (1, -1):
            c.disc((s * 0.38, 0.18), 0.07, 0.035, "#dfe6ea", glass=110, lamp=60)
            c.disc((s * 0.25, 0.17), 0.03, 0.02, "#e8a030", lamp=40)
        _plate(c, 0.10)
    else:
        c.line([(-0.5, 0.03), (0.5, 0.03)], 6, "#8a8d90", metal=160)
    return c


def _box_back(style: str) -> Canvas:
    c = painted()
    if style == "bus":
        c.fill([(-0.5, 0), (0.5, 0), (0.5, 0.10), (-0.5, 0.10)], TRIM)
        c.fill([(-0.40, 0.56), (0.40, 0.56), (0.40, 0.80), (-0.40, 0.80)], "#0c1013", glass=255)
        c.fill([(-0.36, 0.22), (0.36, 0.22), (0.36, 0.44), (-0.36, 0.44)], "#202224", paint=60)
        for k in range(8):
            c.line([(-0.34, 0.24 + k * 0.026), (0.34, 0.24 + k * 0.026)], 1, BLACK)
        c.fill([(-0.2, 0.85), (0.2, 0.85), (0.2, 0.92), (-0.2, 0.92)], "#16120a")
        for k in range(5):
            c.fill(
                [(-0.15 + k * 0.06, 0.86), (-0.115 + k * 0.06, 0.86), (-0.115 + k * 0.06, 0.91), (-0.15 + k * 0.06, 0.91)],
                "#ffb020",
                lamp=160,
            )
        for s in (1, -1):
            c.fill([(s * 0.40, 0.16), (s * 0.47, 0.16), (s * 0.47, 0.36), (s * 0.40, 0.36)], "#9c0f12", glass=110, lamp=70)
        _plate(c, 0.12)
    else:
        c.line([(-0.5, 0.02), (0.5, 0.02), (0.5, 0.98), (-0.5, 0.98), (-0.5, 0.02)], 10, "#8a8d90", metal=160)
        c.line([(0, 0.02), (0, 0.98)], 3, SEAM)
        for u in (-0.32, -0.12, 0.12, 0.32):
            c.line([(u, 0.06), (u, 0.94)], 3, "#b0b4b8", metal=220)
        for k in range(10):
            u = -0.5 + k / 10
            c.fill([(u, 0.03), (u + 0.06, 0.03), (u + 0.06, 0.07), (u, 0.07)], "#c22020" if k % 2 else "#e8e8e8")
        for s in (1, -1):
            c.fill([(s * 0.40, 0.09), (s * 0.48, 0.09), (s * 0.48, 0.15), (s * 0.40, 0.15)], "#9c0f12", lamp=70)
    return c


def _box_top(style: str) -> Canvas:
    c = painted(-0.5)
    c.fill([(-0.46, -0.42), (0.46, -0.42), (0.46, 0.42), (-0.46, 0.42)], "#d8d8d4" if style == "bus" else "#9a9c9e", paint=120)
    return c


def _cab() -> list[Canvas]:
    """A truck's cab."""
    side, front, back, top = painted(), painted(), painted(), painted(-0.5)
    side.fill([(-0.5, 0), (0.5, 0), (0.5, 0.12), (-0.5, 0.12)], TRIM)
    side.fill([(-0.22, 0.52), (-0.22, 0.84), (0.22, 0.84), (0.40, 0.55), (0.40, 0.50)], "#0c1013", glass=255)
    side.line([(-0.28, 0.14), (-0.28, 0.88), (0.30, 0.88), (0.45, 0.5), (0.45, 0.14)], 2, SEAM, paint=60)
    side.disc((0.02, 0.18), 0.30, 0.24, BLACK)
    front.fill([(-0.5, 0), (0.5, 0), (0.5, 0.11), (-0.5, 0.11)], TRIM)
    front.fill([(-0.43, 0.50), (0.43, 0.50), (0.40, 0.85), (-0.40, 0.85)], "#0c1013", glass=255)
    front.fill([(-0.28, 0.24), (0.28, 0.24), (0.28, 0.43), (-0.28, 0.43)], "#111214")
    for k in range(6):
        front.line([(-0.27, 0.26 + k * 0.03), (0.27, 0.26 + k * 0.03)], 2, "#7b8084", metal=200)
    for s in (1, -1):
        front.fill([(s * 0.33, 0.20), (s * 0.46, 0.20), (s * 0.46, 0.31), (s * 0.33, 0.31)], "#dfe6ea", glass=110, lamp=60)
        front.disc((s * 0.42, 0.36), 0.03, 0.025, "#e8a030", lamp=40)
    _plate(front, 0.13)
    return [side, front, back, top]


@cache
def index() -> dict[str, int]:
    """The first picture of each vehicle's four."""
    names = [s.name for s in CARS] + ["bus", "cargo", "cab"]
    return {name: 4 * i for i, name in enumerate(names)}


@cache
def pictures() -> NDArray[np.uint8]:
    """All decal pictures (n, HEIGHT, WIDTH, CHANNELS), rows downwards."""
    lengths = {"sedan": 4.7 / 1.45, "hatch": 4.1 / 1.5, "suv": 4.8 / 1.75, "van": 5.6 / 2.4, "pickup": 5.5 / 1.85}
    out: list[Canvas] = []
    for shape in CARS:
        out += [_side(shape, lengths[shape.name]), _front(shape), _back(shape), _top(shape)]
    for style in ("bus", "cargo"):
        out += [_box_side(style), _box_front(style), _box_back(style), _box_top(style)]
    out += _cab()
    stack = np.stack([c.pixels for c in out])
    return stack.reshape(-1, HEIGHT, WIDTH, CHANNELS)
