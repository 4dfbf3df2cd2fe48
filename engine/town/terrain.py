"""Road, kerbs and the raised ground beside them as meshes."""

import numpy as np
import shapely
from scipy.spatial import Delaunay

from engine.town.mesh import Kind, Mesh, Surface, merge, mesh, quads
from engine.town.streets import CANVAS_M, Array, Plan

KERB_HEIGHT_M = 0.14
FAR_M = 2500.0
GROUND = Surface(Kind.GROUND)


def terrain(plan: Plan) -> Mesh:
    """The whole ground, to the horizon."""
    c, f = CANVAS_M, FAR_M
    road = quads([(0, 0, 0), (c, 0, 0), (c, c, 0), (0, c, 0)], [(0, 1, 2, 3)], GROUND)
    low = KERB_HEIGHT_M
    far = [(-f, -f), (c + f, -f), (c + f, c + f), (-f, c + f), (0, 0), (c, 0), (c, c), (0, c)]
    ring = quads([(x, y, low) for x, y in far], [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)], GROUND)
    return merge([road, ring, *_raised(plan)])


def _raised(plan: Plan) -> list[Mesh]:
    area = shapely.box(0, 0, CANVAS_M, CANVAS_M) - plan.road.simplify(0.01)
    area = shapely.segmentize(area, 1.5)
    kerbs = [_kerb(np.array(ring.coords)) for p in shapely.get_parts(area) for ring in (p.exterior, *p.interiors)]
    points = np.unique(shapely.get_coordinates(area), axis=0)
    triangles = Delaunay(points).simplices
    centre = points[triangles].mean(1)
    triangles = triangles[shapely.contains_xy(area, centre[:, 0], centre[:, 1])]
    a, b, c = (points[triangles[:, i]] for i in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    triangles[turn < 0] = triangles[turn < 0][:, ::-1]
    top = np.column_stack([points, np.full(len(points), KERB_HEIGHT_M)])
    return [mesh(top, triangles, GROUND), *kerbs]


def _kerb(ring: Array) -> Mesh:
    n = len(ring) - 1
    low = np.column_stack([ring[:-1], np.zeros(n)])
    high = np.column_stack([ring[:-1], np.full(n, KERB_HEIGHT_M)])
    k = np.arange(n)
    faces = np.stack([k, (k + 1) % n, (k + 1) % n + n, k + n], -1)
    return quads(np.concatenate([low, high]), faces, GROUND)
