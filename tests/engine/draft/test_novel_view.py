"""Pictures from where no camera was, where the ego's path is bent."""

from pathlib import Path

import numpy as np

from editor.edits import EgoOffset, EgoPath
from editor.scene import Scene
from tests.editor.made import replayed
from tests.engine.draft.drawing import MIDDLE, drawn, recorded_picture


def test_a_bent_ego_path_redraws_whole_pictures(small_drive: Path, scene: Scene):
    bend = EgoPath((EgoOffset(scene.span[0], 0.8), EgoOffset(scene.span[1], 0.8)))
    (chunk,) = drawn(small_drive, replayed(scene, (bend,)))
    assert chunk.dirty.all()
    assert not np.array_equal(chunk.picture, recorded_picture(small_drive, scene, MIDDLE, "CAM_FRONT"))


def test_an_ego_that_falls_back_sees_what_was_seen_from_there(small_drive: Path, scene: Scene):
    metres_a_frame, frames = 0.5, 2
    back = EgoPath(tuple(EgoOffset(t_us, 0.0, -frames * metres_a_frame) for t_us in scene.span))
    (chunk,) = drawn(small_drive, replayed(scene, (back,)))
    now, then = (recorded_picture(small_drive, scene, frame, "CAM_FRONT") for frame in (MIDDLE, MIDDLE - frames))

    def alike(other: np.ndarray) -> float:
        ground = (slice(70, None), slice(60, 100))  # where nobody is
        return float(np.abs(chunk.picture[ground].astype(float) - other[ground]).mean())

    assert alike(then) < 3 < alike(now)
