"""What travels between the app's process and a drawing process: messages, pickled, each scene and edited actor sent only once.

A scene can hold tens of thousands of poses, and an edit changes few of them. So a scene is sent when it is first met, and so is
every actor that an edit made; after that, they and the scene's ego path travel as references, and a request weighs what the
last edit weighs, however many there were before it.
"""

import io
import pickle
from collections import OrderedDict
from dataclasses import dataclass

from editor.scene import Actor, Scenario, Scene
from engine.requests import Chunk, Request
from engine.service.task import Keys

NUM_SCENES = 8  # that a drawing process remembers; an older one is sent again when it is needed
NUM_ACTORS = 1024  # edited ones that it remembers, beyond those of the scenario at hand


@dataclass(frozen=True, slots=True)
class Know:
    """To the process: a scene or an edited actor to remember by number."""

    number: int
    value: Scene | Actor


@dataclass(frozen=True, slots=True)
class Forget:
    """To the process: a number that it need not remember."""

    number: int


@dataclass(frozen=True, slots=True)
class Draw:
    """To the process: pictures to draw, and under which keys they are stored; `ahead` may go unconsumed."""

    job: int
    request: Request
    keys: Keys
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


Name = tuple[int, str, int]  # the number of what is remembered, which part of it, and which one of several


class Names:
    """The app's side: which scenes and edited actors a process knows, and messages written in those terms."""

    def __init__(self) -> None:
        self._scenes: dict[int, Scene] = {}  # by number, oldest first; held, so that no id() is given out twice
        self._actors: OrderedDict[int, tuple[int, Actor]] = OrderedDict()  # by id(): number and value; the latest used last
        self._parts: dict[int, Name] = {}
        self._next = 0

    def introduce(self, scenario: Scenario) -> list[bytes]:
        """The messages that make a scenario's scene and actors known: none if they are."""
        scene = self._scene(scenario.scene)
        return [*scene, *(pickle.dumps(m, pickle.HIGHEST_PROTOCOL) for m in self._edited(scenario))]

    def _scene(self, scene: Scene) -> list[bytes]:
        if id(scene) in self._parts:
            return []
        # One that goes on beyond its recording is told in terms of that, which the process then knows as one object.
        recording = [] if scene.recording is None else self._scene(scene.recording)
        number = self._number()
        messages = [*recording, self.dumps(Know(number, scene))]
        self._scenes[number] = scene
        self._parts |= _parts(number, scene)
        if len(self._scenes) <= NUM_SCENES:
            return messages
        oldest = next(iter(self._scenes))
        del self._scenes[oldest]
        self._parts = {part: name for part, name in self._parts.items() if name[0] != oldest}
        return [*messages, pickle.dumps(Forget(oldest), pickle.HIGHEST_PROTOCOL)]

    def _edited(self, scenario: Scenario) -> list[Know | Forget]:
        messages: list[Know | Forget] = []
        edited = [a for a in scenario.actors if id(a) not in self._parts or id(a) in self._actors]
        for actor in edited:
            if id(actor) not in self._actors:
                number = self._number()
                self._actors[id(actor)], self._parts[id(actor)] = (number, actor), (number, "itself", 0)
                messages.append(Know(number, actor))
            self._actors.move_to_end(id(actor))
        while len(self._actors) > max(NUM_ACTORS, len(edited)):
            oldest, (number, _) = self._actors.popitem(last=False)
            del self._parts[oldest]
            messages.append(Forget(number))
        return messages

    def _number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def dumps(self, message: Draw | More | Cancel | Know) -> bytes:
        """A message, with what the process knows left out."""
        out = io.BytesIO()
        _Pickler(out, self._parts).dump(message)
        return out.getvalue()


def _parts(number: int, scene: Scene) -> dict[int, Name]:
    whole: dict[int, Name] = {id(scene): (number, "itself", 0)}
    whole |= {id(scene.actors): (number, "actors", 0), id(scene.ego): (number, "ego", 0)}
    return whole | {id(actor): (number, "actor", i) for i, actor in enumerate(scene.actors)}


class _Pickler(pickle.Pickler):
    def __init__(self, out: io.BytesIO, parts: dict[int, Name]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._known = parts

    def persistent_id(self, obj: object) -> Name | None:
        return self._known.get(id(obj))


class Reader:
    """The process's side: messages read, with what it was told to remember put back."""

    def __init__(self) -> None:
        self._known: dict[int, Scene | Actor] = {}

    def loads(self, data: bytes) -> Draw | More | Cancel | None:
        """A message to act upon, or None for one about what to remember."""
        message = _Unpickler(io.BytesIO(data), self._known).load()
        match message:
            case Know(number, value):
                self._known[number] = value
            case Forget(number):
                del self._known[number]
            case _:
                return message
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, known: dict[int, Scene | Actor]) -> None:
        super().__init__(data)
        self._known = known

    def persistent_load(self, name: Name) -> object:
        number, part, index = name
        value = self._known[number]
        match part:
            case "itself":
                return value
            case "actors":
                return value.actors
            case "ego":
                return value.ego
            case _:
                return value.actors[index]
