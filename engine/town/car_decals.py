"""What is drawn on cars and vans: panes with seats behind them, lamps, seams, wheel arches, plates, liveries."""

from engine.town.decals import Canvas, ellipse, mirrored, painted, rectangle
from engine.town.vehicle_shapes import Shape

BLACK, SEAM, TRIM = "#0b0c0d", "#101113", "#17181a"
HEADLAMP, TAILLAMP, AMBER = "#e3e9ec", "#a80f12", "#ff8a10"
THROUGH, CABIN, SEAT = "#343c42", "#0d1012", "#08090a"  # daylight from the far windows, what is dark below it, seats
PANE = {"glass": 225}


def car_decals(shape: Shape, livery: str) -> list[Canvas]:
    """The four pictures of a car: side, front, back, top."""
    side, front, back, top = _side(shape), _front(shape), _back(shape), _top(shape)
    if livery:
        _LIVERIES[livery](shape, side, front, back, top)
    return [side, front, back, top]


def pane(c: Canvas, outline: list[tuple[float, float]], seats: tuple[float, ...] = (), seat: float = 0.05) -> None:
    """A window from the side: daylight above, a dark cabin below, seats' backs `seat` wide between."""
    low, high = min(v for _, v in outline), max(v for _, v in outline)
    c.line([*outline, outline[0]], 6, BLACK)
    c.fill(outline, THROUGH, **PANE)
    c.fill(rectangle(-0.5, 0, 0.5, low + 0.30 * (high - low)), CABIN, outline, **PANE)
    for u in seats:
        top = low + 0.62 * (high - low)
        c.fill([(u - seat, 0), (u + 0.4 * seat, 0), (u - 0.2 * seat, top), (u - 1.1 * seat, top)], SEAT, outline, **PANE)
        c.fill(ellipse((u - 0.6 * seat, top + 0.1 * (high - low)), 0.36 * seat, 0.15 * (high - low)), SEAT, outline, **PANE)


def facing_pane(c: Canvas, outline: list[tuple[float, float]], wheel_side: float = 1.0) -> None:
    """A windscreen or rear window seen along the car: two seats against daylight, a dashboard below."""
    low, high = min(v for _, v in outline), max(v for _, v in outline)
    h = high - low
    c.line([*outline, outline[0]], 6, BLACK)
    c.fill(outline, "#22292e", **PANE)
    for u in (0.19, -0.19):
        c.fill(ellipse((u, low + 0.25 * h), 0.105, 0.34 * h), SEAT, outline, **PANE)
        c.fill(ellipse((u, low + 0.66 * h), 0.05, 0.14 * h), SEAT, outline, **PANE)
    c.fill(rectangle(-0.5, -0.2, 0.5, low + 0.16 * h), CABIN, outline, **PANE)
    if wheel_side:
        c.line(ellipse((wheel_side * 0.19, low + 0.2 * h), 0.07, 0.17 * h), 3, "#15181a", **PANE)
        c.fill(rectangle(-0.045, high - 0.17 * h, 0.045, high - 0.07 * h), SEAT, outline, **PANE)


def lamps_at_back(c: Canvas, lamp: list[tuple[float, float]], blink: list[tuple[float, float]]) -> None:
    """A pair of tail lamps that brake, with an indicator in each."""
    for turn in (list, mirrored):
        outline = turn(lamp)
        c.line([*outline, outline[0]], 3, BLACK)
        c.fill(outline, TAILLAMP, glass=90, lamp=90, signal=255)
        c.fill(turn(blink), AMBER, glass=90, signal=255)


def plate(c: Canvas, z: float, half: float = 0.14, high: float = 0.075) -> None:
    """A number plate."""
    c.fill(rectangle(-half, z, half, z + high), "#e8e8e2", lamp=8)
    for k in range(6):
        u = (-0.75 + 0.28 * k) * half
        c.fill(rectangle(u, z + 0.24 * high, u + 0.16 * half, z + 0.76 * high), "#20242c")


def _side(shape: Shape) -> Canvas:
    c = painted()
    aspect = shape.aspect
    c.fill(rectangle(-0.5, 0, 0.5, 0.155), TRIM)
    belt = shape.belt[1][1]
    c.line([(-0.47, belt - 0.13), (0.42, belt - 0.15)], 2, "#000000", paint=200)
    for window in shape.windows:
        near = tuple(x for x in shape.seats if min(u for u, _ in window) - 0.02 < x < max(u for u, _ in window))
        pane(c, list(window), near, 0.16 / aspect)
    for x in shape.doors:
        c.line([(x, 0.17), (x + 0.004, belt), (x - 0.004, belt + 0.03)], 2, SEAM, paint=60)
    for x in shape.doors[:-1]:
        handle = [(x + 0.012, belt - 0.06), (x + 0.05, belt - 0.055), (x + 0.05, belt - 0.03), (x + 0.012, belt - 0.035)]
        c.fill(handle, "#222222", paint=90, metal=120)
    for x in shape.wheels:
        r = shape.wheel_radius
        c.disc((x, r), r * 1.19 / aspect, r * 1.19, BLACK)
    lo, hi = shape.lamp_z
    c.fill([(0.415, hi), (0.5, hi - 0.03), (0.5, lo), (0.455, lo + 0.02)], HEADLAMP, glass=110, lamp=70)
    c.fill([(0.405, hi - 0.01), (0.425, hi - 0.012), (0.45, lo + 0.03), (0.43, lo + 0.04)], AMBER, glass=90, signal=255)
    lo, hi = shape.tail_z
    c.fill([(-0.5, lo), (-0.462, lo + 0.02), (-0.47, hi), (-0.5, hi)], TAILLAMP, glass=90, lamp=80, signal=200)
    c.fill(rectangle(-0.5, 0.20, -0.44, 0.24), SEAM, paint=90)
    return c


def _front(shape: Shape) -> Canvas:
    c = painted()
    lo, hi = shape.lamp_z
    c.fill(rectangle(-0.5, 0, 0.5, 0.17), TRIM)
    c.fill([(-0.30, 0.18), (0.30, 0.18), (0.27, 0.275), (-0.27, 0.275)], BLACK)
    grille = [(-0.25, lo - 0.09), (0.25, lo - 0.09), (0.27, hi - 0.01), (-0.27, hi - 0.01)]
    c.fill(grille, "#090a0b")
    for k in range(5):
        z = lo - 0.075 + k * (hi - lo + 0.08) / 5
        c.line([(-0.25, z), (0.25, z)], 2, "#6d7276", metal=200)
    c.line([*grille, grille[0]], 3, "#9aa0a4", metal=220)
    c.disc((0, (lo + hi) / 2), 0.035, 0.035, "#c6cacc", metal=255)
    lamp = [(0.27, lo), (0.43, lo + 0.03), (0.47, hi + 0.02), (0.30, hi)]
    for turn in (list, mirrored):
        outline = turn(lamp)
        c.line([*outline, outline[0]], 4, BLACK)
        c.fill(outline, HEADLAMP, glass=110, lamp=120)
        c.fill(
            turn([(0.42, lo + 0.025), (0.475, lo + 0.05), (0.49, hi + 0.02), (0.455, hi + 0.01)]), AMBER, glass=90, signal=255
        )
        c.fill(turn([(0.33, 0.21), (0.43, 0.22), (0.43, 0.265), (0.33, 0.26)]), "#2a2c2e", glass=80)
    plate(c, 0.30)
    z = shape.belt[-1][1]
    facing_pane(c, [(-0.38, z + 0.14), (0.38, z + 0.14), (0.33, 0.95), (-0.33, 0.95)])
    return c


def _back(shape: Shape) -> Canvas:
    c = painted()
    lo, hi = shape.tail_z
    c.fill(rectangle(-0.5, 0, 0.5, 0.20), TRIM)
    c.line([(-0.45, 0.36), (0.45, 0.36)], 2, SEAM, paint=60)
    lamps_at_back(c, [(0.31, lo), (0.5, lo - 0.01), (0.5, hi), (0.35, hi)],
                  [(0.34, lo + 0.012), (0.49, lo + 0.008), (0.49, lo + 0.045), (0.345, lo + 0.05)])  # fmt: skip
    for s in (1, -1):
        c.fill([(s * 0.36, 0.21), (s * 0.44, 0.21), (s * 0.44, 0.235), (s * 0.36, 0.235)], "#6a0c0e", lamp=20)
    plate(c, 0.24 if shape.bed else 0.40)
    if shape.bed:
        c.line([(-0.4, 0.34), (-0.4, 0.57), (0.4, 0.57), (0.4, 0.34), (-0.4, 0.34)], 2, SEAM, paint=60)
        c.fill(rectangle(-0.08, 0.49, 0.08, 0.53), BLACK)
    elif shape.rear_window:
        z0, z1 = shape.rear_window_z
        facing_pane(c, [(-0.38, z0), (0.38, z0), (0.33, z1), (-0.33, z1)], 0.0)
        c.line([(0.0, z0 + 0.01), (0.16, z0 + 0.03)], 2, "#050505")
        c.fill(rectangle(-0.10, z1 + 0.005, 0.10, z1 + 0.022), TAILLAMP, signal=255)
    if shape.name in ("van", "shuttle"):
        c.line([(0, 0.2), (0, 0.93)], 2, SEAM)
    return c


def _top(shape: Shape) -> Canvas:
    c = painted(-0.5)
    foot, head = shape.windscreen
    glass = [(foot, -0.42), (head, -0.325), (head, 0.325), (foot, 0.42)]
    c.line([*glass, glass[0]], 5, BLACK)
    c.fill(glass, "#1d2327", **PANE)
    dash = foot - 0.3 * (foot - head)
    c.fill([(foot, -0.42), (dash, -0.40), (dash, 0.40), (foot, 0.42)], CABIN, glass, **PANE)
    for v in (0.19, -0.19):
        c.fill(ellipse((head + 0.012, v), 0.022, 0.10), SEAT, glass, **PANE)
    c.line(ellipse((dash - 0.01, 0.19), 0.012, 0.075), 3, "#15181a", **PANE)
    if shape.rear_window:
        head, foot = shape.rear_window
        glass = [(foot, -0.36), (head, -0.32), (head, 0.32), (foot, 0.36)]
        c.fill(glass, "#161b1f", **PANE)
        for v in (0.19, -0.19):
            c.fill(ellipse((head - 0.008, v), 0.02, 0.09), SEAT, glass, **PANE)
    x = shape.windscreen[0] + 0.012
    c.line([(x, -0.40), (0.40, -0.37), (0.47, -0.30), (0.47, 0.30), (0.40, 0.37), (x, 0.40)], 2, SEAM, paint=80)
    if shape.bed:
        c.fill(rectangle(-0.485, -0.40, -0.16, 0.40), "#15161a")
        for k in range(9):
            v = -0.36 + k * 0.09
            c.line([(-0.48, v), (-0.165, v)], 2, "#24262a")
    return c


# ------------------------------------------------------------------------------------------------------ liveries


def _chequers(c: Canvas, v0: float, v1: float, u0: float, u1: float, colours: tuple[str, str], columns: int) -> None:
    step, middle = (u1 - u0) / columns, (v0 + v1) / 2
    for k in range(columns):
        a, b = (colours[0], colours[1]) if k % 2 else (colours[1], colours[0])
        c.fill(rectangle(u0 + k * step, v0, u0 + (k + 1) * step, middle), a, lamp=6)
        c.fill(rectangle(u0 + k * step, middle, u0 + (k + 1) * step, v1), b, lamp=6)


def _redo_arches(shape: Shape, side: Canvas) -> None:
    for x in shape.wheels:
        side.disc((x, shape.wheel_radius), shape.wheel_radius * 1.19 / shape.aspect, shape.wheel_radius * 1.19, BLACK)


def _taxi(shape: Shape, side: Canvas, front: Canvas, back: Canvas, top: Canvas) -> None:
    belt = shape.belt[1][1]
    _chequers(side, belt - 0.17, belt - 0.10, -0.40, 0.38, ("#111111", "#f2efe4"), 26)


def _police(shape: Shape, side: Canvas, front: Canvas, back: Canvas, top: Canvas) -> None:
    belt = shape.belt[1][1]
    side.fill([(-0.47, belt - 0.24), (0.46, belt - 0.26), (0.46, belt - 0.09), (-0.47, belt - 0.07)], "#123c9c", lamp=5)
    side.fill([(-0.47, belt - 0.26), (0.46, belt - 0.28), (0.46, belt - 0.255), (-0.47, belt - 0.235)], "#e9e63c", lamp=6)
    for k in range(6):
        side.fill(rectangle(-0.115 + 0.04 * k, belt - 0.20, -0.09 + 0.04 * k, belt - 0.13), "#f4f4f0", lamp=5)
    _redo_arches(shape, side)
    back.fill(rectangle(-0.42, 0.25, 0.42, 0.34), "#123c9c", lamp=5)
    top.fill(rectangle(0.33, -0.30, 0.37, 0.30), "#123c9c")


def _ambulance(shape: Shape, side: Canvas, front: Canvas, back: Canvas, top: Canvas) -> None:
    _chequers(side, 0.30, 0.46, -0.49, 0.40, ("#e2e83a", "#1f7a4a"), 14)
    side.fill(rectangle(-0.30, 0.60, -0.12, 0.86), "#f4f4f2")
    for a, b in ((0.018, 0.11), (0.050, 0.036)):
        side.fill(rectangle(-0.21 - a, 0.73 - b, -0.21 + a, 0.73 + b), "#c81e22")
    _redo_arches(shape, side)
    _chequers(back, 0.22, 0.36, -0.46, 0.46, ("#e2e83a", "#1f7a4a"), 8)
    _chequers(front, 0.44, 0.50, -0.40, 0.40, ("#e2e83a", "#1f7a4a"), 8)


def _parcels(shape: Shape, side: Canvas, front: Canvas, back: Canvas, top: Canvas) -> None:
    side.fill([(-0.47, 0.22), (-0.20, 0.22), (0.02, 0.94), (-0.47, 0.94)], "#e8a21c")
    side.fill([(-0.20, 0.22), (-0.155, 0.22), (0.065, 0.94), (0.02, 0.94)], "#f4f2ec")
    for k in range(7):
        side.fill(rectangle(-0.43 + 0.052 * k, 0.60, -0.395 + 0.052 * k, 0.60 + 0.10 + 0.03 * (k % 3 == 1)), "#2a1a10")
    _redo_arches(shape, side)
    back.fill(rectangle(-0.44, 0.40, 0.44, 0.52), "#e8a21c")


_LIVERIES = {"taxi": _taxi, "police": _police, "ambulance": _ambulance, "parcels": _parcels}
