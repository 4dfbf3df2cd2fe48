"""Requests that are being answered: what each still waits for, how fast it goes, and which are out of date."""

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import get_args

from engine.service.process import DrawingProcess
from engine.service.requests import Chunk, Request, Tier
from engine.service.wire import Ended

NUM_SESSIONS = 4096  # whose turns are remembered


@dataclass(slots=True, eq=False)
class Job:
    """One request under way. `events` brings its chunks and, last, its end."""

    number: int
    request: Request
    total: int
    done: int = 0
    process: DrawingProcess | None = None  # that draws it, once there is anything to draw
    is_cancelled: bool = False
    is_over: bool = False  # nothing of it is left in the process
    events: "queue.SimpleQueue[Chunk | Ended]" = field(default_factory=queue.SimpleQueue)
    times: list[float] = field(default_factory=list)  # when it was sent, then when each picture came

    def counted(self, chunk: Chunk) -> Chunk:
        """A chunk with this job's progress in it."""
        self.done += 1
        return replace(chunk, done=self.done, total=self.total, seconds_left=self.seconds_left())

    def seconds_left(self) -> float | None:
        """From the rate so far, without the first picture, which pays for opening files."""
        if self.done == self.total:
            return 0.0
        if len(self.times) < 3:
            return None
        return (self.times[-1] - self.times[1]) / (len(self.times) - 2) * (self.total - self.done)


def without(request: Request, finished: set[tuple[int, str]]) -> tuple[Request, ...]:
    """The rest of a request: one for each run of frames that lack the same views."""
    places = set(request.places()) - finished

    def lacking(frame: int) -> tuple[str, ...]:
        return tuple(view for view in request.views if (frame, view) in places)

    return tuple(replace(request, views=views, frames=tuple(run)) for views, run in groupby(request.frames, lacking) if views)


class Jobs:
    """All jobs, from any thread. A newer request of a session and tier ends the older one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._jobs: dict[int, Job] = {}
        self._next = 0
        self._begun: OrderedDict[tuple[str, Tier], int] = OrderedDict()  # by asker, the lowest turn that may still ask

    def open(self, request: Request) -> tuple[Job | None, list[Job]]:
        """A new job, or None for a turn that is over, and the jobs that it makes out of date."""
        with self.lock:
            if not self._may_ask(request):
                return None, []
            older = [j for j in self if request.session and not j.is_cancelled and _same_asker(j.request, request)]
            job = Job(self._next, request, total=len(request.places()))
            self._jobs[job.number] = job
            self._next += 1
            return job, older

    def _may_ask(self, request: Request) -> bool:
        asker = request.session, request.tier
        if request.turn < self._begun.get(asker, request.turn):
            return False
        if request.session and request.turn:
            self._begin(asker, request.turn)
        return True

    def _begin(self, asker: tuple[str, Tier], turn: int) -> None:
        self._begun[asker] = max(turn, self._begun.pop(asker, turn))
        if len(self._begun) > NUM_SESSIONS:
            self._begun.popitem(last=False)

    def of_session(self, session: str, turn: int | None) -> list[Job]:
        """The jobs of a session up to a turn, which then may ask no more; all jobs where no turn is given."""
        with self.lock:
            if turn is not None:
                for tier in get_args(Tier):
                    self._begin((session, tier), turn + 1)
            return [j for j in self if j.request.session == session and (turn is None or j.request.turn <= turn)]

    def close(self, job: Job) -> None:
        """Forget a job."""
        with self.lock:
            self._jobs.pop(job.number, None)

    def get(self, number: int) -> Job | None:
        """A job by its number, or None once it is closed."""
        with self.lock:
            return self._jobs.get(number)

    def of(self, process: DrawingProcess) -> list[Job]:
        """The jobs that a process is drawing."""
        with self.lock:
            return [job for job in self if job.process is process and not job.is_over]

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._jobs.values()))


def _same_asker(a: Request, b: Request) -> bool:
    return (a.session, a.tier) == (b.session, b.tier)


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
