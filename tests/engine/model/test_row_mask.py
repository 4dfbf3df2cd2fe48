import pytest
import torch

from engine.model.row_mask import MaskTokens, RowMask

SHAPE = (2, 3, 2, 4, 8)


@pytest.mark.parametrize("shared", [True, False])
def test_every_row_keeps_its_share_in_order(shared):
    mask = RowMask.draw(SHAPE, 0.25, shared, torch.Generator().manual_seed(0))
    assert mask.kept.shape == (2, 3, 2, 4, 6)
    assert bool((mask.kept.diff(dim=-1) > 0).all())
    assert torch.equal(mask.dropped().sum(-1), torch.full(SHAPE[:-1], 2))
    assert torch.equal(mask.kept[:, 0], mask.kept[:, 1]) is mask.shared is shared


def test_what_is_gathered_comes_back_in_its_place():
    mask = RowMask.draw(SHAPE, 0.5, False, torch.Generator().manual_seed(0))
    tokens = torch.randn((*SHAPE, 3))
    back = mask.scatter(mask.gather(tokens), torch.zeros_like(tokens))
    assert torch.equal(back, tokens * ~mask.dropped()[..., None])


@pytest.mark.parametrize("ratio", [0.3, 1.0])
def test_a_ratio_that_keeps_no_whole_number_is_refused(ratio):
    with pytest.raises(ValueError, match="wanted one that keeps a whole number"):
        RowMask.draw(SHAPE, ratio, False, torch.Generator())


def test_the_cleaner_a_state_the_more_a_mask_token_says_of_the_noise_in_it():
    tokens = MaskTokens(3, 2, 8)
    a, b = torch.randn(1, 1, 1, 3, 4, 4), torch.randn(1, 1, 1, 3, 4, 4)
    pure, half, clean = (tokens(a, level) - tokens(b, level) for level in torch.tensor([1.0, 0.5, 0.0]).view(3, 1, 1, 1))
    assert not pure.any()
    assert clean.abs().max() > 1e-2
    torch.testing.assert_close(half, clean / 2)
