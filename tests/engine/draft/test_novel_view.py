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
