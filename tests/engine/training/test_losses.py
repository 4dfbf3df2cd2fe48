import math

import pytest
import torch

from engine.training.losses import (
    flow_error,
    gain,
    high_pass,
    instance_masked,
    picture_loss,
    sharpness_loss,
    structure_loss,
    tinted_error,
    weight_of_dirty,
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


def test_what_stays_counts_a_twentieth_and_a_clip_as_much_as_another():
    dirty = torch.zeros(2, 1, 1, 1, 10, 10)
    dirty[0, 0, 0, 0, :5], dirty[1, 0, 0, 0, 0, 0] = 0.3, 1.0
    weight = weight_of_dirty(dirty)
    half, speck = weight[:, 0, 0]
    assert float(half[0, 0] / half[9, 9]) == pytest.approx(20)
    assert float(half.mean()) == pytest.approx(1.0)
    assert float(speck.mean()) < 1.0  # a few tokens are not all of a step
