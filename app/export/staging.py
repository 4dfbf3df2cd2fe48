"""A folder that appears whole or not at all: made beside its target under a hidden name, renamed at the end."""

import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.disk import in_words

UNFINISHED = ".unfinished"


class ExportError(Exception):
    """An export that cannot be made; the sentence says why and is fit for a user."""


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """The folder to fill; it becomes `target` where the block ends well and is removed where it does not.

    The folder is locked while it is being filled, so that the next export can tell one that died from one at work.
    """
    _refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(target)
        beside = target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}{UNFINISHED}"
        beside.mkdir()
    except OSError as error:
        raise _refusal(error, target) from error
    lock = _locked(beside)
    try:
        yield beside
        _refuse_existing(target)
        beside.rename(target)
    except OSError as error:
        raise _refusal(error, target, beside) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        os.close(lock)


def remove_abandoned(target: Path) -> None:
    """Remove what exports to the same target left behind when they were killed; ExportError where one is still at work."""
    name = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}{re.escape(UNFINISHED)}")
    for path in sorted(each for each in target.parent.iterdir() if name.fullmatch(each.name)):
        try:
            os.close(_locked(path))
        except BlockingIOError as error:
            raise ExportError(f"another export to {target} is running") from error
        shutil.rmtree(path)


def _refusal(error: OSError, target: Path, beside: Path | None = None) -> ExportError:
    """What failed: a file elsewhere that was to be read, or the disk that was to be written to."""
    source = Path(os.fsdecode(error.filename)) if beside is not None and error.filename is not None else None
    if source is not None and error.filename2 is None and not source.is_relative_to(beside):
        return ExportError(f"{source} cannot be read ({error.strerror}); nothing was left in {target.parent}")
    return ExportError(f"{in_words(error, target.parent)}; nothing was left there")


def _refuse_existing(target: Path) -> None:
    if target.is_dir() and not any(target.iterdir()):
        return
    if target.exists():
        raise ExportError(f"{target} is there already; name a folder that is not")


def _locked(folder: Path) -> int:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle
