"""The weights that come with Retake, and which weights any are; no torch here, so that whoever asks for them starts at once."""

from pathlib import Path

from engine.model.digest import CARD, digest
from engine.service.requests import Model

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "checkpoint"


def is_checkpoint(folder: Path) -> bool:
    """Whether a folder has a checkpoint's card."""
    return (folder / CARD).is_file()


def weights_sha256(model: Model) -> str:
    """What tells a model's weights from any others."""
    return digest(model.checkpoint)
