"""Arrays kept by columns hold what they would hold row by row."""

import pytest
import torch

from engine.town.columns import columns, dot, joined, length, like_columns, put, some, towards, unit
from engine.town.finish import fade, faded
from engine.town.noise import noise

ROWS = torch.arange(21.0).view(7, 3) - 8
INDEX = torch.tensor([5, 0, 3])


@pytest.mark.parametrize("array", [ROWS, ROWS.T.contiguous().T, ROWS[:, 1], ROWS[:, :2].round().to(torch.int64)])
def test_taking_and_joining_are_those_of_rows(array):
    assert torch.equal(some(array, INDEX), array[INDEX])
    assert torch.equal(joined([array, some(array, INDEX)]), torch.cat([array, array[INDEX]]))


def test_rows_are_put_where_they_belong_and_nowhere_else():
    out, plain = like_columns(ROWS, 2.0), torch.full_like(ROWS, 2.0)
    put(out, INDEX, ROWS[:3])
    plain[INDEX] = ROWS[:3]
    assert torch.equal(out, plain)


def test_columns_lie_one_after_the_other_in_memory():
    for array in (columns(*ROWS.unbind(1)), some(ROWS, INDEX), joined([ROWS, ROWS]), like_columns(ROWS)):
        assert array.T.is_contiguous()


def test_lengths_and_components_are_those_of_vectors():
    assert torch.allclose(length(ROWS), ROWS.norm(dim=1))
    assert torch.allclose(dot(ROWS, ROWS + 1), (ROWS * (ROWS + 1)).sum(1))
    assert torch.allclose(towards(ROWS, (0.6, 0.0, 0.8)), ROWS @ torch.tensor([0.6, 0.0, 0.8]))
    assert torch.allclose(length(unit(ROWS)), torch.ones(7))
    assert not unit(torch.zeros(2, 3)).any()


def test_a_detail_is_made_only_where_pixels_show_it_and_as_much_as_they_do():
    footprint, asked = torch.tensor([0.01, 0.03, 0.05, 0.001]), []

    def made(index: torch.Tensor) -> torch.Tensor:
        asked.append(index.tolist())
        return torch.full((len(index),), 4.0)

    assert torch.equal(faded(0.02, footprint, made), 4.0 * fade(0.02, footprint))
    assert asked == [[0, 1, 3]]


def test_noise_goes_on_smoothly_over_the_ends_of_its_tile():
    u, v = torch.rand(2, 50, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(noise("grain", u + 3, v - 2), noise("grain", u, v), atol=2e-3)
    ends = noise("patch", torch.tensor([-1e-6, 1e-6, 1 - 1e-6]), torch.tensor([0.3, 0.3, 0.3]))
    assert ends.max() - ends.min() < 1e-2
