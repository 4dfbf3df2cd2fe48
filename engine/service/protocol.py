"""What the window and the command line know of whatever answers their requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from editor.scene import Scene
from engine.requests import SIZE, Chunk, Model, Request


class Service(Protocol):
    """Anything that answers requests. Closing the iterator cancels the work within a second."""

    def render(self, request: Request) -> Iterator[Chunk]:
        """The pictures, one by one; RenderError where they cannot be drawn. It ends early when a newer request of the same
        session and tier arrives, or when `cancel` is called."""
        ...

    def stored(self, request: Request) -> Iterator[Chunk]:
        """Those of a request's pictures that are there already; nothing is drawn, and nobody's older request ends."""
        ...

    def prepare(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None = SIZE, model: Model | None = None) -> None:
        """Read ahead what an edit of this scene will need, and load the model where one is named; returns at once."""
        ...

    def cancel(self, session: str, turn: int | None = None) -> None:
        """End what this session is waiting for, up to a turn where one is given; safe from any thread."""
        ...
