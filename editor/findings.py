"""What a check found: data that a list, a timeline and a report can show."""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from editor.categories import category_of
from editor.scene import Actor, ActorId, Span

FindingKind = Literal[
    "overlap", "off_road", "speed", "acceleration", "curvature", "yaw_rate", "jump", "heading", "ego_far_from_recording"
]

ADDED = re.compile(r"new-([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Finding:
    """What, who, when, and how bad: `severity` rises from 0 (hardly) to 1 (cannot be)."""

    kind: FindingKind
    actors: tuple[ActorId, ...]
    span: Span
    severity: float
    sentence: str


def called(actor: Actor) -> str:
    """An actor's name in a sentence."""
    if actor.id == "ego":
        return "The ego"
    return f"{category_of(actor.category).label} {sign(actor.id)}"


def sign(actor_id: ActorId) -> str:
    """What tells an actor from others of its kind: "A7" for the seventh that a take adds, else how its identity begins."""
    number = added_number(actor_id)
    if number is not None:
        return f"A{number}"
    return actor_id if actor_id.startswith("new-") else actor_id[:6]


def added_number(actor_id: ActorId) -> int | None:
    """Which of a take's added actors one is, where its identity says so: 7 for "new-7"."""
    found = ADDED.fullmatch(actor_id)
    return int(found[1]) if found else None


def runs(bad: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a mask (n,) is true: first and last index of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def excess(got: float, limit: float) -> float:
    """How far a value is beyond its limit, from 0 to 1; twice the limit is 0.5."""
    return float(np.clip(1 - limit / max(got, 1e-9), 0.0, 1.0))
