"""Bodies of vehicles: skins lofted through cross-sections of an outline, boxes with rounded edges; each with its decals."""

import math

import numpy as np

from editor.geometry import Vec3
from engine.town.decals import BACK, FRONT, SIDE, TOP
from engine.town.mesh import Colour, Kind, Mesh, Surface, face_normals, loft
from engine.town.vehicle_decals import index
from engine.town.vehicle_shapes import Profile, Shape

DARK = Surface(Kind.PLAIN, (0.01, 0.01, 0.011))
CHASSIS = Surface(Kind.PLAIN, (0.03, 0.03, 0.032))
BODY_WIDTH = 0.93  # of the box; mirrors have the rest
STATIONS = np.array([-0.5, -0.493, -0.478, -0.45, -0.405, -0.35, -0.29, -0.22, -0.15, -0.08, 0.0, 0.06, 0.11, 0.16, 0.21, 0.26,
                     0.31, 0.36, 0.41, 0.45, 0.478, 0.493, 0.5])  # fmt: skip


def monotone(points: Profile, x: float) -> float:
    """A curve through points (x rising) at a place, which never overshoots them (Fritsch and Carlson, 1980)."""
    k = min(max(next((i for i, (px, _) in enumerate(points) if px >= x), len(points) - 1), 1), len(points) - 1)
    rise = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(points, points[1:], strict=False)]
    (x0, z0), (x1, z1) = points[k - 1], points[k]
    h = x1 - x0
    m0, m1 = (_tangent(rise, points, i) for i in (k - 1, k))
    t = min(max((x - x0) / h, 0.0), 1.0)
    return z0 * (1 + 2 * t) * (1 - t) ** 2 + h * m0 * t * (1 - t) ** 2 + z1 * t * t * (3 - 2 * t) + h * m1 * t * t * (t - 1)


def _tangent(rise: list[float], points: Profile, i: int) -> float:
    """The weighted harmonic mean of the rises to both sides; 0 at a turning point."""
    if i in (0, len(points) - 1):
        return rise[min(i, len(rise) - 1)]
    a, b = rise[i - 1], rise[i]
    if a * b <= 0:
        return 0.0
    h0, h1 = points[i][0] - points[i - 1][0], points[i + 1][0] - points[i][0]
    return 3 * (h0 + h1) / ((2 * h1 + h0) / a + (h1 + 2 * h0) / b)


def _section(shape: Shape, width: float, height: float, x: float) -> np.ndarray:
    """Half a cross-section (k, 2) of (y, z) at a station, from the middle of the floor to the middle of the roof."""
    end = abs(2 * x)
    w = width / 2 * (1 - shape.corner * end**shape.round_power)
    z_top = monotone(shape.top, x) * height
    z_low = (0.115 + 0.12 * max(0.0, (end - 0.86) / 0.14) ** 2) * height
    z_belt = max(min(monotone(shape.belt, x) * height, z_top - 0.04 * height), z_low + 0.05 * height)
    z_mid = z_low + 0.62 * (z_belt - z_low)
    rise = max(z_top - z_belt, 0.0) / (0.4 * height)
    w_roof = w * (0.975 - 2 * shape.tumble * min(rise, 1.0))
    z_edge = max(z_top - 0.035 * height, z_belt + 0.4 * (z_top - z_belt))
    glass = [(w * 0.975 + s * (w_roof - w * 0.975), z_belt + s * (z_edge - z_belt)) for s in (0.05, 0.55, 1.0)]
    low = [(0, z_low), (0.9 * w, z_low), (0.99 * w, z_low + 0.3 * (z_mid - z_low)), (w, z_mid)]
    shoulder = [(0.992 * w, z_mid + 0.7 * (z_belt - z_mid)), (0.975 * w, z_belt)]
    roof = [(0.92 * w_roof, z_top - 0.012 * height), (0.6 * w_roof, z_top - 0.002 * height), (0, z_top)]
    return np.array(low + shoulder + glass + roof)


def decal_surfaces(name: str, paint: Colour, low: Vec3, size: Vec3) -> tuple[Surface, ...]:
    """The four surfaces, side, front, back and top, of a body whose floor's middle is `low`, with a size."""
    first = index()[name]
    return tuple(Surface(Kind.VEHICLE, paint, 0.0, (first + view, *low, *size)) for view in (SIDE, FRONT, BACK, TOP))


def with_decals(body: Mesh, name: str, paint: Colour, low: Vec3, size: Vec3, steep: float = 0.42) -> Mesh:
    """A body whose triangles take the decal that faces their way; what is less steep than `steep` counts as top."""
    n = face_normals(body.points, body.triangles)
    n = n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)
    x, y, z = np.abs(n[:, 0]), np.abs(n[:, 1]), n[:, 2]
    view = np.where((y > x) & (y > 0.85 * z), SIDE, np.where(z > steep, TOP, np.where(n[:, 0] > 0, FRONT, BACK))).astype(
        np.int32
    )
    view[n[:, 2] < -0.8] = 4
    surfaces = (*decal_surfaces(name, paint, low, size), CHASSIS)
    return Mesh(body.points, body.triangles, body.normals, body.rest, view, surfaces)


def car_body(shape: Shape, decals: str, size: Vec3, paint: Colour) -> Mesh:
    """A car's skin, its floor's middle at the box's, as long and high as `size` and nearly as wide."""
    length, width, height = size
    stations = np.unique(np.concatenate([STATIONS, shape.windscreen, [p[0] for p in shape.top if -0.2 < p[0] < -0.09]]))
    rings = []
    for x in stations.tolist():
        half = _section(shape, width * BODY_WIDTH, height, x)
        ring = np.concatenate([half, (half * (-1, 1))[-2:0:-1]])
        rings.append(np.column_stack([np.full(len(ring), x * length), ring]))
    skin = np.array(rings)
    skin[..., 2] -= height / 2
    return with_decals(loft(skin, DARK, 32.0), decals, paint, (0.0, 0.0, -height / 2), (length, width, height))


def rounded_box(low: Vec3, high: Vec3, bevel: float, surface: Surface = DARK, steps: int = 3) -> Mesh:
    """A box along x whose edges are rounded."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    corner = [(1 - math.sin(a), 1 - math.cos(a)) for a in np.linspace(0, math.pi / 2, steps).tolist()]
    half = [(y1 - bevel * a, z0 + bevel * b) for a, b in corner] + [(y1 - bevel * a, z1 - bevel * b) for a, b in corner[::-1]]
    full = half + [(y0 + y1 - y, z) for y, z in half[::-1]]
    cy, cz = (y0 + y1) / 2, (z0 + z1) / 2
    rings = []
    for x, inset in ((x0, bevel), (x0 + 0.3 * bevel, 0.3 * bevel), (x0 + bevel, 0.0), (x1 - bevel, 0.0),
                     (x1 - 0.3 * bevel, 0.3 * bevel), (x1, bevel)):  # fmt: skip
        sy, sz = 1 - 2 * inset / (y1 - y0), 1 - 2 * inset / (z1 - z0)
        rings.append([(x, cy + (y - cy) * sy, cz + (z - cz) * sz) for y, z in full])
    return loft(np.array(rings), surface, 35.0)


def decal_box(low: Vec3, high: Vec3, bevel: float, name: str, paint: Colour) -> Mesh:
    """A rounded box with decals that fill its sides."""
    size = (high[0] - low[0], high[1] - low[1], high[2] - low[2])
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2])
    return with_decals(rounded_box(low, high, bevel), name, paint, middle, size, 0.7)
