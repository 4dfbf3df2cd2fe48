"""Things that draw, each with one way of behaving, for the service to run in its own process."""

import os
import resource
import signal
import time
from collections.abc import Iterator

import numpy as np

from engine.requests import Chunk, RenderError, Request
from engine.service.task import ALONE, Task


def painted(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """Every picture in the colour of its frame, with the number of actors in its corner and its seed beside it."""
    width, height = request.size or (32, 18)
    for frame, view in request.places():
        picture = np.full((height, width, 3), frame, np.uint8)
        picture[0, 0] = len(request.scenario.actors)
        picture[0, 1] = request.seed
        picture[0, 2] = np.frombuffer(os.getpid().to_bytes(4, "little"), np.uint8)[:3]
        valid, dirty = np.ones((2, height, width), bool)
        dirty[:, 1::2] = False
        yield Chunk(frame, view, request.tier, "draft", picture, valid, dirty, 0, 0)


def slow(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """A tenth of a second for each."""
    for chunk in painted(request):
        time.sleep(0.1)
        yield chunk


def stuck_on_seed_1(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """A minute for each picture, if the seed is 1."""
    for chunk in painted(request):
        time.sleep(60 if request.seed == 1 else 0)
        yield chunk


def dies_on_seed_1(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """After the first picture, as a fault in a library would, if the seed is 1."""
    chunks = painted(request)
    yield next(chunks)
    if request.seed == 1:
        os.kill(os.getpid(), signal.SIGSEGV)
    yield from chunks


def fails(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """With a sentence for seed 0, by a mistake in the code otherwise."""
    yield next(painted(request))
    if request.seed == 0:
        raise RenderError("The picture of CAM_FRONT is missing.")
    raise ValueError("operands could not\nbe broadcast")


def on_a_full_disk(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """In a process whose files cannot grow from now on."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    return painted(request)


def misses_the_first(request: Request, task: Task = ALONE) -> Iterator[Chunk]:
    """All but the scene's first picture, which nobody can read; whoever draws it says so before the others have begun."""
    if (0, "CAM_FRONT") in request.places():
        raise RenderError("The picture of CAM_FRONT is missing.")
    yield from slow(request)
