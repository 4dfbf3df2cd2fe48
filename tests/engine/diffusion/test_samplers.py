import torch

from engine.diffusion.guidance import guided
from engine.diffusion.keep import Kept, composed
from engine.diffusion.noise import clip_noise
from engine.diffusion.path import velocity_towards
from engine.diffusion.samplers import euler
from engine.diffusion.schedules import levels, progressive_paces

SHAPE = (1, 4, 2, 3, 2, 2)


def towards(x0):
    """A network that knows the answer."""
    return lambda x, level: velocity_towards(x, x0, level)


def test_with_the_true_velocity_any_schedule_arrives():
    x0, noise = torch.randn(SHAPE), torch.randn(SHAPE)
    for num_steps in (1, 2, 7):
        steps = list(euler(towards(x0), noise, levels(num_steps, torch.ones(SHAPE[:3]), progressive_paces(4))))
        assert [step.number for step in steps] == list(range(1, num_steps + 1))
        torch.testing.assert_close(steps[-1].latents, x0, rtol=0, atol=1e-4)
        torch.testing.assert_close(steps[0].clean, x0, rtol=0, atol=1e-4)


def test_pace_1_for_every_frame_is_plain_euler_to_the_bit():
    x0, noise = torch.randn(SHAPE), torch.randn(SHAPE)
    plain = list(euler(towards(x0), noise, levels(5, torch.ones(SHAPE[:3]))))[-1].latents
    paced = list(euler(towards(x0), noise, levels(5, torch.ones(SHAPE[:3]), torch.ones(4))))[-1].latents
    assert torch.equal(plain, paced)


def test_what_is_kept_never_moves():
    x0, noise, other = torch.randn(SHAPE), torch.randn(SHAPE), torch.randn(SHAPE)
    mask = torch.zeros(1, 4, 2, 1, 2, 2)
    mask[:, 1], mask[:, 3, 0, :, 0] = 1, 1
    start = torch.ones(SHAPE[:3])
    start[:, 1] = 0
    kept = Kept(x0, noise, mask)
    for step in euler(towards(other), noise, levels(3, start), kept):
        assert torch.equal(step.clean.where(mask > 0, x0), x0)
        assert torch.equal(step.latents[:, 1], x0[:, 1])
    assert torch.equal(step.latents.where(mask > 0, x0), x0)
    assert not torch.equal(step.latents, x0)


def test_kept_pixels_are_the_kept_bytes():
    a, b = (torch.randint(0, 255, (4, 5, 3), dtype=torch.uint8).numpy() for _ in range(2))
    may = torch.rand(4, 5).numpy() > 0.5
    out = composed(a, b, may)
    assert (out[~may] == b[~may]).all()
    assert (out[may] == a[may]).all()


def test_noise_belongs_to_a_frame_and_a_view_wherever_they_are_in_a_clip():
    whole = clip_noise(7, (10, 11, 12), ("CAM_FRONT", "CAM_BACK"), (3, 2, 2))
    part = clip_noise(7, (12,), ("CAM_BACK",), (3, 2, 2))
    assert torch.equal(whole[0, 2, 1], part[0, 0, 0])
    assert not torch.equal(whole[0, 0, 0], whole[0, 1, 0])
    assert not torch.equal(part, clip_noise(8, (12,), ("CAM_BACK",), (3, 2, 2)))


def test_guidance_goes_on_from_untold_to_told():
    asked = []

    def predict(x, level, told):
        asked.append(told)
        return torch.full_like(x, told)

    x = torch.zeros(SHAPE)
    assert float(guided(predict, 2.0, 1.0, 3.0)(x, x).max()) == 4.0
    asked.clear()
    assert float(guided(predict, 2.0, 1.0, 1.0)(x, x).max()) == 2.0
    assert asked == [2.0]  # at scale 1 nobody is asked twice
