"""Where the shared data sets are; a test that asks for one skips, saying so, on a machine that lacks it."""

from pathlib import Path

import pytest

from tests.small_drive import write_small_drive

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
