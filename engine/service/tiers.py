"""Which part of the engine draws which tier; only a drawing process imports this."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from editor.scene import Scene
from engine.draft.draft import Drafter
from engine.service.requests import Chunk, RenderError, Request

NUM_DRAFTERS = 2  # scenes (at one size each) whose pictures, cut-outs and backdrop stay in memory


def draw(request: Request) -> Iterator[Chunk]:
    """The pictures of a request, drawn in this process. One that fails keeps back no other, but the end is an error."""
    if request.tier != "draft":
        raise RenderError(f"There is no model for the {request.tier} tier in this build; ask for a draft.")
    drafter = _drafter(_Same(request.dataroot, request.scenario.scene, request.size))
    wanted = request.places()
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


class _Same:
    """A scene as a key by identity: it is large and never changes."""

    __slots__ = ("dataroot", "scene", "size")

    def __init__(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None) -> None:
        self.dataroot, self.scene, self.size = dataroot, scene, size

    def __hash__(self) -> int:
        return hash((self.dataroot, id(self.scene), self.size))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same)
            and self.scene is other.scene
            and (self.dataroot, self.size) == (other.dataroot, other.size)
        )


@lru_cache(maxsize=NUM_DRAFTERS)
def _drafter(key: _Same) -> Drafter:
    return Drafter(key.dataroot, key.scene, key.size)
