"""The takes of a workspace: one file each, in a folder per scene."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.disk import in_words
from editor.files import TakeFileError, load_take, save_take
from editor.take import Take

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
SUFFIX = ".take.json"


class SaveError(Exception):
    """A take that the disk did not take; the sentence says which disk, and why."""


@dataclass(frozen=True, slots=True)
class TakeSummary:
    """What a picker shows of a take."""

    id: str
    name: str
    parent: str | None
    edits: int
    rating: int | None
    tags: tuple[str, ...]
    saved_at: str  # UTC


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


class Takes:
    """The take files below a folder. What has been read is remembered until the file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, tuple[int, TakeSummary]] = {}

    def path(self, scene: str, take_id: str) -> Path:
        """Where a take is kept."""
        if not PLAIN.fullmatch(take_id):
            raise TakeFileError(f"take {take_id[:80]!r}; wanted up to 80 letters, digits, '-' or '_'")
        return self._folder / folder_name(scene) / f"{take_id}{SUFFIX}"

    def exists(self, scene: str, take_id: str) -> bool:
        """Whether the take has been saved."""
        return self.path(scene, take_id).is_file()

    def load(self, scene: str, take_id: str) -> Take:
        """A saved take; TakeFileError in one sentence."""
        return load_take(self.path(scene, take_id))

    def save(self, take: Take) -> None:
        """Write a take; it is on disk when this returns. SaveError where that fails; the file is then as it was."""
        path = self.path(take.fingerprint.scene, take.id)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_take(path, take)
        except OSError as error:
            raise SaveError(f"The take could not be saved and stays as it was: {in_words(error, path.parent)}.") from error

    def remove(self, take: Take) -> None:
        """Take its file away, where it has one."""
        self.path(take.fingerprint.scene, take.id).unlink(missing_ok=True)

    def saved_at(self, scene: str, take_id: str) -> str:
        """When a take was last written."""
        return stamp(self.path(scene, take_id).stat().st_mtime)

    def summaries(self, scene: str) -> tuple[tuple[TakeSummary, ...], tuple[str, ...]]:
        """The takes of a scene, the newest first, and a sentence for each file that is none."""
        found, problems = [], []
        for path in (self._folder / folder_name(scene)).glob(f"*{SUFFIX}"):
            if path.name.startswith("."):
                continue
            try:
                found.append(self._summary(path))
            except TakeFileError as error:
                problems.append(str(error))
        return tuple(sorted(found, key=lambda summary: summary.saved_at, reverse=True)), tuple(problems)

    def _summary(self, path: Path) -> TakeSummary:
        written = path.stat().st_mtime_ns
        known = self._read.get(path)
        if known is not None and known[0] == written:
            return known[1]
        take = load_take(path)
        summary = TakeSummary(take.id, take.name, take.parent, len(take.edits), take.rating, take.tags, stamp(written / 1e9))
        self._read[path] = written, summary
        return summary
