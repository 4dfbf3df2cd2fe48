"""The document: which scene, which edits in order, and what people say about it; a frozen value that `editor.files` keeps."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from pydantic import Discriminator

from editor.apply import replay
from editor.edits import Edit
from editor.geometry import STRICT
from editor.scene import Fingerprint, Scenario, Scene

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # a part of file names
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LONGEST_NAME, LONGEST_NOTES, LONGEST_TAG, MOST_TAGS, MOST_EDITS = 200, 100_000, 60, 100, 100_000
LARGEST_SEED = 2**63 - 1


class TakeError(ValueError):
    """A take that says something no take can say; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Step:
    """One edit, and the gesture that it was part of; neighbouring edits of one gesture are undone as one."""

    edit: Annotated[Edit, Discriminator("kind")]
    gesture: str | None = None
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Take:
    """A scene's changes. `undone` is what redo brings back, the next to come first; a branch knows its parent."""

    id: str
    name: str
    fingerprint: Fingerprint
    created: str  # UTC, "2026-01-31T12:00:00Z"
    parent: str | None = None
    seed: int = 0
    notes: str = ""
    tags: tuple[str, ...] = ()
    rating: int | None = None  # 0 to 5
    edits: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    __pydantic_config__: ClassVar = STRICT


def num_gestures(steps: Sequence[Step]) -> int:
    """How many times undo goes back to be before all these steps."""
    return sum(1 for i, s in enumerate(steps) if i == 0 or s.gesture is None or s.gesture != steps[i - 1].gesture)


def branched(take: Take, *, id: str, name: str, created: str) -> Take:
    """A new take that begins with what this one holds."""
    return replace(take, id=id, name=name, created=created, parent=take.id, undone=(), rating=None)


def scenarios(take: Take, scene: Scene) -> Iterator[Scenario]:
    """The scenario before any edit, after the first, …, after the last; EditError names the edit that cannot be taken."""
    return replay(scene, (step.edit for step in take.edits))


def scenario_of(take: Take, scene: Scene) -> Scenario:
    """The scenario that the take asks for."""
    *_, last = scenarios(take, scene)
    return last


def validate(take: Take) -> None:
    """Refuse, by TakeError, what the types alone do not rule out."""
    for what, value in (("id", take.id), ("parent", take.parent)):
        if value is not None and not ID.fullmatch(value):
            raise TakeError(f"{what} {value[:80]!r}; wanted up to 64 letters, digits, '-' or '_'")
    if not STAMP.fullmatch(take.created):
        raise TakeError(f"created {take.created[:80]!r}; wanted UTC, as in '2026-01-31T12:00:00Z'")
    _text("name", take.name, LONGEST_NAME)
    _text("notes", take.notes, LONGEST_NOTES)
    if not 0 <= take.seed <= LARGEST_SEED:
        raise TakeError(f"seed {_short(take.seed)}; wanted 0 to {LARGEST_SEED}")
    if take.rating is not None and not 0 <= take.rating <= 5:
        raise TakeError(f"rating {_short(take.rating)}; wanted 0 to 5, or none")
    if len(take.tags) > MOST_TAGS or len(set(take.tags)) != len(take.tags):
        raise TakeError(
            f"{len(take.tags)} tags, {len(set(take.tags))} of them different; wanted at most {MOST_TAGS}, all different"
        )
    for tag in take.tags:
        _text("tag", tag, LONGEST_TAG)
    if len(take.edits) + len(take.undone) > MOST_EDITS:
        raise TakeError(f"{len(take.edits) + len(take.undone)} edits; wanted at most {MOST_EDITS}")


def _text(what: str, value: str, longest: int) -> None:
    if len(value) > longest:
        raise TakeError(f"{what} of {len(value)} characters; wanted at most {longest}")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise TakeError(f"{what} holds half a character; wanted text")


def _short(number: int) -> str:
    return str(number) if abs(number) < 10**20 else "with more than 20 digits"
