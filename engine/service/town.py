"""Making more of Town, for the command line: whole data sets, by seed. Importing it brings torch."""

from pathlib import Path

from engine.town.bank import write_bank
from engine.town.recipe import SIZE, Recipe
from engine.town.recording import generate
from engine.town.rig_file import RigError, read_rig
from engine.town.town import TownError

__all__ = ["RigError", "TownError", "generate", "recipe", "write_bank"]


def recipe(
    size: tuple[int, int] | None, seconds: float, rate_hz: int, jpeg_quality: int, lidar_columns: int, rig: Path | None
) -> Recipe:
    """How to record; without a size, pictures are as large as the rig's file says, or 800x450. RigError, TownError."""
    if rig is None:
        asked = Recipe(size or SIZE, seconds, jpeg_quality, lidar_columns, rate_hz=rate_hz)
    else:
        asked = Recipe(size, seconds, jpeg_quality, lidar_columns, rate_hz=rate_hz, rig=read_rig(rig))
    asked.check()
    return asked
