"""What one recorded picture shows of a place."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from editor.geometry import Rigid
from engine.draft.footage import Footage
from engine.draft.gather import CAREFUL, TURNED, Account, Care, Source, look_up
from engine.draft.surfaces import Block, surfaces
from tests.engine.draft.drawing import MIDDLE
from tests.engine.draft.painted import outline, write_painted_drive
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


def test_a_side_that_a_picture_saw_from_behind_is_not_told_by_another_side_of_him(tmp_path: Path):
    """From straight behind a truck its back alone shows; lines of sight to its flank go through that."""
    size_lwh, at, aside = (7.0, 2.4, 3.0), (14.0, 0.0), 3.0
    footage = Footage(*write_painted_drive(tmp_path, {"truck": ("vehicle.truck", size_lwh, *at, 0.0)}), SIZE)
    account = told(footage, TURNED, aside)
    truck = outline(HERE.view, MIDDLE, (at[0], at[1] - aside), size_lwh)
    back = outline(HERE.view, MIDDLE, (at[0] - size_lwh[0] / 2, at[1] - aside), (0.01, *size_lwh[1:]))
    flank = truck & ~(cv2.dilate(back.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)
    assert min(back.sum(), flank.sum()) > 60
    assert account.known[cv2.erode(back.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0].all()
    assert account.known[flank].mean() < 0.1
