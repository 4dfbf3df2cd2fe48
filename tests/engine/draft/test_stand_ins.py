"""Who stands in for an actor that turns a side which nobody recorded."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from editor.apply import apply
from editor.cameras import box_hull, fit
from editor.edits import Rotate
from editor.geometry import Rigid, box_corners
from editor.scene import Actor, ActorId, Look, Pose, recorded
from editor.tracks import actor_at
from engine.draft.bank import BankEntry
from engine.draft.crowd import filled
from engine.draft.gather import Source
from engine.draft.picks import Pick, Wanted
from engine.draft.stand_ins import MOST_COST, MOST_UNSEEN, Role, shows_ill, stand_in
from engine.draft.surfaces import Block
from tests.engine.draft.drawing import drawn
from tests.small_drive import SIZE

HERE = Source(0, "CAM_FRONT")
CAR = (4.5, 1.8, 1.5)
NOTHING = Pick(HERE, False, 1.0, 0.0)  # of what is wanted is shown


def actor(name: str, size=CAR, category="vehicle.car") -> Actor:
    return Actor(ActorId(name), category, size, (Pose(0, Rigid((0.0, 0.0, 0.75), (1.0, 0.0, 0.0, 0.0))),))


def chosen(
    others: dict[str, tuple[float, float, str | None]],
    paint="#c0c0c0",
    category="vehicle.car",
    size=CAR,
    own=NOTHING,
):
    """Whom an actor is given, where others' best pictures lack and cost so much and show such paint."""
    actors = [actor(name, category=category) for name in others]
    picks = {name: [Pick(HERE, False, lacks, cost)] for name, (lacks, cost, _) in others.items()}
    role = Role(category, size, paint, own)
    found = stand_in(role, actors, lambda o: picks[o.id], lambda o, _: others[o.id][2])
    return found.name if isinstance(found, BankEntry) else found and found.id


def test_its_own_picture_is_enough_until_too_much_is_lacking_or_it_fits_ill():
    assert not shows_ill(Pick(HERE, False, MOST_UNSEEN, MOST_COST))
    assert shows_ill(Pick(HERE, False, MOST_UNSEEN + 0.01, 0.0))
    assert shows_ill(Pick(HERE, False, 0.0, MOST_COST + 0.1))


def test_whoever_was_seen_from_there_best_stands_in():
    assert chosen({"aslant": (0.3, 1.0, "#c0c0c0"), "square": (0.0, 1.0, "#c0c0c0"), "far": (0.0, 3.0, "#c0c0c0")}) == "square"


def test_whoever_is_about_as_light_stands_in_rather_than_a_black_car():
    assert chosen({"black": (0.0, 0.5, "#101010"), "white": (0.0, 2.0, "#d0d0d0")}) == "white"


def test_the_shipped_bank_has_somebody_where_nobody_was_seen_from_there():
    assert chosen({"behind": (0.9, 0.0, "#c0c0c0")}) == chosen({})
    assert chosen({}) is not None
    assert chosen({}, category="animal") is None


def test_of_the_shipped_ones_about_as_large_the_one_of_about_its_paint_stands_in():
    sedan = (4.72, 1.92, 1.46)
    red, grey, white = (chosen({}, paint, size=sedan) for paint in ("#a01818", "#505458", "#e0e0e0"))
    assert red not in (grey, white)
    assert red == "sedan"
    assert chosen({}, "#e0e0e0", size=(5.6, 2.2, 2.4)) == "van"


def test_a_car_fills_its_box_when_it_turns_its_front_that_nobody_recorded(small_drive, scene, parked):
    camera = scene.frames[5].picture("CAM_FRONT")
    turned = apply(recorded(scene), Rotate(parked.id, camera.t_us, math.pi))
    (shown,) = drawn(small_drive, turned)
    (without,) = drawn(small_drive, replace(turned, actors=tuple(a for a in turned.actors if a.id != parked.id)))
    box = next(a for a in turned.actors if a.id == parked.id)
    view = fit(scene.view("CAM_FRONT"), *SIZE).view
    eye = camera.T_world_ego @ view.T_ego_camera
    hull = box_hull(view, eye.inverse().apply(box_corners(actor_at(box, camera.t_us), box.size_lwh)))
    differs = (cv2.absdiff(shown.picture, without.picture).max(axis=-1) > 12) & (filled(hull, shown.picture.shape[:2]) > 0)
    assert np.ptp(np.flatnonzero(differs.any(axis=0))) > 0.85 * np.ptp(hull[:, 0])


@pytest.mark.parametrize("size", [(4.4, 1.85, 1.5), (9.0, 2.5, 3.2)])
def test_only_those_of_about_its_size_stand_in(size):
    assert (chosen({"other": (0.0, 0.0, "#c0c0c0")}, size=size) == "other") == (size[0] < 5)


@pytest.mark.parametrize(("cost", "who"), [(12.0, None), (22.0, "other")])
def test_its_own_picture_serves_unless_another_fits_much_better(cost, who):
    own = Pick(HERE, False, 0.0, cost)
    assert chosen({"other": (0.0, 9.0, "#c0c0c0")}, category="animal", own=own) == who


def test_an_added_motorcycle_that_is_recorded_as_a_dot_is_the_banks(footage, parked):
    """Nobody of its category was recorded; the car that was is not like it."""
    camera = footage.recording.camera(5, "CAM_FRONT")
    x, y, _ = actor_at(parked, camera.t_us).translation
    added = replace(actor("new-1", (2.1, 0.8, 1.5), "vehicle.motorcycle"), look=Look(colour="#2040c0"))
    wanted = Wanted(Rigid((x, y, 0.75), (1.0, 0.0, 0.0, 0.0)), added.size_lwh, camera)
    found = footage.looks.lift(added, wanted, 5, Block(0, 0, 160, 90))
    assert not found.seen.any()  # as of no recorded picture
    assert (found.alpha > 0.5).sum() > 30
