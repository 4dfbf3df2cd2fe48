"""What the page posts, checked before any route sees it."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from editor.scene import TimeOfDay, Weather
from editor.take import LARGEST_SEED, LONGEST_NAME, LONGEST_NOTES, STAMP
from engine.requests import Tier


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


class OfTakes(BaseModel, extra="forbid"):
    """Something about several takes of a scene."""

    scene: str
    takes: Annotated[list[str], Field(min_length=1, max_length=10_000)]


class DescribingTakes(OfTakes):
    """What a person says of several takes; what is not posted is left as it is."""

    rating: Annotated[int | None, Field(ge=0, le=5)] = None  # null takes it away
    add_tag: Annotated[str, Field(min_length=1)] | None = None
    drop_tag: str | None = None


class Editing(Stepping):
    """The edits of one gesture, made on a state."""

    gesture: Annotated[str, Field(pattern=r"^g-[0-9a-f]{6,32}$")]
    edits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=100)]


class GoingTo(Stepping):
    """To the take as it was after so many gestures."""

    position: Annotated[int, Field(ge=0)]


class Describing(OfTake):
    """What a person says of a take; what is not posted is left as it is, whatever stands here."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)] = ""
    notes: Annotated[str, Field(max_length=LONGEST_NOTES)] = ""
    tags: list[str] = []
    rating: Annotated[int | None, Field(ge=0, le=5)] = None  # null takes it away
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0


ListText = Annotated[str, Field(max_length=1000)]  # as `app.ranges` reads it


class OfActor(BaseModel, extra="forbid"):
    """What is to vary of one actor."""

    actor: str
    speeds: ListText = ""  # km/h, of what it drives
    from_us: int | None = None  # from that time on; without one, from where it first shows
    left: ListText = ""  # metres to its left
    ahead: ListText = ""
    colours: list[str | None] = []  # #rrggbb, or names of `editor.paints`; null: as it is
    category: str | None = None  # that it is in half of them
    without: bool = False  # it is not there in half of them


class Varying(Stepping):
    """Variations of a take, made on a state of it."""

    weathers: list[Weather] = []
    times_of_day: list[TimeOfDay] = []
    seeds: ListText = ""
    ego_left: ListText = ""  # metres to the left of its path
    ego_ahead: ListText = ""
    of_actor: OfActor | None = None
    sound: bool = False  # only those in which a check finds nothing


class Making(Varying):
    """Such of them as are made at one request; all have the time of the first one, by which takes are listed."""

    first: Annotated[int, Field(ge=0)] = 0
    created: Annotated[str, Field(pattern=f"^{STAMP.pattern}$")] | None = None


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
    """What the world model is to draw of a state next: a segment by its first frame, or the anchors nearest to a frame, or that
    frame alone."""

    segment: Annotated[int | None, Field(ge=0)] = None
    alone: bool = False
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
    """A part of a take, to be exported; without views and frames all of it."""

    views: Annotated[list[str] | None, Field(min_length=1)] = None
    from_frame: Annotated[int, Field(ge=0)] = 0
    to_frame: Annotated[int | None, Field(ge=0)] = None
    png: bool = False
    masks: bool = True
    model: InManner | None = None  # that draws what is changed; drafts alone without one


class Whole(BaseModel, extra="forbid"):
    """A take to be exported with all its views and frames."""

    take: str
    model: InManner | None = None


class ExportingTakes(BaseModel, extra="forbid"):
    """Whole takes to be exported one after another and, where they are to be joined, as one data set then."""

    scene: str
    takes: Annotated[list[Whole], Field(min_length=1, max_length=10_000)]
    joined: bool = False


# ------------------------------------------------------------------------------------------------ what cannot be taken

SHOULD = re.compile(r"^\w+ should (?:be |have |match )?")


def refusal(complaints: Sequence[Mapping[str, Any]]) -> str:
    """What was posted and cannot be taken, in one sentence: the first complaint, and how many more there are."""
    first, more = complaints[0], len(complaints) - 1
    field = ".".join(str(part) for part in first["loc"][1:])[:200] or "the request"  # after "body" or "query"
    if first["type"] == "json_invalid":
        said = "the request is not JSON"
    elif first["type"] == "missing":
        said = f"{field} is missing"
    elif first["type"] == "extra_forbidden":
        said = f"{field} is nothing that is asked for here"
    else:
        said = f"{field}: got {_got(first['input'])}; wanted {SHOULD.sub('', first['msg'])}"
    return f"{said} (and {more} more)" if more else said


def _got(value: object) -> str:
    """A value in a few words; what is long by its length."""
    if value is None:
        return "null"
    if isinstance(value, str) and len(value) > 60:
        return f"{len(value)} characters"
    if isinstance(value, list | dict):
        return f"{len(value)} entries"
    return repr(value)[:80]
