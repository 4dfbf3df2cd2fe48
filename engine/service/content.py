"""The hash of everything that a picture depends on: the recording, the code, what the take changes in it, and which it is."""

import hashlib
from functools import cache
from pathlib import Path

from editor.scene import Scene
from engine.service.changes import shown_changes
from engine.service.requests import Request

ROOT = Path(__file__).resolve().parents[2]
DRAWING_CODE = ("editor", "engine/draft", "engine/service/tiers.py", "engine/service/changes.py", "assets/bank")
DRAWING_FILES = (".py", ".json", ".png")


def picture_keys(request: Request, recording: str) -> dict[tuple[int, str], str]:
    """The key of every (frame, view) of a request; `recording` is `recording_digest` of its scene.

    A draft is drawn picture by picture; the model sees the whole take, its weather and hour included.
    """
    scenario = request.scenario
    asked = _sha256(code_digest(), recording, request.tier, repr((request.size, request.seed)))
    places = request.places()
    pictures = [scenario.scene.frames[frame].picture(view) for frame, view in places]
    if request.tier == "draft":
        shown = shown_changes(scenario, places)
    else:
        shown = [repr((scenario.actors, scenario.ego, scenario.time_of_day, scenario.weather))] * len(places)
    return {
        place: _sha256(asked, picture.token, repr(place[0]), words)
        for place, picture, words in zip(places, pictures, shown, strict=True)
    }


def recording_digest(scene: Scene, dataroot: Path) -> str:
    """What was recorded: the scene's tables as they were read, and the state of every file of it. Takes a while: keep it."""
    digest = hashlib.sha256()
    for part in (scene.fingerprint, scene.views, scene.ego, *scene.actors, *scene.frames, *scene.sweeps):
        digest.update(repr(part).encode())
    for file in (*(p.file for frame in scene.frames for p in frame.pictures), *(sweep.file for sweep in scene.sweeps)):
        digest.update(_file_state(dataroot / file).encode())
    return digest.hexdigest()


def _file_state(path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"


@cache
def code_digest() -> str:
    """Of everything shipped that decides on a draft's pixels: the source, and the bank of actors."""
    digest = hashlib.sha256()
    for name in DRAWING_CODE:
        path = ROOT / name
        for file in sorted(f for f in path.rglob("*.*") if f.suffix in DRAWING_FILES) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
