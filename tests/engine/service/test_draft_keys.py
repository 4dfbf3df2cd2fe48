"""What the keys promise of the draft, on the real drive: pictures of one key are one picture, however they came about."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from editor.apply import apply
from editor.datasets.nuscenes import open_data_set
from editor.edits import Delete, EgoOffset, EgoPath, Move
from editor.scene import recorded
from editor.tracks import actor_at
from engine.requests import Request
from engine.service.content import picture_keys
from engine.service.tiers import draw

SIZE = (224, 128)
FRAMES = (0, 15, 30)


@pytest.fixture(scope="module")
def drive(pandaset_root):
    """A request for some frames, and ten cars that stand nearest to the ego in the middle one."""
    scene = open_data_set(pandaset_root).scene("scene-0002")
    ego = scene.frames[15].pictures[0].T_world_ego.translation

    def away(actor):
        T = actor_at(actor, scene.frames[15].t_us)
        return float("inf") if T is None else float(np.linalg.norm(np.subtract(T.translation, ego)[:2]))

    cars = sorted((a for a in scene.actors if a.category == "vehicle.car"), key=away)
    views = tuple(view.name for view in scene.views)
    return Request(pandaset_root, recorded(scene), views, FRAMES, SIZE), [car.id for car in cars[:10]]


def after(request, *edits):
    scenario = request.scenario
    for edit in edits:
        scenario = apply(scenario, edit)
    return replace(request, scenario=scenario)


def fresh(request, place):
    """One picture of footage that nothing has been drawn from before: a scene of its own has footage of its own."""
    scene = replace(request.scenario.scene)
    (chunk,) = draw(replace(request, scenario=replace(request.scenario, scene=scene), only=(place,)))
    return chunk


def changed_places(request, other):
    one, two = picture_keys(request, "r"), picture_keys(other, "r")
    return {place for place in one if one[place] != two[place]}


@pytest.mark.slow
def test_a_second_edit_that_a_picture_does_not_see_does_not_change_it(drive):
    request, cars = drive
    t_us = request.scenario.scene.frames[15].t_us
    num = 0
    for first, second in permutations(cars, 2):
        once = after(request, Move(first, t_us, (1.5, 1.0, 0.0)))
        for edit in (Delete(second), Move(second, t_us, (0.0, 2.0, 0.0))):
            twice = after(once, edit)
            for place in sorted(changed_places(request, once) - changed_places(once, twice))[:1]:
                a, b = fresh(once, place), fresh(twice, place)
                for name in ("picture", "valid", "dirty"):
                    assert (getattr(a, name) == getattr(b, name)).all(), (place, name)
                num += 1
        if num >= 6:
            return
    assert num, "no picture sees a first edit without a second"


@pytest.mark.slow
def test_pictures_with_the_recordings_key_are_the_recordings_pixels(drive):
    request, cars = drive
    moved = after(request, Move(cars[-1], request.scenario.scene.frames[15].t_us, (0.5, 0.5, 0.0)))
    same = sorted(set(request.places()) - changed_places(request, moved))
    assert len(same) > 4
    for place in same[::4]:
        drawn, as_recorded = fresh(moved, place), fresh(request, place)
        assert drawn.origin == as_recorded.origin == "recorded"
        assert (drawn.picture == as_recorded.picture).all()


@pytest.mark.slow
def test_what_was_drawn_before_does_not_change_a_picture(drive):
    """A process that has drawn other takes and frames gives what a fresh one gives."""
    request, (first, second, *_) = drive
    scene = request.scenario.scene
    moved = after(request, Move(first, scene.frames[15].t_us, (1.5, 1.0, 0.0)))
    others = [
        after(request, Delete(second)),
        after(request, EgoPath((EgoOffset(scene.span[0], 0.0), EgoOffset(scene.span[1], 1.0)))),
    ]
    places = sorted(changed_places(request, moved))[:2]
    wanted = [fresh(moved, place) for place in places]
    for other in others:
        list(draw(replace(other, only=((30, "CAM_FRONT"), (0, "CAM_FRONT_LEFT")))))
    for chunk, place in zip(wanted, places, strict=True):
        (again,) = draw(replace(moved, only=(place,)))
        for name in ("picture", "valid", "dirty"):
            assert (getattr(again, name) == getattr(chunk, name)).all(), (place, name)
