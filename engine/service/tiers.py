"""Which part of the engine draws which tier; only a drawing process imports this."""

from collections.abc import Iterator

from editor.datasets.records import DataSetError
from engine.draft.draft import chunk_of
from engine.draft.footage import footage_of
from engine.service.requests import Chunk, RenderError, Request
from engine.service.task import ALONE, Task


def draw(request: Request, task: Task = ALONE) -> Iterator[Chunk | None]:
    """The pictures of a request, drawn in this process; None where there is nothing yet, but the work may be stopped."""
    if request.tier == "draft":
        return _drafts(request)
    from engine.service.generating import generated  # here, since it brings torch, which drafts need not wait for

    return generated(request, task)


def _drafts(request: Request) -> Iterator[Chunk]:
    """One that fails keeps back no other, but the end is an error. A request for no picture at all makes ready for those to
    come."""
    footage = footage_of(request.dataroot, request.scenario.scene.as_recorded, request.size)
    wanted = request.places()
    if not wanted:
        footage.make_ready()
    failure = None
    for done, (frame, view) in enumerate(wanted, start=1):
        try:
            chunk = chunk_of(footage, request.scenario, frame, view, done, len(wanted))
        except (RenderError, DataSetError) as error:
            failure = failure or error
        else:
            yield chunk
    if failure is not None:
        raise failure
