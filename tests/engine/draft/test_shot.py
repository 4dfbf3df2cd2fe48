"""Who is otherwise in a picture than recorded, as those who draw it ask."""

from dataclasses import replace

import numpy as np
import pytest

from editor.edits import Delete, Move, Recolour
from engine.draft.differences import differences
from engine.draft.gather import Source
from engine.draft.shot import Shot
from tests.editor.made import replayed

HERE = Source(5, "CAM_FRONT")


def shot(footage, *edits):
    camera = footage.recording.camera(HERE.frame, HERE.view)
    return Shot(footage, camera, HERE, differences(replayed(footage.scene, edits), footage.actors, camera.t_us))


def ids(actors):
    return [actor.id for actor in actors]


def test_where_nothing_changes_everyone_stays(footage):
    found = shot(footage)
    assert (found.gone, found.come, found.shown, found.changed_ids) == ([], [], [], set())
    assert sorted(found.staying.ids) == sorted(str(actor.id) for actor in footage.scene.actors)


def test_the_deleted_are_gone_and_neither_come_nor_stay(footage, parked):
    found = shot(footage, Delete(parked.id))
    assert (ids(found.gone), found.come, found.shown) == ([parked.id], [], [])
    assert str(parked.id) not in found.staying.ids


def test_the_moved_are_gone_from_where_they_were_and_come_to_where_they_are(footage, parked):
    found = shot(footage, Move(parked.id, parked.track[0].t_us, (4.0, 0.0, 0.0)))
    (gone,), (come,) = found.gone, found.come
    assert np.subtract(come.track[0].T_world.translation, gone.track[0].T_world.translation) == pytest.approx((4.0, 0.0, 0.0))
    assert found.distance(come) > found.distance(gone)


def test_the_repainted_are_drawn_anew_where_they_stand(footage, parked):
    found = shot(footage, Recolour(parked.id, "#c01020"))
    assert (found.gone, found.come, ids(found.shown)) == ([], [], [parked.id])


def test_those_who_are_drawn_come_far_to_near_however_they_were_changed(footage):
    edits = [Recolour(actor.id, "#c01020") for actor in footage.scene.actors]
    for order in (edits, edits[::-1]):
        found = shot(footage, *order)
        away = [found.distance(actor) for actor in found.shown]
        assert away == sorted(away, reverse=True)
        assert len(away) == len(edits)


def test_distance_is_from_the_shots_own_camera(footage, parked):
    found = shot(footage, Delete(parked.id))
    T = found.camera.T_world_camera
    back = replace(T, translation=tuple(np.subtract(T.translation, 100 * found.camera.ahead)))
    behind = replace(found, camera=replace(found.camera, T_world_camera=back))
    assert behind.distance(parked) > found.distance(parked) + 90
