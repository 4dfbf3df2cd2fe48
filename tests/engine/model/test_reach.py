"""How far edits reach into pictures."""

from dataclasses import replace

import numpy as np
import pytest

from editor.apply import apply
from editor.boxes import seen_boxes
from editor.cameras import fit
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, Relabel
from editor.geometry import Rigid
from editor.masks import fill
from editor.scene import ActorId, recorded
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


def test_who_is_not_changed_is_spared_on_the_ground_around_and_where_he_stands_before(drive, ahead):
    """A second truck is parked between the camera and the one that goes, and a third behind that one."""
    x, y, z = ahead.track[0].T_world.translation

    def parked(name, by):
        track = tuple(replace(p, T_world=Rigid((x + by, y + 2.0, z), p.T_world.rotation)) for p in ahead.track)
        return replace(ahead, id=ActorId(name), track=track)

    def spared(other):
        with_other = recorded(replace(drive.scene, actors=(*drive.scene.actors, other)))
        return reach(apply(with_other, Delete(ahead.id)), FRAME, FRONT, SIZE), outline(with_other, other)

    whole = outline(drive, ahead)
    mask, body = spared(parked("nearer", -7.0))
    assert not (mask & body).any()
    assert (mask & whole).any()
    mask, _ = spared(parked("farther", 9.0))
    assert not (whole & ~mask).any()
