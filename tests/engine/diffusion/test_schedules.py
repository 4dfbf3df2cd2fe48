import pytest
import torch

from engine.diffusion.schedules import levels, paced, progressive_paces, training_levels


def test_every_frame_ends_at_exactly_0_and_never_rises():
    start = torch.tensor([1.0, 0.4, 0.0, 1.0]).view(1, 4, 1).expand(2, 4, 3)
    s = levels(5, start, progressive_paces(4))
    assert torch.equal(s[0], start)
    assert not s[-1].any()
    assert bool((s[1:] <= s[:-1]).all())
    assert not s[:, :, 2].any()  # a kept frame is clean throughout


def test_pace_1_is_the_plain_schedule():
    start = torch.ones(1, 3, 1)
    assert torch.equal(levels(4, start, 1.0), levels(4, start, torch.ones(3)))
    torch.testing.assert_close(levels(4, start)[:, 0, 0, 0], torch.linspace(1, 0, 5))


def test_earlier_frames_are_ahead():
    s = levels(6, torch.ones(1, 5, 1), progressive_paces(5))[3, 0, :, 0]
    assert bool((s.diff() > 0).all())


def test_paces_compose():
    u = torch.linspace(0, 1, 11)
    torch.testing.assert_close(paced(paced(u, torch.tensor(0.5)), torch.tensor(3.0)), paced(u, torch.tensor(1.5)))


@pytest.mark.parametrize(("steps", "start"), [(0, 1.0), (3, 1.5), (3, -0.1)])
def test_schedules_that_cannot_be_are_refused_with_what_was_got(steps, start):
    with pytest.raises(ValueError, match="wanted"):
        levels(steps, torch.full((1, 2, 1), start))


def test_training_levels_hold_every_kind_of_sample():
    s = training_levels((600, 4, 2), torch.Generator().manual_seed(0))
    assert bool(((s >= 0) & (s <= 1)).all())
    assert torch.equal(s[..., 0], s[..., 1])  # views of an instant go together
    known = (s[:, 0, 0] == 0) & (s[:, 1:3] > 0).all((1, 2))
    assert 0.15 < float(known.float().mean()) < 0.25
    s = s[~known]
    pure = (s == 1).all((1, 2))
    common = (s == s[:, :1]).all((1, 2)) & ~pure
    progressive = (s[:, 1:, 0] > s[:, :-1, 0]).all(1)
    assert 0.42 < float(pure.float().mean()) < 0.58
    assert 0.17 < float(common.float().mean()) < 0.33
    assert bool(progressive.any())
    assert bool((~pure & ~common & ~progressive).any())


def test_a_fifth_of_training_samples_begin_with_a_reference_and_half_of_these_end_with_one():
    s = training_levels((3000, 4, 1), torch.Generator().manual_seed(1))[..., 0]
    first, last = s[:, 0] == 0, s[:, -1] == 0
    assert 0.18 < float(first.float().mean()) < 0.22
    assert 0.4 < float(last[first].float().mean()) < 0.6
    assert not last[~first].any()


def test_training_samples_of_two_frames_have_no_references():
    assert bool((training_levels((3000, 2, 1), torch.Generator().manual_seed(1)) > 0).all())
