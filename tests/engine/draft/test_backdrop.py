"""What stands still, from LiDAR: how far along a drive it is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import Scene, View
from engine.draft.backdrop import Backdrop, Ground, backdrop_of
from engine.draft.sources import Camera, Recording
from engine.draft.surfaces import Block
from tests.small_drive import LOOKING_AHEAD

APART_M, STEP_M = 300.0, 4.0


def test_a_long_drive_is_measured_from_end_to_end(small_drive: Path, scene: Scene):
    """Sweeps far apart, each on ground higher than the last: the map has them all."""
    keyframes = [sweep for sweep in scene.sweeps if sweep.is_keyframe]
    sweeps = tuple(
        replace(sweep, T_world_lidar=Rigid((k * APART_M, 0.0, 1.8 + k * STEP_M), (1.0, 0.0, 0.0, 0.0)))
        for k, sweep in enumerate(keyframes)
    )
    backdrop = backdrop_of(Recording(small_drive, replace(scene, sweeps=sweeps, actors=()), None))
    places = np.array([[(k * APART_M + 5.0, 5.0) for k in range(len(sweeps))]])
    assert len(sweeps) == 3
    assert backdrop.ground.at(places)[0].tolist() == pytest.approx([0.0, STEP_M, 2 * STEP_M], abs=0.3)


@pytest.mark.parametrize(
    ("away_m", "apart_m", "hides"), [(6.0, 0.3, True), (20.0, 0.3, True), (6.0, 1.5, False), (20.0, 1.0, False)]
)
def test_a_surface_hides_what_is_behind_it_where_its_points_lie_near_one_another(away_m, apart_m, hides):
    """Two walls of points, across the way of a camera that looks along x."""

    def wall(x: float, step: float) -> np.ndarray:
        y, z = np.meshgrid(np.arange(-4, 4, step), np.arange(-1, 4, step))
        return np.stack([np.full(y.size, x), y.ravel(), z.ravel()], axis=-1).astype(np.float32)

    far_m, deep = 30.0, Ground(np.full((4, 4), -50.0, np.float32), (0.0, 0.0))
    backdrop = Backdrop(deep, np.concatenate([wall(away_m, apart_m), wall(far_m, 0.05)]), {})
    view = View("CAM_FRONT", 448, 256, (340.0, 340.0, 223.5, 127.5, 0.0), Rigid((0.0, 0.0, 0.0), LOOKING_AHEAD))
    depth = backdrop.depth(Camera(view, view.T_ego_camera, 0), Block(204, 108, 40, 40).pixels())
    assert (np.abs(depth - (away_m if hides else far_m)) < 0.5).mean() > (0.9 if hides else 0.7)


def test_a_part_of_a_picture_is_as_far_away_as_it_is_in_the_whole():
    chance = np.random.default_rng(0)
    near, far = (chance.uniform((x, -4, -1), (x + 0.01, 4, 4), (count, 3)) for x, count in ((4.0, 150), (30.0, 9000)))
    deep = Ground(np.full((4, 4), -50.0, np.float32), (0.0, 0.0))
    backdrop = Backdrop(deep, np.concatenate([near, far]).astype(np.float32), {})
    view = View("CAM_FRONT", 448, 256, (340.0, 340.0, 223.5, 127.5, 0.0), Rigid((0.0, 0.0, 0.0), LOOKING_AHEAD))
    camera, part = Camera(view, view.T_ego_camera, 0), Block(200, 100, 50, 50)
    whole = backdrop.depth(camera, Block(0, 0, 448, 256).pixels())[part.slices]
    assert 0.1 < (whole < 10).mean() < 0.99
    assert (np.abs(backdrop.depth(camera, part.pixels()) - whole) > 1).mean() < 0.03
