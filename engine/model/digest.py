"""What tells one checkpoint from another; no torch here, so that the app's process can ask."""

import hashlib
from functools import lru_cache
from pathlib import Path

CARD = "retake.json"  # of a checkpoint, by which its folder is known


def digest(folder: Path) -> str:
    """The hash of every weight and setting of a checkpoint, which stored pictures depend on. Files are read once."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".json"))
    return _digest(folder, tuple((path, *_state(path)) for path in paths))


def _state(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


@lru_cache(maxsize=8)
def _digest(folder: Path, files: tuple[tuple[Path, int, int, int], ...]) -> str:
    sha = hashlib.sha256()
    for path, *_ in files:
        sha.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            sha.update(hashlib.file_digest(file, "sha256").digest())
    return sha.hexdigest()
