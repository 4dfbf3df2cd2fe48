"""How a data set of Town is recorded: with what rig, how long, how often, how large, how fine."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from editor.scene import View
from engine.town.rig import Rig, nuscenes_rig
from engine.town.town import TownError

VERSION = "v1.0-town"
SIZE = (800, 450)
MOST_HZ, MOST_COLUMNS, MOST_SEED = 30, 2000, 9_999_999
ROOT = Path(__file__).resolve().parents[2]
DRAWS_WITH = ("numpy", "torch", "open3d", "opencv-python-headless")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a data set is recorded."""

    size: tuple[int, int] | None = SIZE  # of all pictures; None: as the rig's cameras are calibrated
    duration_s: float = 8.0
    jpeg_quality: int = 82
    lidar_columns: int = 300  # beams in one turn of each of its 32 rings; nuScenes' has about 1084
    sweeps: bool = True  # pictures between the keyframes too
    rate_hz: int = 10  # frames a second, an even number since keyframes are two a second; nuScenes has 12
    rig: Rig | None = None  # None: nuScenes' own

    @property
    def mounted(self) -> Rig:
        """The rig."""
        return self.rig or nuscenes_rig()

    @property
    def views(self) -> tuple[View, ...]:
        """The cameras at the size of the pictures."""
        return self.mounted.at(self.size)

    def check(self) -> None:
        """TownError in one sentence for what cannot be recorded."""
        sizes = [self.size] if self.size is not None else [(view.width, view.height) for view in self.mounted.views]
        for width, height in sizes:
            if not (16 <= width <= 4096 and 16 <= height <= 4096):
                raise TownError(f"picture size {width}x{height}; wanted sides between 16 and 4096")
        for what, got, low, high in (
            ("duration in seconds", self.duration_s, 0.6, 60),
            ("JPEG quality", self.jpeg_quality, 1, 100),
            ("LiDAR columns", self.lidar_columns, 8, MOST_COLUMNS),
            ("frames a second", self.rate_hz, 2, MOST_HZ),
        ):
            if not low <= got <= high:
                raise TownError(f"{what}: got {got:g}; wanted {low} to {high}")
        if self.rate_hz % 2:
            raise TownError(f"frames a second: got {self.rate_hz}; wanted an even number, for two a second are annotated")

    @property
    def digest(self) -> str:
        """What decides on the bytes of a recording besides the seed: this, and the code that draws."""
        what = (self.views, self.mounted, self.duration_s, self.jpeg_quality, self.lidar_columns, self.sweeps)
        return hashlib.sha256(repr((what, self.rate_hz, code_of_town())).encode()).hexdigest()


@cache
def code_of_town() -> str:
    """A hash of the code that Town's recordings come from, and of the libraries that it draws with."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in DRAWS_WITH]).encode())
    for folder in ("editor/datasets", "engine/town"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
