"""How the window was started: which data, where takes are kept, and who may come in."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line decides."""

    dataroot: Path
    version: str | None = None  # None: the only version there is
    scene: str | None = None  # that opens first; None: the first of the data set
    workspace: Path = Path("workspace")
    device: str = "cpu"
    checkpoint: Path | None = None
    password: str | None = None  # None: whoever reaches the port may come in
