"""The made-up drive as the draft's tests take it."""

from pathlib import Path

import pytest

from editor.datasets.nuscenes import open_data_set
from editor.scene import Actor, Scene
from engine.draft.footage import Footage
from tests.small_drive import SIZE


@pytest.fixture(scope="package")
def scene(small_drive: Path) -> Scene:
    """Eleven frames, two views."""
    data = open_data_set(small_drive)
    return data.scene(data.summaries()[0].name)


@pytest.fixture
def parked(scene: Scene) -> Actor:
    """A car that stands ahead, to the left."""
    return next(a for a in scene.actors if a.category == "vehicle.car" and a.track[0].T_world.translation[0] > 0)


@pytest.fixture(scope="module")
def footage(small_drive: Path, scene: Scene) -> Footage:
    """Of which nothing has been read yet."""
    return Footage(small_drive, scene, SIZE)
