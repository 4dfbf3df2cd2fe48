"""Writing a file so that a reader sees the whole of it or nothing: beside first, then renamed."""

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Put a file in place atomically, its folders made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: object) -> None:
    """Put a JSON file in place atomically; NaN and infinity are errors. Lists get a line per record, so that they diff."""
    write_bytes(path, (_text(content) + "\n").encode())


def _text(content: object) -> str:
    if isinstance(content, Sequence) and not isinstance(content, str) and content:
        return "[\n" + ",\n".join(_compact(record) for record in content) + "\n]"
    return _compact(content)


def _compact(content: object) -> str:
    return json.dumps(content, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
