"""Vehicles as meshes: bodies lofted from their outlines, wheels that turn, mirrors; in the box's own frame."""

import math
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from engine.town.decals import BACK, FRONT, SIDE, TOP
from engine.town.mesh import Colour, Kind, Mesh, Surface, box, disc_wheel, loft, merge, mesh, rgb
from engine.town.vehicle_decals import index
from engine.town.vehicle_shapes import HATCH, PICKUP, SEDAN, SUV, VAN, Profile, Shape

Size = tuple[float, float, float]
TYRE = Surface(Kind.PLAIN, (0.012, 0.012, 0.013), params=(0.2,))
HUB_COLOUR = (0.42, 0.43, 0.45)
DARK = Surface(Kind.PLAIN, (0.01, 0.01, 0.011))
CHASSIS = Surface(Kind.PLAIN, (0.03, 0.03, 0.032))


def _curve(profile: Profile) -> PchipInterpolator:
    x, z = np.array(profile).T
    return PchipInterpolator(x, z)


def _section(shape: Shape, width: float, height: float, x: float) -> np.ndarray:
    """Half a cross-section (k, 2) of (y, z) at a station, from the middle of the floor to the middle of the roof."""
    end = abs(2 * x)
    w = width / 2 * (1 - shape.corner * end**shape.round_power)
    z_top = float(_curve(shape.top)(x)) * height
    lift = 0.12 * max(0.0, (end - 0.86) / 0.14) ** 2
    z_low = (0.115 + lift) * height
    z_belt = max(min(float(_curve(shape.belt)(x)) * height, z_top - 0.04 * height), z_low + 0.05 * height)
    z_mid = z_low + 0.62 * (z_belt - z_low)
    rise = max(z_top - z_belt, 0.0) / (0.4 * height)
    w_roof = w * (0.975 - 2 * shape.tumble * min(rise, 1.0))
    z_edge = max(z_top - 0.035 * height, z_belt + 0.4 * (z_top - z_belt))
    glass = [(w * 0.975 + s * (w_roof - w * 0.975), z_belt + s * (z_edge - z_belt)) for s in (0.04, 0.35, 0.7, 1.0)]
    return np.array(
        [
            (0, z_low),
            (0.8 * w, z_low),
            (0.95 * w, z_low + 0.02 * height),
            (0.995 * w, z_low + 0.5 * (z_mid - z_low)),
            (w, z_mid),
        ]
        + [(0.992 * w, z_mid + 0.7 * (z_belt - z_mid)), (0.975 * w, z_belt)]
        + glass
        + [(0.93 * w_roof, z_top - 0.012 * height), (0.75 * w_roof, z_top - 0.003 * height), (0.4 * w_roof, z_top), (0, z_top)]
    )


def decal_surfaces(name: str, paint: Colour, low: tuple[float, float, float], size: Size) -> tuple[Surface, ...]:
    """The four surfaces, side, front, back and top, of a body from `low` (x, y, z) with a size."""
    first = index()[name]
    return tuple(Surface(Kind.VEHICLE, paint, 0.0, (first + view, *low, *size)) for view in (SIDE, FRONT, BACK, TOP))


def with_decals(body: Mesh, name: str, paint: Colour, low: tuple[float, float, float], size: Size, steep: float = 0.42) -> Mesh:
    """A body whose triangles take the decal that faces their way; what is steeper than `steep` counts as side."""
    n = body.normals.mean(1)
    n = n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)
    view = np.where(np.abs(n[:, 1]) > np.abs(n[:, 0]), SIDE, np.where(n[:, 0] > 0, FRONT, BACK))
    view = np.where(n[:, 2] > steep, TOP, view).astype(np.int32)
    view[n[:, 2] < -0.8] = 4
    surfaces = (*decal_surfaces(name, paint, low, size), CHASSIS)
    return Mesh(body.points, body.triangles, body.normals, body.rest, view, surfaces)


def _body(shape: Shape, size: Size, paint: Colour) -> Mesh:
    length, width, height = size
    ends = 0.5 - 0.5 * np.array([0.0, 0.008, 0.022, 0.045, 0.075, 0.11])
    inner = np.linspace(-0.43, 0.43, 27)
    stations = np.unique(np.concatenate([-ends, inner, ends, [shape.windscreen[0], shape.windscreen[1]]]))
    width *= 0.93
    rings = []
    for x in stations:
        half = _section(shape, width, height, x)
        ring = np.concatenate([half, (half * (-1, 1))[-2:0:-1]])
        rings.append(np.column_stack([np.full(len(ring), x * length), ring]))
    rings = np.array(rings)
    rings[..., 2] -= height / 2
    body = loft(rings, DARK, 32.0)
    return with_decals(body, shape.name, paint, (0.0, 0.0, -height / 2), (length, width, height))


def _wheel(x: float, y: float, radius: float, width: float, turn: float, height: float) -> Mesh:
    """A wheel at its axle, turned by an angle."""
    c, s = math.cos(turn), math.sin(turn)
    turned = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return _unturned_wheel(radius, width, math.copysign(1.0, y)).moved(turned, (x, y, radius - height / 2))


@lru_cache(maxsize=256)
def _unturned_wheel(radius: float, width: float, out: float) -> Mesh:
    """A tyre with a spoked hub on the side that `out` points to."""
    hub = Surface(Kind.METAL, HUB_COLOUR)
    face = out * width * 0.47
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(20), -np.sin(angle) * out], -1)
    inner = np.array([ring * radius * r + (0, face - out * d, 0) for r, d in ((0.66, 0.0), (0.60, 0.025), (0.1, 0.03))])
    rim = np.array([ring * radius * r + (0, face + out * 0.006 * (r < 0.66), 0) for r in (0.67, 0.62)])
    parts = [disc_wheel((0, 0, 0), radius, width, TYRE), loft(inner, DARK, 30.0), loft(rim, hub, 30.0, capped=False)]
    for k in range(5):
        a = 2 * np.pi * k / 5
        d, across = np.array([np.cos(a), 0, np.sin(a)]), np.array([-np.sin(a), 0, np.cos(a)])
        parts.append(_spoke(d, across, radius, face, out, hub))
    return merge(parts)


def _spoke(d: np.ndarray, across: np.ndarray, radius: float, face: float, out: float, hub: Surface) -> Mesh:
    y = np.array([0, face + out * 0.008, 0])
    near, far = d * radius * 0.06, d * radius * 0.64
    points = [
        near - across * radius * 0.09,
        near + across * radius * 0.09,
        far + across * radius * 0.11,
        far - across * radius * 0.11,
    ]
    triangles = [(0, 2, 1), (0, 3, 2)] if out > 0 else [(0, 1, 2), (0, 2, 3)]
    return mesh(np.array(points) + y, triangles, hub)


def _wheels(size: Size, axles: tuple[float, ...], radius: float, turn: float) -> list[Mesh]:
    length, width, height = size
    y = width * 0.93 / 2 - 0.11
    return [_wheel(x * length, s * y, radius, 0.23, turn, height) for x in axles for s in (1, -1)]


def _mirrors(shape: Shape, size: Size, paint: Colour) -> list[Mesh]:
    length, width, height = size
    x = (shape.windscreen[0] - 0.055) * length
    z = (shape.belt[-2][1] + 0.06) * height - height / 2
    y0, y1 = width * 0.45, width * 0.499
    shell = Surface(Kind.METAL, tuple(0.6 * c for c in paint))
    return [box((x - 0.05, min(s * y0, s * y1), z), (x + 0.07, max(s * y0, s * y1), z + 0.12), shell) for s in (1, -1)]


def shape_of(category: str, size: Size) -> Shape | str:
    """Which outline a vehicle has, by its category and its size."""
    length, _, height = size
    if category.startswith("vehicle.bus"):
        return "bus"
    if category in ("vehicle.trailer", "vehicle.truck", "vehicle.construction", "vehicle.emergency.ambulance"):
        return PICKUP if category == "vehicle.truck" and height < 2.15 else "truck"
    if height > 1.98:
        return VAN
    if height > 1.62:
        return PICKUP if length > 5.15 else SUV
    return HATCH if length < 4.35 else SEDAN


@lru_cache(maxsize=256)
def _still(shape: Shape, size: Size, paint: Colour) -> Mesh:
    return merge([_body(shape, size, paint), *_mirrors(shape, size, paint)])


def wheel_radius(shape: Shape, size: Size) -> float:
    """Metres."""
    return min(shape.wheel_radius * size[2], 0.40)


def car(shape: Shape, size: Size, paint: Colour, distance: float) -> Mesh:
    """A car that has driven a distance."""
    radius = wheel_radius(shape, size)
    return merge([_still(shape, size, paint), *_wheels(size, shape.wheels, radius, distance / radius)])


def _rounded_box(low: tuple[float, float, float], high: tuple[float, float, float], bevel: float) -> Mesh:
    """A box along x whose edges are rounded."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    corner = [(1 - math.sin(a), 1 - math.cos(a)) for a in np.linspace(0, math.pi / 2, 4)]
    yz = [(y1 - bevel * a, z0 + bevel * b) for a, b in corner[::-1]] + [(y1 - bevel * a, z1 - bevel * b) for a, b in corner]
    half = [(y, z) for y, z in yz]
    full = half + [(y0 + y1 - y, z) for y, z in half[::-1]]
    rings = []
    for x, inset in (
        (x0, bevel),
        (x0 + 0.3 * bevel, 0.3 * bevel),
        (x0 + bevel, 0),
        (x1 - bevel, 0),
        (x1 - 0.3 * bevel, 0.3 * bevel),
        (x1, bevel),
    ):
        cy, cz = (y0 + y1) / 2, (z0 + z1) / 2
        sy, sz = 1 - 2 * inset / (y1 - y0), 1 - 2 * inset / (z1 - z0)
        rings.append([(x, cy + (y - cy) * sy, cz + (z - cz) * sz) for y, z in full])
    return loft(np.array(rings), DARK, 35.0)


@lru_cache(maxsize=64)
def _bus_still(size: Size, paint: Colour) -> Mesh:
    length, width, height = size
    half = width * 0.47
    low, high = (-length / 2, -half, 0.28 - height / 2), (length / 2, half, height / 2 - 0.12)
    body = _rounded_box(low, high, 0.16)
    body = with_decals(body, "bus", paint, (0.0, 0.0, low[2]), (length, 2 * half, high[2] - low[2]), 0.7)
    pod = Surface(Kind.PLAIN, (0.55, 0.56, 0.56))
    parts = [body, box((-0.35 * length, -0.3 * width, high[2]), (-0.05 * length, 0.3 * width, height / 2), pod)]
    parts += [box((0.485 * length, s * half - 0.04, 0.1), (0.5 * length, s * half + 0.07, 0.5), DARK) for s in (1, -1)]
    return merge(parts)


@lru_cache(maxsize=64)
def _truck_still(size: Size, paint: Colour, cargo: Colour) -> Mesh:
    length, width, height = size
    half = width * 0.47
    cab_length = min(2.1, 0.3 * length)
    x = length / 2 - cab_length
    low = (x, -half, 0.38 - height / 2)
    cab_top = min(0.86 * height, 2.75) - height / 2
    cab = _rounded_box(low, (length / 2, half, cab_top), 0.2)
    cab = with_decals(cab, "cab", paint, (x + cab_length / 2, 0.0, low[2]), (cab_length, 2 * half, cab_top - low[2]), 0.7)
    floor = 0.95 - height / 2
    body = _rounded_box((-length / 2, -half * 1.02, floor), (x - 0.12, half * 1.02, height / 2), 0.05)
    middle, span = (x - 0.12 - length / 2) / 2, x - 0.12 + length / 2
    body = with_decals(body, "cargo", cargo, (middle, 0.0, floor), (span, 2.04 * half, height / 2 - floor), 0.7)
    frame = box((-length / 2 + 0.1, -0.45, 0.5 - height / 2), (x + 0.2, 0.45, floor + 0.05), CHASSIS)
    bumper = box((-length / 2, -half * 0.95, 0.42 - height / 2), (-length / 2 + 0.1, half * 0.95, 0.58 - height / 2), DARK)
    guard = [
        box(
            (-0.2 * length, min(s * half * 0.9, s * half), 0.5 - height / 2),
            (0.12 * length, max(s * half * 0.9, s * half), 0.85 - height / 2),
            CHASSIS,
        )
        for s in (1, -1)
    ]
    mirrors = [
        box((length / 2 - 0.35, min(s * half, s * width / 2), 0.0), (length / 2 - 0.2, max(s * half, s * width / 2), 0.5), DARK)
        for s in (1, -1)
    ]
    return merge([cab, body, frame, bumper, *guard, *mirrors])


def bus(size: Size, paint: Colour, distance: float) -> Mesh:
    """A city bus that has driven a distance."""
    return merge([_bus_still(size, paint), *_wheels(size, (-0.27, 0.27), 0.48, distance / 0.48)])


def truck(size: Size, paint: Colour, cargo: Colour, distance: float) -> Mesh:
    """A truck with a box body that has driven a distance."""
    length = size[0]
    cab_axle = 0.5 - 0.5 * min(2.1, 0.3 * length) / length
    axles = (-0.27, cab_axle) if length < 9 else (-0.33, -0.22, cab_axle)
    radius = min(0.48, 0.17 * size[2])
    return merge([_truck_still(size, paint, cargo), *_wheels(size, axles, radius, distance / radius)])


PAINTS = ("#e9eaea", "#d6d8da", "#101214", "#16181b", "#6b6f73", "#9ea3a6", "#3d4145", "#7a1416", "#a31d1a", "#1b2f52",
          "#24436e", "#1f3a2c", "#4b3b2e", "#c8b89a", "#5a6b7a", "#b7bdc1", "#2f5f8a", "#8c8576")  # fmt: skip
BUS_PAINTS = ("#b3261e", "#1f4e8c", "#e0a21b", "#2a6b4a", "#dfe2e2")
CARGO_PAINTS = ("#e4e4e0", "#d9dcdc", "#c9b890", "#8fa3b5", "#e6e1d2")


def paint_of(codes: tuple[str, ...], pick: float) -> Colour:
    """One of a palette by a die in [0, 1)."""
    return rgb(codes[int(pick * len(codes)) % len(codes)])
