"""What an edit did, in a few words for the history list."""

import colorsys
import math
from collections.abc import Sequence
from typing import assert_never

from editor.categories import category_of
from editor.edits import (
    Add,
    Delete,
    Duplicate,
    Edit,
    EgoPath,
    Move,
    Path,
    Recolour,
    Relabel,
    Resize,
    Rotate,
    SetBeyond,
    SetTimeOfDay,
    SetWeather,
    Waypoint,
)
from editor.findings import called, sign
from editor.scene import ActorId, Scenario

# Hues up to so many degrees.
HUES = (
    (15, "red"),
    (45, "orange"),
    (70, "yellow"),
    (165, "green"),
    (200, "cyan"),
    (255, "blue"),
    (290, "violet"),
    (345, "pink"),
    (360, "red"),
)
BLACK, WHITE, GREY = 0.12, 0.92, 0.15  # lightness below and above, and saturation below
SCOPES = {"track": "", "onward": ", from here on", "moment": ", at this moment"}


def actor_name(scenario: Scenario, actor_id: ActorId) -> str:
    """An actor as the window calls it: "Car 3fa2c1"."""
    known = next((a for a in (*scenario.actors, *scenario.scene.actors) if a.id == actor_id), None)
    return called(known) if known else actor_id


def gesture_sentence(before: Scenario, edits: Sequence[Edit]) -> str:
    """What the edits of one gesture did, by the first of them; an actor that goes and comes back has got another look."""
    if len(edits) > 1 and isinstance(edits[0], Delete) and isinstance(edits[1], Add) and edits[0].actor == edits[1].actor:
        return f"{actor_name(before, edits[0].actor)} given another look"
    return sentence(before, edits[0]) + (f" (and {len(edits) - 1} more)" if len(edits) > 1 else "")


def sentence(before: Scenario, edit: Edit) -> str:
    """What the edit did to a scenario."""
    match edit:
        case Move():
            return f"{actor_name(before, edit.actor)} moved {_metres(math.hypot(*edit.by))}{SCOPES[edit.scope]}"
        case Rotate():
            side = "left" if edit.by_rad > 0 else "right"
            return f"{actor_name(before, edit.actor)} turned {abs(math.degrees(edit.by_rad)):.0f}° {side}{SCOPES[edit.scope]}"
        case Resize():
            return f"{actor_name(before, edit.actor)} resized to {' × '.join(f'{s:.1f}' for s in edit.size_lwh)} m"
        case Path(is_goal=True):
            how = "along the lanes" if len(edit.waypoints) > 1 else "and a straight way there"
            return f"{actor_name(before, edit.actor)} given a goal {how}"
        case Path(waypoints=(*_, Waypoint(speed_mps=0))):
            return f"{actor_name(before, edit.actor)} brakes and stops"
        case Path() if (speed := _only_speed(edit)) is not None:
            return f"{actor_name(before, edit.actor)} given {round(speed * 3.6, 1):g} km/h from here on"
        case Path():
            return f"{actor_name(before, edit.actor)} given a path through {_points(len(edit.waypoints))}"
        case Delete(from_us=None, to_us=None):
            return f"{actor_name(before, edit.actor)} deleted"
        case Delete():
            return f"{actor_name(before, edit.actor)} deleted for a time"
        case Add():
            return f"{category_of(edit.category).label} {sign(edit.actor)} added"
        case Duplicate():
            return f"{actor_name(before, edit.actor)} duplicated as {sign(edit.new_actor)}"
        case Relabel():
            alone = ", the label alone" if edit.keeps_look else ""
            return f"{actor_name(before, edit.actor)} relabelled {category_of(edit.category).label}{alone}"
        case Recolour():
            return f"{actor_name(before, edit.actor)} {_painted(edit.colour) if edit.colour else 'given its own colour back'}"
        case EgoPath():
            return _bend(edit)
        case SetTimeOfDay():
            return f"Time of day: {edit.value}"
        case SetWeather():
            return f"Weather: {edit.value}"
        case SetBeyond(seconds=0):
            return "The drive ends with its recording"
        case SetBeyond():
            return f"{edit.seconds:g} s beyond the recording"
        case _:
            assert_never(edit)


def _only_speed(edit: Path) -> float | None:
    """The speed that all of a path is driven at, where that was said."""
    speeds = {waypoint.speed_mps for waypoint in edit.waypoints}
    return speeds.pop() if len(speeds) == 1 else None


def _metres(length: float) -> str:
    return f"{length:.1f} m" if length >= 1 else f"{length:.2f} m"


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"


def _painted(colour: str) -> str:
    """A colour's nearest word, and the colour itself: "painted blue (#1040c0)"."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(byte / 255 for byte in bytes.fromhex(colour[1:])))
    if not BLACK <= lightness <= WHITE:
        word = "black" if lightness < BLACK else "white"
    elif saturation < GREY:
        word = "grey"
    else:
        word = next(name for most, name in HUES if hue * 360 <= most)
    return f"painted {word} ({colour})"


def _bend(edit: EgoPath) -> str:
    if not any(o.left or o.ahead for o in edit.offsets):
        return "Ego path as recorded"
    left, ahead = (max((getattr(o, way) for o in edit.offsets), key=abs) for way in ("left", "ahead"))
    aside = [f"bent by up to {_metres(abs(left))} to the {'left' if left > 0 else 'right'}"] if left else []
    along = [f"up to {_metres(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"] if ahead else []
    return f"Ego path {', '.join(aside + along)}"
