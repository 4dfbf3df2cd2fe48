import torch

from engine.diffusion.path import clean, noised, stepped, velocity, velocity_towards

SHAPE = (2, 3, 2, 4, 2, 2)


def clip(seed):
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_ends_of_the_path_are_the_clip_and_the_noise():
    x0, noise = clip(0), clip(1)
    assert torch.equal(noised(x0, noise, torch.zeros(SHAPE[:3])), x0)
    assert torch.equal(noised(x0, noise, torch.ones(SHAPE[:3])), noise)


def test_the_velocity_points_back_to_the_clip_from_any_level():
    x0, noise = clip(0), clip(1)
    level = torch.rand(SHAPE[:3], generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    x = noised(x0, noise, level)
    torch.testing.assert_close(clean(x, velocity(x0, noise), level), x0)
    torch.testing.assert_close(velocity_towards(x, x0, level), velocity(x0, noise))


def test_a_step_along_the_true_velocity_stays_on_the_path():
    x0, noise = clip(0), clip(1)
    level, lower = torch.full(SHAPE[:3], 0.8, dtype=torch.float64), torch.full(SHAPE[:3], 0.3, dtype=torch.float64)
    x = stepped(noised(x0, noise, level), velocity(x0, noise), level, lower)
    torch.testing.assert_close(x, noised(x0, noise, lower))


def test_nothing_moves_at_level_0():
    assert not velocity_towards(clip(0), clip(1), torch.zeros(SHAPE[:3])).any()
