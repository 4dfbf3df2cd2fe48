"""Which part of the engine draws which tier; only a drawing process imports this."""

from collections.abc import Iterator

from engine.draft.draft import draft
from engine.requests import Chunk, Request
from engine.service.task import ALONE, Task


def draw(request: Request, task: Task = ALONE) -> Iterator[Chunk | None]:
    """The pictures of a request, drawn in this process; None where there is nothing yet, but the work may be stopped."""
    if request.tier == "draft":
        return draft(request)
    from engine.service.generating import generated  # here, since it brings torch, which drafts need not wait for

    return generated(request, task)
