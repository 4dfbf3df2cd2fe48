"""The kinds of edit, as data; `editor.apply` says what each does to a scenario.

Every edit is a frozen value with a `kind` that a take file stores. Times are timestamps in microseconds, positions metres in
the world frame, angles radians. Changes of an actor keep its identity.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from editor.geometry import STRICT, Vec3
from editor.scene import ActorId, Look, Pose, TimeOfDay, Weather

# How much of a track a move or turn takes along: the pose at that time, everything from there on, or all of it.
Scope = Literal["moment", "onward", "track"]


class EditError(ValueError):
    """An edit that this scenario cannot take; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A place on the ground to pass; at a time, at a speed, or as it comes where both are None."""

    x: float
    y: float
    t_us: int | None = None
    speed_mps: float | None = None
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Move:
    """Shift an actor by metres in the world frame, at one time, from there on, or over its whole track."""

    actor: ActorId
    t_us: int
    by: Vec3
    scope: Scope = "track"
    kind: Literal["move"] = "move"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Rotate:
    """Turn an actor about its own vertical; "onward" and "track" turn the path that follows about the pose at `t_us`."""

    actor: ActorId
    t_us: int
    by_rad: float
    scope: Scope = "track"
    kind: Literal["rotate"] = "rotate"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Resize:
    """Give an actor another size; it stays standing on the ground that it stood on."""

    actor: ActorId
    size_lwh: Vec3
    kind: Literal["resize"] = "resize"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Path:
    """From `t_us` on, drive smoothly through waypoints: those without a time are passed at the speed that the times, the given
    speeds and the category's limits leave. With `is_goal`, the last waypoint is a goal to be reached at its time. After
    the last waypoint it goes straight on, until its track ended or, if later, until the last time that was asked for."""

    actor: ActorId
    t_us: int
    waypoints: tuple[Waypoint, ...]
    is_goal: bool = False
    kind: Literal["path"] = "path"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Delete:
    """Take an actor away, wholly or from a time to a time (both included; None is the track's own end)."""

    actor: ActorId
    from_us: int | None = None
    to_us: int | None = None
    kind: Literal["delete"] = "delete"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Add:
    """A new actor with a track of its own; a single pose at each end of the time it is there makes it stand still."""

    actor: ActorId  # "new-…", not taken
    category: str
    size_lwh: Vec3
    track: tuple[Pose, ...]
    look: Look = Look()
    kind: Literal["add"] = "add"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A new actor that does what another does, shifted by metres in the other's own frame at each time, and looks like it."""

    actor: ActorId
    new_actor: ActorId  # "new-…", not taken
    by: Vec3
    kind: Literal["duplicate"] = "duplicate"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Relabel:
    """Give an actor another nuScenes category: it is drawn as any of that kind, in its own box. With `keeps_look` the label
    alone changes: who was recorded looks as recorded, and who was added as whom it was said to look like."""

    actor: ActorId
    category: str
    keeps_look: bool = False
    kind: Literal["relabel"] = "relabel"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Recolour:
    """Paint an actor; None gives its own colour back."""

    actor: ActorId
    colour: str | None  # "#rrggbb"
    kind: Literal["recolour"] = "recolour"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class EgoPath:
    """Bend the ego's own path: at each of these times it is this many metres to the left of (and ahead of) where it was
    recorded. A smooth curve along the way between them; before the first and after the last their own values hold. A new bend
    takes the place of the old one; no offsets give the recorded path back."""

    offsets: tuple["EgoOffset", ...]  # times rising
    kind: Literal["ego_path"] = "ego_path"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class EgoOffset:
    """One point of a bent ego path, in the ego frame of the recording at that time."""

    t_us: int
    left: float
    ahead: float = 0.0
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class SetTimeOfDay:
    """Ask for another hour."""

    value: TimeOfDay
    kind: Literal["time_of_day"] = "time_of_day"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class SetWeather:
    """Ask for other weather."""

    value: Weather
    kind: Literal["weather"] = "weather"
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Way:
    """The places (x, y), metres in the world, that somebody comes to after the recording; "ego" is the ego."""

    who: ActorId
    places: tuple[tuple[float, float], ...]
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class SetBeyond:
    """Let the drive go on for so many seconds beyond its recording; 0 ends it there. Who moves at the end drives along its
    way (`editor.ways` finds those that lanes give), else straight on. Whenever it is done, it is there before all other edits,
    which then find a drive of that length."""

    seconds: float
    ways: tuple[Way, ...] = ()
    kind: Literal["beyond"] = "beyond"
    __pydantic_config__: ClassVar = STRICT


Edit = (
    Move
    | Rotate
    | Resize
    | Path
    | Delete
    | Add
    | Duplicate
    | Relabel
    | Recolour
    | EgoPath
    | SetTimeOfDay
    | SetWeather
    | SetBeyond
)
