"""Making a world of the benchmark: recorded and given its takes once, by whichever process comes first."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from editor.datasets.files import write_bytes
from editor.datasets.nuscenes import open_data_set
from engine.benchmark.cases import Listing
from engine.benchmark.takes import write_takes
from engine.benchmark.worlds import World, code_of_worlds
from engine.town.recording import VERSION, generate


def made(folder: Path, seed: int, listing: Listing) -> World:
    """The world of a seed, recorded first where it has not been. What an interrupted run left of it is gone on with."""
    code = hashlib.sha256(f"{code_of_worlds()} {listing.recipe.digest}".encode()).hexdigest()[:16]
    root = folder / "worlds" / code / str(seed)
    with alone(root.with_suffix(".lock")):
        if not (root / "complete").is_file():
            generate(root, [seed], listing.recipe)
            write_takes(World(seed, root, open_data_set(root, VERSION)))
            write_bytes(root / "complete", b"")
    return _opened(root, seed)


@lru_cache(maxsize=2)
def _opened(root: Path, seed: int) -> World:
    return World(seed, root, open_data_set(root, VERSION))


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """One process at a time makes what lies beside this file; the system lets go of a killed one's lock."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
