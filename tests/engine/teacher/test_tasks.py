"""Tasks about the small drive: what they hide, what they ask back, and what a clip says of them."""

from itertools import islice

import numpy as np
import pytest

from engine.teacher.clips import clip_of
from engine.teacher.drive import PAINT, Veiled, open_drive
from engine.teacher.egopath import EgoPath, starts
from engine.teacher.exercise import untouched
from engine.teacher.placement import placements
from engine.teacher.removal import GROWN_PX, hidden, removals
from tests.small_drive import SCENE, VERSION

SIZE = (160, 96)


@pytest.fixture(scope="module")
def drive(small_drive):
    return open_drive(small_drive, VERSION, SCENE, SIZE)


@pytest.fixture(scope="module")
def removal(drive):
    return next(filter(None, removals(drive, np.random.default_rng(0))))


@pytest.fixture(scope="module")
def placement(drive):
    return next(filter(None, islice(placements(drive, np.random.default_rng(0)), 4000)))


def test_what_the_box_hides_never_reaches_the_draft(drive, removal):
    """Whatever is recorded behind the box, the answer is the same."""
    answer = removal.exercises(drive, (removal.frame,))[0]
    noise = np.random.default_rng(1)

    def behind(frame, view):
        return hidden(drive, removal.box, frame, view, GROWN_PX)

    other = Veiled(drive.recording, behind, paint=tuple(noise.integers(0, 255, 3)))
    changed = type(drive)(drive.scene, other, drive.cast, drive.backdrop, drive.streets)
    assert (removal.exercises(changed, (removal.frame,))[0].draft == answer.draft).all()
    assert not (answer.draft == PAINT).all(-1).any()
    assert (answer.truth == drive.recording.picture(removal.frame, removal.view)).all()
    assert answer.dirty[answer.judged].all()
    assert (answer.draft == answer.truth)[~answer.dirty].all()


def test_a_placed_actor_comes_from_the_source_alone(drive, placement):
    """Whatever is recorded in the target's rectangle, the answer is the same; the source's own frame stays as recorded."""
    answer, source = placement.exercises(drive, (placement.target, placement.source))
    target = placement.region(drive)
    other = Veiled(drive.recording, lambda f, v: target if (f, v) == (placement.target, placement.view) else None)
    changed = type(drive)(drive.scene, other, drive.cast, drive.backdrop, drive.streets)
    assert (placement.exercises(changed, (placement.target,))[0].draft[target] == answer.draft[target]).all()
    assert not source.dirty.any()
    assert answer.judged.sum() < answer.dirty.sum()


def test_a_frame_is_asked_back_from_an_earlier_one_alone(drive):
    task = EgoPath("CAM_FRONT", 2, (4, 8))
    assert task.frames(drive, 3) == (2, 6, 10)
    later = Veiled(drive.recording, lambda f, v: np.ones(SIZE[::-1], bool) if f > 2 else None)
    changed = type(drive)(drive.scene, later, drive.cast, drive.backdrop, drive.streets)
    for before, after in zip(*(task.exercises(d, (2, 6, 10)) for d in (drive, changed)), strict=True):
        # The outline of the car itself is read off the whole drive, and there is none here.
        assert (before.draft == after.draft).all()
    assert starts(drive, "CAM_FRONT", (4, 8)) == [0, 1, 2]
    assert starts(drive, "CAM_FRONT", (1,)) == []  # half a metre


def test_frames_around_one_are_apart_where_the_drive_is_long_enough(drive):
    assert drive.around(5, "CAM_FRONT", 3, 0.5) == (0, 5, 10)
    assert drive.around(5, "CAM_FRONT", 3, 0.2) == (3, 5, 7)
    assert drive.around(0, "CAM_FRONT", 3, 0.5) == (0, 5, 10)
    assert drive.around(0, "CAM_FRONT", 3, 2.0) == (0, 1, 2)
    assert len(drive.around(0, "CAM_FRONT", 99, 0.1)) == 11


def test_nothing_is_asked_about_what_is_withheld():
    picture = np.full((4, 6, 3), 9, np.uint8)
    exercise = untouched(picture)
    withheld = np.zeros((4, 6), bool)
    withheld[:, :3] = True
    asked = type(exercise)(np.zeros_like(picture), exercise.dirty, exercise.valid, exercise.valid, picture)
    spared = asked.spared(withheld)
    assert (spared.draft[:, :3] == 9).all()
    assert (spared.draft[:, 3:] == 0).all()
    assert (spared.dirty == ~withheld).all()
    assert (spared.judged == ~withheld).all()
    assert (spared.valid == withheld).all()


def test_a_clip_is_the_task_as_the_model_is_told_of_it(drive, removal):
    frames = removal.frames(drive, 3)
    clip = clip_of(drive, removal, frames)
    assert removal.frame in frames
    assert clip.truth.shape == (3, 1, 96, 160, 3)
    assert clip.kind == "delete"
    assert clip.drafts.dirty[frames.index(removal.frame), 0].any()
    assert (clip.drafts.pictures == clip.truth)[~clip.drafts.dirty].all()
    assert clip.asked.times_s[0] == 0
