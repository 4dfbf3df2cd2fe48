"""What one recorded picture shows of a place."""

from dataclasses import replace

import numpy as np

from editor.geometry import Rigid
from engine.draft.footage import Footage
from engine.draft.gather import CAREFUL, TURNED, Account, Care, Source, look_up
from engine.draft.surfaces import Block, surfaces
from tests.engine.draft.drawing import MIDDLE
from tests.small_drive import SIZE

HERE = Source(MIDDLE, "CAM_FRONT")
WHOLE = Block(0, 0, *SIZE)


def told(footage: Footage, care: Care, aside_m: float, source: Source = HERE) -> Account:
    """What a source tells of the middle picture, seen from a little aside."""
    there = footage.recording.camera(MIDDLE, "CAM_FRONT")
    place = tuple(np.add(there.T_world_camera.translation, (0.0, aside_m, 0.0)))
    camera = replace(there, T_world_camera=Rigid(place, there.T_world_camera.rotation))
    crowd = footage.witnesses.cast.at(camera.t_us)
    return look_up(footage.witnesses, surfaces(footage.standing.backdrop, camera, crowd, WHOLE), source, care)


def test_a_picture_shows_all_of_itself(footage: Footage):
    account = told(footage, TURNED, 0.0)
    inner = (slice(2, -2), slice(2, -2))
    assert account.known[inner].all()
    assert np.abs(account.colours - footage.recording.glance(HERE.frame, HERE.view))[inner].max() < 1


def test_from_almost_the_same_place_outlines_hide_nothing(footage: Footage):
    lenient, strict = (told(footage, care, 0.1).known for care in (TURNED, CAREFUL))
    assert not (strict & ~lenient).any()
    assert lenient[3:-3, 6:-6].all()
    assert not strict[3:-3, 6:-6].all()


def test_who_has_moved_hides_what_was_behind_him(footage: Footage):
    earlier = told(footage, TURNED, 0.0, Source(MIDDLE - 3, "CAM_FRONT"))
    assert not earlier.known[3:-3, 6:-6].all()
