"""Values that take long to make, each made once: who asks for one that is being made waits for it, and for no other."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Values by key, from any thread. One that could not be made is tried again when it is next asked for."""

    def __init__(self) -> None:
        self._values: dict[K, V] = {}
        self._locks: dict[K, threading.Lock] = {}
        self._lock = threading.Lock()  # of the table of locks; never held while a value is made

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not there yet."""
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._values:
                self._values[key] = make()
            return self._values[key]
