"""Drafts of the made-up drive, the recorded pictures beside them, and edits of one of its actors."""

from pathlib import Path

import numpy as np

from editor.cameras import fit_picture
from editor.datasets.recorded import read_picture
from editor.edits import Delete, Move, Recolour
from editor.scene import Scenario, Scene
from engine.draft.draft import draft
from engine.service.requests import Chunk, Request
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
