"""How the window was started: which data, where takes are kept, and who may come in."""

from dataclasses import dataclass
from pathlib import Path

from engine.service.adapted import ADAPTED


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line decides."""

    dataroot: Path
    version: str | None = None  # None: the only version there is
    scene: str | None = None  # that opens first; None: the first of the data set
    workspace: Path = Path("workspace")
    device: str = "cpu"
    checkpoint: Path | None = None  # None: drafts alone
    adapted: Path = ADAPTED  # where weights lie that were adapted to single drives
    password: str | None = None  # None: whoever reaches the port may come in
    is_local: bool = False  # whether it listens to this machine alone
