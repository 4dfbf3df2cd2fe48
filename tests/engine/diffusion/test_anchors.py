import pytest
import torch

from engine.diffusion.anchors import correcting_level, renoised
from engine.diffusion.path import noised


@pytest.mark.parametrize("level", [0.2, 0.5, 0.9, 1.0])
def test_a_corrected_anchor_is_distributed_as_an_ordinary_state_at_its_level(level):
    generator = torch.Generator().manual_seed(3)
    n = 200_000
    x0 = torch.full((1, 1, 1, 1, 1, n), 0.7, dtype=torch.float64)
    e1, e2, e3 = (torch.randn(x0.shape, generator=generator, dtype=torch.float64) for _ in range(3))
    s = torch.full((1, 1, 1), level, dtype=torch.float64)
    imperfect = (1 - 0.2) * x0 + 0.2 * e1
    x = renoised(imperfect, e2, s, 0.2)
    ordinary = noised(x0, e3, s)
    assert float(x.mean()) == pytest.approx(float(ordinary.mean()), abs=0.01)
    assert float(x.std()) == pytest.approx(float(ordinary.std()), abs=0.01)


def test_an_anchor_cannot_be_at_a_lower_level_than_its_own_noise():
    x = torch.zeros(1, 1, 1, 1, 1, 1)
    with pytest.raises(ValueError, match=r"level 0.1 .* wanted"):
        renoised(x, x, torch.full((1, 1, 1), 0.1), 0.2)


def test_correcting_starts_no_lower_than_the_anchors_own_noise():
    assert correcting_level(0.1, 0.2) == 0.2
    assert correcting_level(0.6, 0.2) == 0.6
    with pytest.raises(ValueError, match="wanted"):
        correcting_level(0.0, 0.2)
