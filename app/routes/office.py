"""What the window's routes work with, and how they answer."""

from dataclasses import dataclass
from pathlib import Path

import orjson
from fastapi import Response

from app.exports import Exports
from app.pictures import Pictures
from app.session import Desk
from app.settings import Settings
from engine.service.requests import Service

STATIC = Path(__file__).parents[1] / "static"
KEEP = {"Cache-Control": "private, max-age=31536000, immutable"}  # what is named by its content never changes
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
