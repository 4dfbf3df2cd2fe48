"""The pictures that the window remembers: nothing is listed that has been let go of."""

import numpy as np

from app import pictures as module
from app.pictures import Pictures
from engine.service.requests import Chunk

NUM_PICTURES = 300


def noise(frame):
    """A picture that no JPEG makes small."""
    pixels = np.random.default_rng(frame).integers(0, 256, (96, 160, 3), np.uint8)
    return Chunk(frame, "CAM_FRONT", "draft", "draft", pixels, *np.ones((2, 96, 160), bool), 1, 1)


def test_what_has_been_let_go_of_is_no_longer_said_to_be_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SIZE_LIMIT_BYTES", 4 * 2**20)
    pictures = Pictures(tmp_path, tmp_path / "cache")
    kept = [pictures.keep("a state", noise(frame)) for frame in range(NUM_PICTURES)]
    gone = {drawn.key for drawn in kept if pictures.by_key(drawn.key) is None}
    assert 0 < len(gone) < NUM_PICTURES
    assert {drawn.key for drawn in pictures.drawn("a state")} == {drawn.key for drawn in kept} - gone
