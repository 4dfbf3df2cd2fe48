"""The hash of everything that a picture depends on: the recording, the code, what the take changes in it, and which it is."""

import hashlib
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from editor.datasets.map_expansion import expansion_path
from editor.scene import Scene
from engine.model.digest import digest
from engine.requests import NUM_BEFORE, Place, Request, Tier
from engine.service.changes import shown_changes

ROOT = Path(__file__).resolve().parents[2]
DRAWING_CODE = ("editor", "engine/draft", "engine/service/tiers.py", "engine/service/changes.py", "assets/bank")
MODEL_CODE = (
    "engine/model",
    "engine/diffusion",
    "engine/gbuffer.py",
    "engine/pipeline.py",
    "engine/rollout.py",
    "engine/service/generating.py",
    "engine/requests.py",
)
DRAWN_WITH = ("numpy", "opencv-python-headless", "scipy", "torch", "open3d", "pillow")
DRAWING_FILES = (".py", ".json", ".webp", ".ply")
DRAWN_FROM: dict[Tier, tuple[Tier, ...]] = {"draft": (), "anchor": ("draft",), "refined": ("draft", "anchor")}


def all_keys(request: Request, recording: str) -> dict[Tier, dict[Place, str]]:
    """The keys of a request's pictures and of all that they are drawn from, by tier."""
    if request.tier == "draft":
        return {"draft": picture_keys(request, recording)}
    frames, views = request.clip()
    before = range(max(frames[0] - NUM_BEFORE, 0), frames[0]) if request.tier == "refined" else ()
    whole = replace(request, frames=(*before, *frames), views=views, only=None)
    return {tier: picture_keys(replace(whole, tier=tier), recording) for tier in (*DRAWN_FROM[request.tier], request.tier)}


def picture_keys(request: Request, recording: str) -> dict[Place, str]:
    """The key of every (frame, view) of a request; `recording` is `recording_digest` of its scene.

    A draft is drawn picture by picture, and its key says all that it depends on. The model draws pictures beside one another,
    so each depends a little on all of them; its key names the weights, the seed, the sampling and what the picture itself shows
    of the take. That is a reading of ours of "outside an edit nothing changes": a picture that an edit does not reach keeps its
    key, is found stored, stays as it is, and what is drawn anew is drawn to fit it.
    """
    scenario = request.scenario
    by_model = request.tier != "draft"
    asked = _sha256(code_digest(), recording, request.tier, repr(request.size))
    if by_model:
        asked = _sha256(asked, repr(request.seed), _model_words(request))
    places = request.places()
    pictures = [scenario.scene.frames[frame].picture(view) for frame, view in places]
    shown = shown_changes(scenario, places, labels=by_model)
    return {
        place: _sha256(asked, picture.token, repr(place[0]), words)
        for place, picture, words in zip(places, pictures, shown, strict=True)
    }


def _model_words(request: Request) -> str:
    """What all of the model's pictures of a request depend on, and drafts do not."""
    model, scenario = request.model, request.scenario
    streets = _file_state(request.dataroot / expansion_path(Path(), scenario.scene.location))
    text = scenario.scene.description, scenario.scene.location, scenario.time_of_day, scenario.weather
    return repr((code_digest(MODEL_CODE), digest(model.checkpoint), model.steps, model.guidance, model.device, streets, text))


def recording_digest(scene: Scene, dataroot: Path) -> str:
    """What was recorded: the scene's tables as they were read, and the state of every file of it. Takes a while: keep it."""
    sha = hashlib.sha256()
    for part in (scene.fingerprint, scene.description, scene.views, scene.ego, *scene.actors, *scene.frames, *scene.sweeps):
        sha.update(repr(part).encode())
    for file in (*(p.file for frame in scene.frames for p in frame.pictures), *(sweep.file for sweep in scene.sweeps)):
        sha.update(_file_state(dataroot / file).encode())
    return sha.hexdigest()


def _file_state(path: Path) -> str:
    try:
        state = path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"


@cache
def code_digest(code: tuple[str, ...] = DRAWING_CODE) -> str:
    """Of everything shipped that decides on a draft's pixels, or on what other code draws: the source, the bank of actors, and
    the versions of what it draws with."""
    sha = hashlib.sha256(repr([(name, _version(name)) for name in DRAWN_WITH]).encode())
    for name in code:
        path = ROOT / name
        for file in sorted(f for f in path.rglob("*.*") if f.suffix in DRAWING_FILES) if path.is_dir() else [path]:
            sha.update(file.read_bytes())
    return sha.hexdigest()


def _version(package: str) -> str | None:
    """None where it is not installed: a machine that only trains has no Open3D."""
    with suppress(PackageNotFoundError):
        return version(package)
    return None


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
