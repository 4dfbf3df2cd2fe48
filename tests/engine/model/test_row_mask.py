import pytest
import torch

from engine.model.row_mask import MaskTokens, RowMask

SHAPE = (2, 3, 2, 4, 8)


@pytest.mark.parametrize("same", [True, False])
def test_every_row_keeps_its_share_in_order(same):
    mask = RowMask.draw(SHAPE, 0.25, same, torch.Generator().manual_seed(0))
    assert mask.kept.shape == (2, 3, 2, 4, 6)
    assert bool((mask.kept.diff(dim=-1) > 0).all())
    assert torch.equal(mask.dropped().sum(-1), torch.full(SHAPE[:-1], 2))
    assert torch.equal(mask.kept[:, 0], mask.kept[:, 1]) is same


def test_what_is_gathered_comes_back_in_its_place():
    mask = RowMask.draw(SHAPE, 0.5, False, torch.Generator().manual_seed(0))
    tokens = torch.randn((*SHAPE, 3))
    back = mask.scatter(mask.gather(tokens), torch.zeros_like(tokens))
    assert torch.equal(back, tokens * ~mask.dropped()[..., None])


@pytest.mark.parametrize("ratio", [0.3, 1.0])
def test_a_ratio_that_keeps_no_whole_number_is_refused(ratio):
    with pytest.raises(ValueError, match="wanted one that keeps a whole number"):
        RowMask.draw(SHAPE, ratio, False, torch.Generator())


def test_at_pure_noise_a_mask_token_says_nothing_of_the_state():
    tokens = MaskTokens(3, 2, 8)
    a, b = torch.randn(1, 1, 1, 3, 4, 4), torch.randn(1, 1, 1, 3, 4, 4)
    noise, clean = torch.ones(1, 1, 1), torch.zeros(1, 1, 1)
    assert torch.equal(tokens(a, noise), tokens(b, noise))
    assert not torch.allclose(tokens(a, clean), tokens(b, clean))
