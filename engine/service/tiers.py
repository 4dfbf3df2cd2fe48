"""Which part of the engine draws which tier; only a drawing process imports this."""

from collections.abc import Iterator

from engine.draft.draft import drafter_of
from engine.service.requests import Chunk, RenderError, Request


def draw(request: Request) -> Iterator[Chunk]:
    """The pictures of a request, drawn in this process. One that fails keeps back no other, but the end is an error.

    A request for no picture at all makes ready for those to come.
    """
    if request.tier != "draft":
        raise RenderError(f"There is no model for the {request.tier} tier in this build; ask for a draft.")
    drafter = drafter_of(request.dataroot, request.scenario.scene, request.size)
    wanted = request.places()
    if not wanted:
        drafter.make_ready()
    failure = None
    for done, (frame, view) in enumerate(wanted, start=1):
        try:
            chunk = drafter.chunk(request.scenario, frame, view, done, len(wanted))
        except RenderError as error:
            failure = failure or error
        else:
            yield chunk
    if failure is not None:
        raise failure
