"""The weights that come with Retake, and how any are told apart; no torch here, so that whoever asks starts at once."""

from pathlib import Path

from engine.model.digest import CARD, digest

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "checkpoint"


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder has a checkpoint's card."""
    return (folder / CARD).is_file()


def weights_sha256(folder: Path) -> str:
    """By which a checkpoint is told from every other, and from what it was before it learned more."""
    return digest(folder)
