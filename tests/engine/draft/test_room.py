"""What drafts keep: no more than there is room for, and crops that are whole again without loss."""

import numpy as np
import pytest

from engine.draft.gather import Source
from engine.draft.room import Crop, room_for


@pytest.mark.parametrize("part", [np.s_[3:7, 2:9], np.s_[0:1, 0:1], np.s_[:, :], np.s_[0:0, 0:0]])
def test_a_crop_is_whole_again(part):
    whole = np.zeros((12, 16), np.float32)
    whole[part] = np.random.default_rng(0).uniform(0.1, 1.0, whole[part].shape)
    crop = Crop.of(whole)
    assert np.array_equal(crop.whole(), whole)
    assert crop.nbytes == whole[part].nbytes


def test_what_was_longest_unused_goes_first():
    room = room_for(3 * 400)
    for name in "abc":
        room[name] = np.zeros(100, np.float32)
    room["nothing"] = None
    assert room["a"] is not None
    room["d"] = np.zeros(100, np.float32)
    assert sorted(room) == ["a", "c", "d", "nothing"]


def test_what_a_cut_out_gives_can_be_written_to(footage, parked):
    source = Source(5, "CAM_FRONT")
    first = footage.silhouettes.of(str(parked.id), source)
    wanted = first.copy()
    first[:] = 0
    assert np.array_equal(footage.silhouettes.of(str(parked.id), source), wanted)
    assert wanted.any()
