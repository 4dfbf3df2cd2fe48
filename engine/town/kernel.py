"""`engine.town.descent` as one Triton kernel: each ray goes down the tree by itself, without a step of torch between.

The same tree, the same way through it, the same triangles. It runs on CUDA, and nothing imports it unless `triton` is asked
for by name. A block is one warp, one ray to a thread: rays that end early wait for those of their own warp alone.
"""

import torch
import triton
import triton.language as tl

from engine.town.bvh import Bvh
from engine.town.descent import FLAT, Met

BLOCK = 32


def nearest(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, within: torch.Tensor) -> Met:
    """The first triangle of each ray (n, 3) nearer than `within` (n,), in units of its direction."""
    return _descended(tree, origins, directions, within, any_hit=False)


def blocked(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, within: torch.Tensor) -> torch.Tensor:
    """Whether each ray meets any triangle nearer than `within` (n,); (n,) bool."""
    return _descended(tree, origins, directions, within, any_hit=True).triangle >= 0


def _descended(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, within: torch.Tensor, any_hit: bool) -> Met:
    distance = within.float().clone().contiguous()
    row = torch.full_like(distance, -1, dtype=torch.int32)
    uv = distance.new_zeros(len(distance), 2)
    if len(distance):
        _descend[(triton.cdiv(len(distance), BLOCK),)](
            tree.boxes, tree.leaves, origins.expand_as(directions).contiguous(), directions.contiguous(), distance, row, uv,
            len(distance), 1 << tree.depth, FLAT=FLAT, LEAF=tree.leaf, ANY=any_hit, BLOCK=BLOCK, num_warps=1,
        )  # fmt: skip
    number = tree.numbers.index_select(0, row.clamp(min=0).long())
    return Met(distance, torch.where(row >= 0, number, -1), uv)


@triton.jit
def _through(box, there, ox, oy, oz, ix, iy, iz, best):  # noqa: ANN001  (Triton's values have no types to name)
    """Where rays enter and leave the boxes at pointers `box`."""
    ax = (tl.load(box, mask=there, other=0.0) - ox) * ix
    ay = (tl.load(box + 1, mask=there, other=0.0) - oy) * iy
    az = (tl.load(box + 2, mask=there, other=0.0) - oz) * iz
    bx = (tl.load(box + 3, mask=there, other=0.0) - ox) * ix
    by = (tl.load(box + 4, mask=there, other=0.0) - oy) * iy
    bz = (tl.load(box + 5, mask=there, other=0.0) - oz) * iz
    enter = tl.maximum(tl.maximum(tl.minimum(ax, bx), tl.minimum(ay, by)), tl.minimum(az, bz))
    leave = tl.minimum(tl.minimum(tl.maximum(ax, bx), tl.maximum(ay, by)), tl.maximum(az, bz))
    return tl.maximum(enter, 0.0), tl.minimum(leave, best)


@triton.jit
def _crossing(corner, there, ox, oy, oz, dx, dy, dz, FLAT: tl.constexpr):  # noqa: ANN001
    """Where rays cross the triangles at pointers `corner` (Möller and Trumbore, 1997), and whether they do."""
    e1x, e1y, e1z = (tl.load(corner + 3, mask=there, other=0.0), tl.load(corner + 4, mask=there, other=0.0),
                     tl.load(corner + 5, mask=there, other=0.0))  # fmt: skip
    e2x, e2y, e2z = (tl.load(corner + 6, mask=there, other=0.0), tl.load(corner + 7, mask=there, other=0.0),
                     tl.load(corner + 8, mask=there, other=0.0))  # fmt: skip
    px, py, pz = dy * e2z - dz * e2y, dz * e2x - dx * e2z, dx * e2y - dy * e2x
    determinant = e1x * px + e1y * py + e1z * pz
    solid = tl.abs(determinant) >= FLAT
    inverse = 1.0 / tl.where(solid, determinant, 1.0)
    sx = ox - tl.load(corner, mask=there, other=0.0)
    sy = oy - tl.load(corner + 1, mask=there, other=0.0)
    sz = oz - tl.load(corner + 2, mask=there, other=0.0)
    u = (sx * px + sy * py + sz * pz) * inverse
    qx, qy, qz = sy * e1z - sz * e1y, sz * e1x - sx * e1z, sx * e1y - sy * e1x
    v = (dx * qx + dy * qy + dz * qz) * inverse
    t = (e2x * qx + e2y * qy + e2z * qz) * inverse
    return t, u, v, there & solid & (u >= 0.0) & (v >= 0.0) & (u + v <= 1.0) & (t > 0.0)


@triton.jit
def _inverse(d):  # noqa: ANN001
    """One over a direction's part, which must not be 0."""
    return 1.0 / tl.where(tl.abs(d) < 1e-12, tl.where(d < 0.0, -1e-12, 1e-12), d)


@triton.jit
def _descend(
    boxes, leaves, origins, directions, distance, row_of, uv, count, first_leaf,  # noqa: ANN001
    FLAT: tl.constexpr, LEAF: tl.constexpr, ANY: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """`distance` (n,) holds how far rays may go, and then how far they went; `row_of` and `uv` the row of `leaves` they hit."""
    ray = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    real = ray < count
    ox, oy, oz = (tl.load(origins + 3 * ray, mask=real, other=0.0), tl.load(origins + 3 * ray + 1, mask=real, other=0.0),
                  tl.load(origins + 3 * ray + 2, mask=real, other=0.0))  # fmt: skip
    dx, dy, dz = (tl.load(directions + 3 * ray, mask=real, other=1.0), tl.load(directions + 3 * ray + 1, mask=real, other=1.0),
                  tl.load(directions + 3 * ray + 2, mask=real, other=1.0))  # fmt: skip
    ix, iy, iz = _inverse(dx), _inverse(dy), _inverse(dz)
    best = tl.load(distance + ray, mask=real, other=0.0)
    found = tl.full([BLOCK], -1, tl.int32)
    at_u, at_v = tl.zeros([BLOCK], tl.float32), tl.zeros([BLOCK], tl.float32)
    node = tl.where(real, 1, 0).to(tl.int32)
    trail = tl.zeros([BLOCK], tl.int32)
    while tl.max(node, 0) > 0:
        inner = (node > 0) & (node < first_leaf)
        end = node >= first_leaf
        box = boxes + node.to(tl.int64) * 12
        a0, a1 = _through(box, inner, ox, oy, oz, ix, iy, iz, best)
        b0, b1 = _through(box + 6, inner, ox, oy, oz, ix, iy, iz, best)
        left, right = inner & (a0 <= a1), inner & (b0 <= b1)
        both = left & right
        second = right & ((b0 < a0) | ~left)
        if tl.max(end.to(tl.int32), 0) > 0:
            for k in tl.static_range(LEAF):
                row = (node - first_leaf) * LEAF + k
                corner = leaves + row.to(tl.int64) * 9
                t, u, v, hit = _crossing(corner, end, ox, oy, oz, dx, dy, dz, FLAT)
                hit = hit & (t < best)
                best = tl.where(hit, t, best)
                found = tl.where(hit, row, found)
                at_u, at_v = tl.where(hit, u, at_u), tl.where(hit, v, at_v)
        down = left | right
        grown = 2 * trail + both.to(tl.int32)
        stopped = tl.where(end, trail, grown)
        if ANY:
            stopped = tl.where(found >= 0, 0, stopped)
        last = stopped & -stopped
        up = (tl.log2(tl.where(last > 0, last, 1).to(tl.float32)) + 0.5).to(tl.int32)
        below = tl.where(end, node, 2 * node)
        back = tl.where(stopped > 0, (below >> up) ^ 1, 0)
        node = tl.where(down, 2 * node + second.to(tl.int32), tl.where(node > 0, back, 0))
        trail = tl.where(down, grown, tl.where(stopped > 0, (stopped >> up) ^ 1, 0))
    tl.store(distance + ray, best, mask=real)
    tl.store(row_of + ray, found, mask=real)
    tl.store(uv + 2 * ray, at_u, mask=real)
    tl.store(uv + 2 * ray + 1, at_v, mask=real)
