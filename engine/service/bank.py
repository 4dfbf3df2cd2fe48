"""The shipped bank of actors, as the window offers it."""

from dataclasses import dataclass
from pathlib import Path

from editor.geometry import Vec3
from engine.draft.bank import FOLDER, bank

SHOWN = 2  # of an entry's pictures: from its front left


@dataclass(frozen=True, slots=True)
class Offered:
    """One entry: `source` is what a `Look` names it by, `picture` a small WebP of it with transparency around."""

    name: str
    source: str
    category: str
    size_lwh: Vec3
    picture: Path


def bank_entries() -> tuple[Offered, ...]:
    """Every entry, in the bank's order."""
    return tuple(
        Offered(e.name, f"bank:{e.name}", e.category, e.size_lwh, FOLDER / e.pictures[min(SHOWN, len(e.pictures) - 1)].file)
        for e in bank().values()
    )
