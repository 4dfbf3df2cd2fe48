"""What is drawn on buses, trucks, trailers and wheels."""

import math

from engine.town.car_decals import AMBER, BLACK, CABIN, HEADLAMP, SEAM, TAILLAMP, THROUGH, TRIM, facing_pane, pane, plate
from engine.town.decals import Canvas, ellipse, mirrored, painted, rectangle

PANE = {"glass": 225}


def bus_decals(first: bool) -> list[Canvas]:
    """A bus, or the first section of a bendy one; else a section behind that, with doors elsewhere."""
    side, front, back, top = painted(), painted(), painted(), painted(-0.5)
    _bus_side(side, first)
    _bus_front(front)
    _bus_back(back)
    top.fill(rectangle(-0.46, -0.42, 0.46, 0.42), "#d8d8d4", paint=120)
    return [side, front, back, top]


def _bus_side(c: Canvas, first: bool) -> None:
    c.fill(rectangle(-0.5, 0, 0.5, 0.09), TRIM)
    whole = rectangle(-0.49, 0.45, 0.495, 0.82)
    c.fill(whole, "#4a4a42", lamp=120, **PANE)
    c.fill(rectangle(-0.49, 0.45, 0.495, 0.55), CABIN, **PANE)
    for k in range(22):
        u = -0.475 + 0.042 * k
        c.fill([(u, 0.45), (u + 0.02, 0.45), (u + 0.014, 0.645), (u - 0.004, 0.645)], "#14181b", whole, **PANE)
        if k * 7 % 5 in (0, 2):  # somebody sits there
            c.fill(ellipse((u + 0.018, 0.665), 0.009, 0.040), "#241a14", whole, **PANE)
            c.fill(ellipse((u + 0.018, 0.57), 0.014, 0.07), ("#2c3c58", "#4a2a2a", "#30402e")[k % 3], whole, lamp=60, **PANE)
    for k in range(1, 9):
        u = -0.49 + k * 0.11
        c.line([(u, 0.45), (u, 0.82)], 4, BLACK)
        c.line([(u - 0.11, 0.73), (u, 0.73)], 1, BLACK)
    c.fill(rectangle(-0.5, 0.36, 0.5, 0.405), "#e9e6da")
    for u in (-0.12, 0.33) if first else (-0.25, 0.2):
        c.fill(rectangle(u, 0.10, u + 0.10, 0.84), THROUGH, glass=220)
        c.fill(rectangle(u, 0.10, u + 0.10, 0.30), CABIN, glass=220)
        c.line([(u + 0.05, 0.10), (u + 0.05, 0.84)], 3, "#3a3d40")
        c.line([(u, 0.10), (u, 0.84), (u + 0.10, 0.84), (u + 0.10, 0.10)], 3, "#55585c")
    for x in (-0.27, 0.27):
        c.disc((x, 0.155), 0.055, 0.20, BLACK)
    c.fill(rectangle(0.16, 0.86, 0.30, 0.92), "#16120a")
    for k in range(9):
        c.fill(rectangle(0.17 + k * 0.014, 0.872, 0.178 + k * 0.014, 0.908), "#ffb020", lamp=190)
    for k in range(6):
        c.fill(rectangle(-0.45 + 0.16 * k, 0.30, -0.44 + 0.16 * k, 0.32), AMBER, lamp=40)


def _bus_front(c: Canvas) -> None:
    c.fill(rectangle(-0.5, 0, 0.5, 0.10), TRIM)
    facing_pane(c, [(-0.46, 0.33), (0.46, 0.33), (0.45, 0.80), (-0.45, 0.80)])
    c.line([(-0.4, 0.335), (-0.05, 0.42)], 2, BLACK)
    c.line([(0.05, 0.335), (0.4, 0.42)], 2, BLACK)
    c.fill(rectangle(-0.38, 0.83, 0.38, 0.93), "#16120a")
    for k in range(12):
        u = -0.33 + k * 0.055
        c.fill(rectangle(u, 0.85, u + 0.03, 0.91), "#ffb020", lamp=190)
    for s in (1, -1):
        c.disc((s * 0.38, 0.18), 0.07, 0.035, HEADLAMP, glass=110, lamp=130)
        c.disc((s * 0.25, 0.18), 0.035, 0.024, AMBER, signal=255)
    plate(c, 0.10, 0.12, 0.05)


def _bus_back(c: Canvas) -> None:
    c.fill(rectangle(-0.5, 0, 0.5, 0.10), TRIM)
    facing_pane(c, rectangle(-0.40, 0.56, 0.40, 0.80), 0.0)
    c.fill(rectangle(-0.36, 0.22, 0.36, 0.44), "#202224", paint=60)
    for k in range(8):
        c.line([(-0.34, 0.24 + k * 0.026), (0.34, 0.24 + k * 0.026)], 1, BLACK)
    c.fill(rectangle(-0.2, 0.85, 0.2, 0.92), "#16120a")
    for k in range(5):
        c.fill(rectangle(-0.15 + k * 0.06, 0.86, -0.115 + k * 0.06, 0.91), "#ffb020", lamp=190)
    for turn in (list, mirrored):
        c.fill(turn(rectangle(0.40, 0.16, 0.47, 0.30)), TAILLAMP, glass=110, lamp=90, signal=255)
        c.fill(turn(rectangle(0.40, 0.31, 0.47, 0.36)), AMBER, signal=255)
    plate(c, 0.12, 0.12, 0.05)


def cargo_decals() -> list[Canvas]:
    """A truck's or trailer's box: ribs, a name, reflectors, doors at the back."""
    side, front, back, top = painted(), painted(), painted(), painted(-0.5)
    side.line([(-0.5, 0.03), (0.5, 0.03)], 6, "#8a8d90", metal=160)
    side.line([(-0.5, 0.97), (0.5, 0.97)], 5, "#8a8d90", metal=160)
    for k in range(1, 12):
        side.line([(-0.5 + k / 12, 0.05), (-0.5 + k / 12, 0.95)], 1, "#000000", paint=215)
    side.fill(rectangle(-0.42, 0.30, 0.42, 0.66), "#f2f2ee", paint=120)
    side.fill([(-0.40, 0.33), (-0.36, 0.33), (-0.33, 0.63), (-0.37, 0.63)], "#c2451c")
    for k in range(8):
        u, h = -0.28 + k * 0.083, 0.11 + 0.03 * ((k * 5) % 3)
        side.fill([(u, 0.42), (u + 0.055, 0.42), (u + 0.058, 0.42 + h), (u + 0.006, 0.42 + h)], "#1d3d6e")
    for k in range(16):
        u = -0.5 + k / 16
        side.fill(rectangle(u, 0.05, u + 0.03, 0.08), "#c22020" if k % 2 else "#e8e8e8", lamp=6)
    front.line([(-0.5, 0.03), (0.5, 0.03)], 6, "#8a8d90", metal=160)
    back.line([(-0.5, 0.02), (0.5, 0.02), (0.5, 0.98), (-0.5, 0.98), (-0.5, 0.02)], 10, "#8a8d90", metal=160)
    back.line([(0, 0.02), (0, 0.98)], 3, SEAM)
    for u in (-0.32, -0.12, 0.12, 0.32):
        back.line([(u, 0.06), (u, 0.94)], 3, "#b0b4b8", metal=220)
    for k in range(10):
        u = -0.5 + k / 10
        back.fill(rectangle(u, 0.03, u + 0.06, 0.07), "#c22020" if k % 2 else "#e8e8e8", lamp=8)
    for turn in (list, mirrored):
        back.fill(turn(rectangle(0.39, 0.09, 0.45, 0.15)), TAILLAMP, lamp=90, signal=255)
        back.fill(turn(rectangle(0.455, 0.09, 0.485, 0.15)), AMBER, signal=255)
    top.fill(rectangle(-0.46, -0.42, 0.46, 0.42), "#9a9c9e", paint=120)
    return [side, front, back, top]


def cab_decals() -> list[Canvas]:
    """A truck's cab."""
    side, front, back, top = painted(), painted(), painted(), painted(-0.5)
    side.fill(rectangle(-0.5, 0, 0.5, 0.12), TRIM)
    pane(side, [(-0.22, 0.52), (-0.22, 0.84), (0.22, 0.84), (0.40, 0.55), (0.40, 0.50)], (-0.05,), 0.09)
    side.line([(-0.28, 0.14), (-0.28, 0.88), (0.30, 0.88), (0.45, 0.5), (0.45, 0.14)], 2, SEAM, paint=60)
    side.fill(rectangle(-0.24, 0.44, -0.14, 0.47), BLACK)
    side.disc((0.02, 0.16), 0.31, 0.25, BLACK)
    side.fill(rectangle(0.44, 0.20, 0.5, 0.30), HEADLAMP, glass=110, lamp=70)
    side.fill(rectangle(0.40, 0.33, 0.44, 0.36), AMBER, signal=255)
    front.fill(rectangle(-0.5, 0, 0.5, 0.11), TRIM)
    facing_pane(front, [(-0.43, 0.50), (0.43, 0.50), (0.40, 0.85), (-0.40, 0.85)])
    front.fill(rectangle(-0.28, 0.24, 0.28, 0.43), "#111214")
    for k in range(6):
        front.line([(-0.27, 0.26 + k * 0.03), (0.27, 0.26 + k * 0.03)], 2, "#7b8084", metal=200)
    for turn in (list, mirrored):
        front.fill(turn(rectangle(0.33, 0.20, 0.46, 0.31)), HEADLAMP, glass=110, lamp=130)
        front.fill(turn(rectangle(0.40, 0.335, 0.46, 0.375)), AMBER, signal=255)
    for u in (-0.3, 0.0, 0.3):
        front.fill(rectangle(u - 0.03, 0.93, u + 0.03, 0.95), AMBER, lamp=90)
    plate(front, 0.12, 0.12, 0.06)
    return [side, front, back, top]


def wheel_decals() -> list[Canvas]:
    """A car's wheel in the left half of the side picture, a truck's in the right half; tyres and spokes face +x."""
    side = painted()
    _tyre(side, -0.25)
    side.disc((-0.25, 0.5), 0.155, 0.31, "#1a1b1c")
    for k in range(5):
        _spoke(side, k * 72.0)
    side.line(ellipse((-0.25, 0.5), 0.162, 0.324), 4, "#b4b8bb", metal=200)
    side.disc((-0.25, 0.5), 0.036, 0.072, "#8e9295", metal=200)
    _tyre(side, 0.25)
    side.disc((0.25, 0.5), 0.155, 0.31, "#9a9da0", metal=120)
    side.disc((0.25, 0.5), 0.12, 0.24, "#55585b", metal=80)
    for k in range(8):
        u, v = _round(0.25, k * 45.0, 0.19)
        side.disc((u, v), 0.016, 0.032, "#17181a")
    side.disc((0.25, 0.5), 0.05, 0.10, "#a8abad", metal=160)
    return [side, painted(), painted(), painted(-0.5)]


def _tyre(c: Canvas, u: float) -> None:
    c.fill(rectangle(u - 0.25, 0, u + 0.25, 1), "#151516")
    c.line(ellipse((u, 0.5), 0.205, 0.41), 2, "#2a2a2b")


def _round(u: float, degrees: float, radius: float) -> tuple[float, float]:
    """A place at an angle around a wheel's hub; a wheel is 0.5 wide and 1 high in the picture."""
    a = math.radians(degrees)
    return u + radius / 2 * math.cos(a), 0.5 + radius * math.sin(a)


def _spoke(c: Canvas, degrees: float) -> None:
    near, far = 10.0, 13.0
    corners = [(-near * 2.2, 0.06), (-far, 0.31), (far, 0.31), (near * 2.2, 0.06)]
    c.fill([_round(-0.25, degrees + a, r) for a, r in corners], "#b4b8bb", metal=200)
