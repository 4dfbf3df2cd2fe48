"""A task about a drive, and each of its pictures: what the draft answers, and what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from editor.scene import Actor
from engine.teacher.drive import Drive, Mask, Picture8


@dataclass(frozen=True, eq=False)
class Exercise:
    """One picture (H, W, 3) of a task, with masks (H, W): what the draft knew, what it had to draw, and what is judged."""

    draft: Picture8
    valid: Mask
    dirty: Mask
    judged: Mask
    truth: Picture8

    def spared(self, withheld: Mask | None) -> "Exercise":
        """The same, with nothing asked about some pixels."""
        if withheld is None:
            return self
        draft = np.where(withheld[..., None], self.truth, self.draft)
        return replace(
            self, draft=draft, valid=self.valid | withheld, dirty=self.dirty & ~withheld, judged=self.judged & ~withheld
        )


def untouched(truth: Picture8) -> Exercise:
    """A picture of which nothing is asked."""
    nothing = np.zeros(truth.shape[:2], bool)
    return Exercise(truth, ~nothing, nothing, nothing, truth)


class Task(Protocol):
    """Something about a drive whose answer was recorded, in one view; what is judged is the picture at `frame`."""

    kind: str  # of edit
    view: str
    actor: Actor | None  # who is drawn

    @property
    def frame(self) -> int:
        """Which picture is judged."""
        ...

    def frames(self, drive: Drive, count: int) -> tuple[int, ...]:
        """The frames of a clip of about `count` of them that the task is part of, `frame` among them, in the order of time."""
        ...

    def region(self, drive: Drive) -> Mask:
        """The pixels (H, W) that are judged."""
        ...

    def exercises(self, drive: Drive, frames: Sequence[int]) -> list[Exercise]:
        """The task at some frames."""
        ...
