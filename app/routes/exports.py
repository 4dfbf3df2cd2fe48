"""Bundles: begun, followed, ended, and taken home as one file."""

from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import StreamingResponse

from app.export.order import Order
from app.exports import Bundle, Export, bundle_name, bundles, zipped
from app.payload import view_order
from app.routes.office import Office, in_brief, json_answer, manner_of
from app.routes.posted import Exporting, ExportingTakes
from app.streaming import Message
from editor.datasets.records import DataSetError
from editor.edits import EditError
from editor.files import TakeFileError

REFUSED = (DataSetError, EditError, HTTPException, TakeFileError)


def _export_json(export: Export) -> Message:
    about = asdict(export) | {"folder": str(export.folder)}
    finished = export.is_over and not export.is_cancelled and export.problem is None
    return about | {"is_finished": finished, "zip": _zip_of(export.folder) if finished else None}


def _bundle_json(bundle: Bundle) -> Message:
    name = bundle.folder.name
    return {"name": name, "folder": str(bundle.folder), "made_s": bundle.made_s, "zip": _zip_of(bundle.folder)}


def _zip_of(folder: Path) -> str:
    return f"bundles/{quote(folder.name)}/zip"


def order_of(office: Office, asked: Exporting) -> Order:
    """What is to be exported, to a folder of the workspace; EditError for frames that the scene does not have."""
    document, settings = office.desk.glanced(asked.scene, asked.take), office.settings
    scene = document.scenario.scene
    last = len(scene.frames) - 1 if asked.to_frame is None else asked.to_frame
    frames = range(asked.from_frame, last + 1)
    if not frames or last >= len(scene.frames):
        raise EditError(f"frames {asked.from_frame} to {last}; wanted some of the scene's {len(scene.frames)}")
    views = [view.name for view in view_order(scene)] if asked.views is None else asked.views
    manner = asked.model and manner_of(office, document.stage.scene, asked.model)
    return Order(
        settings.dataroot,
        document.take,
        document.scenario,
        document.stage.streets_of(scene).needed(),
        _folder(office) / bundle_name(scene.name, document.take.name),
        tuple(scene.view(name).name for name in views),
        tuple(frames),
        "png" if asked.png else "jpeg",
        asked.masks,
        manner and manner.model(settings.device),
    )


def _folder(office: Office) -> Path:
    return (office.settings.workspace / "exports").resolve()


def _found(office: Office, export_id: str) -> Export:
    export = office.exports.get(export_id)
    if export is None:
        raise HTTPException(404, "That export was begun before the server was started again.")
    return export


def add_exports(router: APIRouter, office: Office) -> None:
    """Bundles."""

    @router.post("/exports")
    def begin(asked: Exporting) -> Response:
        """Begin an export; it goes on when the page is closed."""
        return json_answer(_export_json(office.exports.start(order_of(office, asked))))

    @router.post("/exports/takes")
    def begin_several(asked: ExportingTakes) -> Response:
        """Begin an export of each take, and to join them; what is refused is said, and the others are begun."""
        begun, refused = [], []
        for each in asked.takes:
            try:
                order = order_of(office, Exporting(scene=asked.scene, take=each.take, model=each.model))
                begun.append(office.exports.start(order))
            except REFUSED as error:
                refused.append(error.detail if isinstance(error, HTTPException) else str(error))
        if asked.joined and len(begun) > 1:
            target = _folder(office) / bundle_name(asked.scene, "takes joined")
            begun.append(office.exports.start_joining([export.id for export in begun], target))
        return json_answer({"begun": [_export_json(export) for export in begun], "refused": in_brief(refused)})

    @router.get("/exports")
    def every() -> Response:
        """Exports that are at work or have failed, and the bundles that are there."""
        begun = [_export_json(export) for export in office.exports.all()]
        unfinished = [about for about in begun if not about["is_finished"] and not about["is_cancelled"]]
        made = [_bundle_json(bundle) for bundle in bundles(_folder(office))]
        return json_answer({"exports": unfinished, "bundles": made})

    @router.get("/exports/{export_id}")
    def how_far(export_id: str) -> Response:
        """How far an export is."""
        return json_answer(_export_json(_found(office, export_id)))

    @router.post("/exports/{export_id}/cancel")
    def cancel(export_id: str) -> Response:
        """End an export."""
        office.exports.cancel(export_id)
        return json_answer(_export_json(_found(office, export_id)))

    @router.get("/bundles/{name}/zip")
    def as_zip(name: str) -> StreamingResponse:
        """A bundle as one file."""
        found = next((bundle for bundle in bundles(_folder(office)) if bundle.folder.name == name), None)
        if found is None:
            raise HTTPException(404, f"There is no bundle {name[:80]!r} in the workspace's exports.")
        attached = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.folder.name)}.zip"}
        return StreamingResponse(zipped(found.folder), media_type="application/zip", headers=attached)
