"""The streets under a scene as the window has them: the map that was read, or where none can be read, nothing and why."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from editor.datasets.nuscenes import DataSet
from editor.datasets.records import DataSetError
from editor.identity import Same
from editor.map import StreetMap
from editor.scene import Scene

KEPT = 64  # scenes


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """What is known of the streets; where their map cannot be read, that is nothing, and `problem` says why."""

    known: StreetMap
    problem: str | None = None

    def needed(self) -> StreetMap:
        """The same, for what would be wrong without it: DataSetError where it cannot be read."""
        if self.problem is not None:
            raise DataSetError(f"this needs the streets, which cannot be read: {self.problem}")
        return self.known


def streets_reader(data_set: DataSet) -> Callable[[Scene], Streets]:
    """What reads a scene's streets once: a large map takes seconds, one that is broken at its end as many."""

    @lru_cache(maxsize=KEPT)
    def read(scene: Same[Scene]) -> Streets:
        try:
            return Streets(data_set.street_map(scene.value))
        except DataSetError as error:
            return Streets(StreetMap(), str(error))

    return lambda scene: read(Same(scene))
