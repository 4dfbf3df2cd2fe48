"""Answers requests on this machine: what is stored at once, the rest drawn in processes of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from editor.scene import Scene
from engine.service.content import picture_keys, recording_digest
from engine.service.jobs import Job, Jobs, now, without
from engine.service.process import DrawingProcess
from engine.service.requests import Chunk, RenderError, Request
from engine.service.store import SIZE_LIMIT_BYTES, Store
from engine.service.wire import Cancel, Draw, Drawn, Ended, More

AHEAD = 16  # pictures that a process draws before anyone has taken them; bounds memory when a reader is slow
GRACE_S = 0.8  # a cancelled picture may go on for this long before its process is ended
NUM_SCENES = 16  # whose recordings' digests are remembered


class LocalService:
    """Draws in `num_processes` processes, started when they are first needed and shared by all sessions.

    `folder` keeps finished pictures; None keeps nothing. `drawer` names the function that draws, as "module:function".
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        num_processes: int = 1,
        size_limit_bytes: int = SIZE_LIMIT_BYTES,
        drawer: str = "engine.service.tiers:draw",
    ) -> None:
        self._folder, self._drawer = folder, drawer
        self._store = Store(folder, size_limit_bytes) if folder is not None else None
        self._jobs = Jobs()
        self._processes: list[DrawingProcess | None] = [None] * num_processes
        self._recordings_lock = threading.Lock()
        self._recordings: dict[int, tuple[Scene, str]] = {}  # holds the scene, so that no id() is given out twice

    # ---------------------------------------------------------------------------------------------- for everyone

    def render(self, request: Request) -> Iterator[Chunk]:
        """The pictures, one by one: stored ones first, then drawn ones as they are made."""
        _check(request)
        job, older = self._jobs.open(request)
        for outdated in older:
            self._cancel(outdated, in_time=False)
        if job is None:
            return
        try:
            keys = picture_keys(request, self._recording(request)) if self._store is not None else {}
            finished = set()
            for chunk in self._stored(request, keys):
                if job.is_cancelled:
                    return
                finished.add((chunk.frame, chunk.view))
                yield job.counted(chunk)
            rest = without(request, finished)
            if rest:
                self._send(job, Draw(job.number, rest, keys, AHEAD))
                yield from self._drawn(job)
        finally:
            self._cancel(job, in_time=True)
            if job.process is None:  # otherwise the job is known until its process has let go of it
                self._jobs.close(job)

    def cancel(self, session: str, turn: int | None = None) -> None:
        """End what this session is waiting for, up to a turn where one is given; safe from any thread."""
        for job in self._jobs.of_session(session, turn):
            self._cancel(job, in_time=True)

    def warm(self) -> None:
        """Start the processes now, so that the first picture does not wait for them."""
        for place in range(len(self._processes)):
            self._process(place)

    def close(self) -> None:
        """End the processes; whoever is still waiting gets a RenderError."""
        with self._jobs.lock:
            for process in filter(None, self._processes):
                process.kill()
            self._processes = [None] * len(self._processes)
        if self._store is not None:
            self._store.close()

    # ------------------------------------------------------------------------------------------- one request's way

    def _recording(self, request: Request) -> str:
        scene = request.scenario.scene
        with self._recordings_lock:
            if id(scene) not in self._recordings:
                while len(self._recordings) >= NUM_SCENES:
                    self._recordings.pop(next(iter(self._recordings)))
                self._recordings[id(scene)] = scene, recording_digest(scene, request.dataroot)
            return self._recordings[id(scene)][1]

    def _stored(self, request: Request, keys: dict[tuple[int, str], str]) -> Iterator[Chunk]:
        for (frame, view), key in keys.items():
            found = self._store.get(key)
            if found is not None:
                yield Chunk(frame, view, request.tier, found.origin, found.picture, found.valid, found.dirty, 0, 0)

    def _send(self, job: Job, message: Draw) -> None:
        with self._jobs.lock:
            if job.is_cancelled:
                job.events.put(Ended(job.number))
                return
            load = [len(self._jobs.of(process)) if process else 0 for process in self._processes]
            job.process = self._process(load.index(min(load)))
            job.times.append(now())
        job.process.send(message, job.request.scenario.scene)

    def _drawn(self, job: Job) -> Iterator[Chunk]:
        while True:
            match job.events.get():
                case Ended(error=None):
                    return
                case Ended(error=str(sentence)):
                    raise RenderError(sentence)
                case Chunk() if job.is_cancelled:
                    return
                case Chunk() as chunk:
                    job.times.append(now())
                    yield job.counted(chunk)
                    job.process.send(More(job.number))

    def _cancel(self, job: Job, *, in_time: bool) -> None:
        """Stop drawing a job; with `in_time` also when that takes the end of the process that is stuck in it."""
        with self._jobs.lock:
            already, job.is_cancelled = job.is_cancelled, True
            if already or job.is_over or job.process is None:
                return
        job.events.put(Ended(job.number))
        job.process.send(Cancel(job.number))
        if in_time:
            timer = threading.Timer(GRACE_S, self._end_stuck, (job,))
            timer.daemon = True
            timer.start()

    def _end_stuck(self, job: Job) -> None:
        """End a process that is still busy with a cancelled job, unless somebody else waits for what it will draw next."""
        with self._jobs.lock:
            if job.is_over or any(not other.is_cancelled for other in self._jobs.of(job.process)):
                return
            self._forget(job.process)
        job.process.kill()

    # ------------------------------------------------------------------------------------------------ the processes

    def _process(self, place: int) -> DrawingProcess:
        with self._jobs.lock:
            process = self._processes[place]
            if process is None:
                process = DrawingProcess(self._drawer, self._folder, self._receive, self._bury)
                self._processes[place] = process
            return process

    def _receive(self, message: Drawn | Ended) -> None:
        job = self._jobs.get(message.job)
        if job is None:
            return
        match message:
            case Drawn(_, chunk):
                job.events.put(chunk)
            case Ended():
                self._end(job, message)

    def _bury(self, process: DrawingProcess, ending: str) -> None:
        with self._jobs.lock:
            self._forget(process)
            bereft = self._jobs.of(process)
        for job in bereft:
            self._end(job, Ended(job.number, f"The drawing process stopped: {ending}. Ask again and a new one will start."))

    def _end(self, job: Job, message: Ended) -> None:
        job.is_over = True
        job.events.put(message)
        self._jobs.close(job)

    def _forget(self, process: DrawingProcess) -> None:
        self._processes = [None if p is process else p for p in self._processes]


@contextmanager
def local_service(folder: Path | None = None, **options: int | str) -> Iterator[LocalService]:
    """A service for the length of a `with`."""
    service = LocalService(folder, **options)
    try:
        yield service
    finally:
        service.close()


def _check(request: Request) -> None:
    scene = request.scenario.scene
    unknown = set(request.views) - {view.name for view in scene.views}
    if unknown:
        raise RenderError(f"Scene {scene.name} has no view {', '.join(sorted(unknown))}.")
    if not all(0 <= frame < len(scene.frames) for frame in request.frames):
        raise RenderError(
            f"Frames {min(request.frames)} to {max(request.frames)} asked of scene {scene.name}, which has {len(scene.frames)}."
        )
    if not request.places():
        raise RenderError(f"Scene {scene.name}: none of the pictures asked for is on disk.")
    if request.size is not None and min(request.size) < 1:
        raise RenderError(f"A picture size of {request.size[0]}x{request.size[1]}; wanted positive width and height.")
