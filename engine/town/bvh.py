"""A tree of boxes over triangles, built in torch on any device, for `engine.town.descent`.

Triangles are halved at the median of their middles, along the axis on which these spread most, until few are left: so the
tree is perfect, node i has the children 2i and 2i + 1 (1 is the root), and it needs no pointers.
"""

import math
from dataclasses import dataclass

import torch

from engine.town.rays import Triangles

LEAF = 4  # triangles in a leaf, about


@dataclass(frozen=True, eq=False)
class Bvh:
    """`boxes` has a row for each inner node: the low and high corners of its left child, then of its right one. `leaves` has
    one for each triangle of each leaf in turn: corner 0 and the edges to corners 1 and 2; `numbers` says which triangle."""

    boxes: torch.Tensor  # (2 ** depth, 12); row 0 is not used
    leaves: torch.Tensor  # (2 ** depth * leaf, 9)
    numbers: torch.Tensor  # (2 ** depth * leaf,) int64
    normals: torch.Tensor  # (m, 3) of the triangles, not of unit length
    depth: int
    leaf: int


def bvh(mesh: Triangles, device: torch.device | str) -> Bvh:
    """The tree of a mesh of at least one triangle."""
    points = torch.from_numpy(mesh.points).to(device)
    corners = points[torch.from_numpy(mesh.corners).to(device).long()]  # (m, 3, 3)
    count = len(corners)
    depth = max(0, math.floor(math.log2(count / LEAF)) + 1) if count > LEAF else 0
    leaf = math.ceil(count / 2**depth)
    numbers = _halved(corners, depth, leaf)
    a, b, c = corners[numbers].unbind(1)
    leaves = torch.cat([a, b - a, c - a], 1)
    normals = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return Bvh(_boxes(corners[numbers], depth, leaf), leaves, numbers, normals, depth, leaf)


def _halved(corners: torch.Tensor, depth: int, leaf: int) -> torch.Tensor:
    """The order of triangles that puts each leaf's beside one another; the last one fills up what is left over."""
    middles = (corners.amin(1) + corners.amax(1)) / 2
    order = torch.arange(leaf << depth, device=corners.device).clamp(max=len(corners) - 1)
    for level in range(depth):
        segments = middles[order].view(1 << level, -1, 3)
        axis = (segments.amax(1) - segments.amin(1)).argmax(1)
        key = segments.gather(2, axis[:, None, None].expand(-1, segments.shape[1], 1))[..., 0]
        order = order.view(1 << level, -1).gather(1, key.argsort(stable=True, dim=1)).view(-1)
    return order


def _boxes(corners: torch.Tensor, depth: int, leaf: int) -> torch.Tensor:
    """The boxes of all nodes, level by level from the leaves; a little wider than the triangles, for rounding."""
    low = corners.amin(1).view(-1, leaf, 3).amin(1)
    high = corners.amax(1).view(-1, leaf, 3).amax(1)
    room = 2e-7 * torch.maximum(low.abs(), high.abs()) + 1e-6
    low, high = low - room, high + room
    rows = torch.zeros(1 << depth, 12, device=corners.device)
    for level in reversed(range(depth)):
        pairs = torch.cat([low, high], 1).view(-1, 12)
        rows[1 << level : 2 << level] = pairs
        low, high = torch.minimum(pairs[:, 0:3], pairs[:, 6:9]), torch.maximum(pairs[:, 3:6], pairs[:, 9:12])
    return rows
