"""Exports asked for in the window: one after another, each followed by its id, ended when it is cancelled; and the bundles that
came of them, this time or earlier."""

import itertools
import logging
import re
import secrets
import threading
import zipfile
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep

from app.export.bundle import export
from app.export.joining import joined
from app.export.order import Order, Progress
from app.export.report import REPORT
from app.export.staging import ExportError
from editor.datasets.records import DataSetError
from engine.requests import RenderError
from engine.service.protocol import Service

SAID_IN_A_SENTENCE = (ExportError, RenderError, DataSetError)
PART_BYTES = 2**20
LONGEST = 150  # characters of a folder's name: what tells variations apart comes last
Steps = Callable[[], Iterator[Progress]]
TICK_S = 0.05  # between two looks whether the last one has ended
WAITING, BEGUN = "waiting", "begun"  # before an export's own stages
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Export:
    """An export as the page sees it. `problem` is set where it failed; a cancelled one is neither done nor a problem."""

    id: str
    folder: Path
    stages: tuple[str, ...] = ()  # that it goes through once it is at work
    stage: str = WAITING
    done: int = 0
    total: int = 1
    seconds_left: float | None = None
    is_over: bool = False
    is_cancelled: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """A finished export's folder."""

    folder: Path
    made_s: float  # since 1970


def bundles(folder: Path) -> list[Bundle]:
    """Those in a folder, the latest first; what is still being made there has a hidden name."""
    made = []
    for report in folder.glob(f"*/{REPORT}"):
        if not report.parent.name.startswith("."):
            with suppress(FileNotFoundError):  # somebody takes it away meanwhile
                made.append(Bundle(report.parent, report.parent.stat().st_mtime))
    return sorted(made, key=lambda bundle: bundle.made_s, reverse=True)


def bundle_name(scene: str, take: str) -> str:
    """The name of a folder that says what is in it."""
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{scene} {take}").strip("-")[:LONGEST] or "take"


def free_target(target: Path, being_made: Container[Path] = ()) -> Path:
    """A folder that is not there and not on its way: this one, or the same with a number."""
    targets = itertools.chain([target], (target.with_name(f"{target.name}-{n}") for n in itertools.count(2)))
    return next(each for each in targets if not each.exists() and each not in being_made)


class _CancelledError(Exception):
    """What an export waited for was cancelled, and it with that."""


class Exports:
    """The exports of this process, of which one is at work and the others wait."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._exports: dict[str, Export] = {}
        self._waiting: SimpleQueue[tuple[str, Steps]] = SimpleQueue()
        self._worker: threading.Thread | None = None  # a daemon: nobody waits for exports who ends the server
        self._lock = threading.Lock()

    def start(self, order: Order) -> Export:
        """Begin one, after those that wait, to the order's target or one named after it that is free; it goes on when the page
        is closed."""
        return self._start(order.target, order.stages, lambda target: export(replace(order, target=target), self._service))

    def start_joining(self, export_ids: Sequence[str], target: Path) -> Export:
        """Join what these exports will have made, but for those that are cancelled by then, with whom it is cancelled if they
        are all."""
        return self._start(target, ("joined",), lambda target: joined(self._made_by(export_ids), target))

    def _start(self, target: Path, stages: tuple[str, ...], steps: Callable[[Path], Iterator[Progress]]) -> Export:
        with self._lock:
            being_made = {export.folder for export in self._exports.values() if not export.is_over}
            target = free_target(target, being_made)
            # No number: a page that waits for one that an earlier server began must not be told of another's.
            started = Export(secrets.token_hex(8), target, stages)
            self._exports[started.id] = started
            self._waiting.put((started.id, lambda: steps(target)))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, daemon=True)
                self._worker.start()
        return started

    def _made_by(self, export_ids: Sequence[str]) -> list[Path]:
        """The folders of exports that are over; ExportError where one failed."""
        exports = [found for found in map(self.get, export_ids) if found is not None and not found.is_cancelled]
        failed = sum(found.problem is not None for found in exports)
        if not exports:
            raise _CancelledError
        if failed:
            why = f"{failed} of {len(exports)} exports failed, so nothing was joined"
            raise ExportError(f"{why}; python -m app join joins any that are there")
        return [found.folder for found in exports]

    def get(self, export_id: str) -> Export | None:
        """How far one is."""
        with self._lock:
            return self._exports.get(export_id)

    def all(self) -> list[Export]:
        """Every one that this process has begun, in that order."""
        with self._lock:
            return list(self._exports.values())

    def cancel(self, export_id: str) -> None:
        """End one; what it has made so far is removed. One whose folder stands by then is finished, and not cancelled."""
        with self._lock:
            found = self._exports.get(export_id)
            if found is not None and not found.is_over:
                self._exports[export_id] = replace(found, is_cancelled=True, is_over=found.stage == WAITING)

    def end(self) -> None:
        """Cancel all of them: the server ends."""
        for each in self.all():
            self.cancel(each.id)

    def wait(self, seconds: float) -> None:
        """Until the one at work has tidied up, but no longer than that."""
        until = monotonic() + seconds
        while monotonic() < until and not all(each.is_over for each in self.all()):
            sleep(TICK_S)

    def _change(self, export_id: str, **changes: object) -> Export:
        with self._lock:
            self._exports[export_id] = replace(self._exports[export_id], **changes)
            return self._exports[export_id]

    def _work(self) -> None:
        while True:
            export_id, steps = self._waiting.get()
            if self._begins(export_id):
                self._run(export_id, steps)

    def _begins(self, export_id: str) -> bool:
        """Whether it is wanted still; it is at work then."""
        with self._lock:
            export = self._exports[export_id]
            if not export.is_over:
                self._exports[export_id] = replace(export, stage=BEGUN)
            return not export.is_over

    def _run(self, export_id: str, begin: Steps) -> None:
        try:
            with closing(begin()) as steps:
                for progress in steps:
                    if self._follow(export_id, progress).is_cancelled:
                        break
        except _CancelledError:
            self._change(export_id, is_cancelled=True)
        except SAID_IN_A_SENTENCE as error:
            if not self.get(export_id).is_cancelled:  # else what it waits for has been ended with it
                self._change(export_id, problem=str(error))
        except Exception:  # said to the page in place of a silent end; the others go on
            self._change(export_id, problem="The export failed; the server's log says more.")
            log.exception("export %s failed", export_id)
        finally:
            self._change(export_id, is_over=True)

    def _follow(self, export_id: str, progress: Progress) -> Export:
        how_far = {"stage": progress.stage, "done": progress.done, "total": progress.total}
        # The folder stands: who cancels from now on, or did so while it got its name, comes too late.
        ended = {"is_over": True, "is_cancelled": False} if progress.stage == "done" else {}
        return self._change(export_id, **how_far, seconds_left=progress.seconds_left, **ended)


class _Sink:
    """Collects what a zip file writes, until it is sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: `taken` sends."""

    def taken(self) -> bytes:
        """What has been written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zipped(folder: Path) -> Iterator[bytes]:
    """A folder as a zip file, piece by piece; pictures and films are packed already, so nothing is compressed."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[arg-type]
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            with (
                path.open("rb") as source,
                archive.open(f"{folder.name}/{path.relative_to(folder)}", "w", force_zip64=True) as entry,
            ):
                while part := source.read(PART_BYTES):
                    entry.write(part)
                    yield sink.taken()
    yield sink.taken()
