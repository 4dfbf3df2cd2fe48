"""The words that a checkpoint's text encoder never learned, told without torch."""

import subprocess
import sys

import pytest

from engine.model.checkpoints import load
from engine.service.vocabulary import unlearned
from tests.engine.service.small_model import write_checkpoint

TEXT = "A driving scene at night. Rain, 3 zebras, Zebras!"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("model") / "weights")


def test_words_are_those_that_the_encoder_itself_does_not_know(checkpoint):
    assert unlearned(checkpoint, TEXT) == ("a", "scene", "at", "night", "zebras")
    encoder = load(checkpoint).text_encoder
    for word in ("a", "scene", "at", "night", "zebras"):
        assert not encoder.encoded([word]).bag.any()
    for word in ("driving", "rain"):
        assert encoder.encoded([word]).bag.any()


def test_where_there_is_no_vocabulary_no_word_is_called_unknown(tmp_path):
    assert unlearned(tmp_path, TEXT) == ()


def test_asking_brings_no_torch():
    code = "import sys, engine.service.vocabulary; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
