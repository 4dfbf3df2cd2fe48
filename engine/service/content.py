"""The hash of everything that a picture depends on: the recording, the code, what the take changes, and which picture it is.

Right before clever: any change to any actor gives every picture of the take another key.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from editor.scene import Actor, Scenario, Scene
from engine.service.requests import Request

ROOT = Path(__file__).resolve().parents[2]
DRAWING_CODE = ("editor", "engine/draft", "engine/service/tiers.py")  # whose change makes stored pictures wrong


def picture_keys(request: Request, recording: str) -> dict[tuple[int, str], str]:
    """The key of every (frame, view) of a request; `recording` is `recording_digest` of its scene."""
    asked = _sha256(code_digest(), recording, changes_digest(request.scenario, request.tier), request.tier, repr(request.seed))
    keys = {}
    for frame, view in request.places():
        picture = request.scenario.scene.frames[frame].picture(view)
        keys[frame, view] = _sha256(asked, repr((frame, view, request.size, picture.token)))
    return keys


def changes_digest(scenario: Scenario, tier: str) -> str:
    """What a take changes: actors not as recorded or missing, the ego path, and the text if the tier heeds it."""
    scene = scenario.scene
    if scenario.actors == scene.actors and scenario.ego == scene.ego:
        actors, ego = "recorded", "recorded"
    else:
        recorded = {actor.id: actor for actor in scene.actors}
        same = (actor is recorded.get(actor.id) or actor == recorded.get(actor.id) for actor in scenario.actors)
        actors = _sha256(*(a.id if s else _actor_digest(a) for a, s in zip(scenario.actors, same, strict=True)))
        ego = "recorded" if scenario.ego == scene.ego else _sha256(repr(scenario.ego))
    text = () if tier == "draft" else (scenario.time_of_day, scenario.weather)
    return _sha256(actors, ego, *text)


@lru_cache(maxsize=4096)
def _actor_digest(actor: Actor) -> str:
    return _sha256(repr(actor))


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
    """The source of everything that decides on a draft's pixels."""
    digest = hashlib.sha256()
    for name in DRAWING_CODE:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
