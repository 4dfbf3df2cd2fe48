import math

import pytest
import torch

from engine.training.distill import key_frames, paired_noise, segments, taught
from engine.training.losses import (
    flow_error,
    gain,
    high_pass,
    instance_masked,
    picture_loss,
    sharpness_loss,
    structure_loss,
    tinted_error,
)


def test_references_count_nothing():
    error = flow_error(torch.ones(1, 2, 1, 4, 2, 2), torch.zeros(1, 2, 1, 4, 2, 2), torch.tensor([[[0.0], [0.5]]]))
    assert not error[0, 0].any()
    assert (error[0, 1] == 1 / 0.5 + 1).all()


def test_instance_masked_loss_is_that_of_the_foreground_or_of_all():
    error, other = torch.zeros(2, 1, 1, 2, 2), torch.full((2, 1, 1, 2, 2), 3.0)
    error[0, 0, 0, 0, 0], error[1] = 8.0, 1.0
    foreground = torch.zeros(2, 1, 1, 2, 2, dtype=torch.bool)
    foreground[0, 0, 0, 0, 0] = True  # the second clip has nobody in it
    never, always = (instance_masked((error, other), foreground, p, torch.Generator()) for p in (0.0, 1.0))
    assert [each.tolist() for each in never] == [[2.0, 1.0], [3.0, 3.0]]
    assert [each.tolist() for each in always] == [[8.0, 1.0], [3.0, 3.0]]


def test_both_errors_are_of_the_same_clips_actors():
    error = torch.zeros(64, 1, 1, 2, 2)
    error[:, 0, 0, 0, 0] = 8.0
    foreground = error > 0
    one, other = instance_masked((error, 2 * error), foreground, 0.5, torch.Generator().manual_seed(0))
    assert {2.0, 8.0} == set(one.tolist())
    torch.testing.assert_close(other, 2 * one)


def test_a_decibel_gained_counts_the_same_on_a_bad_draft_and_on_a_better_one():
    drafted = torch.tensor([4.0, 0.4], requires_grad=True)
    gain(drafted * 0.5, torch.tensor([4.0, 0.4]), good=1e-6).sum().backward()
    shares = (drafted.grad * drafted).tolist()
    assert shares == pytest.approx([1.0, 1.0], rel=1e-4)
    assert gain(torch.tensor(0.0), torch.tensor(0.0), good=0.05) == 0


def test_among_errors_well_below_good_their_difference_counts_and_not_their_ratio():
    drafted = torch.tensor([1e-3, 1e-5])
    worse = drafted + 1e-3  # by a half of one, and a hundredfold of the other
    assert gain(worse, drafted, good=0.1).tolist() == pytest.approx([1e-2, 1e-2], rel=0.02)


def test_high_pass_takes_away_what_is_smooth_and_leaves_what_is_fine():
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    smooth, fine = torch.cos(2 * torch.pi * x / 16), (-1.0) ** (x + y)
    torch.testing.assert_close(high_pass(smooth), torch.zeros_like(smooth), rtol=0, atol=1e-5)
    torch.testing.assert_close(high_pass(fine), fine, rtol=0, atol=1e-5)
    assert float(structure_loss(fine + 3 + smooth, fine)) == pytest.approx(0.0, abs=1e-6)


def test_blur_costs_more_than_its_error_alone():
    true = torch.zeros(1, 3, 8, 8)
    true[..., ::2] = 1.0
    blurred = torch.full_like(true, 0.5)
    weight = torch.ones(1, 1, 8, 8)
    assert float(picture_loss(blurred, true, weight)) == pytest.approx(0.5 + 0.5 * 1.0)
    assert float(picture_loss(true, true, weight)) == 0.0


def test_soft_and_grainy_pictures_cost_alike_and_the_true_one_nothing():
    g = torch.Generator().manual_seed(0)
    true, weight = torch.rand((1, 3, 16, 16), generator=g), torch.ones(1, 1, 16, 16)
    assert float(sharpness_loss(true, true, weight)) == 0
    soft, grainy = (float(sharpness_loss(k * true, true, weight)) for k in (0.5, 2.0))
    assert soft == pytest.approx(math.log(4) ** 2, rel=0.01)  # half of every difference is a quarter of the energy
    assert grainy == pytest.approx(math.log(4) ** 2, rel=0.01)


def test_a_wrong_tint_counts_more_than_a_wrong_brightness():
    true = torch.rand(1, 3, 4, 4)
    grey, pink = (true + 0.1 * torch.tensor(off)[:, None, None] for off in ((1.0, 1.0, 1.0), (1.0, -1.0, 0.0)))
    assert tinted_error(grey, true, 3.0).item() == pytest.approx(0.01)
    assert tinted_error(pink, true, 3.0).item() == pytest.approx(4 * tinted_error(pink, true, 0.0).item())
    assert tinted_error(pink, true, 0.0).item() == pytest.approx(0.02 / 3)


def test_key_frames_of_student_and_teacher_line_up():
    clip = torch.arange(145.0)[None, :, None]
    parts = segments(clip, 12)
    assert parts.shape == (1, 12, 13, 1)
    assert torch.equal(parts[:, :-1, -1], parts[:, 1:, 0])
    assert key_frames(12, 12).tolist() == list(range(0, 145, 12))
    assert torch.equal(taught(parts), clip[:, key_frames(12, 12)])


def test_the_teacher_gets_no_gradient():
    answers = torch.randn(1, 3, 5, 2, requires_grad=True)
    assert not taught(answers).requires_grad


def test_noise_by_frame_gives_key_frames_the_same_noise_and_by_position_only_the_first():
    for pairing, length in (("absolute", 13), ("position", 5)):
        student, teacher = paired_noise(torch.randn(2, length, 3), 4, 3, pairing)
        same = torch.isclose(student, torch.cat([teacher[:, :1, 0], teacher[:, :, -1]], 1)).all(-1).all(0)
        assert same.tolist() == ([True] * 4 if pairing == "absolute" else [True, False, False, False])


def test_clips_and_pairings_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="wanted a multiple"):
        segments(torch.zeros(1, 12, 1), 5)
    with pytest.raises(ValueError, match="wanted 'position' or 'absolute'"):
        paired_noise(torch.zeros(1, 13, 1), 4, 3, "random")
