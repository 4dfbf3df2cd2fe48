"""The tiers that the world model draws: anchors, and refined segments. Only a drawing process imports this: it brings torch.

A request's frames and views are drawn beside one another; what of them is stored already stays, and the rest is drawn to fit
it. Drafts, and anchors that a segment needs, are drawn on the way where they are not stored, and stored in their turn.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from torch import nn

from editor.datasets.nuscenes import expanded_streets
from editor.identity import Same
from editor.map import StreetMap
from editor.scene import Scene
from engine.draft.draft import chunk_of
from engine.draft.footage import Footage, footage_of
from engine.gbuffer import of_draft
from engine.model.checkpoints import CheckpointError, load
from engine.model.digest import digest
from engine.pipeline import Sampling, WorldPipeline
from engine.requests import NUM_BEFORE, Chunk, Model, Place, RenderError, Request, Tier
from engine.rollout import Drafted, Rollout, Seen, of_request, windows
from engine.service.store import Stored
from engine.service.task import Task

KEPT_DRAFTS = 128  # of a request: two windows of six views
Steps = Iterator[Chunk | None]


class CancelledError(Exception):
    """Nobody waits any more for what the network is computing."""


def generated(request: Request, task: Task) -> Steps:
    """The pictures that a request waits for. One for no picture at all loads the model for those to come.

    RenderError in one sentence where the checkpoint cannot be loaded.
    """
    pipeline = _pipeline(request.model)
    yield None
    scene, wanted = request.scenario.scene, set(request.places())
    if not wanted:
        if pipeline.reads_gbuffers:
            _ = _footage(request).standing.backdrop  # which reads the LiDAR, so that the first clip need not
        return
    streets = _streets(request.dataroot, Same(scene))
    sampling = Sampling(num_steps=request.model.steps, guidance=request.model.guidance)
    drafted = _drafted(request, task)
    seen = _seen(request, drafted) if pipeline.reads_gbuffers else None
    run = of_request(pipeline, request, streets, drafted, sampling, seen)
    draw = _anchors if request.tier == "anchor" else _refined
    networks = [n for n in (pipeline.autoencoder, pipeline.relight, pipeline.transformer) if n is not None]
    for chunk in _stoppable(draw(run, request, task), networks, task):
        if chunk is None or (chunk.tier == request.tier and (chunk.frame, chunk.view) in wanted):
            yield chunk
        else:
            task.keep(chunk)
            yield None


def _anchors(run: Rollout, request: Request, task: Task) -> Steps:
    frames, views = request.clip()
    stored = _stored(task, "anchor", frames, views)
    yield from (_chunk("anchor", place, stored[place]) for place in request.places() if place in stored)
    steps = run.anchors(frames, views, {place: found.picture for place, found in stored.items()})
    yield from _estimated(steps, _num_left(windows(frames), views, stored))


def _refined(run: Rollout, request: Request, task: Task) -> Steps:
    """Segment by segment in time's order, so that each follows on from the one before."""
    frames, views = request.clip()
    before = tuple(range(max(frames[0] - NUM_BEFORE, 0), frames[0]))
    stored = _stored(task, "refined", (*before, *frames), views)
    yield from (_chunk("refined", place, stored[place]) for place in request.places() if place in stored)
    drawn = {place: found.picture for place, found in stored.items()}
    ends = sorted(request.anchors or (frames[0], frames[-1]))
    segments = [tuple(f for f in frames if a <= f <= b) for a, b in pairwise(ends)]
    left = [segment for segment in segments if _num_left([segment], views, drawn)]
    needed = tuple(sorted({end for segment in left for end in (segment[0], segment[-1])}))
    anchors = {place: found.picture for place, found in _stored(task, "anchor", needed, views).items()}
    num = len(left) + _num_left(windows(needed), views, anchors)
    yield from _estimated(_segments(run, views, left, needed, anchors, drawn), num)


def _segments(
    run: Rollout,
    views: tuple[str, ...],
    segments: list[tuple[int, ...]],
    needed: tuple[int, ...],
    anchors: dict[Place, NDArray[np.uint8]],
    drawn: dict[Place, NDArray[np.uint8]],
) -> Steps:
    """The anchors that are needed, then one segment after the other, each on from what those before it have added to
    `drawn`."""
    yield from _into(anchors, run.anchors(needed, views, dict(anchors)))
    for segment in segments:
        yield from _into(drawn, run.segment(segment, views, anchors, dict(drawn)))


def _into(pictures: dict[Place, NDArray[np.uint8]], steps: Steps) -> Steps:
    """The same steps; their finished pictures are added as they come."""
    for chunk in steps:
        if chunk is not None and not chunk.preview:
            pictures[chunk.frame, chunk.view] = chunk.picture
        yield chunk


def _num_left(parts: Iterable[tuple[int, ...]], views: tuple[str, ...], known: Container[Place]) -> int:
    """How many of these runs of frames have anything to be drawn."""
    return sum(any((frame, view) not in known for frame in frames for view in views) for frames in parts)


def _estimated(steps: Steps, num_windows: int) -> Steps:
    """The same steps, with the seconds that are left, as if every window took as long as those so far. One of a single step
    has no preview to judge by."""
    begun, num_done, last = monotonic(), 0, 0
    for chunk in steps:
        if chunk is not None and chunk.preview and chunk.total:
            num_done += chunk.done <= last  # the steps begin anew with the next window
            last = chunk.done
        if chunk is not None and last and chunk.total:  # one that no step drew has none to count
            share = min((num_done + chunk.done / chunk.total) / num_windows, 1.0)
            chunk = replace(chunk, seconds_left=(monotonic() - begun) * (1 - share) / share)
        yield chunk


def _stored(task: Task, tier: Tier, frames: tuple[int, ...], views: tuple[str, ...]) -> dict[Place, Stored]:
    places = ((frame, view) for frame in frames for view in views)
    return {place: found for place in places if (found := task.find(tier, place)) is not None}


def _chunk(tier: Tier, place: Place, found: Stored) -> Chunk:
    return Chunk(*place, tier, found.origin, found.picture, found.valid, found.dirty, 0, 0)


# ------------------------------------------------------------------------------------- what a rollout draws with


def _pipeline(model: Model) -> WorldPipeline:
    try:
        return _loaded(model.checkpoint, digest(model.checkpoint), model.device)
    except CheckpointError as error:
        raise RenderError(f"The world model cannot be loaded: {error}.") from error


@lru_cache(maxsize=1)
def _loaded(folder: Path, weights: str, device: str) -> WorldPipeline:
    """A checkpoint as it is when its files hash to `weights`."""
    found = load(folder, device)
    return WorldPipeline(found.transformer, found.autoencoder, found.text_encoder, found.scheduler, found.relight)


@lru_cache(maxsize=4)
def _streets(dataroot: Path, scene: Same[Scene]) -> StreetMap:
    """What the model is told of the streets: lines, which a map expansion has and a mask has not."""
    return expanded_streets(dataroot, scene.value) or StreetMap()


def _footage(request: Request) -> Footage:
    return footage_of(request.dataroot, request.scenario.scene.as_recorded, request.size)


def _drafted(request: Request, task: Task) -> Drafted:
    footage = _footage(request)

    @lru_cache(maxsize=KEPT_DRAFTS)
    def drafted(frame: int, view: str) -> Chunk:
        stored = task.find("draft", (frame, view))
        if stored is not None:
            return _chunk("draft", (frame, view), stored)
        chunk = chunk_of(footage, request.scenario, frame, view)
        task.keep(chunk)
        return chunk

    return drafted


def _seen(request: Request, drafted: Drafted) -> Seen:
    footage = _footage(request)

    @lru_cache(maxsize=KEPT_DRAFTS)  # a first preview asks for them before its window does
    def seen(frame: int, view: str) -> NDArray[np.float16]:
        return of_draft(footage, request.scenario, frame, view, drafted(frame, view).picture)

    return seen


# ------------------------------------------------------------------------------------------------------ stopping


def _stoppable(steps: Steps, networks: list[nn.Module], task: Task) -> Steps:
    """The same steps; a cancelled one ends with the layer of a network that it is in, since to code pictures, to relight them
    and every pass of the transformer can take seconds."""
    while True:
        with _looking(networks, task.is_cancelled):
            try:
                chunk = next(steps)
            except (StopIteration, CancelledError):
                return
        yield chunk


@contextmanager
def _looking(networks: list[nn.Module], is_cancelled: Callable[[], bool]) -> Iterator[None]:
    """Only while a task's own step is computed: others take turns with it on the same networks."""

    def look(*_: object) -> None:
        if is_cancelled():
            raise CancelledError

    modules = (module for network in networks for module in network.modules())
    hooks = [module.register_forward_pre_hook(look) for module in modules if isinstance(module, nn.Linear | nn.Conv2d)]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
