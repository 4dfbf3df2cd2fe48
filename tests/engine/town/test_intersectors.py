"""Whoever finds what rays hit finds the same, and nobody stands in for another."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.town import descent
from engine.town.bvh import bvh
from engine.town.drive import drive
from engine.town.intersectors import IntersectorError, intersector
from engine.town.picture import draw
from engine.town.rays import Triangles
from engine.town.rig import nuscenes_rig
from engine.town.town import build, instant

ROOT = Path(__file__).parents[3]
BLOCKED = ("open3d", "nuscenes", "pydantic", "gradio", "diffusers")


def soup(count, seed=0):
    """Triangles anywhere."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-5, 5, (count, 1, 3)) + rng.normal(0, 0.7, (count, 3, 3))
    return Triangles(points.reshape(-1, 3).astype(np.float32), np.arange(3 * count, dtype=np.int32).reshape(-1, 3))


def rays(count, seed=1):
    """Rays anywhere, some along the axes."""
    rng = np.random.default_rng(seed)
    origins, directions = rng.uniform(-8, 8, (count, 3)), rng.normal(size=(count, 3))
    directions[: count // 10, 0] = 0
    directions[: count // 20, 1] = 0
    return torch.from_numpy(origins.astype(np.float32)), torch.from_numpy(directions.astype(np.float32))


def every_crossing(mesh, origins, directions):
    """How far along rays (n,) each triangle is crossed, (n, m), by trying them all."""
    a, b, c = torch.from_numpy(mesh.points)[torch.from_numpy(mesh.corners).long()].unbind(1)
    rows = torch.cat([a, b - a, c - a], 1)
    columns = [descent.crossing(row.expand(len(origins), 9), origins, directions)[0] for row in rows]
    return torch.stack(columns, 1)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 9, 200, 1000])
def test_the_tree_finds_what_trying_every_triangle_finds(count):
    mesh, (origins, directions) = soup(count), rays(200)
    distance, triangle = every_crossing(mesh, origins, directions).min(1)
    tree, far = bvh(mesh, "cpu"), torch.full((200,), torch.inf)
    met = descent.nearest(tree, origins, directions, far)
    assert torch.equal(met.distance, distance)
    assert torch.equal(met.triangle, torch.where(distance < torch.inf, triangle, -1))
    near = torch.full((200,), 2.5)
    assert torch.equal(descent.blocked(tree, origins, directions, near), distance < 2.5)
    short = descent.nearest(tree, origins, directions, near)
    assert torch.equal(short.triangle >= 0, distance < 2.5)


def test_every_triangle_is_in_one_leaf_of_the_tree():
    tree = bvh(soup(777), "cpu")
    assert sorted(set(tree.numbers.tolist())) == list(range(777))
    assert len(tree.numbers) == tree.leaf << tree.depth


def test_open3d_and_torch_hit_the_same_of_several_meshes():
    meshes, (origins, directions) = (soup(300, 2), soup(40, 3), soup(1, 4)), rays(500)
    one, other = (intersector(name, "cpu", meshes) for name in ("open3d", "torch"))
    a, b = one.nearest(origins, directions), other.nearest(origins, directions)
    hit = a.part >= 0
    assert hit.any()
    assert torch.equal(a.part, b.part)
    assert torch.equal(a.triangle[hit], b.triangle[hit])
    assert torch.allclose(a.distance[hit], b.distance[hit], rtol=1e-4)
    assert torch.allclose(a.uv[hit], b.uv[hit], atol=1e-3)
    assert torch.allclose(*(torch.nn.functional.normalize(h.normal[hit], dim=1) for h in (a, b)), atol=1e-3)
    reach = torch.linspace(0.1, 3, 500)
    for within in (torch.inf, 1.5, reach):
        assert torch.equal(one.blocked(origins, directions, within), other.blocked(origins, directions, within))


def test_one_origin_serves_all_rays():
    mesh, (origins, directions) = soup(300), rays(100)
    for name in ("open3d", "torch"):
        tracer = intersector(name, "cpu", (mesh,))
        alone, each = tracer.nearest(origins[:1], directions), tracer.nearest(origins[:1].expand(100, 3), directions)
        assert torch.equal(alone.triangle, each.triangle)


def test_a_town_looks_the_same_by_either():
    """To fewer than one pixel in two hundred that differ by more than two levels, as `make bench` measures at full size."""
    there = drive(build(4).plan, 3.0, lambda name: name)
    differ = []
    for view in (0, 2, 3):
        pictures = []
        for name in ("open3d", "torch"):
            world, _ = instant(4, there.actors, there.times[5], rays=name)
            pictures.append(draw(world, nuscenes_rig().at((64, 36))[view], there.ego[5])[0].astype(int))
        differ.append((np.abs(pictures[0] - pictures[1]).max(-1) > 2).mean())
    assert np.mean(differ) < 0.005


def test_nobody_stands_in_for_an_intersector_that_is_not_there():
    for name, device, wanted in (("open3d", "cuda", "wanted cpu"), ("triton", "cpu", "wanted a cuda device"),
                                 ("embree", "cpu", "wanted open3d, torch or triton")):  # fmt: skip
        with pytest.raises(IntersectorError, match=wanted):
            intersector(name, device, (soup(3),))


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_from_a_seed_to_pictures_nothing_but_torch_draws():
    """Where Open3D, the devkit, pydantic, Gradio and diffusers are not installed: the example of docs/gpu.md, smaller and on
    the CPU, and the flow to the next instant."""
    example = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "gpu.md").read_text(), re.DOTALL).group(1)
    for word, instead in (("triton", "torch"), ("cuda", "cpu"), ("(448, 256)", "(32, 18)"), ("build(7)", "build(3)")):
        assert word in example
        example = example.replace(word, instead)
    result = run(
        f"import sys\nfor name in {BLOCKED!r}:\n    sys.modules[name] = None\n"
        f"{example.replace('instant(7', 'instant(3')}"
        "assert pictures.shape == (6, 18, 32, 3) and pictures.float().std() > 5\n"
        "assert len(layers.category.unique()) > 3\n"
        "from engine.town.flow import flow\n"
        "later, _ = instant(3, there.actors, there.times[4], rays='torch')\n"
        "moved = flow(shots[0], Shot(later, shots[0].view, there.ego[4]))\n"
        "assert moved.visible.mean() > 0.3\n"
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed")
def test_the_triton_kernel_goes_the_same_way_as_torch():
    """In Triton's interpreter, which needs no GPU."""
    result = run(
        "import torch\nfrom engine.town import descent, kernel\nfrom engine.town.bvh import bvh\n"
        "from tests.engine.town.test_intersectors import rays, soup\n"
        "for count in (1, 5, 300):\n"
        "    tree, (origins, directions) = bvh(soup(count), 'cpu'), rays(100)\n"
        "    far = torch.full((100,), torch.inf)\n"
        "    a, b = (way.nearest(tree, origins, directions, far) for way in (descent, kernel))\n"
        "    assert torch.equal(a.triangle, b.triangle) and torch.allclose(a.uv, b.uv, atol=1e-4)\n"
        "    near = torch.full((100,), 2.0)\n"
        "    a, b = (way.blocked(tree, origins, directions, near) for way in (descent, kernel))\n"
        "    assert torch.equal(a, b)\n",
        TRITON_INTERPRET="1",
    )
    assert result.returncode == 0, result.stderr
