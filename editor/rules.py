"""What an edit may ask: every refusal that needs no motion, each one sentence that says what was got and what was wanted."""

import math
import re
from collections.abc import Iterable

from editor.categories import CATEGORIES, one_of, size_range
from editor.edits import EditError
from editor.geometry import Vec3
from editor.scene import Actor, ActorId, Look, Pose, Scenario, Scene, Span
from editor.tracks import HOLD_US

FARTHEST_MOVE_M = 1000.0
FARTHEST_PLACE_M = 2000.0  # from the ego's recorded path
FARTHEST_RISE_M = 1000.0  # above or below it
MOST_POSES, MOST_WAYPOINTS, MOST_OFFSETS, MOST_ACTORS = 10_000, 200, 1000, 1000
NEW_ID = re.compile(r"new-[A-Za-z0-9_-]{1,60}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
SOURCE = re.compile(r"(actor|bank):[A-Za-z0-9_.-]{1,100}")


def clock(scene: Scene, t_us: int) -> str:
    """A time as people read it: seconds of the scene."""
    return f"{(t_us - scene.span[0]) * 1e-6:.2f} s"


def finite(what: str, *values: float) -> None:
    """Refuse what is no number."""
    for value in values:
        if not math.isfinite(value):
            raise EditError(f"{what} is {value}; wanted a finite number")


def actor_of(scenario: Scenario, actor_id: ActorId) -> Actor:
    """The actor that an edit names."""
    for actor in scenario.actors:
        if actor.id == actor_id:
            return actor
    raise EditError(f"there is no actor {actor_id!r} in this take of scene {scenario.scene.name}")


def in_scene(scene: Scene, t_us: int, what: str = "the time") -> None:
    """Refuse times beyond the scene."""
    start, end = scene.span
    if not start - HOLD_US <= t_us <= end + HOLD_US:
        raise EditError(f"{what} is {t_us} us; scene {scene.name} runs from {start} to {end} us")


def presence(actor: Actor) -> Span:
    """From an actor's first to its last pose."""
    return actor.track[0].t_us, actor.track[-1].t_us


def time_of(scene: Scene, actor: Actor, t_us: int) -> int:
    """The time of an edit of a track, taken to the track's end where the actor is still shown there."""
    in_scene(scene, t_us)
    start, end = presence(actor)
    if not start - HOLD_US <= t_us <= end + HOLD_US or any(a <= t_us <= b for a, b in actor.absent):
        there = f"it is there from {clock(scene, start)} to {clock(scene, end)}"
        raise EditError(f"actor {actor.id!r} is not there at {clock(scene, t_us)}; {there}")
    return min(max(t_us, start), end)


def displacement(by: Vec3) -> None:
    """Refuse displacements that lead out of any scene."""
    finite("a displacement", *by)
    if math.hypot(*by) > FARTHEST_MOVE_M:
        raise EditError(f"a displacement of {math.hypot(*by):.0f} m; wanted at most {FARTHEST_MOVE_M:.0f} m")


def category(scenario: Scenario, name: str) -> None:
    """Refuse categories that neither nuScenes nor this scene knows."""
    if name not in CATEGORIES and all(name != actor.category for actor in scenario.scene.actors):
        raise EditError(f"unknown category {name!r}; wanted one of nuScenes', for example 'vehicle.car'")


def size(name: str, size_lwh: Vec3, recorded: Vec3 | None = None) -> None:
    """Refuse sizes that nothing of the category has; the recorded size is always allowed."""
    finite("a size", *size_lwh)
    if size_lwh == recorded:
        return
    low, high = size_range(name)
    for what, got, least, most in zip(("length", "width", "height"), size_lwh, low, high, strict=True):
        if not least <= got <= most:
            raise EditError(f"{what} {got:g} m for {one_of(name)}; wanted {least:.2f} to {most:.2f} m")


def colour(value: str | None) -> None:
    """Refuse anything but #rrggbb."""
    if value is not None and not COLOUR.fullmatch(value):
        raise EditError(f"colour {value!r}; wanted '#rrggbb', for example '#c02020'")


def look(scenario: Scenario, value: Look) -> None:
    """Refuse looks whose pixels can come from nowhere."""
    colour(value.colour)
    if value.source is None:
        return
    if not SOURCE.fullmatch(value.source):
        raise EditError(f"look source {value.source!r}; wanted 'actor:<id>' or 'bank:<name>'")
    kind, _, name = value.source.partition(":")
    if kind == "actor" and all(name != actor.id for actor in scenario.scene.actors):
        raise EditError(f"look source {value.source!r} names no recorded actor of scene {scenario.scene.name}")


def new_id(scenario: Scenario, actor_id: ActorId) -> None:
    """Refuse identities that are taken, or that a recorded actor could have."""
    if not NEW_ID.fullmatch(actor_id):
        raise EditError(f"new actor {actor_id!r}; wanted 'new-' and up to 60 letters, digits, '-' or '_'")
    if any(actor_id == actor.id for actor in (*scenario.actors, *scenario.scene.actors)):
        raise EditError(f"actor {actor_id!r} is there already")
    if len(scenario.actors) >= MOST_ACTORS:
        raise EditError(f"there are {len(scenario.actors)} actors; wanted at most {MOST_ACTORS}")


def rising(times: Iterable[int], what: str) -> None:
    """Refuse times that do not rise."""
    times = list(times)
    for a, b in zip(times, times[1:], strict=False):
        if b <= a:
            raise EditError(f"{what}: {b} us after {a} us; wanted rising times")


def place(scene: Scene, x: float, y: float, z: float | None = None) -> None:
    """Refuse places that are far from anything recorded."""
    finite("a place", x, y)
    middle = scene.ego[len(scene.ego) // 2]
    if not _is_near(middle, x, y) and not any(_is_near(pose, x, y) for pose in scene.ego):
        raise EditError(f"({x:.0f}, {y:.0f}) is more than {FARTHEST_PLACE_M:.0f} m from the recorded drive")
    if z is not None and abs(z - middle.T_world.translation[2]) > FARTHEST_RISE_M:
        raise EditError(f"a height of {z:g} m; wanted at most {FARTHEST_RISE_M:.0f} m above or below the drive")


def _is_near(pose: Pose, x: float, y: float) -> bool:
    ex, ey, _ = pose.T_world.translation
    return math.hypot(x - ex, y - ey) <= FARTHEST_PLACE_M


def track(scene: Scene, poses: tuple[Pose, ...]) -> None:
    """Refuse tracks that are no motion in this scene."""
    if not 1 <= len(poses) <= MOST_POSES:
        raise EditError(f"a track of {len(poses)} poses; wanted 1 to {MOST_POSES}")
    rising((pose.t_us for pose in poses), "a track")
    for pose in poses:
        in_scene(scene, pose.t_us, "a pose's time")
        finite("a pose", *pose.T_world.translation, *pose.T_world.rotation)
        place(scene, *pose.T_world.translation)
        length = math.hypot(*pose.T_world.rotation)
        if abs(length - 1) > 1e-3:
            raise EditError(f"a rotation {pose.T_world.rotation} of length {length:.3g}; wanted a unit quaternion (w, x, y, z)")
