"""Engines whose scores are known beforehand."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from editor.datasets.recorded import read_picture
from engine.benchmark.engines import Engine
from engine.requests import Chunk, Request
from engine.town.truth import render_truth

Drawing = tuple[NDArray[np.uint8], NDArray[np.bool_]]  # a picture, and where it may differ from the recording


def engine(name: str, draw: Callable[[Request, int, str], Drawing], leave_out: int = 0, version: str = "1") -> Engine:
    """One that draws picture by picture, all but the last few that are asked for."""

    def render(request: Request) -> Iterator[Chunk]:
        places = request.places()
        for done, (frame, view) in enumerate(places[: len(places) - leave_out], 1):
            picture, dirty = draw(request, frame, view)
            yield Chunk(frame, view, "draft", "draft", picture, np.ones(dirty.shape, bool), dirty, done, len(places))

    return Engine(name, version, render)


def _true(request: Request, frame: int, view: str) -> Drawing:
    picture = render_truth(request.scenario, view, frame).picture
    return picture, np.ones(picture.shape[:2], bool)


def _recorded(request: Request, frame: int, view: str) -> Drawing:
    scene = request.scenario.scene
    picture = read_picture(request.dataroot, scene.frames[frame].picture(view), scene.view(view))
    return picture, np.zeros(picture.shape[:2], bool)


def _black(request: Request, frame: int, view: str) -> Drawing:
    """Says that it changed nothing."""
    picture, nothing = _recorded(request, frame, view)
    return np.zeros_like(picture), nothing


TRUE = engine("true", _true)
RECORDED = engine("recorded", _recorded)
NEWER_RECORDED = engine("recorded", _recorded, version="2")
BLACK = engine("black", _black)
LAZY = engine("lazy", _recorded, leave_out=1)
