"""Weights on disk: written as diffusers writes them, loaded strictly, with what they are and how they came about beside
them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from diffusers.models.modeling_utils import ModelMixin
from diffusers.utils import logging

from engine.diffusion.scheduler import FrameFlowScheduler
from engine.model.autoencoder import PictureAutoencoder
from engine.model.digest import CARD
from engine.model.pretrained import DiffusersAutoencoder, TransformersText
from engine.model.relight import Relight
from engine.model.strict import CheckpointError, Network, config_of, strictly
from engine.model.text import WordEncoder
from engine.model.transformer import WorldTransformer

VERSION = 1
SHARD = "14MB"
PARTS = {"transformer": WorldTransformer, "autoencoder": PictureAutoencoder, "text_encoder": WordEncoder}
OTHERS = {"autoencoder": DiffusersAutoencoder, "text_encoder": TransformersText}  # in the place of ours
RELIGHT = "relight"  # a part that not every checkpoint has; its card says so


@dataclass(frozen=True, slots=True)
class Card:
    """What a checkpoint says of itself."""

    name: str
    recipe: str
    data: str
    seed: int
    steps: int
    hours: float
    version: int = VERSION
    relights: bool = False  # whether drafts are relit before the network sees them


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The networks, in evaluation mode, and their card."""

    transformer: WorldTransformer
    autoencoder: PictureAutoencoder | DiffusersAutoencoder
    text_encoder: WordEncoder | TransformersText
    scheduler: FrameFlowScheduler
    card: Card
    relight: Relight | None = None


def save(checkpoint: Checkpoint, folder: Path) -> None:
    """Write every part in shards small enough for git."""
    for name in PARTS:
        getattr(checkpoint, name).save_pretrained(folder / name, max_shard_size=SHARD)
    if checkpoint.relight is not None:
        checkpoint.relight.save_pretrained(folder / RELIGHT, max_shard_size=SHARD)
    checkpoint.scheduler.save_pretrained(folder / "scheduler")
    card = replace(checkpoint.card, relights=checkpoint.relight is not None)
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n")


def load(folder: Path, device: str = "cpu") -> Checkpoint:
    """Read a checkpoint.

    CheckpointError where a part or a weight is missing, left over, or of another version.
    """
    card = _card(folder)
    with _no_bars():
        parts = {name: load_part(_kind(name, folder / name), folder / name, device) for name in PARTS}
        relight = load_part(Relight, folder / RELIGHT, device) if card.relights else None
    return Checkpoint(**parts, scheduler=FrameFlowScheduler.from_pretrained(folder / "scheduler"), card=card, relight=relight)


@contextmanager
def _no_bars() -> Iterator[None]:
    """diffusers shows a progress bar for the shards of each part, which two or three files do not need."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _card(folder: Path) -> Card:
    path = folder / CARD
    if not path.is_file():
        raise CheckpointError(f"{folder} has no {CARD}; wanted a checkpoint that Retake wrote")
    try:
        written = json.loads(path.read_text())
        card = Card(**written)
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); wanted what Retake wrote") from error
    if card.version != VERSION:
        raise CheckpointError(f"a checkpoint of version {card.version} in {folder}; wanted {VERSION}")
    return card


def load_part(kind: type[Network], folder: Path, device: str = "cpu") -> Network:
    """One network of a checkpoint, or of a run, in evaluation mode; CheckpointError where its weights are not all that it
    wants."""
    if not folder.is_dir():
        wanted = ", ".join((*PARTS, RELIGHT) if kind is Relight else PARTS)
        raise CheckpointError(f"{folder.parent} has no {folder.name}; wanted {wanted}")
    model = kind.from_pretrained(folder) if kind in OTHERS.values() else strictly(kind, folder)
    return model.to(device)


def _kind(name: str, folder: Path) -> type[ModelMixin]:
    """Of a part: ours, unless the folder holds what others have trained."""
    theirs = name in OTHERS and folder.is_dir() and config_of(folder).get("_class_name") != PARTS[name].__name__
    return OTHERS[name] if theirs else PARTS[name]
