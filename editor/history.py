"""Undo and redo over a take: nothing is inverted, the scenarios before are simply kept."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from editor.apply import apply
from editor.edits import Edit, EditError
from editor.scene import Scenario, Scene
from editor.take import Step, Take, branched, num_gestures, scenarios


@dataclass(frozen=True, slots=True)
class History:
    """A take, the scenario after each of its edits (the first is the recording), and the take as it was last saved.

    What redo brings back is in the take, so that a saved take brings back the whole history.
    """

    take: Take
    past: tuple[Scenario, ...]  # one more than the take has edits; the last is the present
    saved: Take | None = None
    future: tuple[Scenario, ...] = ()  # after each undone edit, up to one that cannot be taken: a changed file can hold it

    @property
    def present(self) -> Scenario:
        """The scenario that the take asks for."""
        return self.past[-1]

    @property
    def can_undo(self) -> bool:
        """Whether there is a gesture to take back."""
        return bool(self.take.edits)

    @property
    def can_redo(self) -> bool:
        """Whether there is a gesture to bring back."""
        return bool(self.take.undone)

    @property
    def num_undone(self) -> int:
        """How many gestures there are to bring back."""
        return num_gestures(self.take.undone)

    def commit(self, edit: Edit, *, gesture: str | None = None) -> "History":
        """One edit on; the same history where it changes nothing. EditError where the scenario cannot take it."""
        scenario = apply(self.present, edit, _edits(self.take.edits))
        if scenario == self.present:
            return self
        take = replace(self.take, edits=(*self.take.edits, Step(edit, gesture)), undone=())
        return replace(self, take=take, past=(*self.past, scenario), future=())

    def undo(self) -> "History":
        """One gesture back; the same history where there is none."""
        n = _last_gesture(self.take.edits)
        if n == 0:
            return self
        kept, taken = self.take.edits[:-n], self.take.edits[-n:]
        take = replace(self.take, edits=kept, undone=(*taken, *self.take.undone))
        return replace(self, take=take, past=self.past[:-n], future=(*self.past[-n:], *self.future))

    def redo(self) -> "History":
        """One gesture on again; EditError where a file was changed so that it cannot be taken any more."""
        undone = self.take.undone
        n = _last_gesture(undone[::-1])
        known = self.future if len(self.future) >= n else tuple(_following(self.present, self.take.edits, undone[:n]))
        take = replace(self.take, edits=(*self.take.edits, *undone[:n]), undone=undone[n:])
        return replace(self, take=take, past=(*self.past, *known[:n]), future=known[n:])

    def as_saved(self) -> "History":
        """The same history, with the take as it is now being the one on disk."""
        return replace(self, saved=self.take)

    def described(self, **changes: object) -> "History":
        """The same edits with other notes, tags, rating, name or seed; not a step of undo."""
        take = replace(self.take, **changes)
        return self if take == self.take else replace(self, take=take)

    def branch(self, *, id: str, name: str, created: str) -> "History":
        """A history of a new take that begins here; this one stays as it is."""
        return History(branched(self.take, id=id, name=name, created=created), self.past)


def opened(take: Take, scene: Scene, *, saved: bool = True) -> History:
    """The history of a take as it was when it was saved; EditError names the edit that the scene cannot take."""
    past, future = tuple(scenarios(take, scene)), []
    with suppress(EditError):  # of an undone edit: redo says so, should anybody ask for it
        future.extend(_following(past[-1], take.edits, take.undone))
    return History(take, past, take if saved else None, tuple(future))


def _following(scenario: Scenario, edits: tuple[Step, ...], undone: tuple[Step, ...]) -> Iterator[Scenario]:
    """The scenario after each of these edits, which follow on others; EditError at one that it cannot take."""
    for done, step in enumerate(undone):
        scenario = apply(scenario, step.edit, _edits(edits, undone[:done]))
        yield scenario


def _edits(*steps: tuple[Step, ...]) -> Iterator[Edit]:
    """What is gone through only where it is asked for: a take can be long."""
    return (step.edit for some in steps for step in some)


def _last_gesture(steps: tuple[Step, ...]) -> int:
    """How many edits at the end belong to one gesture; an edit without a gesture is one of its own."""
    if not steps:
        return 0
    gesture = steps[-1].gesture
    n = 1
    while gesture is not None and n < len(steps) and steps[-1 - n].gesture == gesture:
        n += 1
    return n
