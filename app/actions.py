"""What can be done in the window: one table that buttons, keys and the ? overlay come from.

Each action's `name` is also the name of what the page performs (`static/actions.js`). Keys are written as browsers name them,
in lower case, joined by "+"; a key that needs Shift to be typed, such as "?", is written by itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    name: str
    label: str
    group: str  # of the ? overlay
    keys: tuple[str, ...] = ()
    repeats: bool = False  # while its key is held


VIEWS = tuple(Action(f"view_{n}", f"View {n} in full size", "View", (str(n),)) for n in range(1, 7))

ACTIONS = (
    Action("play", "Play or pause", "Time", ("space",)),
    Action("previous_frame", "Frame before", "Time", ("arrowleft",), repeats=True),
    Action("next_frame", "Frame after", "Time", ("arrowright",), repeats=True),
    Action("previous_keyframe", "Keyframe before", "Time", ("shift+arrowleft",), repeats=True),
    Action("next_keyframe", "Keyframe after", "Time", ("shift+arrowright",), repeats=True),
    Action("first_frame", "First frame", "Time", ("home",)),
    Action("last_frame", "Last frame", "Time", ("end",)),
    Action("select", "Select and drag", "Actor", ("v",)),
    Action("waypoint", "Waypoints: click a path, Enter ends it", "Actor", ("w",)),
    Action("finish_path", "End the path", "Actor", ("enter",)),
    Action("goal", "Goal: click where it is to arrive", "Actor", ("g",)),
    Action("add", "Add an actor", "Actor", ("a",)),
    Action("rotate", "Rotate with the pointer", "Actor", ("r",)),
    Action("duplicate", "Duplicate", "Actor", ("d",)),
    Action("delete", "Delete", "Actor", ("delete", "backspace")),
    Action("next_actor", "Select the next actor", "Actor", ("n",), repeats=True),
    Action("previous_actor", "Select the actor before", "Actor", ("p",), repeats=True),
    Action("nudge_ahead", "Nudge ahead", "Actor", ("alt+arrowup",), repeats=True),
    Action("nudge_back", "Nudge back", "Actor", ("alt+arrowdown",), repeats=True),
    Action("nudge_left", "Nudge left", "Actor", ("alt+arrowleft",), repeats=True),
    Action("nudge_right", "Nudge right", "Actor", ("alt+arrowright",), repeats=True),
    Action("turn_left", "Turn left by 5°", "Actor", ("[",), repeats=True),
    Action("turn_right", "Turn right by 5°", "Actor", ("]",), repeats=True),
    Action("undo", "Undo", "Take", ("ctrl+z",)),
    Action("redo", "Redo", "Take", ("ctrl+shift+z", "ctrl+y")),
    Action("branch", "Branch: go on in a new take", "Take", ("b",)),
    Action("vary", "Vary: many takes of this one", "Take", ("y",)),
    Action("takes", "All takes of the scene", "Take", ("k",)),
    Action("next_take", "Next take of the list", "Take", ("pagedown",)),
    Action("previous_take", "Take before in the list", "Take", ("pageup",)),
    Action("export", "Export", "Take", ("ctrl+e",)),
    Action("refine", "Refine the segment at the playhead, or no longer", "Take", ("e",)),
    Action("refine_all", "Refine all changed segments", "Take"),
    Action("halt", "Stop the world model, or go on with it", "Take"),
    Action("cancel", "Stop the draft, or go on with it", "Take"),
    Action("fit", "Fit the map", "View", ("f",)),
    Action("zoom_in", "Zoom in", "View", ("+", "="), repeats=True),
    Action("zoom_out", "Zoom out", "View", ("-",), repeats=True),
    *VIEWS,
    Action("wipe", "Wipe against the recording or another take", "View", ("c",)),
    Action("space", "3-D or map", "View", ("t",)),
    Action("boxes", "Boxes on the pictures", "View", ("o",)),
    Action("lidar", "LiDAR points", "View", ("l",)),
    Action("paths", "Paths", "View", ("h",)),
    Action("map", "Streets", "View", ("m",)),
    Action("escape", "Cancel, or back", "View", ("escape",)),
    Action("help", "These keys", "View", ("?",)),
)
