"""The open takes: each a frozen value that edits replace, one at a time, and that is on disk before anyone hears of it.

A take's `state` is a hash of what it asks for. The page says which state an edit was made on, so of two tabs with one take
neither can overwrite the other's edits unseen; of its name, notes, tags, rating and seed the last word counts. The same state
always means the same pictures.

A take's file may be changed by others too: a second Retake on the workspace, git, a script. Memory is then of no account: the
file is read anew, and whoever looks at the older take has been overtaken as by another tab.
"""

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import TypeVar
from weakref import WeakValueDictionary

from app.streets import Streets, streets_reader
from app.takes import ChangedFileError, Kept, SaveError, Takes, stamp
from editor.beyond import beyond
from editor.checks import Finding, findings
from editor.datasets.nuscenes import DataSet
from editor.dirty import Dirty, changes, dirty
from editor.edits import Edit, Path, SetBeyond
from editor.files import TakeFileError, check_fingerprint, edit_to_json, load_take
from editor.history import History, opened
from editor.routes import along_lanes
from editor.scene import ActorId, Scenario, Scene, recorded
from editor.take import Step, Take, branched
from editor.ways import ways_of

T = TypeVar("T")
MOST_TRIES = 50  # of a change whose file is written by others meanwhile
MOST_OPEN = 64  # takes in memory; all are on disk, so any can be let go of
LET_GO = 1  # undone gestures that another edit may take the place of; more are work that somebody may miss


class StaleError(Exception):
    """An edit made on a state of a take that is no longer its present one."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene and what is derived from it alone."""

    scene: Scene
    recorded: Scenario
    # Of this scene, or of one that goes on beyond it through more of them. A large map takes seconds to read, and pictures
    # need none, so it is read ahead.
    streets_of: Callable[[Scene], Streets]


@dataclass(frozen=True, slots=True)
class Aside:
    """A take that keeps what had been undone when another edit took its place, how many gestures that were, and its file."""

    take: Take
    gestures: int
    kept: Kept


@dataclass(frozen=True, eq=False)
class Document:
    """An open take: its history, and what its present scenario implies."""

    stage: Stage
    history: History
    states: tuple[str, ...]  # one for each scenario of the history's past
    dirty: Dirty  # the pictures that the take changes
    changed: tuple[ActorId, ...]  # the actors that differ from their recording
    findings: tuple[Finding, ...]
    kept: Kept | None  # its file as it was read or written; None: never saved, since a take without edits has none
    aside: "Aside | None" = None  # what its last edit took the place of

    @property
    def take(self) -> Take:
        """The take as it is now."""
        return self.history.take

    @property
    def scenario(self) -> Scenario:
        """What the take asks for."""
        return self.history.present

    @property
    def saved_at(self) -> str | None:
        """When it was saved; None: never yet."""
        return self.kept and self.kept.saved_at

    @property
    def state(self) -> str:
        """The hash of what the take asks for."""
        return self.states[-1]


def _first_state(take: Take) -> str:
    about = take.fingerprint
    return hashlib.sha256(f"{about.version}\n{about.scene}\n{about.tokens_sha256}\n{take.seed}".encode()).hexdigest()[:24]


def _states(take: Take, known: Sequence[str] = (), steps: Sequence[Step] = ()) -> tuple[str, ...]:
    """The state after each edit; those of an unchanged beginning, which `known` and `steps` tell, are not hashed again."""
    states = [_first_state(take)]
    for i, step in enumerate(take.edits):
        if i + 1 < len(known) and i < len(steps) and steps[i] is step:
            states.append(known[i + 1])
        else:
            states.append(hashlib.sha256(f"{states[-1]}\n{edit_to_json(step.edit)}".encode()).hexdigest()[:24])
    return tuple(states)


def document_of(stage: Stage, history: History, kept: Kept | None, last: Document | None = None) -> Document:
    """A document with everything that follows from its history."""
    same_seed = last is not None and last.take.seed == history.take.seed
    known, steps = (last.states, last.take.edits) if same_seed else ((), ())
    scenario = history.present
    if last is not None and scenario is last.scenario:
        stale, changed, found = last.dirty, last.changed, last.findings
    else:
        stale = dirty(stage.recorded, scenario)
        changed = tuple((change.was or change.now).id for change in changes(recorded(scenario.scene), scenario))
        found = findings(scenario, stage.streets_of(scenario.scene).known) if history.take.edits else ()
    return Document(stage, history, _states(history.take, known, steps), stale, changed, found, kept)


def _make_ready(stage: Stage) -> None:
    """Have read and computed, and kept, what every edit of a scene needs and the first one would wait for."""
    streets = stage.streets_of(stage.scene).known
    for actor in stage.scene.actors[:1]:
        edited = stage.recorded.with_actor(replace(actor, category="animal"))
        dirty(stage.recorded, edited)
        findings(edited, streets)


class Desk:
    """The takes that are open, by their ids, and the scenes below them; safe from any thread."""

    def __init__(self, data_set: DataSet, takes: Takes) -> None:
        self.data_set, self.takes = data_set, takes
        self._streets_of = streets_reader(data_set)
        self._lock = threading.RLock()
        self._stages: dict[str, Stage] = {}
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._locks: WeakValueDictionary[str, threading.RLock] = WeakValueDictionary()  # while anybody holds them
        self._readers = ThreadPoolExecutor(1, "streets")
        self._savers = ThreadPoolExecutor(4, "takes")

    # ---------------------------------------------------------------------------------------------- opening

    def stage(self, name: str) -> Stage:
        """A scene, opened once."""
        scene = self.data_set.scene(name)  # may take a while, which must not hold up whoever works on another
        with self._lock:
            if name not in self._stages:
                self._stages[name] = Stage(scene, recorded(scene), self._streets_of)
                self._readers.submit(_make_ready, self._stages[name])
            return self._stages[name]

    def begin(self, scene_name: str, take_id: str | None = None) -> Document:
        """A new take of a scene; it gets a file with its first edit."""
        stage = self.stage(scene_name)
        take_id = take_id or _new_id()
        self.takes.begin(scene_name, take_id)
        with self._lock:
            take = Take(take_id, self._free_name(scene_name), stage.scene.fingerprint, stamp())
            return self._keep(document_of(stage, opened(take, stage.scene, saved=False), None))

    def open(self, scene_name: str, take_id: str) -> Document:
        """A take, from memory, or from its file where that is new; TakeFileError or EditError where it cannot be opened."""
        with self._lock_of(take_id):
            return self._keep(self.glanced(scene_name, take_id))

    def glanced(self, scene_name: str, take_id: str) -> Document:
        """A take as `open` gives it, for whoever goes through many: those in memory stay there."""
        with self._lock_of(take_id):
            known = self._documents.get(take_id)
            is_known = known is not None and known.stage.scene.name == scene_name
            if is_known and self.takes.is_unchanged(scene_name, take_id, known.kept):
                return known
            kept = self.takes.find(scene_name, take_id)
            if kept is None:
                if not self.takes.was_begun(scene_name, take_id):
                    raise TakeFileError(self.takes.why_gone(scene_name, take_id))
                return self.begin(scene_name, take_id)  # before a restart, and never edited
            stage, take = self.stage(scene_name), load_take(kept.path)
            check_fingerprint(take, stage.scene)
            return document_of(stage, opened(take, stage.scene), kept)

    def at(self, scene_name: str, take_id: str, base: str) -> Document:
        """A take, where this is its state; StaleError where it has changed since."""
        document = self.open(scene_name, take_id)
        _check_base(document, base)
        return document

    # ---------------------------------------------------------------------------------------------- changing

    def commit(
        self, scene_name: str, take_id: str, base: str, edits: Sequence[Edit], gesture: str
    ) -> tuple[Document, Document]:
        """One gesture's edits; the document before and after, the latter on disk. A lost answer may be asked for again.

        Edits that were undone cannot be brought back after it. Where they are of several gestures, a take of their own keeps
        them, on disk before the edit is."""

        def work(before: Document) -> tuple[Document, Document]:
            if before.take.edits and before.take.edits[-1].gesture == gesture:
                return document_of(before.stage, before.history.undo(), before.kept, before), before
            _check_base(before, base)

            def edited(history: History) -> History:
                for edit in edits:
                    history = history.commit(_led(before.stage, history.present, edit), gesture=gesture)
                return history

            aside, after = self._undone_aside(before), before
            try:
                after = self._changed(before, edited)
            finally:
                if aside is not None and after is before:  # it was refused, or changes nothing
                    with suppress(ChangedFileError, SaveError):  # what was refused is to be said; the aside is a take too many
                        self.takes.take_back(aside.kept)
            return before, after if aside is None or after is before else self._keep(replace(after, aside=aside))

        return self._with(scene_name, take_id, work)

    def _undone_aside(self, document: Document) -> Aside | None:
        """What has been undone, as a take of its own; None where that is little."""
        take, gestures = document.take, document.history.num_undone
        if gestures <= LET_GO:
            return None
        with self._lock:
            whole = replace(take, edits=(*take.edits, *take.undone))
            aside = branched(whole, id=_new_id(), name=self._free_name(take.fingerprint.scene), created=stamp())
            return Aside(aside, gestures, self.takes.save(aside))

    def step(self, scene_name: str, take_id: str, base: str, change: Callable[[History], History]) -> tuple[Document, Document]:
        """Undo, redo, or several of them; the document before and after. A lost answer may be asked for again."""

        def work(present: Document) -> tuple[Document, Document]:
            start = _start_of(present, base, change)
            if start is not None:
                return document_of(present.stage, start, present.kept, present), present
            _check_base(present, base)
            return present, self._changed(present, change)

        return self._with(scene_name, take_id, work)

    def describe(self, scene_name: str, take_id: str, **changes: object) -> tuple[Document, Document]:
        """Another name, notes, tags, rating or seed; the document before and after."""
        return self._with(
            scene_name, take_id, lambda before: (before, self._changed(before, lambda history: history.described(**changes)))
        )

    def describe_by(self, scene_name: str, take_id: str, changes: Callable[[Take], dict[str, object]]) -> None:
        """What `changes` makes of what is said of a take; in its file alone where it is not in memory."""

        def work(before: Document) -> None:
            self._changed(before, lambda history: history.described(**changes(history.take)))

        with self._lock_of(take_id):
            kept = None if take_id in self._documents else self.takes.find(scene_name, take_id)
            if kept is None:
                return self._with(scene_name, take_id, work)
            take = load_take(kept.path)
            if (described := replace(take, **changes(take))) == take:
                return None
            try:
                self.takes.save(described, kept)
            except ChangedFileError:
                self._with(scene_name, take_id, work)
            return None

    def branch(self, scene_name: str, take_id: str, base: str) -> Document:
        """A new take that goes on from where this one is."""

        def work(before: Document) -> Document:
            _check_base(before, base)
            with self._lock:
                history = before.history.branch(id=_new_id(), name=self._free_name(scene_name), created=stamp())
                return self._keep(replace(before, history=history.as_saved(), kept=self.takes.save(history.take)))

        return self._with(scene_name, take_id, work)

    def remove(self, scene_name: str, take_id: str, base: str | None = None) -> File | None:
        """Move a take's file to those that were removed, from whatever state where none is said; where it lies then, None where
        it had none."""

        def work(document: Document) -> File | None:
            if base is not None:
                _check_base(document, base)
            if document.kept is None:
                self.takes.forget(scene_name, take_id)
                file = None
            else:
                file = self.takes.remove(document.kept)
            with self._lock:
                self._documents.pop(take_id, None)
            return file

        return self._with(scene_name, take_id, work)

    def _with(self, scene_name: str, take_id: str, work: Callable[[Document], T]) -> T:
        """Do something with a take as it is now; once more where another process wrote its file meanwhile."""
        with self._lock_of(take_id):
            for _ in range(MOST_TRIES):
                with suppress(ChangedFileError):
                    return work(self.open(scene_name, take_id))
            raise SaveError(f"The take could not be saved: something else changes the file of {take_id} all the time.")

    def _changed(self, before: Document, change: Callable[[History], History]) -> Document:
        history = change(before.history)
        if history is before.history:
            return before
        saving = self._savers.submit(self.takes.save, history.take, before.kept)  # the disk works while the checks do
        try:
            after = document_of(before.stage, history.as_saved(), before.kept, before)
        except Exception:
            if saving.exception() is None:  # waits for it: what is refused must not be there after a restart
                self._put_back(before.history, history.take, saving.result())
            raise
        return self._keep(replace(after, kept=saving.result()))

    def _put_back(self, history: History, refused: Take, kept: Kept) -> None:
        """The take's file, or none, as before a change that was refused."""
        with suppress(ChangedFileError):  # another hand's by now
            if history.saved is None:
                self.takes.take_back(kept, begun=refused.id)
            else:
                self.takes.save(history.saved, kept)

    # ---------------------------------------------------------------------------------------------- keeping

    def _keep(self, document: Document) -> Document:
        with self._lock:
            self._documents[document.take.id] = document
            self._documents.move_to_end(document.take.id)
            while len(self._documents) > MOST_OPEN:
                self._documents.popitem(last=False)
            return document

    def _lock_of(self, take_id: str) -> threading.RLock:
        with self._lock:
            return self._locks.setdefault(take_id, threading.RLock())

    def _free_name(self, scene_name: str) -> str:
        names = {summary.name for summary in self.takes.summaries(scene_name)[0]}
        names |= {document.take.name for document in self._documents.values() if document.stage.scene.name == scene_name}
        return next(name for n in range(1, len(names) + 2) if (name := f"Take {n}") not in names)


def _led(stage: Stage, present: Scenario, edit: Edit) -> Edit:
    """The edit; a goal, and a drive that goes on, along the lanes that there are. DataSetError where a drive goes on and those
    cannot be known: the take would keep ways that are not theirs."""
    if isinstance(edit, Path):
        return along_lanes(present, stage.streets_of(present.scene).known, edit)
    if not isinstance(edit, SetBeyond) or edit.ways or not edit.seconds:
        return edit
    streets = stage.streets_of(beyond(stage.scene, edit.seconds)).needed()
    return replace(edit, ways=ways_of(stage.scene, streets, edit.seconds))


def _start_of(document: Document, base: str, change: Callable[[History], History]) -> History | None:
    """The history in an older state, where this step from there is what led to the present one; None where it is not."""
    if base == document.state:
        return None
    take, history = document.take, document.history
    states = _states(replace(take, edits=(*take.edits, *take.undone)), document.states, take.edits)
    if base not in states:
        return None
    num_edits = states.index(base)
    while len(history.take.edits) > num_edits:
        history = history.undo()
    while len(history.take.edits) < num_edits:
        history = history.redo()
    return history if change(history).take == take else None


def _check_base(document: Document, base: str) -> None:
    if base != document.state:
        raise StaleError(f"{document.take.name} was changed in another window; this one now shows its newest state.")


def _new_id() -> str:
    return f"take-{secrets.token_hex(6)}"
