"""What a camera sees where."""

import numpy as np

from engine.draft.footage import Footage
from engine.draft.surfaces import Block, surfaces
from tests.engine.draft.drawing import MIDDLE
from tests.small_drive import SIZE


def test_a_part_of_the_whole_is_what_the_part_alone_is(footage: Footage):
    camera = footage.recording.camera(MIDDLE, "CAM_FRONT")
    crowd, block = footage.witnesses.cast.at(camera.t_us), Block(50, 20, 60, 40)
    alone = surfaces(footage.standing.backdrop, camera, crowd, block)
    part = surfaces(footage.standing.backdrop, camera, crowd, Block(0, 0, *SIZE)).within(block)
    assert part.block == alone.block
    assert np.array_equal(part.actor, alone.actor)
    assert np.allclose(part.points(), alone.points())
