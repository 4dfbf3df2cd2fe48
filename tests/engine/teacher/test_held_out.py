"""What adapting must never see, on the small drive: an ego that drives along x at 5 m/s for a second."""

import numpy as np
import pytest

from engine.draft.gather import Source
from engine.teacher.drive import open_drive
from engine.teacher.egopath import EgoPath
from engine.teacher.held_out import GREY, held_out, without
from tests.small_drive import SCENE, VERSION


@pytest.fixture(scope="module")
def drive(small_drive):
    return open_drive(small_drive, VERSION, SCENE, (160, 96))


def test_the_sector_lies_ahead_to_the_left_of_the_middle_of_the_last_frames(drive):
    left_out = held_out(drive.scene)
    assert left_out.first == 8
    assert left_out.apex == pytest.approx((4.5, 0.0))
    inside = left_out.has(np.array([[20.0, 5.0], [4.6, 9.0], [20.0, -5.0], [0.0, 5.0], [-9.0, -9.0]]))
    assert inside.tolist() == [True, True, False, False, False]


def test_the_drive_that_adapting_sees_is_shorter_and_painted_over_in_the_sector(drive):
    left_out = held_out(drive.scene)
    seen = without(drive, left_out)
    assert len(seen.scene.frames) == 8
    assert not seen.has(8, "CAM_FRONT")
    hidden = seen.withheld(0, "CAM_FRONT")
    assert (seen.recording.picture(0, "CAM_FRONT")[hidden] == GREY).all()
    assert (seen.recording.glance(0, "CAM_FRONT")[hidden] == GREY).all()
    assert (seen.recording.picture(0, "CAM_FRONT") == drive.recording.picture(0, "CAM_FRONT"))[~hidden].all()
    assert hidden[:, :70].mean() > 0.8  # the left half of what lies ahead
    assert not hidden[:, 90:].any()
    assert not seen.withheld(0, "CAM_BACK").any()


def test_an_actor_in_the_sector_is_hidden_though_it_covers_what_is_not(drive):
    """The parked car stands at y = 4 m, half of it in pictures beside the sector's edge behind it."""
    left_out = held_out(drive.scene)
    parked = next(actor for actor in drive.scene.actors if actor.track[0].T_world.translation[1] == 4.0)
    assert left_out.never_shown(parked, drive.scene)
    hull = drive.witnesses.hulls(Source(0, "CAM_FRONT"))[str(parked.id)][0]
    u, v = hull.mean(0).round().astype(int)
    assert left_out.pixels(drive, 0, "CAM_FRONT")[v, u]


def test_only_held_out_time_and_places_are_judged(drive):
    left_out = held_out(drive.scene)
    assert not left_out.judges(drive, EgoPath("CAM_FRONT", 2, (5,)), 0.2)  # frame 7 is adapted to
    assert left_out.judges(drive, EgoPath("CAM_FRONT", 3, (5,)), 0.2)
    assert not left_out.judges(drive, EgoPath("CAM_BACK", 3, (5,)), 0.2)  # what lies behind is adapted to
