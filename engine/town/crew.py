"""Processes that draw side by side: each goes on with the scene that it knows, then with one that nobody began, then helps."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from engine.town.recipe import Recipe
from engine.town.scene_tables import Measured
from engine.town.shooting import Done, Draw, Finish, carry_out
from engine.town.town import TownError

Job = Draw | Finish


@dataclass(eq=False)
class _Unfinished:
    """A scene that still lacks something."""

    seed: int
    todo: deque[int]
    at_work: int = 0
    measured: dict[int, Measured] = field(default_factory=dict)

    @property
    def wants(self) -> bool:
        """Whether there is anything to do for somebody who is free."""
        return bool(self.todo) or not self.at_work


class Schedule:
    """What is to be done, and who does it next."""

    def __init__(self, todo: Mapping[int, tuple[int, ...]]) -> None:
        """Frames to be drawn, by the seeds of their scenes; a scene without any is only to be finished."""
        self.scenes = {seed: _Unfinished(seed, deque(frames)) for seed, frames in todo.items()}
        self.begun: set[int] = set()

    def next(self, known: int | None) -> Job | None:
        """The next job for somebody who has last worked on a scene; None where there is none at the moment."""
        seed = self._scene_for(known)
        if seed is None:
            return None
        self.begun.add(seed)
        scene = self.scenes[seed]
        scene.at_work += 1
        return Draw(seed, scene.todo.popleft()) if scene.todo else Finish(seed, dict(sorted(scene.measured.items())))

    def _scene_for(self, known: int | None) -> int | None:
        wanting = {seed: scene for seed, scene in self.scenes.items() if scene.wants}
        if known in wanting:
            return known
        fresh = next((seed for seed in wanting if seed not in self.begun), None)
        return fresh if fresh is not None else max(wanting, key=lambda seed: len(wanting[seed].todo), default=None)

    def done(self, what: Done) -> None:
        """Take note of a job that is done."""
        scene = self.scenes[what.job.seed]
        scene.at_work -= 1
        scene.measured.update(what.measured)
        if isinstance(what.job, Finish):
            del self.scenes[what.job.seed]


def carried_out(out: Path, recipe: Recipe, schedule: Schedule, processes: int) -> Iterator[Done]:
    """Do everything in a schedule, in this process or in several others; OSError and TownError as they come."""
    if processes == 1:
        known = None
        while (job := schedule.next(known)) is not None:
            known = job.seed
            yield _noted(schedule, carry_out(out, recipe, job))
        return
    with ExitStack() as stack:
        hands = [_hand(out, recipe, stack) for _ in range(processes)]
        busy: dict[Connection, None] = {}
        known_by: dict[Connection, int | None] = dict.fromkeys(hands)
        while True:
            for hand in hands:
                if hand not in busy and (job := schedule.next(known_by[hand])) is not None:
                    known_by[hand], busy[hand] = job.seed, None
                    hand.send(job)
            if not busy:
                return
            for hand in wait(list(busy)):
                del busy[hand]
                yield _noted(schedule, _answer(hand))


def _noted(schedule: Schedule, what: Done) -> Done:
    schedule.done(what)
    return what


def _hand(out: Path, recipe: Recipe, stack: ExitStack) -> Connection:
    """A process that waits for jobs; it ends with the stack."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, out, recipe), daemon=True)
    process.start()
    theirs.close()
    stack.callback(process.join, 10)
    stack.callback(process.terminate)
    stack.callback(ours.close)
    return ours


def _answer(hand: Connection) -> Done:
    try:
        answer = hand.recv()
    except (EOFError, ConnectionResetError) as error:
        raise TownError("a drawing process ended before its time; wanted it to go on: was there memory enough?") from error
    if isinstance(answer, Done):
        return answer
    raise answer


def _work(pipe: Connection, out: Path, recipe: Recipe) -> None:
    """Take jobs until the other end is closed. Ctrl+C is for the process that hands them out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            answer: Done | Exception = carry_out(out, recipe, job)
        except (OSError, TownError) as error:
            answer = error
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return
