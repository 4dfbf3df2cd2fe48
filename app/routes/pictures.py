"""What the page shows: recorded and drawn pictures, LiDAR, the drivable area."""

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import FileResponse

from app.pictures import jpeg, lidar_bytes, raster_png
from app.routes.office import ASK_AGAIN, KEEP, Office
from editor.beyond import beyond
from editor.scene import Picture, Scene, View
from engine.service.requests import Request


def _named_picture(scene: Scene, token: str) -> tuple[Picture, View]:
    for frame in scene.frames:
        for picture in frame.pictures:
            if picture.token == token:
                return picture, scene.view(picture.view)
    raise HTTPException(404, f"Scene {scene.name} has no picture {token[:80]!r}.")


def add_pictures(router: APIRouter, office: Office) -> None:
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
            raise HTTPException(404, "That picture has been let go of; once the page is opened again it is drawn again.")
        return Response(data, media_type="image/jpeg", headers=KEEP)

    @router.get("/whole")
    def whole(scene: str, take: str, state: str, frame: int, view: str) -> Response:
        """One drawn picture at the recording's own size."""
        document = desk.open(scene, take)
        if document.state != state:
            raise HTTPException(409, "The take has changed since.")
        request = Request(root, document.scenario, (view,), (frame,), None, seed=document.take.seed)
        for chunk in office.service.render(request):
            return Response(jpeg(chunk.picture), media_type="image/jpeg", headers=ASK_AGAIN)
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
    def raster(scene: str, seconds: float = 0.0) -> Response:
        """The drivable area, where the map is a picture, of a scene that goes on for so long beyond its recording."""
        stage = desk.stage(scene)
        found = stage.streets_of(beyond(stage.scene, seconds)).raster
        if found is None:
            raise HTTPException(404, f"Scene {scene} has no map picture.")
        return Response(raster_png(found), media_type="image/png", headers=ASK_AGAIN)
