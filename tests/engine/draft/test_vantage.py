"""Which pictures are asked for one from elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from editor.geometry import Rigid
from editor.scene import Actor, Scene
from editor.tracks import actor_at
from engine.draft.differences import Difference
from engine.draft.footage import Footage
from engine.draft.gather import Source
from engine.draft.novel_view import drawn_anew
from engine.draft.remove import footprint_mask
from engine.draft.shot import Shot
from engine.draft.vantage import Vantage, vantage
from tests.engine.draft.drawing import MIDDLE

METRES_A_FRAME = 0.5
STEPS = (1, -1)


@pytest.fixture(name="seen_from")
def _seen_from(footage: Footage):
    def of(ahead: float, left: float = 0.0) -> Vantage:
        there = footage.recording.camera(MIDDLE, "CAM_FRONT")
        place = tuple(np.add(there.T_world_camera.translation, (ahead, left, 0.0)))
        camera = replace(there, T_world_camera=Rigid(place, there.T_world_camera.rotation))
        return vantage(Shot(footage, camera, Source(MIDDLE, "CAM_FRONT"), ()), STEPS)

    return of


def named(scene: Scene, category: str, ahead_of_m: float) -> Actor:
    """The actor of a category that stands so far ahead, or farther."""
    return next(a for a in scene.actors if a.category == category and a.track[0].T_world.translation[0] > ahead_of_m)


@pytest.mark.parametrize("frames", [-3, -1, 2])
def test_what_stands_still_is_asked_of_the_picture_taken_there(seen_from, frames: int):
    ways = seen_from(frames * METRES_A_FRAME)
    assert ways.place == MIDDLE + frames
    assert ways.sources[0] == Source(MIDDLE + frames, "CAM_FRONT")
    assert Source(MIDDLE, "CAM_FRONT") in ways.sources


def test_what_moves_is_asked_of_the_picture_of_that_time(seen_from):
    assert seen_from(-1.0).of_that_time[0] == Source(MIDDLE, "CAM_FRONT")


def test_beside_its_way_the_picture_of_that_time_is_as_near_as_any(seen_from):
    ways = seen_from(0.0, left=1.0)
    assert ways.place == MIDDLE
    assert ways.sources[: len(ways.of_that_time)] == ways.of_that_time


def test_every_source_is_asked_once_and_has_a_picture(seen_from, footage: Footage):
    sources = seen_from(-METRES_A_FRAME).sources
    assert len(set(sources)) == len(sources)
    assert all(footage.has_picture(source.frame, source.view) for source in sources)


def test_who_drives_is_elsewhere_in_another_times_picture_and_who_parks_is_not(seen_from, scene: Scene):
    truck, parked = named(scene, "vehicle.truck", 0.0), named(scene, "vehicle.car", 0.0)
    back, there = seen_from(-1.0), seen_from(0.0)
    assert (back.moves(truck), back.moves(parked)) == (True, False)
    assert not there.moves(truck)


def test_another_side_shows_from_beside_and_not_from_where_it_was_seen(seen_from, scene: Scene):
    parked = named(scene, "vehicle.car", 0.0)
    assert not seen_from(-1.0).shows_another_side(parked)
    assert seen_from(0.0, left=2.5).shows_another_side(parked)


def test_who_is_seen_from_another_side_is_drawn_anew(seen_from, scene: Scene):
    parked = named(scene, "vehicle.car", 0.0)
    assert parked not in drawn_anew(seen_from(-1.0))
    assert parked in drawn_anew(seen_from(0.0, left=2.5))


def test_the_shade_of_who_drives_passes_where_it_is_and_where_it_was(seen_from, scene: Scene):
    truck = named(scene, "vehicle.truck", 0.0)
    back = seen_from(-1.0)
    passing = back.passing(back.shot.staying)
    assert passing[under(truck, back, MIDDLE)].all()
    assert passing[under(truck, back, back.place)].all()
    assert passing.mean() < 0.5
    assert not seen_from(0.0).passing(back.shot.staying).any()


def test_who_is_gone_throws_no_shade_where_he_would_be(seen_from, scene: Scene):
    truck = named(scene, "vehicle.truck", 0.0)
    back = seen_from(-2.5)
    gone = replace(back.shot, differences=(Difference(truck, None, stays=False),))
    passing = vantage(gone, STEPS).passing(gone.staying)
    assert passing[under(truck, back, back.place)].all()
    assert passing.sum() < back.passing(back.shot.staying).sum()


def under(actor: Actor, ways: Vantage, frame: int) -> np.ndarray:
    """The ground that an actor covers at a frame, as the shot shows it."""
    t_us = ways.shot.footage.recording.camera(frame, "CAM_FRONT").t_us
    return footprint_mask(actor_at(actor, t_us), actor.size_lwh, ways.shot.camera, 0.0) > 0
