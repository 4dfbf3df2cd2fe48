"""The takes of a workspace: one file each, in a folder per scene.

A take is known by the id in its file, whatever the file is called: takes are shared by copying files. Other hands may change
the files too: a second Retake, git, a script. So what was read is remembered with a mark of its file, and nothing is written
over a file whose mark is another than that.
"""

import fcntl
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.disk import in_words
from editor.datasets.files import write_bytes
from editor.edits import SetBeyond, SetTimeOfDay, SetWeather
from editor.files import TakeFileError, edit_to_json, load_take, save_take
from editor.take import ID, Take, num_gestures

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
NUMBERS = re.compile(r"(\d+(?:\.\d+)?)")
SUFFIX = ".take.json"
BEGUN, REMOVED, LOCK = ".begun", ".removed", ".lock"  # beside a scene's takes: none of them is a take
MOST_BEGUN = 1000  # ids without a file that are remembered
Mark = tuple[int, int, int]  # when a file was written, its size, its inode: another hand's write is another mark


class SaveError(Exception):
    """A take that the disk did not take; the sentence says which disk, and why."""


class ChangedFileError(Exception):
    """A take's file is another than the one that was read: it is to be read anew before it is written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A take's file as it was when the take was read from it, or written to it."""

    path: Path
    mark: Mark

    @property
    def saved_at(self) -> str:
        """When it was written, UTC."""
        return stamp(self.mark[0] / 1e9)


@dataclass(frozen=True, slots=True)
class TakeSummary:
    """What a picker shows of a take."""

    scene: str
    id: str
    name: str
    parent: str | None
    edits: int  # as undo counts them
    rating: int | None
    tags: tuple[str, ...]
    needs_model: bool  # it asks for another hour or weather, or for more of the drive: no draft shows that
    asks: str  # a hash of its edits, on which depends what it comes to
    created: str  # UTC, as is the next
    saved_at: str
    file: Path


def stamp(at: float | None = None) -> str:
    """A time as take files write it."""
    moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def folder_name(scene: str) -> str:
    """A folder for a scene, whatever the data set calls it."""
    if PLAIN.fullmatch(scene):
        return scene
    words = re.sub(r"[^A-Za-z0-9_-]+", "-", scene)[:40].strip("-")
    return f"{words}-{hashlib.sha256(scene.encode()).hexdigest()[:12]}"


def _mark(path: Path) -> Mark | None:
    """What tells a file from what it was before; None where there is none."""
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino


class Takes:
    """The take files below a folder; safe from any thread, and beside other processes that work on the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[Mark, TakeSummary]] = {}

    # ---------------------------------------------------------------------------------------------- finding

    def find(self, scene: str, take_id: str) -> Kept | None:
        """The file that holds a take; None where none does. TakeFileError where it cannot be said which one does."""
        own = self._own_path(scene, take_id)
        found = [summary.file for summary in self._known(own.parent)[0] if summary.id == take_id]
        if len(found) > 1:
            raise TakeFileError(_twice(take_id, found))
        if not found and own.is_file():  # what is wrong with it, or that another take lies there
            raise TakeFileError(f"{own} holds take {load_take(own).id!r}; wanted {take_id!r}")
        mark = _mark(found[0]) if found else None
        return mark and Kept(found[0], mark)

    def is_unchanged(self, scene: str, take_id: str, kept: Kept | None) -> bool:
        """Whether the take's file is what it was when it was read or written; None: whether there is still none."""
        return _mark(self._own_path(scene, take_id) if kept is None else kept.path) == (kept and kept.mark)

    def files(self, scene: str) -> dict[str, Path]:
        """The files of a scene's takes by their ids."""
        return {summary.id: summary.file for summary in self._known(self._folder / folder_name(scene))[0]}

    def ids(self, scene: str) -> set[str]:
        """The takes of a scene that have a file."""
        return set(self.files(scene))

    def exists(self, scene: str, take_id: str) -> bool:
        """Whether the take has been saved."""
        return self.find(scene, take_id) is not None

    def load(self, scene: str, take_id: str) -> Take:
        """A saved take; TakeFileError in one sentence."""
        kept = self.find(scene, take_id)
        if kept is None:
            raise TakeFileError(self.why_gone(scene, take_id))
        return load_take(kept.path)

    def why_gone(self, scene: str, take_id: str) -> str:
        """Why there is no such take: it was removed, or there never was one here."""
        for summary in self._known(self._own_path(scene, take_id).parent / REMOVED)[0]:
            if summary.id == take_id:
                return f"take {summary.name!r} of scene {scene} was removed; its file is now {summary.file}"
        return f"there is no take {take_id!r} of scene {scene} in this workspace"

    def _own_path(self, scene: str, take_id: str) -> Path:
        """Where a take is kept that nobody has put elsewhere."""
        if not ID.fullmatch(take_id):
            raise TakeFileError(f"take {take_id[:80]!r}; wanted up to 64 letters, digits, '-' or '_'")
        return self._folder / folder_name(scene) / f"{take_id}{SUFFIX}"

    # ---------------------------------------------------------------------------------------------- writing

    def save(self, take: Take, last: Kept | None = None) -> Kept:
        """Write a take over its file as it was last, or as a new file; it is on disk when this returns. ChangedFileError where
        the file is another by now, SaveError where the disk takes nothing; the file is then as it was."""
        path = self._own_path(take.fingerprint.scene, take.id) if last is None else last.path
        try:
            with self._only_one(path.parent):
                _check(path, last)
                save_take(path, take)
                if last is None:
                    with suppress(OSError):  # the take is on disk; who has a file is opened by it, whatever stands there
                        self._note_begun(path.parent, without=take.id)
                return Kept(path, _mark(path))
        except OSError as error:
            raise SaveError(f"The take could not be saved and stays as it was: {in_words(error, path.parent)}.") from error

    def make(self, take: Take) -> bool:
        """Write a take that had no file when `ids` was asked; False where another hand has written it since."""
        try:
            self.save(take)
        except ChangedFileError:
            return False
        return True

    def take_back(self, last: Kept, begun: str | None = None) -> None:
        """Take away a file that has just been written and ought not to be there, of a take that is `begun` all the same, where
        one is named. SaveError where it stays."""
        try:
            with self._only_one(last.path.parent):
                _check(last.path, last)
                last.path.unlink()
                if begun is not None:
                    self._note_begun(last.path.parent, begun)
        except OSError as error:
            raise SaveError(f"A change was refused, and its file is there: {in_words(error, last.path.parent)}.") from error

    def remove(self, last: Kept) -> Path:
        """Move a take's file to those that were removed; where it lies then."""
        folder = last.path.parent / REMOVED
        try:
            with self._only_one(last.path.parent):
                _check(last.path, last)
                folder.mkdir(exist_ok=True)
                target = _free(folder, last.path.name.removesuffix(SUFFIX))
                return last.path.rename(target)
        except OSError as error:
            raise SaveError(f"The take could not be removed and stays as it was: {in_words(error, folder)}.") from error

    def put_back(self, scene: str, take_id: str) -> None:
        """Move the file of a take back that was removed, the last one of that id; TakeFileError where there is none, or another
        has taken its place."""
        own = self._own_path(scene, take_id)
        removed = [summary.file for summary in self._known(own.parent / REMOVED)[0] if summary.id == take_id]
        if not removed:
            raise TakeFileError(f"no take {take_id!r} of scene {scene} was removed from this workspace")
        try:
            last = max(removed, key=lambda file: file.stat().st_ctime_ns)  # when it was moved there
            with self._only_one(own.parent):
                if own.exists() or take_id in self.files(scene):
                    sentence = f"take {take_id!r} of scene {scene} is there; the one that was removed stays in {last}"
                    raise TakeFileError(sentence)
                last.rename(own)
        except OSError as error:
            raise SaveError(f"The take could not be put back: {in_words(error, own.parent)}.") from error

    @contextmanager
    def _only_one(self, folder: Path) -> Iterator[None]:
        """Nobody else, in this process or another, writes a take of the folder meanwhile."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # let go of when the file is closed, also by a crash
            yield

    # ---------------------------------------------------------------------------------------------- begun

    def begin(self, scene: str, take_id: str) -> None:
        """Remember that this take was begun here: it has no file until its first edit, and its address is to open it all the
        same. A disk that takes nothing is said then."""
        folder = self._own_path(scene, take_id).parent
        with suppress(OSError), self._only_one(folder):
            self._note_begun(folder, take_id)

    def was_begun(self, scene: str, take_id: str) -> bool:
        """Whether the take was begun here, and has no file yet."""
        return take_id in _begun(self._own_path(scene, take_id).parent)

    def forget(self, scene: str, take_id: str) -> None:
        """A take that was begun here, and has no file yet, is not opened again."""
        folder = self._own_path(scene, take_id).parent
        with suppress(OSError), self._only_one(folder):
            self._note_begun(folder, without=take_id)

    def _note_begun(self, folder: Path, take_id: str | None = None, without: str | None = None) -> None:
        known = _begun(folder)
        wanted = [each for each in known if each not in (take_id, without)] + ([take_id] if take_id else [])
        if wanted != known:
            write_bytes(folder / BEGUN, "".join(f"{each}\n" for each in wanted[-MOST_BEGUN:]).encode())

    # ---------------------------------------------------------------------------------------------- listing

    def summaries(self, scene: str) -> tuple[tuple[TakeSummary, ...], tuple[str, ...]]:
        """The takes of a scene, the newest first, those of one moment by name, and a sentence for each file that is none."""
        return self._listed(self._folder / folder_name(scene))

    def all_summaries(self) -> tuple[tuple[TakeSummary, ...], tuple[str, ...]]:
        """The same of all scenes, scene by scene."""
        listed = [self._listed(folder) for folder in sorted(self._folder.glob("*")) if folder.is_dir()]
        return tuple(s for found, _ in listed for s in found), tuple(problem for _, problems in listed for problem in problems)

    def _listed(self, folder: Path) -> tuple[tuple[TakeSummary, ...], tuple[str, ...]]:
        found, problems = self._known(folder)
        times = Counter(summary.id for summary in found)
        twice = [_twice(take_id, [s.file for s in found if s.id == take_id]) for take_id, n in times.items() if n > 1]
        alone = sorted((s for s in found if times[s.id] == 1), key=_by_name)
        return tuple(sorted(alone, key=lambda summary: summary.created, reverse=True)), (*problems, *twice)

    def _known(self, folder: Path) -> tuple[list[TakeSummary], list[str]]:
        """What each file of a folder says of itself, and a sentence for each that cannot be read."""
        found, problems = [], []
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.name.startswith("."):
                continue
            try:
                found.append(self._summary(path))
            except TakeFileError as error:
                problems.append(str(error))
        return found, problems

    def _summary(self, path: Path) -> TakeSummary:
        """What is read is remembered until the file changes."""
        mark, known = _mark(path), self._read.get(path)
        if known is not None and known[0] == mark:
            return known[1]
        take = load_take(path)
        about = (
            take.name,
            take.parent,
            num_gestures(take.edits),
            take.rating,
            take.tags,
            _needs_model(take),
            _asks(take),
            take.created,
        )
        summary = TakeSummary(take.fingerprint.scene, take.id, *about, stamp(mark[0] / 1e9 if mark else None), path)
        if mark is not None:
            self._read[path] = mark, summary
        return summary


def _by_name(summary: TakeSummary) -> list[str | float]:
    """So that numbers follow each other: 2 before 10."""
    return [float(part) if i % 2 else part for i, part in enumerate(NUMBERS.split(summary.name))]


def _asks(take: Take) -> str:
    return hashlib.sha256("\n".join(edit_to_json(step.edit) for step in take.edits).encode()).hexdigest()[:16]


def _needs_model(take: Take) -> bool:
    last = {type(step.edit): step.edit for step in take.edits}
    light = [last[kind].value for kind in (SetTimeOfDay, SetWeather) if kind in last]
    return any(value != "as recorded" for value in light) or (SetBeyond in last and last[SetBeyond].seconds > 0)


def _check(path: Path, last: Kept | None) -> None:
    if _mark(path) != (last and last.mark):
        raise ChangedFileError(f"{path} is another file than the one that was read")


def _begun(folder: Path) -> list[str]:
    try:
        return (folder / BEGUN).read_text().split()
    except (FileNotFoundError, NotADirectoryError):
        return []


def _free(folder: Path, name: str) -> Path:
    """A file of that name in a folder, or of the next one that is free."""
    names = (name, *(f"{name}-{n}" for n in range(2, len(os.listdir(folder)) + 3)))
    return next(path for each in names if not (path := folder / f"{each}{SUFFIX}").exists())


def _twice(take_id: str, files: list[Path]) -> str:
    names = " and ".join(file.name for file in files)
    return f"take {take_id!r} is in {names} of {files[0].parent}, and neither is opened; wanted one file of that id"
