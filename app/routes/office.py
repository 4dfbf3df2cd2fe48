"""What the window's routes work with, and how they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from fastapi import HTTPException, Response

from app.exports import Exports
from app.payload import takes_json
from app.pictures import Pictures
from app.routes.posted import InManner
from app.session import Desk
from app.settings import Settings
from app.streets import Streets
from app.weights import Manner, weights_of
from editor.scene import Scene
from engine.service.protocol import Service

STATIC = Path(__file__).parents[1] / "static"
KEEP = {"Cache-Control": "private, max-age=31536000, immutable"}  # what is named by its content never changes
MOST_SAID = 3  # sentences about takes of which many were asked about
ASK_AGAIN = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Office:
    """What the routes work with."""

    settings: Settings
    desk: Desk
    pictures: Pictures
    service: Service
    exports: Exports


def json_answer(value: object) -> Response:
    """A value as JSON that nobody keeps."""
    return Response(orjson.dumps(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def takes_of(office: Office, scene: str) -> list[dict[str, Any]]:
    """The takes of a scene, for the page's pickers and its list."""
    return takes_json(office.desk.takes.summaries(scene)[0])


def in_brief(sentences: Sequence[str]) -> list[str]:
    """The first few of many sentences, and how many there are besides."""
    rest = len(sentences) - MOST_SAID
    return [*sentences[:MOST_SAID], *([f"And {rest} more."] if rest > 0 else [])]


def streets_for(desk: Desk, scene: str, take: str | None) -> Streets:
    """The streets of a scene as it was recorded, or as a take of it lets it go on: that depends on the ways which it keeps."""
    stage = desk.stage(scene)
    return stage.streets_of(stage.scene if take is None else desk.open(scene, take).scenario.scene)


def manner_of(office: Office, scene: Scene, asked: InManner) -> Manner:
    """How a page wants a scene drawn; a 404 for weights that there are not."""
    chosen = next((each for each in weights_of(office.settings, scene) if each.name == asked.weights), None)
    if chosen is None:
        sentence = f"There are no weights {asked.weights[:80]!r} for scene {scene.name}; reload the page for those there are."
        raise HTTPException(404, sentence)
    return Manner(chosen, asked.guidance, asked.steps)
