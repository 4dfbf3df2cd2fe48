"""Scenes and takes as the page's JSON; poses are [x, y, z, qw, qx, qy, qz], tracks [[t_us, …pose], …]."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, get_args

import numpy as np

from app.actions import ACTIONS
from app.anchors import anchor_frames
from app.sentences import gesture_sentence
from app.session import Document
from app.takes import TakeSummary
from editor.cameras import fit
from editor.categories import CATEGORIES
from editor.checks import Finding
from editor.dirty import FramesByView
from editor.edits import Add, Duplicate, EgoPath, SetBeyond
from editor.findings import added_number
from editor.geometry import Rigid
from editor.map import StreetMap
from editor.paints import PAINTS
from editor.sampled import EGO_AXLE_TO_CENTRE_M, EGO_SIZE
from editor.scene import Actor, Frame, Pose, Scene, TimeOfDay, View, Weather
from editor.take import Step
from editor.text import scene_text
from engine.requests import SIZE
from engine.service.bank import bank_entries

BEYOND_S = (0, 4, 8, 16, 60)  # what the window offers to go on for
# The order in which a driver would name them: left to right, ahead before behind.
VIEW_ORDER = ("CAM_FRONT_LEFT", "CAM_FRONT", "CAM_FRONT_RIGHT", "CAM_BACK_LEFT", "CAM_BACK", "CAM_BACK_RIGHT")


def _pose(pose: Rigid) -> list[float]:
    return [round(c, 5) for c in pose.translation] + [round(c, 8) for c in pose.rotation]


def _track(track: tuple[Pose, ...]) -> list[list[float]]:
    return [[pose.t_us, *_pose(pose.T_world)] for pose in track]


def actor_json(actor: Actor) -> dict[str, Any]:
    """An actor with its whole track."""
    return {
        "id": actor.id,
        "category": actor.category,
        "size": list(actor.size_lwh),
        "track": _track(actor.track),
        "absent": [list(span) for span in actor.absent],
        "colour": actor.look.colour,
        "source": actor.look.source,
    }


# ------------------------------------------------------------------------------------------------ the scene


def view_order(scene: Scene) -> tuple[View, ...]:
    """The views as the window numbers them."""
    names = {name: i for i, name in enumerate(VIEW_ORDER)}
    return tuple(sorted(scene.views, key=lambda view: (names.get(view.name, len(names)), view.name)))


def _view(view: View) -> dict[str, Any]:
    small = fit(view, *SIZE).view
    return {
        "name": view.name,
        "width": view.width,
        "height": view.height,
        "intrinsics": list(view.intrinsics),
        "small": {"width": small.width, "height": small.height, "intrinsics": list(small.intrinsics)},
        "T_ego_camera": _pose(view.T_ego_camera),
    }


def _frame(frame: Frame, views: tuple[View, ...]) -> dict[str, Any]:
    pictures = (frame.picture(view.name) for view in views)
    return {
        "t_us": frame.t_us,
        "is_keyframe": frame.is_keyframe,
        "pictures": [
            p
            and {"token": p.token, "t_us": p.t_us, "ego": _pose(p.T_world_ego), "exists": p.can_be_drawn, "beyond": p.is_beyond}
            for p in pictures
        ],
    }


def first_frame(scene: Scene) -> int:
    """Where to begin: in the middle, among the keyframes that have pictures."""
    keyframes = [i for i, frame in enumerate(scene.frames) if frame.is_keyframe]
    seen = [i for i in keyframes if any(picture.exists for picture in scene.frames[i].pictures)] or keyframes
    return seen[len(seen) // 2] if seen else 0


def scene_json(scene: Scene) -> dict[str, Any]:
    """What was recorded, but for the streets and the pictures."""
    views = view_order(scene)
    return {
        "name": scene.name,
        "description": scene.description,
        "location": scene.location,
        "synthetic": scene.synthetic,
        "span": list(scene.span),
        "origin": list(scene.ego[0].T_world.translation[:2]),
        "views": [_view(view) for view in views],
        "frames": [_frame(frame, views) for frame in scene.frames],
        "sweeps": [{"index": i, "t_us": s.t_us, "exists": s.exists} for i, s in enumerate(scene.sweeps)],
        "ego": _track(scene.ego),
        "ego_body": {"size": list(EGO_SIZE), "ahead": EGO_AXLE_TO_CENTRE_M},
        "actors": [actor_json(actor) for actor in scene.actors],
        "first_frame": first_frame(scene),
        "weathers": list(get_args(Weather)),
        "times_of_day": list(get_args(TimeOfDay)),
        "beyond_choices": list(BEYOND_S),
    }


def beyond_json(scene: Scene) -> dict[str, Any] | None:
    """What of a drive lies beyond its recording, and how its actors go on; None where it ends with it."""
    if scene.recording is None:
        return None
    views, recording = view_order(scene), scene.recording
    return {
        "span": list(scene.span),
        "frames": [_frame(frame, views) for frame in scene.frames[len(recording.frames) :]],
        "ego": _track(scene.ego[len(recording.ego) :]),
        "actors": [actor_json(actor) for actor in scene.actors],
        "anchors": anchor_frames(scene),
    }


def _flat(line: np.ndarray) -> list[list[float]]:
    return np.round(line[:, :2], 2).tolist()


def map_json(streets: StreetMap) -> dict[str, Any]:
    """The streets, from above. A raster goes as a picture of its own."""
    raster = streets.raster
    return {
        "known": streets.knows_drivable or bool(streets.lanes),
        "lanes": [{"id": lane.id, "centre": _flat(lane.centre)} for lane in streets.lanes],
        "lane_dividers": [_flat(line) for line in streets.lane_dividers],
        "road_dividers": [_flat(line) for line in streets.road_dividers],
        "stop_lines": [_flat(line) for line in streets.stop_lines],
        "crossings": [_flat(ring) for ring in streets.crossings],
        "walkways": [_flat(ring) for ring in streets.walkways],
        "drivable": [[_flat(outer), [_flat(hole) for hole in holes]] for outer, holes in streets.drivable],
        "raster": raster
        and {"origin": list(raster.origin), "size": [n / raster.pixels_per_m for n in raster.drivable.shape[::-1]]},
    }


# ------------------------------------------------------------------------------------------------ the take


def finding_json(finding: Finding) -> dict[str, Any]:
    """One result of a check."""
    return {
        "kind": finding.kind,
        "actors": list(finding.actors),
        "span": list(finding.span),
        "severity": finding.severity,
        "sentence": finding.sentence,
    }


def _gestures(document: Document, steps: tuple[Step, ...], start: int) -> list[dict[str, Any]]:
    """One entry per undo step: what it did, and when in the scene."""
    entries, at = [], start
    scenarios = (*document.history.past, *document.history.future)
    for (gesture, _), group in groupby(
        enumerate(steps), key=lambda item: (item[1].gesture, item[1].gesture is None and item[0])
    ):
        edits = [step.edit for _, step in group]
        before = scenarios[min(at, len(scenarios) - 1)]  # an undone edit that cannot be taken has none of its own
        words = gesture_sentence(before, edits)
        entries.append({"gesture": gesture, "sentence": words, "kind": edits[0].kind, "t_us": getattr(edits[0], "t_us", None)})
        at += len(edits)
    return entries


def ranges_json(stale: FramesByView) -> dict[str, list[tuple[int, int]]]:
    """The frames of each view, as first and last indices of runs."""
    return {view: _runs(frames) for view, frames in stale.items() if frames}


def _runs(frames: tuple[int, ...]) -> list[tuple[int, int]]:
    """The first and last of each run of neighbours."""
    starts = [i for i, frame in enumerate(frames) if i == 0 or frame != frames[i - 1] + 1]
    ends = [*(start - 1 for start in starts[1:]), len(frames) - 1]
    return [(frames[start], frames[end]) for start, end in zip(starts, ends, strict=True)]


def _ego_offsets(document: Document) -> list[dict[str, float]]:
    for step in reversed(document.take.edits):
        if isinstance(step.edit, EgoPath):
            return [{"t_us": o.t_us, "left": o.left, "ahead": o.ahead} for o in step.edit.offsets]
    return []


def _beyond_s(document: Document) -> float:
    return next((step.edit.seconds for step in reversed(document.take.edits) if isinstance(step.edit, SetBeyond)), 0.0)


def next_added(document: Document) -> int:
    """The number of the next actor to be added: beyond every one that the take has added, also of those deleted since."""
    edits = [step.edit for step in document.take.edits]
    ids = [edit.actor if isinstance(edit, Add) else edit.new_actor for edit in edits if isinstance(edit, Add | Duplicate)]
    ids += [actor.id for actor in document.scenario.scene.actors]  # an imported bundle holds what another take has added
    return 1 + max((number for number in map(added_number, ids) if number is not None), default=0)


def about_json(document: Document) -> dict[str, Any]:
    """What of a take is small: everything but its actors."""
    take, scenario = document.take, document.scenario
    gestures = _gestures(document, take.edits, 0)
    undone = _gestures(document, take.undone, len(take.edits))
    return {
        "id": take.id,
        "name": take.name,
        "notes": take.notes,
        "tags": list(take.tags),
        "rating": take.rating,
        "seed": take.seed,
        "saved_at": document.saved_at,
        "state": document.state,
        "gestures": gestures,
        "undone": undone,
        "can_undo": document.history.can_undo,
        "can_redo": document.history.can_redo,
        "undo_word": gestures[-1]["sentence"] if gestures else "",
        "redo_word": undone[0]["sentence"] if undone else "",
        "text": scene_text(scenario),
        "weather": scenario.weather,
        "time_of_day": scenario.time_of_day,
        "beyond_s": _beyond_s(document),
        "ego": None if scenario.ego is scenario.scene.ego else _track(scenario.ego),
        "ego_offsets": _ego_offsets(document),
        "findings": [finding_json(finding) for finding in document.findings],
        "dirty": ranges_json(document.dirty.draft),
        "stale": ranges_json(document.dirty.model),
        "changed": list(document.changed),
        "next_added": next_added(document),
    }


def take_json(document: Document) -> dict[str, Any]:
    """The whole take."""
    actors = [actor_json(actor) for actor in document.scenario.actors]
    return about_json(document) | {"actors": actors, "beyond": beyond_json(document.scenario.scene)}


def patch_json(before: Document, after: Document) -> dict[str, Any]:
    """What an edit changed; of what lies beyond the recording, only where that is more or less than it was."""
    old = {actor.id: actor for actor in before.scenario.actors}
    new = {actor.id: actor for actor in after.scenario.actors}
    is_as_long = before.scenario.scene is after.scenario.scene
    beyond = {} if is_as_long else {"beyond": beyond_json(after.scenario.scene)}
    return (
        about_json(after)
        | beyond
        | {
            "actors": [actor_json(actor) for actor_id, actor in new.items() if old.get(actor_id) is not actor],
            "removed": [actor_id for actor_id in old if actor_id not in new],
        }
    )


def takes_json(summaries: Iterable[TakeSummary]) -> list[dict[str, Any]]:
    """The takes of a scene, for a picker."""
    summaries = tuple(summaries)
    names = {summary.id: summary.name for summary in summaries}
    return [
        {
            "id": s.id,
            "name": s.name,
            "parent": s.parent,
            "parent_name": names.get(s.parent or ""),
            "edits": s.edits,
            "rating": s.rating,
            "tags": list(s.tags),
            "needs_model": s.needs_model,
            "asks": s.asks,
            "created": s.created,
            "saved_at": s.saved_at,
        }
        for s in summaries
    ]


# ------------------------------------------------------------------------------------------------ the tables


def actions_json() -> list[dict[str, Any]]:
    """The table of actions."""
    return [{"name": a.name, "label": a.label, "group": a.group, "keys": list(a.keys), "repeats": a.repeats} for a in ACTIONS]


def categories_json() -> list[dict[str, Any]]:
    """The categories that an actor can have."""
    return [{"name": c.name, "label": c.label, "size": list(c.size_lwh)} for c in CATEGORIES.values()]


def paints_json() -> list[dict[str, str]]:
    """The paints that have names."""
    return [{"name": name, "colour": colour} for name, colour in PAINTS.items()]


def bank_json() -> list[dict[str, Any]]:
    """The shipped actors that an added one can look like."""
    return [
        {"source": e.source, "name": e.name, "label": _words_of(e.name), "category": e.category, "size": list(e.size_lwh)}
        for e in bank_entries()
    ]


def _words_of(name: str) -> str:
    """ "Pedestrian a" of "pedestrian-a"; what people write in capitals stays so."""
    return "SUV" if name == "suv" else name.replace("-", " ").capitalize()
