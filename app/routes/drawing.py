"""Drawing what a take changes, streamed: drafts, and what the world model makes of them."""

import time
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from app.generating import Wish, first_frames, generate
from app.pictures import draw
from app.routes.office import Office, manner_of
from app.routes.posted import Drafting, Drawing, Generating
from app.session import Document, StaleError
from app.streaming import Message, streamed
from engine.requests import RenderError


def add_drawing(router: APIRouter, office: Office) -> None:
    """Both streams."""
    service, pictures, settings = office.service, office.pictures, office.settings

    @router.post("/draft")
    def draft(asked: Drafting) -> StreamingResponse:
        """The changed pictures of a take, one message each, until the browser goes away."""
        document = office.desk.open(asked.scene, asked.take)
        _check_state(document, asked)
        turn = time.monotonic_ns()  # so that what is left of an older stream cannot end this one
        among = first_frames(document.scenario, asked.frame) if asked.near else None
        work = draw(service, pictures, document, settings.dataroot, asked.frame, (asked.session, turn), among)
        return streamed(_told(work), lambda: service.cancel(asked.session, turn))

    @router.post("/generate")
    def generated(asked: Generating) -> StreamingResponse:
        """Anchors, a segment or one frame of a take, one message a picture or preview, until the browser goes away."""
        document = office.desk.open(asked.scene, asked.take)
        manner = manner_of(office, document.stage.scene, asked)
        _check_state(document, asked)
        turn = time.monotonic_ns()
        wish = Wish(asked.frame, asked.segment, asked.view, manner, settings.device, asked.alone)
        work = generate(service, pictures, document, settings.dataroot, wish, (asked.session, turn))
        return streamed(_told(work), lambda: service.cancel(asked.session, turn))


def _check_state(document: Document, asked: Drawing) -> None:
    """The page files what it is told under the state that it has asked for."""
    if document.state != asked.state:
        raise StaleError(f"{document.take.name} has changed since these pictures were asked for.")


def _told(work: Iterator[Message]) -> Iterator[Message]:
    """The same messages, and what went wrong as the last of them."""
    try:
        yield from work
    except RenderError as error:
        yield {"kind": "problem", "sentence": str(error)}
