"""Which part of the engine draws which tier; each is imported when it is first asked for."""

from collections.abc import Iterator

from engine.service.requests import Chunk, RenderError, Request


def draw(request: Request) -> Iterator[Chunk]:
    """The pictures of a request, drawn in this process."""
    if request.tier != "draft":
        raise RenderError(f"There is no model for the {request.tier} tier in this build; ask for a draft.")
    from engine.draft.draft import draft

    return draft(request)
