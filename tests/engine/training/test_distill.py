import copy
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

from engine.diffusion.path import clean, noised
from engine.training.collate import posed
from engine.training.distill import Distillation, answers_at_key_frames, key_frames, segments
from engine.training.recipes import begin
from engine.training.windows import Window, cut
from tests.engine.training.made_up import H, V, W, clip
from tests.engine.training.test_loop import tiny, world

FRAMES, STRIDE = 5, 2  # two segments of three frames, three key frames


def fine(num_clips=2):
    return [clip(seed, (FRAMES, V, H, W)) for seed in range(num_clips)]


@pytest.fixture
def networks():
    torch.manual_seed(0)
    made = world()()
    torch.nn.init.normal_(made["transformer"].correct.weight, std=0.1)  # at 0 every answer is the draft
    return made.eval().requires_grad_(False)


@pytest.fixture
def what(networks):
    return Distillation(stride=STRIDE, teacher=networks["transformer"])


def asked_of(networks, clips):
    return posed(networks, clips, 0.0, np.random.default_rng(0))


def loss_of(what, networks, answers, level, noise):
    """Of a student that answers `answers`."""
    asked = asked_of(networks, what.coarse(fine()))
    return what.loss(networks, fine(), answers, torch.full(answers.shape[:3], level), asked, noise, torch.float32)


def test_the_student_sees_key_frames_at_their_times(what):
    for given, coarse in zip(fine(), what.coarse(fine()), strict=True):
        assert np.array_equal(coarse.truth, given.truth[::STRIDE])
        assert np.array_equal(coarse.asked.times_s, given.asked.times_s[::STRIDE])


def test_it_is_taught_what_the_teacher_answers_at_the_end_of_each_segment_from_its_known_beginning(what, networks):
    asked, level = asked_of(networks, what.coarse(fine())), 0.6
    _, noise = what.noise(asked.answer, torch.Generator().manual_seed(0))
    wanted = [asked.answer[:, 0]]
    for segment in range(2):  # by hand
        frames = tuple(range(STRIDE * segment, STRIDE * segment + STRIDE + 1))
        alone = asked_of(networks, [cut(c, Window(frames, tuple(range(V)), 0, 0, W, H)) for c in fine()])
        at = torch.full(alone.answer.shape[:3], level)
        at[:, 0] = 0
        x = noised(alone.answer, noise[:, segment], at)
        with torch.no_grad():
            wanted.append(clean(x, networks["transformer"](x, at, alone.told).sample, at)[:, -1])
    wanted = torch.stack(wanted, 1)
    assert not torch.allclose(wanted, asked.answer, atol=0.01)  # the teacher is no oracle
    assert float(loss_of(what, networks, wanted, level, noise)) == pytest.approx(0.0, abs=1e-5)
    assert float(loss_of(what, networks, asked.answer, level, noise)) > 0.01


def test_at_level_0_nothing_is_taught(what, networks):
    asked = asked_of(networks, what.coarse(fine()))
    _, noise = what.noise(asked.answer, torch.Generator())
    assert float(loss_of(what, networks, asked.answer + 1, 0.0, noise)) == 0


@dataclass(frozen=True)
class Noted(Distillation):
    """Tells what it was asked and gave."""

    given: list = field(default_factory=list)

    def loss(self, networks, clips, *asked):
        found = Distillation.loss(self, networks, clips, *asked)
        self.given.append(found.detach())
        return found


def test_the_objective_adds_the_error_towards_the_teacher_to_the_key_frames_own(networks):
    teacher = copy.deepcopy(networks["transformer"])
    what = Noted(stride=STRIDE, teacher=teacher)
    plain = tiny().objective
    with_it = replace(plain, distillation=what).loss(networks, fine(), 0, torch.float32)
    without = replace(plain, distillation=replace(what, weight=0.0, given=[])).loss(networks, fine(), 0, torch.float32)
    assert what.given[0] > 0.01
    torch.testing.assert_close(with_it - without, what.given[0])


def test_the_student_learns_from_it_and_the_teacher_does_not(networks):
    teacher = copy.deepcopy(networks["transformer"]).requires_grad_(True)
    student = copy.deepcopy(networks).requires_grad_(True)
    what = Distillation(stride=STRIDE, teacher=teacher)
    asked = asked_of(networks, what.coarse(fine()))
    drawn, noise = what.noise(asked.answer, torch.Generator().manual_seed(0))
    level = torch.full(asked.answer.shape[:3], 0.8)
    x = noised(asked.answer, drawn, level)
    answers = clean(x, student["transformer"](x, level, asked.told).sample, level)
    what.loss(student, fine(), answers, level, asked, noise, torch.float32).backward()
    assert any(p.grad is not None and p.grad.any() for p in student["transformer"].parameters())
    assert all(p.grad is None for p in teacher.parameters())


def test_thirty_steps_bring_the_student_nearer_to_the_teacher(what, networks):
    student = begin(tiny(), None).networks["transformer"]
    asked = asked_of(networks, what.coarse(fine()))
    drawn, noise = what.noise(asked.answer, torch.Generator().manual_seed(0))
    level = torch.full(asked.answer.shape[:3], 0.8)
    x, optimizer, losses = noised(asked.answer, drawn, level), torch.optim.Adam(student.parameters(), 3e-3), []
    for _ in range(30):
        answers = clean(x, student(x, level, asked.told).sample, level)
        loss = what.loss(networks, fine(), answers, level, asked, noise, torch.float32)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_without_a_teacher_it_is_refused(networks):
    alone = Distillation(stride=STRIDE)
    asked = asked_of(networks, alone.coarse(fine()))
    drawn, noise = alone.noise(asked.answer, torch.Generator())
    with pytest.raises(ValueError, match="without a teacher; wanted the network that the run begins with"):
        loss_of(alone, networks, drawn, 0.5, noise)


def test_key_frames_of_student_and_teacher_line_up():
    clip = torch.arange(145.0)[None, :, None]
    parts = segments(clip, 12)
    assert parts.shape == (1, 12, 13, 1)
    assert torch.equal(parts[:, :-1, -1], parts[:, 1:, 0])
    assert key_frames(12, 12).tolist() == list(range(0, 145, 12))
    assert torch.equal(answers_at_key_frames(parts), clip[:, key_frames(12, 12)])


def test_the_teacher_gets_no_gradient():
    answers = torch.randn(1, 3, 5, 2, requires_grad=True)
    assert not answers_at_key_frames(answers).requires_grad


def test_student_and_teacher_have_the_same_noise_at_the_same_frame():
    student, teacher = Distillation(stride=4).noise(torch.zeros(2, 4, 1, 3, 2, 2), torch.Generator().manual_seed(0))
    assert teacher.shape == (2, 3, 5, 1, 3, 2, 2)
    assert torch.equal(student, torch.cat([teacher[:, :1, 0], teacher[:, :, -1]], 1))
    assert not torch.isclose(teacher[:, :, 0], teacher[:, :, 1]).all()


def test_a_clip_that_leaves_a_rest_is_refused():
    with pytest.raises(ValueError, match="wanted a multiple"):
        segments(torch.zeros(1, 12, 1), 5)
