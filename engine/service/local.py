"""Answers requests on this machine: what is stored at once, the rest drawn in processes of its own."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from editor.scene import Scene, recorded
from engine.service.content import picture_keys, recording_digest
from engine.service.jobs import End, Job, Jobs, Part, now, shares
from engine.service.process import DrawingProcess
from engine.service.requests import Chunk, RenderError, Request
from engine.service.store import SIZE_LIMIT_BYTES, Store
from engine.service.wire import Cancel, Draw, Drawn, Ended, More

AHEAD = 16  # pictures that a process draws before anyone has taken them; bounds memory when a reader is slow
GRACE_S = 0.8  # a cancelled picture may go on for this long before its process is ended
LEAST_S = GRACE_S / 2  # of processor time that it gets in any case: on a busy machine it is slow, not stuck
NUM_PROCESSES = min(os.cpu_count() or 1, 4)  # as a rule; each keeps up to half a gigabyte of pictures
READY = -1  # the number of a job whose end nobody waits for
NUM_SCENES = 16  # whose recordings' digests are remembered


class LocalService:
    """Draws in `num_processes` processes, started when they are first needed and shared by all sessions; each request is
    shared out among them.

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
            if self._send(job, shares(request, finished, len(self._processes)), keys):
                yield from self._drawn(job)
        finally:
            self._cancel(job, in_time=True)
            self._jobs.close(job)

    def cancel(self, session: str, turn: int | None = None) -> None:
        """End what this session is waiting for, up to a turn where one is given; safe from any thread."""
        for job in self._jobs.of_session(session, turn):
            self._cancel(job, in_time=True)

    def warm(self) -> None:
        """Start the processes now, so that the first picture does not wait for them."""
        for place in range(len(self._processes)):
            self._process(place)

    def prepare(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None = (448, 256)) -> None:
        """Have the processes read, at their low priority, what an edit of this scene will need; returns at once."""
        self.warm()
        request = Request(dataroot, recorded(scene), (), (), size)
        threading.Thread(target=self._prepare, args=(request, list(self._processes)), daemon=True).start()

    def _prepare(self, request: Request, processes: list[DrawingProcess | None]) -> None:
        for process in filter(None, processes):
            process.send(Draw(READY, request, {}, 1), request.scenario)
        if self._store is not None:
            self._recording(request)

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

    def _send(self, job: Job, shared: list[Request], keys: dict[tuple[int, str], str]) -> bool:
        """Give each share to a process, the least busy first; False where there is nothing to wait for."""
        with self._jobs.lock:
            if job.is_cancelled or not shared:
                return False
            load = [len(self._jobs.of(process)) if process else 0 for process in self._processes]
            places = sorted(range(len(load)), key=load.__getitem__)
            parts = [self._jobs.hand_out(job, self._process(place)) for place, _ in zip(places, shared, strict=False)]
            job.times.append(now())
        for part, share in zip(parts, shared, strict=True):
            part.process.send(Draw(part.number, share, keys, AHEAD), job.request.scenario)
        return True

    def _drawn(self, job: Job) -> Iterator[Chunk]:
        while True:
            match job.events.get():
                case End(error=None):
                    return
                case End(error=str(sentence)):
                    raise RenderError(sentence)
                case _ if job.is_cancelled:
                    return
                case Part() as part, chunk:
                    job.times.append(now())
                    yield job.counted(chunk)
                    part.process.send(More(part.number))

    def _cancel(self, job: Job, *, in_time: bool) -> None:
        """Stop drawing a job; with `in_time` also when that takes the end of a process that is stuck in it."""
        with self._jobs.lock:
            already, job.is_cancelled = job.is_cancelled, True
            left = [part for part in job.parts if not part.is_over]
        if already or not left:
            return
        job.events.put(End())
        for part in left:
            part.process.send(Cancel(part.number))
            if in_time:
                self._end_later(part, part.process.used()[0])

    def _end_later(self, part: Part, used: float) -> None:
        timer = threading.Timer(GRACE_S, self._end_stuck, (part, used))
        timer.daemon = True
        timer.start()

    def _end_stuck(self, part: Part, used: float) -> None:
        """End a process that is still busy with a cancelled job, unless somebody else waits for what it will draw next."""
        so_far, waits = part.process.used()
        with self._jobs.lock:
            if part.is_over or any(not other.job.is_cancelled for other in self._jobs.of(part.process)):
                return
            if waits and so_far - used < LEAST_S:
                return self._end_later(part, used)
            self._forget(part.process)
        part.process.kill()

    # ------------------------------------------------------------------------------------------------ the processes

    def _process(self, place: int) -> DrawingProcess:
        with self._jobs.lock:
            process = self._processes[place]
            if process is None:
                process = DrawingProcess(self._drawer, self._folder, self._receive, self._bury)
                self._processes[place] = process
            return process

    def _receive(self, message: Drawn | Ended) -> None:
        part = self._jobs.part(message.job)
        if part is None:
            return
        match message:
            case Drawn(_, chunk):
                part.job.events.put((part, chunk))
            case Ended(_, error):
                self._jobs.end(part, error)

    def _bury(self, process: DrawingProcess, ending: str) -> None:
        with self._jobs.lock:
            self._forget(process)
            bereft = self._jobs.of(process)
        for part in bereft:
            self._jobs.end(part, f"The drawing process stopped: {ending}. Ask again and a new one will start.")

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
    unknown = {view for _, view in request.asked()} - {view.name for view in scene.views}
    if unknown:
        raise RenderError(f"Scene {scene.name} has no view {', '.join(sorted(unknown))}.")
    frames = [frame for frame, _ in request.asked()]
    if not all(0 <= frame < len(scene.frames) for frame in frames):
        raise RenderError(f"Frames {min(frames)} to {max(frames)} asked of scene {scene.name}, which has {len(scene.frames)}.")
    if not request.places():
        raise RenderError(f"Scene {scene.name}: none of the pictures asked for is on disk.")
    if request.size is not None and min(request.size) < 1:
        raise RenderError(f"A picture size of {request.size[0]}x{request.size[1]}; wanted positive width and height.")
