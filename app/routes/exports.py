"""Bundles: begun, followed, ended, and taken home as one file."""

from dataclasses import asdict

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import StreamingResponse

from app.export.order import Order
from app.exports import Export, bundle_name, zipped
from app.routes.office import Office, json_answer, manner_of
from app.routes.posted import Exporting
from app.streaming import Message
from editor.edits import EditError


def _export_json(export: Export) -> Message:
    about = asdict(export) | {"folder": str(export.folder)}
    finished = export.is_over and not export.is_cancelled and export.problem is None
    return about | {"is_finished": finished, "zip": f"exports/{export.number}/zip" if finished else None}


def order_of(office: Office, asked: Exporting) -> Order:
    """What is to be exported, to a free folder of the workspace; EditError for frames that the scene does not have."""
    document, settings = office.desk.open(asked.scene, asked.take), office.settings
    scene = document.scenario.scene
    frames = range(asked.from_frame, asked.to_frame + 1)
    if not frames or frames[-1] >= len(scene.frames):
        raise EditError(f"frames {asked.from_frame} to {asked.to_frame}; wanted some of the scene's {len(scene.frames)}")
    manner = asked.model and manner_of(office, document.stage.scene, asked.model)
    folder = (settings.workspace / "exports").resolve()
    return Order(
        settings.dataroot,
        document.take,
        document.scenario,
        document.stage.streets_of(scene).needed(),
        folder / bundle_name(scene.name, document.take.name, folder, office.exports.being_made()),
        tuple(scene.view(name).name for name in asked.views),
        tuple(frames),
        "png" if asked.png else "jpeg",
        asked.masks,
        manner and manner.model(settings.device),
    )


def _found(office: Office, number: int) -> Export:
    export = office.exports.get(number)
    if export is None:
        raise HTTPException(404, f"There is no export {number}; it was begun before the server was started again.")
    return export


def add_exports(router: APIRouter, office: Office) -> None:
    """Bundles."""

    @router.post("/exports")
    def begin(asked: Exporting) -> Response:
        """Begin an export; it goes on when the page is closed."""
        return json_answer(_export_json(office.exports.start(order_of(office, asked))))

    @router.get("/exports/{number}")
    def how_far(number: int) -> Response:
        """How far an export is."""
        return json_answer(_export_json(_found(office, number)))

    @router.post("/exports/{number}/cancel")
    def cancel(number: int) -> Response:
        """End an export."""
        office.exports.cancel(number)
        return json_answer(_export_json(_found(office, number)))

    @router.get("/exports/{number}/zip")
    def as_zip(number: int) -> StreamingResponse:
        """A finished export as one file."""
        export = _found(office, number)
        if not _export_json(export)["is_finished"] or not export.folder.is_dir():
            raise HTTPException(404, "That export is not there.")
        attached = {"Content-Disposition": f'attachment; filename="{export.folder.name}.zip"'}
        return StreamingResponse(zipped(export.folder), media_type="application/zip", headers=attached)
