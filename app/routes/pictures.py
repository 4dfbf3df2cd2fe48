"""What the page shows: recorded and drawn pictures, LiDAR, the drivable area."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import FileResponse

from app.large import large
from app.pictures import jpeg, lidar_bytes, raster_png
from app.routes.office import ASK_AGAIN, KEEP, Office, manner_of, streets_for
from app.routes.posted import Enlarging
from editor.scene import Picture, Scene, View


def _named_picture(scene: Scene, token: str) -> tuple[Picture, View]:
    for frame in scene.frames:
        for picture in frame.pictures:
            if picture.token == token:
                return picture, scene.view(picture.view)
    raise HTTPException(404, f"Scene {scene.name} has no picture {token[:80]!r}.")


def add_pictures(router: APIRouter, office: Office) -> None:
    """What the page shows: recorded and drawn pictures, LiDAR, the drivable area."""
    _add_recorded(router, office)
    _add_drawn(router, office)
    _add_from_above(router, office)


def _add_recorded(router: APIRouter, office: Office) -> None:
    desk, pictures = office.desk, office.pictures

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


def _add_drawn(router: APIRouter, office: Office) -> None:
    desk, pictures, settings = office.desk, office.pictures, office.settings

    @router.get("/drawn/{key}")
    def drawn(key: str) -> Response:
        """A drawn picture, named by its content."""
        data = pictures.by_key(key)
        if data is None:
            raise HTTPException(404, "That picture has been let go of; once the page is opened again it is drawn again.")
        return Response(data, media_type="image/jpeg", headers=KEEP)

    @router.get("/whole")
    def whole(asked: Annotated[Enlarging, Query()]) -> Response:
        """One drawn picture at the recording's own size."""
        document = desk.open(asked.scene, asked.take)
        if document.state != asked.state:
            raise HTTPException(409, "The take has changed since.")
        manner = None if asked.tier == "draft" else manner_of(office, document.stage.scene, asked)
        model = manner and manner.model(settings.device)
        picture = large(office.service, document, settings.dataroot, (asked.frame, asked.view), asked.tier, model)
        if picture is None:
            raise HTTPException(503, "The drawing was stopped.")
        return Response(jpeg(picture), media_type="image/jpeg", headers=ASK_AGAIN)


def _add_from_above(router: APIRouter, office: Office) -> None:
    desk, root = office.desk, office.settings.dataroot

    @router.get("/lidar/{scene}/{index}")
    def lidar(scene: str, index: int) -> Response:
        """The points of a sweep, float32 x, y, height."""
        opened = desk.stage(scene).scene
        data = lidar_bytes(root, opened, opened.sweeps[index]) if 0 <= index < len(opened.sweeps) else None
        if data is None:
            raise HTTPException(404, f"There is no sweep {index} on disk.")
        return Response(data, media_type="application/octet-stream", headers=ASK_AGAIN)

    @router.get("/raster/{scene}")
    def raster(scene: str, take: str | None = None) -> Response:
        """The drivable area of a scene, also where a take lets it go on; only where the map is a picture."""
        found = streets_for(desk, scene, take).known.raster
        if found is None:
            raise HTTPException(404, f"Scene {scene} has no map picture.")
        return Response(raster_png(found), media_type="image/png", headers=ASK_AGAIN)
