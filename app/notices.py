"""What somebody may not expect of an edit that has just been made, in sentences."""

from collections.abc import Iterable, Sequence

from app.session import Document
from editor.drive import num_passed
from editor.edits import Edit, Path
from editor.findings import called
from editor.rules import clock
from editor.scene import Scenario


def notices_of(document: Document, edits: Sequence[Edit]) -> list[str]:
    """Of a document's last edits: what they took the place of, and points that they do not lead to."""
    aside = document.aside
    kept = (
        [f"This edit took the place of {aside.gestures} that had been undone; {aside.take.name} keeps them."] if aside else []
    )
    return [*kept, *_points_missed(document.scenario, edits)]


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
            found.append(f"{came}. A higher speed from here on, in its panel, takes it farther.")
    return found
