"""The real drive as the `real` measurements use it: opened once, at the draft's size, with its backdrop."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from editor.cameras import box_hull
from editor.datasets.nuscenes import open_data_set
from editor.geometry import Rigid, Vec3, box_corners
from editor.scene import Scene
from engine.draft.backdrop import Backdrop, backdrop_of
from engine.draft.crowd import Cast, Hull
from engine.draft.sources import Camera, Recording

DATA = "pandaset-002"
ROOT = Path(__file__).resolve().parents[3] / "shared" / "data" / DATA
SIZE = (448, 256)
CASES, QUICK_CASES = 200, 40


@dataclass(frozen=True, eq=False)
class RealDrive:
    """The drive and what is worked out of it once."""

    scene: Scene
    recording: Recording
    cast: Cast
    backdrop: Backdrop

    @property
    def views(self) -> tuple[str, ...]:
        """The views' names."""
        return tuple(view.name for view in self.scene.views)


def open_real_drive() -> RealDrive | None:
    """The drive; None where it does not lie beside the checkout."""
    if not ROOT.is_dir():
        return None
    data = open_data_set(ROOT)
    scene = data.scene(data.summaries()[0].name)
    recording = Recording(ROOT, scene, SIZE)
    return RealDrive(scene, recording, Cast(scene.actors), backdrop_of(recording))


def hull_of(camera: Camera, T_world_box: Rigid, size_lwh: Vec3) -> Hull | None:
    """A box's outline in a picture."""
    corners = box_corners(T_world_box, size_lwh)
    return box_hull(camera.view, camera.T_world_camera.inverse().apply(corners))


def mean(values: list[float]) -> float:
    """The plain mean."""
    return float(np.mean(values))
