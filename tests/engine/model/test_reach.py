"""How far edits reach into pictures."""

import numpy as np
import pytest

from editor.apply import apply
from editor.boxes import seen_boxes
from editor.cameras import fit
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, Relabel
from editor.masks import fill
from editor.scene import recorded
from engine.model.reach import reach

SIZE = 96, 64
FRONT, BACK, FRAME = "CAM_FRONT", "CAM_BACK", 5


@pytest.fixture(scope="module")
def drive(small_drive):
    return recorded(open_data_set(small_drive).scene("scene-0001"))


@pytest.fixture(scope="module")
def ahead(drive):
    return next(a for a in drive.actors if a.size_lwh[0] == 7.0 and a.track[0].T_world.translation[0] > 0)


def outline(drive, actor):
    view = fit(drive.scene.view(FRONT), *SIZE).view
    mask = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    boxes = seen_boxes(drive, drive.scene.frames[FRAME].picture(FRONT), view)
    fill(mask, next(box.hull for box in boxes if box.actor.id == actor.id), 1)
    return mask > 0


def test_nothing_changed_reaches_nowhere(drive):
    assert not reach(drive, FRAME, FRONT, SIZE).any()


@pytest.mark.parametrize("edit", [lambda a: Delete(a.id), lambda a: Relabel(a.id, "vehicle.car")], ids=["delete", "relabel"])
def test_an_edit_reaches_over_the_actor_and_onto_the_ground_around_it(drive, ahead, edit):
    mask, whole = reach(apply(drive, edit(ahead)), FRAME, FRONT, SIZE), outline(drive, ahead)
    assert not (whole & ~mask).any()
    lowest = np.flatnonzero(whole.any(1)).max()
    assert mask[lowest + 1 :].any()
    assert not mask.all()


def test_an_actor_ahead_does_not_reach_into_the_view_back(drive, ahead):
    assert not reach(apply(drive, Delete(ahead.id)), FRAME, BACK, SIZE).any()
