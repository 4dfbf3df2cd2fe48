"""No ray is kept from what it hits, and most are spared what they cannot."""

import numpy as np
import pytest
import torch

from engine.town.beams import RAYS, Beams, boxes_of
from engine.town.intersectors import intersector
from engine.town.rays import Triangles


def things(count, seed=0):
    """As many clusters of twenty small triangles, anywhere about; and where each begins."""
    rng = np.random.default_rng(seed)
    middles = rng.uniform(-30, 30, (count, 1, 1, 3))
    points = (middles + rng.normal(0, 0.5, (count, 20, 3, 3))).reshape(-1, 3).astype(np.float32)
    corners = np.arange(len(points), dtype=np.int32).reshape(-1, 3)
    return points, corners, tuple(range(0, len(points), 60))


def fan(width=224, height=50):
    """Rays of a picture from one place, row by row, some of them along the axes; its last beam is not full."""
    u, v = np.meshgrid(np.linspace(-1, 1, width + 1)[:width], np.linspace(-0.5, 0.5, height + 1)[:height])
    directions = np.stack([np.ones_like(u), u, v], -1).reshape(-1, 3)[:-7].astype(np.float32)
    return torch.tensor([[-40.0, 0.0, 0.0]]), torch.from_numpy(directions)


def scattered(count=1000, seed=2):
    """Rays from anywhere to anywhere."""
    rng = np.random.default_rng(seed)
    ways = (rng.uniform(-40, 40, (count, 3)), rng.normal(size=(count, 3)))
    return tuple(torch.from_numpy(a.astype(np.float32)) for a in ways)


def parallel(count=3000, seed=3):
    """Rays side by side, as those to the sun are, from a row of places on the ground."""
    x = torch.linspace(-40, 40, count)
    return torch.stack([x, 0.1 * x, torch.full_like(x, -30.0)], 1), torch.tensor([[0.0, 0.3, 1.0]]).expand(count, 3)


@pytest.mark.parametrize("rays", [fan(), scattered(), parallel(), scattered(RAYS), scattered(1)])
def test_rays_that_are_spared_a_body_would_not_have_hit_it(rays):
    still, (points, corners, firsts) = Triangles(*things(3, 8)[:2]), things(12)
    told, plain = (
        intersector("open3d", "cpu", (still, Triangles(points, corners, f))) for f in (firsts, ())
    )  # one is told what its second body is made of
    a, b = told.nearest(*rays), plain.nearest(*rays)
    for name in ("distance", "part", "triangle", "uv", "normal"):
        assert torch.equal(getattr(a, name), getattr(b, name)), name
    assert torch.equal(told.blocked(*rays), plain.blocked(*rays))
    assert torch.equal(told.blocked(*rays, 20.0), plain.blocked(*rays, 20.0))


def test_most_rays_of_a_picture_are_spared_and_those_that_hit_are_not():
    points, corners, firsts = things(12)
    mesh = Triangles(points, corners, firsts)
    origin, directions = fan()
    may = Beams.of(origin, directions).may_meet(boxes_of(mesh))
    hits = (intersector("open3d", "cpu", (mesh,)).nearest(origin, directions).part >= 0).numpy()
    assert hits.any()
    assert may[hits].all()
    assert may.mean() < 0.5


def test_what_lies_behind_rays_is_not_met():
    box = np.array([[5.0, -1.0, -1.0, 6.0, 1.0, 1.0]], np.float32)
    here, ahead = torch.zeros(1, 3), torch.tensor([[1.0, 0.0, 0.0]])
    assert Beams.of(here, ahead).may_meet(box).all()
    assert not Beams.of(here, -ahead).may_meet(box).any()
    assert not Beams.of(here + torch.tensor([[0.0, 3.0, 0.0]]), ahead).may_meet(box).any()
