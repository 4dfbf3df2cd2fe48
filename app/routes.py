"""The window's own routes: scenes and takes as JSON, edits, pictures, LiDAR, the draft's stream, exports, the page's files."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import orjson
import plotly
from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field

from app.export.order import Order
from app.exports import Export, Exports, bundle_name, zipped
from app.guard import PREFIX
from app.payload import (
    about_json,
    actions_json,
    bank_json,
    categories_json,
    map_json,
    patch_json,
    scene_json,
    take_json,
    takes_json,
)
from app.pictures import Pictures, draw, drawn_json, jpeg, lidar_bytes, raster_png
from app.session import Desk, Document
from app.settings import Settings
from app.streaming import Message, streamed
from editor.edits import EditError
from editor.files import edit_from_json
from editor.history import History
from editor.scene import Picture, Scene, View
from editor.take import LONGEST_NAME, LONGEST_NOTES
from engine.service.bank import bank_entries
from engine.service.requests import RenderError, Request, Service

STATIC = Path(__file__).parent / "static"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
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


# ------------------------------------------------------------------------------------------------ what is posted


class Opening(BaseModel, extra="forbid"):
    """A scene and a take of it; without them, the first and a new one."""

    scene: str | None = None
    take: str | None = None


class OfTake(BaseModel, extra="forbid"):
    """Something about one take."""

    scene: str
    take: str


class Stepping(OfTake):
    """Undo or redo, from a state."""

    base: str


class Editing(Stepping):
    """The edits of one gesture, made on a state."""

    gesture: Annotated[str, Field(pattern=r"g-[0-9a-f]{6,32}$")]
    edits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=100)]


class GoingTo(Stepping):
    """To the take as it was after so many gestures."""

    position: Annotated[int, Field(ge=0)]


class Describing(OfTake):
    """What a person says of a take."""

    name: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None
    notes: Annotated[str | None, Field(max_length=LONGEST_NOTES)] = None
    tags: list[str] | None = None
    rating: Annotated[int | None, Field(ge=0, le=5)] = None


class Drawing(OfTake):
    """The draft of a state, beginning at a frame."""

    state: str
    frame: Annotated[int, Field(ge=0)]
    session: Annotated[str, Field(pattern=r"^[0-9a-z-]{1,64}$")]


class Exporting(OfTake):
    """A part of a take, to be exported."""

    views: Annotated[list[str], Field(min_length=1)]
    from_frame: Annotated[int, Field(ge=0)]
    to_frame: Annotated[int, Field(ge=0)]
    png: bool = False
    masks: bool = True


# ------------------------------------------------------------------------------------------------ the routes


def routes(office: Office) -> APIRouter:
    """Every route of ours."""
    router = APIRouter(prefix=PREFIX.rstrip("/"))
    _add_documents(router, office)
    _add_pictures(router, office)
    _add_exports(router, office)
    _add_files(router)
    return router


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def _add_documents(router: APIRouter, office: Office) -> None:
    """Opening takes and changing them."""
    desk, pictures = office.desk, office.pictures

    def with_drawn(document: Document, answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"drawn": [drawn_json(drawn) for drawn in pictures.drawn(document.state)]}

    def patch(before: Document, after: Document) -> Response:
        return _json(with_drawn(after, patch_json(before, after)))

    def takes(scene: str) -> list[dict[str, Any]]:
        return takes_json(desk.takes.summaries(scene)[0])

    @router.get("/start")
    def start() -> Response:
        """The tables that the page is built from."""
        summaries = [asdict(summary) for summary in desk.data_set.summaries()]
        first = office.settings.scene or (summaries[0]["name"] if summaries else None)
        tables = {"actions": actions_json(), "categories": categories_json(), "bank": bank_json()}
        return _json({"scenes": summaries, "first": first, **tables})

    @router.post("/open")
    def open_take(asked: Opening) -> Response:
        """A scene, and a take of it."""
        scene = asked.scene or office.settings.scene or desk.data_set.summaries()[0].name
        document = desk.open(scene, asked.take) if asked.take else desk.begin(scene)
        office.service.prepare(office.settings.dataroot, document.stage.scene)
        problems = desk.takes.summaries(scene)[1]
        answer = {
            "scene": scene_json(document.stage.scene),
            "take": with_drawn(document, take_json(document)),
            "takes": takes(scene),
        }
        return _json(answer | {"notice": " ".join(problems)})

    @router.get("/take")
    def another_take(scene: str, take: str) -> Response:
        """A take to compare with."""
        document = desk.open(scene, take)
        return _json({"take": with_drawn(document, take_json(document))})

    @router.get("/map/{scene}")
    def streets(scene: str) -> Response:
        """The streets of a scene."""
        return _json(map_json(desk.stage(scene).street_map))

    @router.post("/edit")
    def edit(asked: Editing) -> Response:
        """One gesture; it is on disk when this answers."""
        edits = [edit_from_json(orjson.dumps(each)) for each in asked.edits]
        return patch(*desk.commit(asked.scene, asked.take, asked.base, edits, asked.gesture))

    def step(asked: Stepping, change: Callable[[History], History]) -> Response:
        return patch(*desk.step(asked.scene, asked.take, asked.base, change))

    @router.post("/undo")
    def undo(asked: Stepping) -> Response:
        """One gesture back."""
        return step(asked, History.undo)

    @router.post("/redo")
    def redo(asked: Stepping) -> Response:
        """One gesture on again."""
        return step(asked, History.redo)

    @router.post("/goto")
    def go_to(asked: GoingTo) -> Response:
        """Several gestures back, or on again."""
        return step(asked, lambda history: _gone_to(history, asked.position))

    @router.post("/describe")
    def describe(asked: Describing) -> Response:
        """Name, notes, tags or rating."""
        changes = asked.model_dump(exclude_unset=True, exclude={"scene", "take"})
        if "tags" in changes:
            changes["tags"] = tuple(dict.fromkeys(changes["tags"] or ()))
        document = desk.describe(asked.scene, asked.take, **changes)
        return _json({"take": about_json(document), "takes": takes(asked.scene)})

    @router.post("/branch")
    def branch(asked: OfTake) -> Response:
        """A new take that goes on from here."""
        document = desk.branch(asked.scene, asked.take)
        return _json({"take": with_drawn(document, about_json(document)), "takes": takes(asked.scene)})

    @router.post("/draft")
    def draft(asked: Drawing) -> StreamingResponse:
        """The changed pictures of a take, one message each, until the browser goes away."""
        document = desk.open(asked.scene, asked.take)
        turn = time.monotonic_ns()  # so that what is left of an older stream cannot end this one
        work = draw(office.service, pictures, document, office.settings.dataroot, asked.frame, (asked.session, turn))
        return streamed(_told(work), lambda: office.service.cancel(asked.session, turn))


def _gone_to(history: History, position: int) -> History:
    """Undo or redo until so many gestures are done, or none are left to go."""

    def gestures(at: History) -> int:
        steps = at.take.edits
        return sum(1 for i, s in enumerate(steps) if i == 0 or s.gesture is None or s.gesture != steps[i - 1].gesture)

    while gestures(history) > position and history.can_undo:
        history = history.undo()
    while gestures(history) < position and history.can_redo:
        history = history.redo()
    return history


def _told(work: Iterator[Message]) -> Iterator[Message]:
    """The same messages, and what went wrong as the last of them."""
    try:
        yield from work
    except RenderError as error:
        yield {"kind": "problem", "sentence": str(error)}


# ------------------------------------------------------------------------------------------------ pictures


def _named_picture(scene: Scene, token: str) -> tuple[Picture, View]:
    for frame in scene.frames:
        for picture in frame.pictures:
            if picture.token == token:
                return picture, scene.view(picture.view)
    raise HTTPException(404, f"Scene {scene.name} has no picture {token[:80]!r}.")


def _add_pictures(router: APIRouter, office: Office) -> None:
    """What the page shows: recorded and drawn pictures, LiDAR, the drivable area."""
    desk, pictures, root = office.desk, office.pictures, office.settings.dataroot

    @router.get("/recorded/{scene}/{token}")
    def recorded(scene: str, token: str, full: bool = False) -> Response:
        """A recorded picture, at a draft's size or as it is."""
        picture, view = _named_picture(desk.stage(scene).scene, token)
        if full and (path := pictures.file(picture)):
            return FileResponse(path, headers=ASK_AGAIN)
        data = None if full else pictures.recorded(picture, view)
        if data is None:
            raise HTTPException(404, f"The file of picture {token} is missing.")
        return Response(data, media_type="image/jpeg", headers=ASK_AGAIN)

    @router.get("/drawn/{key}")
    def drawn(key: str) -> Response:
        """A drawn picture, named by its content."""
        data = pictures.by_key(key)
        if data is None:
            raise HTTPException(404, "That picture has been let go of; it will be drawn again.")
        return Response(data, media_type="image/jpeg", headers=KEEP)

    @router.get("/whole")
    def whole(scene: str, take: str, state: str, frame: int, view: str) -> Response:
        """One drawn picture at the recording's own size."""
        document = desk.open(scene, take)
        if document.state != state:
            raise HTTPException(409, "The take has changed since.")
        request = Request(root, document.scenario, (view,), (frame,), None, seed=document.take.seed)
        for chunk in office.service.render(request):
            return Response(jpeg(chunk.picture), media_type="image/jpeg", headers=KEEP)
        raise HTTPException(503, "The drawing was stopped.")

    @router.get("/lidar/{scene}/{index}")
    def lidar(scene: str, index: int) -> Response:
        """The points of a sweep, float32 x, y, height."""
        opened = desk.stage(scene).scene
        data = lidar_bytes(root, opened, opened.sweeps[index]) if 0 <= index < len(opened.sweeps) else None
        if data is None:
            raise HTTPException(404, f"There is no sweep {index} on disk.")
        return Response(data, media_type="application/octet-stream", headers=ASK_AGAIN)

    @router.get("/raster/{scene}")
    def raster(scene: str) -> Response:
        """The drivable area, where the map is a picture."""
        found = desk.stage(scene).street_map.raster
        if found is None:
            raise HTTPException(404, f"Scene {scene} has no map picture.")
        return Response(raster_png(found), media_type="image/png", headers=ASK_AGAIN)


# ------------------------------------------------------------------------------------------------ exports


def _export_json(export: Export) -> Message:
    about = asdict(export) | {"folder": str(export.folder)}
    finished = export.is_over and not export.is_cancelled and export.problem is None
    return about | {"is_finished": finished, "zip": f"exports/{export.number}/zip" if finished else None}


def _add_exports(router: APIRouter, office: Office) -> None:
    """Bundles."""
    folder = (office.settings.workspace / "exports").resolve()

    def found(number: int) -> Export:
        export = office.exports.get(number)
        if export is None:
            raise HTTPException(404, f"There is no export {number}; it was begun before the server was started again.")
        return export

    @router.post("/exports")
    def begin(asked: Exporting) -> Response:
        """Begin an export; it goes on when the page is closed."""
        document = desk_document(asked)
        scene = document.stage.scene
        frames = tuple(range(asked.from_frame, asked.to_frame + 1))
        if not frames or frames[-1] >= len(scene.frames):
            raise EditError(f"frames {asked.from_frame} to {asked.to_frame}; wanted some of the scene's {len(scene.frames)}")
        views = tuple(scene.view(name).name for name in asked.views)
        target = folder / bundle_name(scene.name, document.take.name, folder)
        street_map, kind = document.stage.street_map, "png" if asked.png else "jpeg"
        root = office.settings.dataroot
        order = Order(root, document.take, document.scenario, street_map, target, views, frames, kind, asked.masks)
        return _json(_export_json(office.exports.start(order)))

    def desk_document(asked: OfTake) -> Document:
        return office.desk.open(asked.scene, asked.take)

    @router.get("/exports/{number}")
    def how_far(number: int) -> Response:
        """How far an export is."""
        return _json(_export_json(found(number)))

    @router.post("/exports/{number}/cancel")
    def cancel(number: int) -> Response:
        """End an export."""
        office.exports.cancel(number)
        return _json(_export_json(found(number)))

    @router.get("/exports/{number}/zip")
    def as_zip(number: int) -> StreamingResponse:
        """A finished export as one file."""
        export = found(number)
        if not _export_json(export)["is_finished"] or not export.folder.is_dir():
            raise HTTPException(404, "That export is not there.")
        attached = {"Content-Disposition": f'attachment; filename="{export.folder.name}.zip"'}
        return StreamingResponse(zipped(export.folder), media_type="application/zip", headers=attached)


# ------------------------------------------------------------------------------------------------ files


def _add_files(router: APIRouter) -> None:
    """The page's own script and style, and Plotly's from its package."""
    files = {path.name: path for path in STATIC.iterdir() if path.suffix in {".js", ".css", ".svg"}} | {"plotly.min.js": PLOTLY}

    @router.get("/static/{name}")
    def static(name: str) -> FileResponse:
        """One file."""
        if name not in files:
            raise HTTPException(404, f"There is no file {name[:80]!r}.")
        return FileResponse(files[name], headers=ASK_AGAIN)

    shipped = {entry.name: entry.picture for entry in bank_entries()}

    @router.get("/bank/{name}")
    def bank(name: str) -> FileResponse:
        """A shipped actor's picture."""
        if name not in shipped:
            raise HTTPException(404, f"The bank has no {name[:80]!r}.")
        return FileResponse(shipped[name], headers=ASK_AGAIN)
