"""What a disk refuses, in words: a full one is called so, whoever met it."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from app.disk import in_words

FOLDER = Path("/data/takes")


def full_of_sqlite():
    """What SQLite says where a database cannot grow."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.OperationalError) as raised:
        database.execute("CREATE TABLE pictures (data)")
    database.close()
    return raised.value


def test_a_full_disk_is_called_full():
    refusals = [OSError(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EDQUOT)]
    for refusal in (*refusals, full_of_sqlite()):
        assert in_words(refusal, FOLDER) == "the disk that holds /data/takes is full"


def test_any_other_refusal_is_given_as_it_was_said():
    assert in_words(OSError(errno.EROFS, "Read-only file system"), FOLDER) == (
        "/data/takes cannot be written to (Read-only file system)"
    )
    assert in_words(sqlite3.OperationalError("unable to open database file"), FOLDER) == (
        "/data/takes cannot be written to (unable to open database file)"
    )
