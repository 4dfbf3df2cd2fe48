"""What the window and the command line ask of the engine, and what comes back: plain values, numpy pictures, no torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from editor.scene import Scenario

Tier = Literal["draft", "anchor", "refined"]
# Where a picture's pixels come from: the recording untouched, geometry (draft) or the world model (generated).
Origin = Literal["recorded", "draft", "generated"]
Place = tuple[int, str]  # frame, view

SIZE = (448, 256)  # width, height: what the shipped model was taught at, and of drafts as they are first drawn
WINDOW = 9  # anchors that are drawn jointly; a request for more is drawn in several windows
NUM_BEFORE = 2  # refined frames before a segment that it follows on from


class RenderError(Exception):
    """Pictures that could not be drawn; the sentence says why and is fit for a user."""


@dataclass(frozen=True, slots=True)
class Model:
    """Which weights draw anchors and refined pictures, and how: `guidance` above 1 follows what is asked for more strongly and
    takes twice as long. More steps are slower; with the weights that ship they are no better (`docs/log.md`)."""

    checkpoint: Path  # the folder
    steps: int = 2
    guidance: float = 1.0
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Request:
    """Pictures of a scenario: the named views at these frames (indices into `scenario.scene.frames`), in this order of
    importance; or, where `only` is given, just those (frame, view) pairs in that order. `size` is width, height; None is each
    view's recorded size.

    `session` is who asks: a newer request of the same session and tier ends the older one; an empty one is nobody's, and only
    closing its iterator ends it. Where a session asks in several steps, `turn` keeps an older series of requests from ending a
    newer one: once a higher turn has begun, or its own was cancelled, a request gets nothing. Times make good turns.

    What is drawn is stored, unless it is not to be `kept`: what nobody comes back to would push out what somebody does. What is
    stored already is taken in any case.

    `model` draws anchors and refined pictures; drafts need none. Anchors are drawn jointly, all frames and views beside one
    another; with `preview_first` the most important one is first previewed from its own draft, in another light with the
    other views of its frame, which spares whoever waits the drafts of the rest. Refined pictures are those of segments:
    `anchors` says which of the frames are anchors, the first and the last always among them, and only those two where nothing
    is said."""

    dataroot: Path
    scenario: Scenario
    views: tuple[str, ...]
    frames: tuple[int, ...]
    size: tuple[int, int] | None = SIZE
    tier: Tier = "draft"
    seed: int = 0
    session: str = ""
    turn: int = 0
    only: tuple[Place, ...] | None = None
    model: Model | None = None
    anchors: tuple[int, ...] = ()
    preview_first: bool = False
    kept: bool = True

    def asked(self) -> tuple[Place, ...]:
        """The (frame, view) pairs, in order."""
        return self.only if self.only is not None else tuple((frame, view) for frame in self.frames for view in self.views)

    def clip(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """The frames, in the order of time, and the views that the world model draws beside one another."""
        frames, views = ([place[i] for place in self.asked()] for i in (0, 1))
        return tuple(sorted({*self.frames, *frames})), tuple(dict.fromkeys((*self.views, *views)))

    def places(self) -> tuple[Place, ...]:
        """Those of them that the recording has a picture of or that lie beyond it; the others are left out of the answer."""
        frames = self.scenario.scene.frames
        pictures = ((frame, frames[frame].picture(view)) for frame, view in self.asked())
        return tuple((frame, picture.view) for frame, picture in pictures if picture is not None and picture.can_be_drawn)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """One picture, finished unless it is a preview. `valid` is False where nobody saw the place and the pixels are a guess;
    `dirty` where the pixels may differ from the recording's."""

    frame: int
    view: str
    tier: Tier
    origin: Origin
    picture: NDArray[np.uint8]  # (H, W, 3) RGB
    valid: NDArray[np.bool_]  # (H, W)
    dirty: NDArray[np.bool_]  # (H, W)
    done: int  # pictures finished so far, this one included
    total: int
    seconds_left: float | None = None  # for the rest of the request, from the rate so far; None before there is one
    preview: bool = False  # what the model takes the picture to be so far; the picture itself follows
