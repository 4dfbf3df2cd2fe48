"""What the world model is asked to draw for the page, one window of anchors or one segment at a time, and what of it is told.

Only stale pictures are asked for, that is, those that the take changes; the engine finds the others by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.anchors import anchor_frames, can_be_drawn, complete_frames, segment_frames
from app.payload import view_order
from app.pictures import Pictures, drawn_json
from app.session import Document
from app.streaming import Message
from app.weights import Manner
from editor.scene import Scenario
from engine.requests import SIZE, WINDOW, Chunk, Place, Request, Tier
from engine.service.protocol import Service

FRONT = "CAM_FRONT"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page waits for: the segment that begins with an anchor, or where none is named the anchors nearest to a frame; or
    `alone` that frame, whether it is an anchor or not. Previews are of the nearest of its pictures, and of the view that is
    named, where the take changes it."""

    frame: int
    segment: int | None
    view: str | None
    manner: Manner
    device: str
    alone: bool = False


# ---------------------------------------------------------------------------------------------- what to draw next


def first_frames(scenario: Scenario, frame: int) -> set[int]:
    """A frame, and the anchors nearest to it: what the world model draws first, it draws from the drafts of these. In another
    light that is the frame alone."""
    if scenario.time_of_day != "as recorded" or scenario.weather != "as recorded":
        return {frame}
    return {frame, *sorted(anchor_frames(scenario.scene), key=lambda anchor: abs(anchor - frame))[:WINDOW]}


def window_about(anchors: tuple[int, ...], wanted: set[int], frame: int) -> tuple[int, ...]:
    """The anchors to draw next: the wanted one nearest to a frame with as many others as go into a window, rather ahead than
    behind, and where there is room one that is there already on either side, which they are drawn to fit. None for none."""
    at = [i for i, anchor in enumerate(anchors) if anchor in wanted]
    if not at:
        return ()
    nearest = min(at, key=lambda i: (abs(anchors[i] - frame), i))
    starts = range(max(nearest - WINDOW + 1, 0), nearest + 1)
    start = max(starts, key=lambda s: (sum(s <= i < s + WINDOW for i in at), s))
    chosen = [i for i in at if start <= i < start + WINDOW]
    first, last = chosen[0], chosen[-1]
    first -= first > 0 and last - first + 1 < WINDOW
    last += last + 1 < len(anchors) and last - first + 1 < WINDOW
    return anchors[first : last + 1]


# ------------------------------------------------------------------------------------------------------- the requests


def generate(
    service: Service, pictures: Pictures, document: Document, dataroot: Path, wish: Wish, asker: tuple[str, int]
) -> Iterator[Message]:
    """Draw what a page wishes for; a message for every picture and every preview, after one that says what is under way."""
    manner, model = wish.manner, wish.manner.model(wish.device)
    plain = Request(dataroot, document.scenario, (), (), SIZE, seed=document.take.seed, model=model)
    if not pictures.has_generated(document.state, manner):
        for chunk in _stored(service, document, plain):
            yield drawn_json(pictures.keep(document.state, chunk, manner)) | {"kind": "picture"}
    tier: Tier = "anchor" if wish.segment is None else "refined"
    request = replace(_request(pictures, document, plain, wish, tier), session=asker[0], turn=asker[1])
    if not request.only:
        known = [drawn_json(drawn) for drawn in pictures.drawn(document.state) if drawn.manner == manner]
        yield {"kind": "nothing", "pictures": known}
        return
    yield {"kind": "start", "tier": tier, "frames": request.frames, "done": 0, "total": len(request.only)}
    for chunk in service.render(request):
        progress = {"done": chunk.done, "total": chunk.total, "seconds_left": chunk.seconds_left, "preview": chunk.preview}
        yield drawn_json(pictures.keep(document.state, chunk, manner)) | {"kind": "picture"} | progress


def _request(pictures: Pictures, document: Document, plain: Request, wish: Wish, tier: Tier) -> Request:
    """What is still to be drawn of a window of anchors, or of a segment."""
    scene, manner = document.scenario.scene, wish.manner
    enough = ("anchor", "refined") if tier == "anchor" else ("refined",)
    known = {(d.frame, d.view) for d in pictures.drawn(document.state) if d.manner == manner and d.tier in enough}
    places = _stale(document) - known
    if tier == "refined":
        frames = segment_frames(scene, wish.segment)
    elif wish.alone:
        finished = {frame for frame, _ in known} - {frame for frame, _ in places}
        frames = _between(sorted(finished & set(anchor_frames(scene))), wish.frame)
        places = {place for place in places if place[0] == wish.frame and wish.frame in complete_frames(scene)}
    else:
        anchors = anchor_frames(scene)
        frames = window_about(anchors, set(anchors) & {frame for frame, _ in places}, wish.frame)
    names = sorted((view.name for view in view_order(scene)), key=lambda name: (name != wish.view, name != FRONT))
    views = tuple(name for name in names if any((frame, name) in places for frame in frames))
    by_nearness = sorted(frames, key=lambda frame: abs(frame - wish.frame))
    only = tuple((frame, view) for frame in by_nearness for view in views if (frame, view) in places)
    return replace(plain, tier=tier, frames=frames, views=views, only=only, preview_first=tier == "anchor")


def _between(drawn: list[int], frame: int) -> tuple[int, ...]:
    """A frame and the nearest anchors on either side that are there already, which it is drawn to fit."""
    before, after = [i for i in drawn if i < frame], [i for i in drawn if i > frame]
    return (*before[-1:], frame, *after[:1])


def _stored(service: Service, document: Document, plain: Request) -> Iterator[Chunk]:
    """The refined pictures that are there from an earlier time. Anchors among them come when they are asked for."""
    scene, stale = document.scenario.scene, _stale(document)
    frames, anchors = complete_frames(scene), anchor_frames(scene)
    only = tuple(sorted(place for place in stale if place[0] in frames))
    if only and len(anchors) > 1:
        yield from service.stored(replace(plain, tier="refined", frames=frames, only=only, anchors=anchors))


def _stale(document: Document) -> set[Place]:
    """What the take changes of what there is, or can be."""
    scene, stale = document.scenario.scene, document.dirty.model
    return {(frame, view) for view, frames in stale.items() for frame in frames if can_be_drawn(scene, frame, view)}
