"""A training clip on disk: what was asked, what the draft answered, and the truth."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from editor.datasets.files import write_bytes
from engine.model.asked import Asked
from engine.model.drafts import Drafts

VERSION = 3  # 1 had no recorded text, 2 no G-buffers
ENDING = ".clip.npz"
ARRAYS = ("times_s", "cameras", "waypoints", "action", "layout", "size_lwh", "members")  # of `Asked`


class ClipError(ValueError):
    """A clip that cannot be read; the sentence says what was got and what was wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingClip:
    """T frames and V views of a scenario. `kind` is the edit's; `truth` (T, V, H, W, 3) what cameras would have recorded."""

    kind: str
    source: str  # where it comes from, in words
    asked: Asked
    drafts: Drafts
    truth: NDArray[np.uint8]


def write_clip(file: Path, clip: TrainingClip) -> None:
    """Put a clip on disk, whole or not at all; pictures stay bytes, so that reading one takes milliseconds."""
    header = {
        "version": VERSION,
        "kind": clip.kind,
        "source": clip.source,
        "text": clip.asked.text,
        "recorded_text": clip.asked.recorded_text,
        "categories": list(clip.asked.categories),
    }
    arrays = {name: getattr(clip.asked, name) for name in ARRAYS if name != "members"}
    buffer = io.BytesIO()
    np.savez(
        buffer,
        header=np.frombuffer(json.dumps(header).encode(), np.uint8),
        members=np.packbits(clip.asked.members),
        members_shape=np.array(clip.asked.members.shape),
        truth=clip.truth,
        draft=clip.drafts.pictures,
        valid=np.packbits(clip.drafts.valid),
        dirty=np.packbits(clip.drafts.dirty),
        gbuffer=clip.drafts.gbuffer,
        **arrays,
    )
    write_bytes(file, buffer.getvalue())


def read_clip(file: Path) -> TrainingClip:
    """The way back; ClipError for a file that is no clip of this version."""
    try:
        with np.load(file, allow_pickle=False) as found:
            header = json.loads(found["header"].tobytes())
            if header["version"] != VERSION:
                raise ClipError(f"{file} is a clip of version {header['version']}; wanted {VERSION}")
            shape = found["truth"].shape[:4]
            members = _bits(found["members"], tuple(found["members_shape"]))
            arrays = {name: found[name] for name in ARRAYS if name != "members"}
            asked = Asked(
                **arrays,
                members=members,
                text=header["text"],
                recorded_text=header["recorded_text"],
                categories=tuple(header["categories"]),
            )
            masks = (_bits(found[name], shape) for name in ("valid", "dirty"))
            drafts = Drafts(found["draft"], *masks, found["gbuffer"])
            return TrainingClip(header["kind"], header["source"], asked, drafts, found["truth"])
    except ClipError:
        raise
    except (OSError, KeyError, EOFError, ValueError, BadZipFile) as error:
        raise ClipError(f"{file} cannot be read as a training clip ({error}); harvest it again") from error


def _bits(packed: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.unpackbits(packed, count=int(np.prod(shape))).reshape(shape).astype(bool)
