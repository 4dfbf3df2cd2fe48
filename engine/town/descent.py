"""What rays hit, in torch alone and on any device: each ray's way down and up a tree of boxes, all rays step by step.

A ray goes to the nearer child that it meets and notes in one bit per level that the other is still to be seen, so it needs no
stack: going up is a shift to the last such bit (Barringer and Akenine-Möller, "Dynamic stackless binary tree traversal",
2013, with the nodes of a perfect tree in its heap order). Triangles are met as by Möller and Trumbore (1997).
"""

import math
from dataclasses import dataclass

import torch

from engine.town.bvh import Bvh
from engine.town.columns import index_of

RUN = 1 << 17  # rays that go down at once on a CPU, so that what they carry stays in its caches
FLAT = 1e-20  # a determinant that is no triangle's


@dataclass(frozen=True, eq=False)
class Met:
    """Where rays meet one tree first: how far (inf: nowhere), which triangle, and where in it."""

    distance: torch.Tensor  # (n,)
    triangle: torch.Tensor  # (n,) int64
    uv: torch.Tensor  # (n, 2)


def nearest(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, within: torch.Tensor) -> Met:
    """The first triangle of each ray (n, 3) nearer than `within` (n,), in units of its direction."""
    met = Met(within.clone(), torch.full_like(within, -1, dtype=torch.int64), within.new_zeros(len(within), 2))
    for run in torch.arange(len(within), device=within.device).split(RUN if within.device.type == "cpu" else len(within) or 1):
        _descend(tree, origins, directions, met, run, any_hit=False)
    return met


def blocked(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, within: torch.Tensor) -> torch.Tensor:
    """Whether each ray meets any triangle nearer than `within` (n,); (n,) bool."""
    met = Met(within.clone(), torch.full_like(within, -1, dtype=torch.int64), within.new_zeros(len(within), 2))
    for run in torch.arange(len(within), device=within.device).split(RUN if within.device.type == "cpu" else len(within) or 1):
        _descend(tree, origins, directions, met, run, any_hit=True)
    return met.triangle >= 0


@dataclass(slots=True)
class _Rays:
    """Rays under way. `node` is where each is, `trail` has a bit for each level whose other child is still to be seen."""

    number: torch.Tensor  # (n,) which ray it is
    origin: torch.Tensor  # (n, 3)
    direction: torch.Tensor  # (n, 3)
    inverse: torch.Tensor  # (n, 3)
    node: torch.Tensor  # (n,) int64
    trail: torch.Tensor  # (n,) int64

    def some(self, index: torch.Tensor) -> "_Rays":
        fields = (self.number, self.origin, self.direction, self.inverse, self.node, self.trail)
        return _Rays(*(f.index_select(0, index) for f in fields))


def _descend(tree: Bvh, origins: torch.Tensor, directions: torch.Tensor, met: Met, which: torch.Tensor, any_hit: bool) -> None:
    direction = directions.index_select(0, which)
    origin = origins.expand_as(directions).index_select(0, which)
    tiny = torch.where(direction < 0, -1e-12, 1e-12)
    inverse = 1 / torch.where(direction.abs() < 1e-12, tiny, direction)
    start = torch.ones_like(which)
    rays = _Rays(which, origin, direction, inverse, start, torch.zeros_like(which))
    first_leaf = 1 << tree.depth
    while len(rays.number):
        inner = rays.node < first_leaf
        down = index_of(inner)
        end = index_of(~inner)
        done = inner.new_zeros(len(inner))
        if len(down):
            _step(tree, rays, down, met, done)
        if len(end):
            _meet(tree, rays, end, met, first_leaf)
            if any_hit:
                rays.trail[end] = torch.where(met.triangle[rays.number[end]] >= 0, 0, rays.trail[end])
            done[end] = True
        _turn_back(rays, done)
        left = index_of(rays.node > 0)
        if len(left) < len(rays.number):
            rays = rays.some(left)


def _step(tree: Bvh, rays: _Rays, down: torch.Tensor, met: Met, done: torch.Tensor) -> None:
    """From inner nodes to the nearer child that is met, if any is; `done` is set where none is."""
    node = rays.node.index_select(0, down)
    origin, inverse = rays.origin.index_select(0, down), rays.inverse.index_select(0, down)
    box = tree.boxes.index_select(0, node)
    far = met.distance.index_select(0, rays.number.index_select(0, down))
    a0, a1 = _through(box[:, :6], origin, inverse, far)
    b0, b1 = _through(box[:, 6:], origin, inverse, far)
    left, right = a0 <= a1, b0 <= b1
    both, second = left & right, right & (~left | (b0 < a0))
    rays.node[down] = 2 * node + second
    rays.trail[down] = 2 * rays.trail.index_select(0, down) + both
    done[down] = ~(left | right)


def _through(
    box: torch.Tensor, origin: torch.Tensor, inverse: torch.Tensor, far: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where rays enter and leave boxes (n, 6), between 0 and `far`; they miss where they leave before they enter."""
    a, b = (box[:, :3] - origin) * inverse, (box[:, 3:] - origin) * inverse
    low, high = torch.minimum(a, b), torch.maximum(a, b)
    enter = torch.maximum(torch.maximum(low[:, 0], low[:, 1]), low[:, 2]).clamp(min=0)
    leave = torch.minimum(torch.minimum(high[:, 0], high[:, 1]), torch.minimum(high[:, 2], far))
    return enter, leave


def _meet(tree: Bvh, rays: _Rays, end: torch.Tensor, met: Met, first_leaf: int) -> None:
    """Triangles of leaves, one after the other."""
    number = rays.number.index_select(0, end)
    origin, direction = rays.origin.index_select(0, end), rays.direction.index_select(0, end)
    row = (rays.node.index_select(0, end) - first_leaf) * tree.leaf
    best = met.distance.index_select(0, number)
    for k in range(tree.leaf):
        t, u, v = crossing(tree.leaves.index_select(0, row + k), origin, direction)
        hit = index_of(t < best)
        if len(hit):
            best[hit] = t[hit]
            who = number.index_select(0, hit)
            met.distance[who] = t[hit]
            met.triangle[who] = tree.numbers.index_select(0, row.index_select(0, hit) + k)
            met.uv[who] = torch.stack([u[hit], v[hit]], 1)


def crossing(
    triangle: torch.Tensor, origin: torch.Tensor, direction: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How far along their directions rays cross triangles (n, 9; corner and two edges), inf where they do not, and where
    in them (Möller and Trumbore, 1997)."""
    a, e1, e2 = triangle[:, :3], triangle[:, 3:6], triangle[:, 6:]
    p = torch.linalg.cross(direction, e2)
    determinant = (e1 * p).sum(1)
    inverse = 1 / torch.where(determinant.abs() < FLAT, FLAT, determinant)
    s = origin - a
    u = (s * p).sum(1) * inverse
    q = torch.linalg.cross(s, e1)
    v = (direction * q).sum(1) * inverse
    t = (e2 * q).sum(1) * inverse
    hit = (determinant.abs() >= FLAT) & (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
    return torch.where(hit, t, math.inf), u, v


def _turn_back(rays: _Rays, done: torch.Tensor) -> None:
    """Rays that are done where they are go up to the last child that is still to be seen; to node 0 where there is none."""
    index = index_of(done)
    if not len(index):
        return
    node, trail = rays.node.index_select(0, index), rays.trail.index_select(0, index)
    last = trail & -trail
    up = torch.log2(last.clamp(min=1).double()).to(torch.int64)
    rays.node[index] = torch.where(trail > 0, (node >> up) ^ 1, 0)
    rays.trail[index] = (trail >> up) ^ 1
