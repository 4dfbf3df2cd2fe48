"""What travels between the app's process and a drawing process: messages, pickled, each scene sent only once.

A scene can hold tens of thousands of poses, and an edit changes few of them. So a scene is sent when it is first met; after
that, it, its actors and its ego path travel as references, and a request weighs what its edits weigh.
"""

import io
import pickle
from dataclasses import dataclass

from editor.scene import Scene
from engine.service.requests import Chunk, Request

NUM_SCENES = 8  # that a drawing process remembers; an older one is sent again when it is needed


@dataclass(frozen=True, slots=True)
class Know:
    """To the process: a scene to remember by number."""

    number: int
    scene: Scene


@dataclass(frozen=True, slots=True)
class Forget:
    """To the process: a scene that it need not remember."""

    number: int


@dataclass(frozen=True, slots=True)
class Draw:
    """To the process: pictures to draw, and the key under which each (frame, view) is stored; `ahead` may go unconsumed."""

    job: int
    request: Request
    keys: dict[tuple[int, str], str]
    ahead: int


@dataclass(frozen=True, slots=True)
class More:
    """To the process: one picture was consumed, so one more may be drawn."""

    job: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """To the process: nobody wants this job any more."""

    job: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """From the process: one finished picture."""

    job: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Ended:
    """From the process: a job is over; `error` is the sentence for the user where it failed."""

    job: int
    error: str | None = None


class SceneNames:
    """The app's side: which scenes a process knows, and messages written in those terms."""

    def __init__(self) -> None:
        self._scenes: dict[int, Scene] = {}  # by number, oldest first; held, so that no id() is given out twice
        self._parts: dict[int, tuple[int, str, int]] = {}
        self._next = 0

    def introduce(self, scene: Scene) -> list[bytes]:
        """The messages that make a scene known: none if it is."""
        if id(scene) in self._parts:
            return []
        number, self._next = self._next, self._next + 1
        messages = [pickle.dumps(Know(number, scene), pickle.HIGHEST_PROTOCOL)]
        self._scenes[number] = scene
        self._parts |= _parts(number, scene)
        if len(self._scenes) > NUM_SCENES:
            oldest = next(iter(self._scenes))
            del self._scenes[oldest]
            self._parts = {part: name for part, name in self._parts.items() if name[0] != oldest}
            messages.append(pickle.dumps(Forget(oldest), pickle.HIGHEST_PROTOCOL))
        return messages

    def dumps(self, message: Draw | More | Cancel) -> bytes:
        """A message, with what the process knows left out."""
        out = io.BytesIO()
        _Pickler(out, self._parts).dump(message)
        return out.getvalue()


def _parts(number: int, scene: Scene) -> dict[int, tuple[int, str, int]]:
    whole = {id(scene): (number, "scene", 0), id(scene.actors): (number, "actors", 0), id(scene.ego): (number, "ego", 0)}
    return whole | {id(actor): (number, "actor", i) for i, actor in enumerate(scene.actors)}


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, parts: dict[int, tuple[int, str, int]]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._known = parts

    def persistent_id(self, obj: object) -> tuple[int, str, int] | None:
        return self._known.get(id(obj))


class SceneReader:
    """The process's side: messages read, with the scenes that it was told of put back."""

    def __init__(self) -> None:
        self._scenes: dict[int, Scene] = {}

    def loads(self, data: bytes) -> Draw | More | Cancel | None:
        """A message to act upon, or None for one about scenes."""
        message = _Unpickler(io.BytesIO(data), self._scenes).load()
        match message:
            case Know(number, scene):
                self._scenes[number] = scene
            case Forget(number):
                del self._scenes[number]
            case _:
                return message
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, scenes: dict[int, Scene]) -> None:
        super().__init__(data)
        self._scenes = scenes

    def persistent_load(self, name: tuple[int, str, int]) -> object:
        number, part, index = name
        scene = self._scenes[number]
        match part:
            case "scene":
                return scene
            case "actors":
                return scene.actors
            case "ego":
                return scene.ego
            case _:
                return scene.actors[index]
