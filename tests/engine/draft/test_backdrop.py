"""What stands still, from LiDAR: how far along a drive it is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import Scene
from engine.draft.backdrop import backdrop_of
from engine.draft.sources import Recording

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
