"""Which words of a text a checkpoint's text encoder never learned, for the window to name; no torch here."""

import json
from functools import lru_cache
from pathlib import Path

from engine.model.words import unknown_words

CONFIG = Path("text_encoder", "config.json")


def unlearned(checkpoint: Path, text: str) -> tuple[str, ...]:
    """Words in order, once each; none for an encoder without a vocabulary of whole words, or where there is no checkpoint."""
    path = checkpoint / CONFIG
    known = _vocabulary(path, path.stat().st_mtime_ns) if path.is_file() else None
    return () if known is None else unknown_words(text, known)


@lru_cache(maxsize=8)
def _vocabulary(path: Path, _written_ns: int) -> frozenset[str] | None:
    words = json.loads(path.read_text()).get("vocabulary")
    return None if words is None else frozenset(words)
