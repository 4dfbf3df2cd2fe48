"""How much of their boxes vehicles fill is told by where LiDAR hits them."""

from dataclasses import replace

import numpy as np
import pytest
from open3d import t

from editor.geometry import IDENTITY
from editor.scene import Actor, ActorId, Pose
from engine.draft.bank import FOLDER, bank
from engine.draft.fullness import USUAL, fullness

NAMES = ("sedan", "suv", "van", "estate")


def _hit(air: float) -> tuple[list[Actor], dict[str, np.ndarray]]:
    """Actors in boxes so much larger than they are, and points on their sides."""
    actors, points = [], {}
    for k, name in enumerate(NAMES):
        entry = bank()[name]
        size = tuple(np.multiply(entry.size_lwh, (air, air, 1.0)))
        actors.append(Actor(ActorId(f"a{k}"), entry.category, size, (Pose(0, IDENTITY),)))
        shape = t.io.read_triangle_mesh(str(FOLDER / entry.mesh)).to_legacy()
        points[f"a{k}"] = np.asarray(shape.compute_convex_hull()[0].sample_points_uniformly(2000).points, np.float32)
    return actors, points


@pytest.mark.parametrize("air", [1.0, 1.06, 1.15])
def test_the_air_in_boxes_is_found(air):
    assert fullness(*_hit(air)) == pytest.approx(1 / air, abs=0.02)


def test_windows_and_mirrors_do_not_count():
    actors, points = _hit(1.08)
    for name, found in points.items():
        found[: len(found) // 2] *= 0.9
        points[name] = np.concatenate([found, found[-60:] * 1.08])
    assert fullness(actors, points) == pytest.approx(1 / 1.08, abs=0.03)


def test_where_lidar_says_little_it_is_what_is_usual():
    actors, points = _hit(1.0)
    assert fullness(actors, {}) == USUAL
    assert fullness(actors[:2], points) == USUAL
    walkers = [replace(actor, category="human.pedestrian.adult") for actor in actors]
    assert fullness(walkers, points) == USUAL
