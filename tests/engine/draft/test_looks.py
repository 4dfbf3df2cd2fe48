"""Whose pixels an actor is drawn with."""

from dataclasses import replace

import numpy as np
import pytest

from editor.apply import apply
from editor.edits import Add, Delete, Relabel
from editor.geometry import Rigid, yaw_quaternion
from editor.scene import ActorId, Look, Pose, recorded
from engine.draft.bank import bank
from engine.draft.stand_ins import stand_in
from tests.engine.draft.drawing import drawn

NEW = ActorId("new-1")


def unseen(scene, actor):
    """The scene with an actor 300 m away, where no picture shows it."""
    far = tuple(replace(p, T_world=replace(p.T_world, translation=(0.0, 300.0, 0.8))) for p in actor.track)
    return replace(scene, actors=tuple(replace(a, track=far) if a.id == actor.id else a for a in scene.actors))


def added(scene, parked, look, category="vehicle.car"):
    track = tuple(Pose(p.t_us, replace(p.T_world, translation=(16.0, -4.0, 0.8))) for p in parked.track)
    return apply(recorded(scene), Add(NEW, category, (4.4, 1.9, 1.6), track, look))


def test_who_looks_like_one_that_no_picture_shows_is_drawn_as_one_of_its_category(small_drive, scene, parked):
    hidden = unseen(scene, parked)
    (like_it,) = drawn(small_drive, added(hidden, parked, Look(f"actor:{parked.id}")))
    (like_any,) = drawn(small_drive, added(hidden, parked, Look()))
    assert like_it.dirty.any()
    assert np.array_equal(like_it.picture, like_any.picture)


@pytest.mark.parametrize("category", ["vehicle.truck", "human.pedestrian.adult"])
def test_a_recorded_actor_that_no_picture_shows_is_drawn_by_what_it_was_recorded_as(small_drive, scene, parked, category):
    hidden = unseen(scene, parked)
    here = tuple(Pose(p.t_us, replace(p.T_world, translation=(16.0, -4.0, 0.8))) for p in parked.track)
    moved = recorded(hidden)
    moved = replace(moved, actors=tuple(replace(a, track=here) if a.id == parked.id else a for a in moved.actors))
    (before,), (after,) = (
        drawn(small_drive, each) for each in (moved, apply(moved, Relabel(parked.id, category, keeps_look=True)))
    )
    assert before.dirty.any()
    assert np.array_equal(before.picture, after.picture)


def test_who_is_relabelled_is_drawn_as_one_of_its_new_kind(small_drive, scene, parked):
    category = "vehicle.truck"
    (relabelled,) = drawn(small_drive, apply(recorded(scene), Relabel(parked.id, category)))
    gone = apply(recorded(scene), Delete(parked.id))
    (replaced,) = drawn(small_drive, apply(gone, Add(NEW, category, parked.size_lwh, parked.track, Look())))
    assert relabelled.dirty.any()
    assert np.array_equal(relabelled.picture, replaced.picture)


def test_who_is_relabelled_and_keeps_its_look_is_drawn_as_recorded(small_drive, scene, parked):
    (picture,) = drawn(small_drive, apply(recorded(scene), Relabel(parked.id, "vehicle.truck", keeps_look=True)))
    assert not picture.dirty.any()


@pytest.mark.parametrize(("seen_m", "look"), [(18.0, "actor:{}"), (42.0, "bank:truck")])
@pytest.mark.parametrize("wanted_m", [9.0, 45.0])
def test_who_was_seen_small_lends_no_looks_where_the_bank_has_such_a_one(small_drive, scene, parked, seen_m, look, wanted_m):
    def at(x, y):
        return tuple(Pose(p.t_us, replace(p.T_world, translation=(x + 5.0 * k, y, 1.7))) for k, p in enumerate(parked.track))

    size = bank()["truck"].size_lwh
    (truck,) = (a for a in scene.actors if a.category == "vehicle.truck")
    there = replace(scene, actors=(replace(truck, size_lwh=size, track=at(seen_m, 0.0)),))
    any_truck, this_one = (
        drawn(
            small_drive, apply(recorded(there), Add(NEW, "vehicle.truck", size, at(wanted_m, -4.0), Look(source))), frames=(0,)
        )
        for source in (None, look.format(truck.id))
    )
    assert any_truck[0].dirty.any()
    assert np.array_equal(any_truck[0].picture, this_one[0].picture)


@pytest.mark.parametrize(("look", "knows_clothes"), [(Look(), False), (Look("actor:{}"), True)])
def test_where_anyone_will_do_clothes_do_not_decide_who_stands_in(small_drive, scene, look, knows_clothes, monkeypatch):
    """They show a little differently at every size, and at another size another person would stand there."""
    (walker,) = (a for a in scene.actors if a.category.startswith("human."))
    asked = []

    def spied(role, others, picks, paint_in):
        asked.append(role.paint)
        return stand_in(role, others, picks, paint_in)

    monkeypatch.setattr("engine.draft.looks.stand_in", spied)
    there = tuple(Pose(p.t_us, Rigid((9.0, 1.0, 0.9), yaw_quaternion(np.pi))) for p in walker.track)
    look = replace(look, source=look.source and look.source.format(walker.id))
    drawn(small_drive, apply(recorded(scene), Add(NEW, walker.category, walker.size_lwh, there, look)))
    assert asked
    assert {paint is not None for paint in asked} == {knows_clothes}
