"""Where the shared data sets are; a test that asks for one skips, saying so, on a machine that lacks it."""

import shutil
from pathlib import Path

import pytest

from editor.datasets.files import write_json
from editor.datasets.map_expansion import expansion_path
from tests.small_drive import LOCATION, write_small_drive

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(folder: str) -> Path:
    """One shared data set's root, or a skip."""
    root = SHARED_DATA / folder
    if not root.is_dir():
        pytest.skip(f"no ../shared/data/{folder} beside this checkout")
    return root


@pytest.fixture(scope="session")
def pandaset_root() -> Path:
    """The real drive: six cameras, LiDAR at keyframes, every picture present."""
    return shared("pandaset-002")


@pytest.fixture(scope="session")
def nuscenes_root() -> Path:
    """Genuine nuScenes tables of five scenes; nearly every file that they name is missing."""
    return shared("nuscenes-mini-tables")


@pytest.fixture(scope="session")
def small_drive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up drive on disk, one second long: two cameras, LiDAR at keyframes, four actors."""
    return write_small_drive(tmp_path_factory.mktemp("small-drive"))


@pytest.fixture(scope="session")
def drive_with_broken_map(small_drive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with a map expansion that is of a version that nobody reads."""
    root = shutil.copytree(small_drive, tmp_path_factory.mktemp("broken-map") / "drive")
    write_json(expansion_path(root, LOCATION), {"version": "2.0"})
    return root
