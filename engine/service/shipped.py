"""The weights that come with Retake; no torch here, so that whoever asks for them starts at once."""

from pathlib import Path

from engine.model.digest import CARD

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "checkpoint"


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder has a checkpoint's card."""
    return (folder / CARD).is_file()
