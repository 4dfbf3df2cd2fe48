"""What takes long to make is made once, and holds up nobody who asks for something else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from editor.once import Once


def test_all_who_ask_at_once_get_one_and_the_same_value():
    once, together, made = Once(), threading.Barrier(8), []

    def asked(_):
        together.wait(5)
        return once.get("key", lambda: made.append(object()) or made[-1])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(asked, range(8)))
    assert len(made) == 1
    assert all(value is made[0] for value in found)


def test_what_could_not_be_made_is_tried_again():
    once = Once()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 / 0)
    assert once.get("key", lambda: 1) == 1
