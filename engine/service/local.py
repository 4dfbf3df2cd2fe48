"""Answers requests on this machine: what is stored at once, the rest drawn in processes of its own."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from editor.scene import Scene, recorded
from engine.requests import SIZE, Chunk, Model, RenderError, Request
from engine.service.content import all_keys, recording_digest
from engine.service.jobs import End, Job, Jobs, Part, joint, now, shares
from engine.service.process import DrawingProcess, Manner
from engine.service.refusals import check
from engine.service.store import Store
from engine.service.task import Keys
from engine.service.wire import Cancel, Draw, Drawn, Ended, More

AHEAD = 16  # pictures that a process draws before anyone has taken them; bounds memory when a reader is slow
GRACE_S = 0.8  # a cancelled picture may go on for this long before its process is ended
LEAST_S = GRACE_S / 2  # of processor time that it gets in any case: on a busy machine it is slow, not stuck
NUM_PROCESSES = min(os.cpu_count() or 1, 4)  # as a rule; each keeps up to 0.9 GB at a camera's own size
DRAFTING, MODELLING = 10, 15  # nice values: an edit in the app comes first, then a draft, then the model
READY = -1  # the number of a job whose end nobody waits for
NUM_SCENES = 16  # whose recordings' digests are remembered


class LocalService:
    """Draws drafts in `num_processes` processes, started when they are first needed and shared by all sessions; each request is
    shared out among them. The world model has a process of its own, so that drafts never wait for it: what it draws belongs
    together, and goes on `model_threads` threads.

    `folder` keeps finished pictures; None keeps nothing. `drawer` names the function that draws, as "module:function".
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        num_processes: int = 1,
        model_threads: int = os.cpu_count() or 1,
        drawer: str = "engine.service.tiers:draw",
    ) -> None:
        self._folder = folder
        # One thread for a draft: pictures are shared out, and threads that wait for one another burn a third of the time.
        self._drafting = Manner(drawer, DRAFTING, 1)
        self._modelling = Manner(drawer, MODELLING, model_threads)
        self._store = Store(folder) if folder is not None else None
        self._jobs = Jobs()
        self._processes: list[DrawingProcess | None] = [None] * num_processes
        self._model: DrawingProcess | None = None
        self._is_closed = False
        self._recordings_lock = threading.Lock()
        self._recordings: dict[int, tuple[Scene, str]] = {}  # holds the scene, so that no id() is given out twice

    # ---------------------------------------------------------------------------------------------- for everyone

    def render(self, request: Request) -> Iterator[Chunk]:
        """The pictures, one by one: stored ones first, then drawn ones as they are made."""
        check(request)
        job, older = self._jobs.open(request)
        for outdated in older:
            self._cancel(outdated, in_time=False)
        if job is None:
            return
        try:
            keys = all_keys(request, self._recording(request)) if self._store is not None else {}
            finished = set()
            for chunk in self._stored(request, keys):
                if job.is_cancelled:
                    return
                finished.add((chunk.frame, chunk.view))
                yield job.counted(chunk)
            if self._send(job, finished, keys):
                yield from self._drawn(job)
        finally:
            self._cancel(job, in_time=True)
            self._jobs.close(job)

    def stored(self, request: Request) -> Iterator[Chunk]:
        """Those of the pictures that are there already; nothing is drawn."""
        check(request)
        if self._store is not None:
            yield from self._stored(request, all_keys(request, self._recording(request)))

    def cancel(self, session: str, turn: int | None = None) -> None:
        """End what this session is waiting for, up to a turn where one is given; safe from any thread."""
        for job in self._jobs.of_session(session, turn):
            self._cancel(job, in_time=True)

    def warm(self) -> None:
        """Start the processes now, so that the first picture does not wait for them."""
        for place in range(len(self._processes)):
            self._process(place)

    def prepare(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None = SIZE, model: Model | None = None) -> None:
        """Have the processes read, at their low priority, what an edit of this scene will need, and load the model where one
        is named; returns at once."""
        self.warm()
        request = Request(dataroot, recorded(scene), (), (), size)
        requests = [(process, request) for process in filter(None, self._processes)]
        if model is not None:
            requests.append((self._model_process(), replace(request, tier="anchor", model=model)))
        threading.Thread(target=self._prepare, args=(requests,), daemon=True).start()

    def _prepare(self, requests: list[tuple[DrawingProcess, Request]]) -> None:
        for process, request in requests:
            process.send(Draw(READY, request, {}, 1), request.scenario)
        if self._store is not None:
            self._recording(requests[0][1])

    def close(self) -> None:
        """End the processes for good; whoever is still waiting, or asks later, gets a RenderError."""
        with self._jobs.lock:
            self._is_closed = True
            for process in filter(None, (*self._processes, self._model)):
                process.kill()
            self._processes, self._model = [None] * len(self._processes), None
        if self._store is not None:
            self._store.close()

    # ------------------------------------------------------------------------------------------- one request's way

    def _recording(self, request: Request) -> str:
        scene = request.scenario.scene.as_recorded
        with self._recordings_lock:
            if id(scene) not in self._recordings:
                while len(self._recordings) >= NUM_SCENES:
                    self._recordings.pop(next(iter(self._recordings)))
                self._recordings[id(scene)] = scene, recording_digest(scene, request.dataroot)
            return self._recordings[id(scene)][1]

    def _stored(self, request: Request, keys: Keys) -> Iterator[Chunk]:
        keys_by_place = keys.get(request.tier, {})
        for frame, view in request.places() if keys_by_place else ():
            found = self._store.get(keys_by_place[frame, view])
            if found is not None:
                yield Chunk(frame, view, request.tier, found.origin, found.picture, found.valid, found.dirty, 0, 0)

    def _send(self, job: Job, finished: set[tuple[int, str]], keys: Keys) -> bool:
        """Hand out what is left of a job; False where there is nothing to wait for."""
        is_draft = job.request.tier == "draft"
        shared = shares(job.request, finished, len(self._processes)) if is_draft else joint(job.request, finished)
        with self._jobs.lock:
            if job.is_cancelled or not shared:
                return False
            chosen = self._least_busy(len(shared)) if is_draft else [self._model_process()]
            parts = [self._jobs.hand_out(job, process) for process in chosen]
            job.times.append(now())
        for part, share in zip(parts, shared, strict=True):
            part.process.send(Draw(part.number, share, keys, AHEAD), job.request.scenario)
        with self._jobs.lock:
            is_outdated = job.is_cancelled
        if is_outdated:  # meanwhile: its cancelling may have come before what it cancels
            for part in parts:
                part.process.send(Cancel(part.number))
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
                    if not chunk.preview:
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
            process = self._processes[place] or self._started(self._drafting)
            self._processes[place] = process
            return process

    def _model_process(self) -> DrawingProcess:
        with self._jobs.lock:
            self._model = self._model or self._started(self._modelling)
            return self._model

    def _started(self, manner: Manner) -> DrawingProcess:
        if self._is_closed:
            raise RenderError("Retake is being closed; nothing is drawn any more.")
        return DrawingProcess(manner, self._folder, self._receive, self._bury)

    def _least_busy(self, number: int) -> list[DrawingProcess]:
        load = [len(self._jobs.of(process)) if process else 0 for process in self._processes]
        return [self._process(place) for place in sorted(range(len(load)), key=load.__getitem__)[:number]]

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
        self._model = None if self._model is process else self._model


@contextmanager
def local_service(folder: Path | None = None, **options: int | str) -> Iterator[LocalService]:
    """A service for the length of a `with`."""
    service = LocalService(folder, **options)
    try:
        yield service
    finally:
        service.close()
