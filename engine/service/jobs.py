"""Requests that are being answered: what each still waits for, how fast it goes, and which are out of date."""

import queue
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import get_args

from engine.requests import Chunk, Request, Tier
from engine.service.process import DrawingProcess

NUM_SESSIONS = 4096  # whose turns are remembered


@dataclass(frozen=True, slots=True)
class End:
    """No picture follows; `error` is the sentence for the user where it failed."""

    error: str | None = None


@dataclass(slots=True, eq=False)
class Part:
    """What one process draws of a job."""

    number: int
    job: "Job"
    process: DrawingProcess
    is_over: bool = False  # nothing of it is left in the process


@dataclass(slots=True, eq=False)
class Job:
    """One request under way. `events` brings its pictures, each with the part that drew it, and last its end."""

    request: Request
    total: int
    done: int = 0
    parts: list[Part] = field(default_factory=list)
    error: str | None = None  # of the first part that failed
    is_cancelled: bool = False
    events: "queue.SimpleQueue[tuple[Part, Chunk] | End]" = field(default_factory=queue.SimpleQueue)
    times: list[float] = field(default_factory=list)  # when it was sent, then when each picture came

    def counted(self, chunk: Chunk) -> Chunk:
        """A chunk with this job's progress in it; a preview is none."""
        self.done += not chunk.preview
        knows_itself = chunk.seconds_left is not None and self.done < self.total
        left = chunk.seconds_left if knows_itself else self.seconds_left()
        return replace(chunk, done=self.done, total=self.total, seconds_left=left)

    def seconds_left(self) -> float | None:
        """From the rate so far, without the first picture, which pays for opening files."""
        if self.done == self.total:
            return 0.0
        if len(self.times) < 3:
            return None
        return (self.times[-1] - self.times[1]) / (len(self.times) - 2) * (self.total - self.done)


def shares(request: Request, finished: set[tuple[int, str]], num: int) -> list[Request]:
    """What is left of a request, in `num` shares or fewer. Neighbours in a frame and in time go to different shares."""
    left = [place for place in request.places() if place not in finished]
    frame_of = {frame: i for i, frame in enumerate(dict.fromkeys(frame for frame, _ in request.asked()))}
    view_of = {view: i for i, view in enumerate(dict.fromkeys(view for _, view in request.asked()))}
    taken = [tuple(p for p in left if (frame_of[p[0]] + view_of[p[1]]) % num == i) for i in range(num)]
    return [replace(request, only=places) for places in taken if places]


def joint(request: Request, finished: set[tuple[int, str]]) -> list[Request]:
    """What is left of a request to the world model, for one process: it draws frames and views beside one another, so they
    travel with it, those that are finished too."""
    frames, views = request.clip()
    left = tuple(place for place in request.places() if place not in finished)
    return [replace(request, frames=frames, views=views, only=left)] if left else []


class Jobs:
    """All jobs, from any thread. A newer request of a session and tier ends the older one."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._jobs: list[Job] = []
        self._parts: dict[int, Part] = {}
        self._next = 0
        self._begun: OrderedDict[tuple[str, Tier], int] = OrderedDict()  # by asker, the lowest turn that may still ask

    def open(self, request: Request) -> tuple[Job | None, list[Job]]:
        """A new job, or None for a turn that is over, and the jobs that it makes out of date."""
        with self.lock:
            if not self._may_ask(request):
                return None, []
            older = [j for j in self._jobs if request.session and not j.is_cancelled and _same_asker(j.request, request)]
            job = Job(request, total=len(request.places()))
            self._jobs.append(job)
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
            return [j for j in self._jobs if j.request.session == session and (turn is None or j.request.turn <= turn)]

    def close(self, job: Job) -> None:
        """Forget a job; its parts are known until their processes have let go of them."""
        with self.lock:
            self._jobs.remove(job)

    def hand_out(self, job: Job, process: DrawingProcess) -> Part:
        """A new part of a job."""
        with self.lock:
            part = Part(self._next, job, process)
            self._parts[part.number] = part
            self._next += 1
            job.parts.append(part)
            return part

    def part(self, number: int) -> Part | None:
        """A part by its number, or None once it is over."""
        with self.lock:
            return self._parts.get(number)

    def of(self, process: DrawingProcess) -> list[Part]:
        """What a process is drawing."""
        with self.lock:
            return [part for part in self._parts.values() if part.process is process]

    def end(self, part: Part, error: str | None) -> None:
        """A part is over, and as the last one, so is its job: one that fails keeps back nothing of the others."""
        job = part.job
        with self.lock:
            self._parts.pop(part.number, None)
            part.is_over = True
            job.error = job.error or error
            if all(other.is_over for other in job.parts):
                job.events.put(End(job.error))


def _same_asker(a: Request, b: Request) -> bool:
    return (a.session, a.tier) == (b.session, b.tier)


def now() -> float:
    """Seconds on a clock that only goes forward."""
    return time.monotonic()
