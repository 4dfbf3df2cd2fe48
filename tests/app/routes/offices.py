"""What the routes work with, for a drive on disk, without anything that draws."""

from pathlib import Path

from app.exports import Exports
from app.pictures import Pictures
from app.routes.office import Office
from app.session import Desk
from app.settings import Settings
from app.takes import Takes
from editor.datasets.nuscenes import open_data_set


def office_of(dataroot: Path, workspace: Path) -> Office:
    """An office whose takes and pictures lie in a workspace."""
    desk = Desk(open_data_set(dataroot), Takes(workspace / "takes"))
    pictures = Pictures(dataroot, workspace / "pictures")
    return Office(Settings(dataroot, workspace=workspace), desk, pictures, None, Exports(None))
