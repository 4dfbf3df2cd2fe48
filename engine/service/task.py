"""What a drawer is given beside a request: the pictures that are stored already, and whether anybody still waits for more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.requests import Chunk, Place, Tier
from engine.service.store import Store, Stored

Keys = Mapping[Tier, Mapping[Place, str]]  # under which pictures are stored


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """`keys` are those of the request's pictures, and of the pictures of other tiers that they are drawn from; where nothing is
    to be `kept`, they are only looked up."""

    keys: Keys
    store: Store | None = None
    is_cancelled: Callable[[], bool] = _never  # from the moment that the message comes, in the middle of a picture too
    kept: bool = True

    def find(self, tier: Tier, place: Place) -> Stored | None:
        """What is stored of a place."""
        key = self.keys.get(tier, {}).get(place)
        return None if self.store is None or key is None else self.store.get(key)

    def keep(self, chunk: Chunk) -> None:
        """Store a finished picture; a preview never is."""
        key = self.keys.get(chunk.tier, {}).get((chunk.frame, chunk.view))
        if self.kept and self.store is not None and key is not None and not chunk.preview:
            self.store.put(key, chunk)


ALONE = Task({})
