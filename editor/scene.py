"""What a recorded drive is, and what a take makes of it: frozen values, no files and no arrays.

A `Scene` is the recording and never changes. A `Scenario` is the scene with a take's edits applied; unedited parts are the
scene's own objects. Times are nuScenes timestamps, microseconds. Poses say where a thing's own frame sits in the world.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, NewType

from editor.geometry import STRICT, Rigid, Vec3

ActorId = NewType("ActorId", str)  # the data set's instance token, or "new-…" for an added actor
Span = tuple[int, int]  # from, to; both included; microseconds


class SceneError(Exception):
    """A scene, actor, view or frame that was asked for and is not there."""


# ------------------------------------------------------------------------------------------------ what moves


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a thing is at one time: T_world_thing at `t_us`."""

    t_us: int
    T_world: Rigid
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Look:
    """How an actor is to be drawn, where that is not simply what was recorded of it.

    `source` names whose pixels are lifted: "actor:<id>" for one of the same drive, itself included; "bank:<name>" for one of
    the shipped ones; None is as `editor.appearance.drawn_as` says. `colour` is "#rrggbb", or None for the colour it was
    recorded in.
    """

    source: str | None = None
    colour: str | None = None
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Actor:
    """A thing with a category, a size, an identity, and its poses over time (T_world_box, the box's centre)."""

    id: ActorId
    category: str  # nuScenes category name, for example "vehicle.car"
    size_lwh: Vec3
    track: tuple[Pose, ...]  # at annotated times, rising; at least one
    absent: tuple[Span, ...] = ()  # when a partial `delete` takes it away; disjoint, rising
    look: Look = Look()


# ------------------------------------------------------------------------------------------- what was recorded


@dataclass(frozen=True, slots=True)
class View:
    """One camera with its calibration. `intrinsics` are (fx, fy, cx, cy, skew) in pixels, pixel centres at integers."""

    name: str  # nuScenes channel, for example "CAM_FRONT"
    width: int
    height: int
    intrinsics: tuple[float, float, float, float, float]
    T_ego_camera: Rigid


@dataclass(frozen=True, slots=True)
class Picture:
    """One recorded picture: of which view, when, from where, and in which file below the data set's root."""

    token: str  # sample_data token
    view: str
    t_us: int
    T_world_ego: Rigid
    file: str  # "" where no camera took it
    exists: bool  # False where the data set names a file that is not there, and where no camera took it

    @property
    def is_beyond(self) -> bool:
        """Whether its time lies beyond the recording, so that no camera took it."""
        return not self.file

    @property
    def can_be_drawn(self) -> bool:
        """Whether a take can show it: it is on disk, or it is one to be drawn from those that are."""
        return self.exists or self.is_beyond


@dataclass(frozen=True, slots=True)
class Frame:
    """The pictures of all views at one instant; a keyframe is one that the data set annotates."""

    t_us: int  # a keyframe's is its sample's; otherwise the first view's picture's
    is_keyframe: bool
    sample_token: str  # the sample that its pictures belong to
    pictures: tuple[Picture, ...]  # in the order of Scene.views; a view may be missing

    def picture(self, view: str) -> Picture | None:
        """The picture of one view, or None where there is none."""
        return next((p for p in self.pictures if p.view == view), None)


@dataclass(frozen=True, slots=True)
class LidarSweep:
    """One LiDAR recording: when, where its sensor was, and in which file (`editor.datasets` reads the points)."""

    token: str
    t_us: int
    T_world_lidar: Rigid
    file: str
    exists: bool
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a take remembers of the data that it was made on."""

    version: str
    scene: str
    tokens_sha256: str  # of the scene's sorted sample, instance and annotation tokens
    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Scene:
    """A recorded drive. `frames` and `sweeps` are in recording order; `ego` holds the poses at the first view's pictures,
    strictly rising."""

    fingerprint: Fingerprint
    name: str
    description: str
    location: str
    views: tuple[View, ...]
    frames: tuple[Frame, ...]
    sweeps: tuple[LidarSweep, ...]
    actors: tuple[Actor, ...]
    ego: tuple[Pose, ...]
    synthetic: bool = False  # True for a Town scene: its pictures were rendered, not photographed
    recording: "Scene | None" = None  # the drive as it was recorded, where this one goes on beyond it (`editor.beyond`)

    @property
    def as_recorded(self) -> "Scene":
        """The drive without anything beyond its recording."""
        return self if self.recording is None else self.recording

    @property
    def span(self) -> Span:
        """From the first frame to the last."""
        return self.frames[0].t_us, self.frames[-1].t_us

    @property
    def keyframes(self) -> tuple[Frame, ...]:
        """The annotated frames."""
        return tuple(f for f in self.frames if f.is_keyframe)

    def view(self, name: str) -> View:
        """One view by its name."""
        for view in self.views:
            if view.name == name:
                return view
        raise SceneError(f"scene {self.name} has no view {name!r}; it has {', '.join(v.name for v in self.views)}")


# ---------------------------------------------------------------------------------------- what a take makes of it

TimeOfDay = Literal["as recorded", "morning", "noon", "afternoon", "dusk", "night"]
Weather = Literal["as recorded", "clear", "cloudy", "rain", "fog"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """The scene with a take's edits. `scene.actors` and `scene.ego` stay what was recorded; these are what is asked for."""

    scene: Scene
    actors: tuple[Actor, ...]
    ego: tuple[Pose, ...]
    time_of_day: TimeOfDay = "as recorded"
    weather: Weather = "as recorded"

    def actor(self, actor_id: ActorId) -> Actor:
        """One actor by its identity."""
        for actor in self.actors:
            if actor.id == actor_id:
                return actor
        raise SceneError(f"no actor {actor_id!r} in this take of scene {self.scene.name}")

    def with_actor(self, actor: Actor) -> "Scenario":
        """The same scenario with the actor of that identity replaced."""
        self.actor(actor.id)
        return replace(self, actors=tuple(actor if a.id == actor.id else a for a in self.actors))


def recorded(scene: Scene) -> Scenario:
    """The scenario that changes nothing."""
    return Scenario(scene, scene.actors, scene.ego)
