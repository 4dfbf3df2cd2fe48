"""One picture at its camera's own size: its draft drawn so, or what the world model has made of the small one."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.anchors import segments
from app.session import Document
from editor.scene import Scene
from engine.requests import SIZE, Chunk, Model, Place, RenderError, Request, Tier
from engine.service.enlarge import enlarged
from engine.service.protocol import Service

NOT_STORED = "What the world model drew here is not stored any more, so it can only be shown small."


def large(
    service: Service, document: Document, dataroot: Path, place: Place, tier: Tier, model: Model | None
) -> NDArray[np.uint8] | None:
    """The picture (H, W, 3) of a frame and view as a draft, or as the model drew it small in a tier; None where drawing was
    stopped. RenderError where it cannot be drawn, or where what the model drew is not stored."""
    frame, view = place
    whole = Request(dataroot, document.scenario, (view,), (frame,), None, seed=document.take.seed)
    small = replace(whole, size=SIZE)
    drawn = None
    if tier != "draft":
        drawn = _only(service.stored(_generated(small, document.scenario.scene, tier, model)))
        if drawn is None:
            raise RenderError(NOT_STORED)
    draft = _only(service.render(whole))
    if draft is None or drawn is None:
        return draft and draft.picture
    drafted = _only(service.render(small))
    return drafted and enlarged(draft.picture, document.scenario.scene.view(view), drafted.picture, drawn.picture)


def _generated(small: Request, scene: Scene, tier: Tier, model: Model | None) -> Request:
    """A request for the same place in a tier of the world model; a refined one is part of a segment."""
    (frame,) = small.frames
    if tier == "anchor":
        return replace(small, tier=tier, model=model)
    frames = next((segment for segment in segments(scene) if frame in segment), ())
    return replace(small, tier=tier, model=model, frames=frames, only=((frame, *small.views),))


def _only(chunks: Iterator[Chunk]) -> Chunk | None:
    with closing(chunks):
        return next(chunks, None)
