"""How a text is taken apart into words; no torch here, so that the app's process can ask which of them were learned."""

import re
from collections.abc import Container

WORD = re.compile(r"[a-z]+(?:_[a-z]+)*")


def words_of(text: str) -> list[str]:
    """Lower-case words; numbers and punctuation say nothing to so small an encoder."""
    return WORD.findall(text.lower())


def unknown_words(text: str, vocabulary: Container[str]) -> tuple[str, ...]:
    """The words of a text that are not in the vocabulary, once each, in order."""
    return tuple(dict.fromkeys(word for word in words_of(text) if word not in vocabulary))
