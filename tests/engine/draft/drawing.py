"""Drafts of the made-up drive, the recorded pictures beside them, and edits of one of its actors."""

from pathlib import Path

import numpy as np

from editor.cameras import fit_picture
from editor.datasets.recorded import read_picture
from editor.edits import Delete, Move, Recolour
from editor.scene import Scenario, Scene
from engine.draft.draft import draft
from engine.draft.fromabove import FromAbove
from engine.draft.sunlight import Lightest, Sun
from engine.requests import Chunk, Request
from tests.small_drive import SIZE

MIDDLE = 5
VIEWS = ("CAM_FRONT", "CAM_BACK")
EDITS = {
    "move": lambda a: Move(a.id, a.track[0].t_us, (-4.0, -3.0, 0.0)),
    "delete": lambda a: Delete(a.id),
    "recolour": lambda a: Recolour(a.id, "#c01020"),
}


def drawn(
    root: Path, scenario: Scenario, frames: tuple[int, ...] = (MIDDLE,), views: tuple[str, ...] = VIEWS[:1], size=SIZE
) -> list[Chunk]:
    """The pictures of a scenario."""
    return list(draft(Request(root, scenario, views, frames, size)))


def recorded_picture(root: Path, scene: Scene, frame: int, view: str, size: tuple[int, int] | None = SIZE) -> np.ndarray:
    """What the recording has instead."""
    camera = scene.view(view)
    picture = read_picture(root, scene.frames[frame].picture(view), camera)
    return picture if size is None else fit_picture(picture, camera, *size)[0]


def low_sun(azimuth: float, reaches: float) -> Sun:
    """A low sun that gives level ground as much light as the sky does, twice."""
    towards = (0.9 * float(np.cos(azimuth)), 0.9 * float(np.sin(azimuth)), 0.436)
    cells = np.zeros((80, 80, 3), np.float32)
    above = FromAbove(cells, cells, np.ones((80, 80), np.int32), np.array([-10.0, -16.0]), {}, ())
    return Sun(
        towards, np.float32(np.log([1 / 3] * 3)), above, cells, np.full((80, 80), reaches, np.float32), Lightest.of(above)
    )
