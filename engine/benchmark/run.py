"""Running a list: worlds first, then case by case, in several processes; every verdict is on disk as soon as it is reached."""

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch

from editor.datasets.files import write_json
from engine.benchmark.cases import BenchmarkError, Case, Listing
from engine.benchmark.engines import Engine, checkpoint_of, engine_of
from engine.benchmark.judge import Verdict, judged
from engine.benchmark.making import made
from engine.benchmark.shown import VISIBLE_PX, edited, outline
from engine.benchmark.worlds import ROOT, code_of_worlds, keep_picture
from engine.metrics.pooled import Sums
from engine.model.digest import digest
from engine.requests import Chunk

JUDGES = (
    "engine/benchmark/cases.py",
    "engine/benchmark/engines.py",
    "engine/benchmark/judge.py",
    "engine/benchmark/worlds.py",
    "engine/metrics/pictures.py",
    "engine/metrics/pooled.py",
)
Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: with its worlds, then with its cases; `seconds_left` of that, once something is done."""

    what: str  # "worlds" or "cases"
    done: int
    total: int
    seconds_left: float | None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """An engine by its name, a list, the folder where worlds and results are kept, and the model's checkpoint, by default the
    one that ships."""

    engine: str
    listing: Listing
    folder: Path
    checkpoint: Path | None = None

    @property
    def name(self) -> str:
        """What a page calls it."""
        return f"{self.engine.replace(':', '.')}-{self.listing.name}"

    @property
    def results(self) -> Path:
        """Where the verdicts are, a strip of pictures beside each, and in a folder of its own what was drawn of the actors that
        the edit asks for. Each checkpoint has results of its own."""
        weights = f"-{digest(checkpoint_of(self.checkpoint))[:8]}" if self.engine == "model" else ""
        return self.folder / "results" / f"{self.name}{weights}"

    def judged_engine(self) -> Engine:
        """The engine itself."""
        return engine_of(self.engine, self.checkpoint)

    def key(self) -> str:
        """A hash of all that the verdicts depend on: worlds, judge, list, engine."""
        parts = [code_of_worlds(), repr(replace(self.listing, seeds=(), kinds=())), self.judged_engine().version]
        sha = hashlib.sha256("\0".join(parts).encode())
        for file in JUDGES:
            sha.update((ROOT / file).read_bytes())
        return sha.hexdigest()

    def drawn(self, case: Case, view: str, frame: int) -> Path:
        """Where a drawn picture is kept that shows who is asked for."""
        return self.results / case.name / f"{view}-{frame:03d}.png"

    def kept(self, case: Case, key: str) -> Verdict | None:
        """The verdict on a case, where it was reached by the same code on the same worlds."""
        file = self.results / f"{case.name}.json"
        if not file.is_file():
            return None
        value = json.loads(file.read_text())
        return _verdict(value["verdict"]) if value["key"] == key else None


def run(what: Run, processes: int = 1) -> Iterator[Progress]:
    """Reach every verdict that is not there yet; closing the iterator stops the work, and what is done stays."""
    key = what.key()
    verdicts = [what.kept(case, key) for case in what.listing.cases]
    todo = [case for case, verdict in zip(what.listing.cases, verdicts, strict=True) if verdict is None]
    seeds = sorted({case.seed for case in todo})
    yield from _counted("worlds", 0, _each(_make, [(what, seed) for seed in seeds], processes), len(seeds))
    for verdict in verdicts:
        if verdict is not None:
            yield Progress("cases", 0, len(verdicts), None, verdict)
    fresh = _each(_judge, [(what, case, key) for case in todo], processes)
    yield from _counted("cases", len(verdicts) - len(todo), fresh, len(verdicts))


def _counted(what: str, before: int, done: Iterator[Verdict | None], total: int) -> Iterator[Progress]:
    begun = time.monotonic()
    for number, verdict in enumerate(done, 1):
        rate = (time.monotonic() - begun) / number
        yield Progress(what, before + number, total, rate * (total - before - number), verdict)


def _each(work: Callable[[Job], Done], jobs: list[Job], processes: int) -> Iterator[Done]:
    if processes == 1 or len(jobs) < 2:
        yield from map(work, jobs)
        return
    threads = max((os.cpu_count() or 1) // processes, 1)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), torch.set_num_threads, (threads,)) as pool:
        try:
            for done in as_completed([pool.submit(work, job) for job in jobs]):
                yield done.result()
        except BrokenProcessPool as error:
            raise BenchmarkError("a process of the benchmark was killed; what is done is kept, so run it again") from error
        except BaseException:  # nobody waits for the rest any more: not for minutes after Ctrl+C, nor after a failure
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def _make(job: tuple[Run, int]) -> None:
    what, seed = job
    made(what.folder, seed, what.listing)


def _judge(job: tuple[Run, Case, str]) -> Verdict:
    what, case, key = job
    world = made(what.folder, case.seed, what.listing)
    scenario = world.scenario(case.kind)
    asked_for = edited(world, scenario)

    def keep(chunk: Chunk) -> None:
        if asked_for and outline(world, scenario, asked_for, chunk.view, chunk.frame).sum() >= VISIBLE_PX:
            keep_picture(what.drawn(case, chunk.view, chunk.frame), chunk.picture)

    verdict, strip = judged(world, case, what.listing, what.judged_engine(), keep)
    if strip is not None:
        keep_picture(what.results / f"{case.name}.jpg", strip)
    write_json(what.results / f"{case.name}.json", {"key": key, "verdict": asdict(verdict)})
    return verdict


def _verdict(value: dict) -> Verdict:
    case, inside, outside = Case(**value["case"]), Sums(**value["inside"]), Sums(**value["outside"])
    return Verdict(case, inside, outside, *(value[name] for name in ("beyond", "pictures", "seconds", "moved")))
