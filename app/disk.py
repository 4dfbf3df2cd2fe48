"""What a disk answers that takes nothing, in a user's words."""

import errno
import sqlite3
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskError(Exception):
    """What cannot be begun since a disk takes nothing; the sentence says which, and why."""


def in_words(error: Exception, folder: Path) -> str:
    """Why a folder cannot be written to, by an OSError or what SQLite says of one; a sentence but for its beginning and end."""
    is_full = getattr(error, "errno", None) in FULL or getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if is_full:
        return f"the disk that holds {folder} is full"
    return f"{folder} cannot be written to ({getattr(error, 'strerror', None) or error})"
