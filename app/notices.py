"""What somebody may not expect of an edit that has just been made, in sentences."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from app.session import Document
from editor.drive import num_passed
from editor.edits import Edit, Path
from editor.findings import called
from editor.rules import clock
from editor.scene import Pose, Scenario
from editor.tracks import velocity_at

ALIKE, ALIKE_MPS = 0.05, 0.2  # a speed that is this near is the one that was asked for
SOON_US = 600_000  # nobody waits for what comes before


def notices_of(document: Document, edits: Sequence[Edit]) -> list[str]:
    """Of a document's last edits: what they took the place of, and points that they do not lead to."""
    aside = document.aside
    kept = (
        [f"This edit took the place of {aside.gestures} that had been undone; {aside.take.name} keeps them."] if aside else []
    )
    return [*kept, *_points_missed(document.scenario, edits), *_speeds_to_come(document.scenario, edits)]


def _points_missed(scenario: Scenario, edits: Iterable[Edit]) -> list[str]:
    """Points of paths for which their actors lack time; where their speeds were said, that is what was asked for."""
    found = []
    for edit in edits:
        if not isinstance(edit, Path) or edit.is_goal or any(w.speed_mps is not None for w in edit.waypoints):
            continue
        actor, asked = scenario.actor(edit.actor), len(edit.waypoints)
        passed, end = num_passed(actor.track, edit), clock(scenario.scene, actor.track[-1].t_us)
        if passed < asked:
            came = f"{called(actor)} comes to {passed} of the {asked} points; at {end} its track ends"
            found.append(f"{came}. Points that are nearer, or a path that begins earlier, leave it time for more.")
    return found


def _speeds_to_come(scenario: Scenario, edits: Iterable[Edit]) -> list[str]:
    """When actors come to the speeds that they were given, those that do not have them at once."""
    found = []
    for edit in edits:
        asked = edit.waypoints[0].speed_mps if isinstance(edit, Path) else None
        if not asked or any(w.speed_mps != asked for w in edit.waypoints):
            continue
        actor = scenario.actor(edit.actor)
        speeds = _speeds(actor.track, edit.t_us)
        had = [t_us for t_us, mps in speeds if abs(mps - asked) <= max(ALIKE * asked, ALIKE_MPS)]
        if speeds and not had:
            last_us, last_mps = speeds[-1]
            end = f"at {clock(scenario.scene, last_us)} it does {_kmh(last_mps)}"
            found.append(f"{called(actor)} does not come to {_kmh(asked)} in this scene: {end}.")
        elif had and had[0] > edit.t_us + SOON_US:
            found.append(f"{called(actor)} does {_kmh(asked)} from {clock(scenario.scene, had[0])} on.")
    return found


def _speeds(track: Sequence[Pose], t_us: int) -> list[tuple[int, float]]:
    """The speed in the middle of each stretch of a track after a time."""
    middles = [(a.t_us + b.t_us) // 2 for a, b in pairwise(track) if b.t_us > t_us]
    return [(middle, float(np.hypot(*velocity_at(track, middle)[:2]))) for middle in middles]


def _kmh(mps: float) -> str:
    return f"{round(mps * 3.6, 1):g} km/h"
