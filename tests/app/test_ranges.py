"""Lists as people type them: values once, in order, and ranges with both ends."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ranges import listed, numbers, seeds
from editor.take import LARGEST_SEED
from editor.variations import MOST, VariationError

metres = partial(numbers, unit="metres")


def test_values_and_ranges_mix_and_nothing_comes_twice():
    assert listed("b, a,b") == ["b", "a", "b"]
    assert metres("1,1.0,+1,01") == [1.0]
    assert seeds("1,01") == [1]
    assert metres("0, -1:1:0.5") == [0.0, -1.0, -0.5, 0.5, 1.0]
    assert metres("1:-1:-1, +.5") == [1.0, 0.0, -1.0, 0.5]
    assert listed("1:1.5:.5,100:0:-100") == ["1", "1.5", "100", "0"]
    assert seeds("7,0:3:1") == [7, 0, 1, 2, 3]


@given(st.integers(-50, 50), st.integers(1, 40), st.integers(1, 20))
def test_a_range_goes_from_its_start_to_its_end_by_its_step(start, count, step):
    found = metres(f"{start / 10}:{(start + count * step) / 10}:{step / 10}")
    assert found == [(start + k * step) / 10 for k in range(count + 1)]


@pytest.mark.parametrize(
    ("read", "typed", "said"),
    [
        (metres, "far", "'far' metres; wanted numbers with commas between them, or FROM:TO:STEP"),
        (metres, "1,,2", "'' metres; wanted numbers"),
        (metres, "1e3", "'1e3' metres; wanted numbers"),
        (metres, "9" * 10, f"'{'9' * 10}' metres; wanted numbers"),
        (metres, "0:4", "'0:4' metres; wanted numbers"),
        (metres, "0:1:0", "0:1:0 leads nowhere; wanted FROM:TO:STEP"),
        (metres, "0:1:-1", "0:1:-1 leads nowhere"),
        (metres, f"0:{MOST}:1", f"0:{MOST}:1 is {MOST + 1} values; wanted at most {MOST}"),
        (seeds, "-1", f"seed '-1'; wanted whole numbers from 0 to {LARGEST_SEED} with commas"),
        (seeds, str(LARGEST_SEED + 1), f"seed '{LARGEST_SEED + 1}'; wanted whole numbers"),
        (seeds, "9" * 5000, f"seed '{'9' * 80}'; wanted whole numbers"),
        (seeds, "٣", "seed '٣'; wanted whole numbers"),
        (seeds, "0:1:0.5", "seed '0.5'; wanted whole numbers"),
    ],
)
def test_what_is_no_list_is_said_in_a_sentence(read, typed, said):
    with pytest.raises(VariationError, match=said):
        read(typed)
