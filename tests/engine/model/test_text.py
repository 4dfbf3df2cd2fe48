import pytest
import torch

from engine.model.text import WordEncoder
from engine.model.words import unknown_words

WORDS = ["rain", "night", "car", "a", "driving", "scene"]


def encoder():
    torch.manual_seed(0)
    return WordEncoder(WORDS, dim=32).eval()


def test_words_that_were_never_learned_are_named():
    assert unknown_words("A purple driving scene, snowing; purple rain.", WORDS) == ("purple", "snowing")
    assert unknown_words("rain", WORDS) == ()


def test_a_text_is_encoded_alike_alone_and_beside_a_longer_one():
    net = encoder()
    alone, both = net.encoded(["rain"]), net.encoded(["rain", "a driving scene"])
    torch.testing.assert_close(both.tokens[:1, :1], alone.tokens)
    torch.testing.assert_close(both.whole[0], alone.whole[0])
    assert both.mask.tolist() == [[True, False, False], [True, True, True]]


def test_order_and_words_matter_and_case_and_commas_do_not():
    net = encoder()
    a, b, c = (net.encoded([t]).whole for t in ("Night, rain", "night rain", "rain night"))
    assert torch.equal(a, b)
    assert not torch.allclose(a, c)


def test_what_a_text_asks_for_beyond_another_is_the_words_that_it_has_more():
    net = encoder()
    rainy, dry, rain = (net.encoded([text]).bag for text in ("a driving scene, rain", "driving scene, a purple", "rain"))
    torch.testing.assert_close(rainy - dry, rain)


def test_no_words_at_all_are_a_text_too():
    assert torch.isfinite(encoder().encoded([""]).tokens).all()


def test_saving_and_loading_keeps_the_vocabulary(tmp_path):
    net = encoder()
    net.save_pretrained(tmp_path)
    again = WordEncoder.from_pretrained(tmp_path).eval()
    assert torch.equal(again.encoded(["night car"]).tokens, net.encoded(["night car"]).tokens)


def test_a_vocabulary_with_a_word_twice_is_refused():
    with pytest.raises(ValueError, match="wanted each word once"):
        WordEncoder(["car", "car"])
