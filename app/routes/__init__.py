"""The window's own routes: scenes and takes as JSON, edits, variations, pictures, LiDAR, exports, the page's files."""

from fastapi import APIRouter

from app.guard import PREFIX
from app.routes.documents import add_documents
from app.routes.drawing import add_drawing
from app.routes.exports import add_exports
from app.routes.files import add_files
from app.routes.office import Office
from app.routes.pictures import add_pictures
from app.routes.takes import add_takes
from app.routes.variations import add_variations


def routes(office: Office) -> APIRouter:
    """Every route of ours."""
    router = APIRouter(prefix=PREFIX.rstrip("/"))
    add_documents(router, office)
    add_takes(router, office)
    add_drawing(router, office)
    add_pictures(router, office)
    add_variations(router, office)
    add_exports(router, office)
    add_files(router)
    return router
