"""What the page posts, checked before any route sees it."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from editor.take import LARGEST_SEED, LONGEST_NAME, LONGEST_NOTES
from engine.service.requests import Tier


class Opening(BaseModel, extra="forbid"):
    """A scene and a take of it; without them, the first and a new one."""

    scene: str | None = None
    take: str | None = None


class OfTake(BaseModel, extra="forbid"):
    """Something about one take."""

    scene: str
    take: str


class Stepping(OfTake):
    """Undo or redo, from a state."""

    base: str


class Editing(Stepping):
    """The edits of one gesture, made on a state."""

    gesture: Annotated[str, Field(pattern=r"g-[0-9a-f]{6,32}$")]
    edits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=100)]


class GoingTo(Stepping):
    """To the take as it was after so many gestures."""

    position: Annotated[int, Field(ge=0)]


class Describing(OfTake):
    """What a person says of a take."""

    name: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None
    notes: Annotated[str | None, Field(max_length=LONGEST_NOTES)] = None
    tags: list[str] | None = None
    rating: Annotated[int | None, Field(ge=0, le=5)] = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0  # as everything here, left as it is where it is not posted


class Drawing(OfTake):
    """Pictures of a state, beginning at a frame."""

    state: str
    frame: Annotated[int, Field(ge=0)]
    session: Annotated[str, Field(pattern=r"^[0-9a-z-]{1,64}$")]


class Drafting(Drawing):
    """Its drafts; with `near`, only those of the frame and of the anchors that the world model begins with."""

    near: bool = False


class InManner(BaseModel, extra="forbid"):
    """How the world model is to draw."""

    weights: str
    guidance: Annotated[float, Field(ge=1, le=10)]
    steps: Annotated[int, Field(ge=1, le=100)]


class Generating(Drawing, InManner):
    """What the world model is to draw of a state next: a segment by its first frame, or the anchors nearest to a frame."""

    segment: Annotated[int | None, Field(ge=0)] = None
    view: str | None = None  # that is looked at


class Enlarging(OfTake, InManner):
    """One drawn picture at its camera's own size: a draft, or what the world model made of it in a tier and a manner."""

    state: str
    frame: Annotated[int, Field(ge=0)]
    view: str
    tier: Tier = "draft"
    weights: str = ""
    guidance: Annotated[float, Field(ge=1, le=10)] = 1
    steps: Annotated[int, Field(ge=1, le=100)] = 1


class Exporting(OfTake):
    """A part of a take, to be exported."""

    views: Annotated[list[str], Field(min_length=1)]
    from_frame: Annotated[int, Field(ge=0)]
    to_frame: Annotated[int, Field(ge=0)]
    png: bool = False
    masks: bool = True
    model: InManner | None = None  # that draws what is changed; drafts alone without one
