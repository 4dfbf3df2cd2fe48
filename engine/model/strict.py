"""Weights from a local folder into a network, with none missing and none left over."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from diffusers.models.modeling_utils import ModelMixin
from safetensors import safe_open

Network = TypeVar("Network", bound=ModelMixin)


class CheckpointError(ValueError):
    """Weights that cannot be loaded; the sentence says what was got and what was wanted."""


def strictly(kind: type[Network], folder: Path) -> Network:
    """A network of a kind of diffusers', in evaluation mode and in the type that its weights were written in.

    CheckpointError where they are not all that it wants, or more."""
    try:
        model, found = kind.from_pretrained(
            folder,
            torch_dtype=_written(folder),
            use_safetensors=True,
            local_files_only=True,
            low_cpu_mem_usage=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise unreadable(folder, error) from error
    check(found, folder)
    return model.eval()


def check(found: Mapping[str, Collection[str]], folder: Path, left_over: bool = False) -> None:
    """CheckpointError where loading found keys that were missing, of another shape, or left over, unless `left_over` allows
    those."""
    for what in ("missing_keys", "mismatched_keys", *(() if left_over else ("unexpected_keys",))):
        if found[what]:
            some = sorted(map(str, found[what]))
            raise CheckpointError(f"{folder} has {what.replace('_', ' ')}, {some[0]!r} among {len(some)}; wanted none")


def config_of(folder: Path) -> dict:
    """What the folder says that it holds; CheckpointError where it says nothing."""
    try:
        return json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{folder} has no config.json that can be read; wanted the folder of a network") from error


def unreadable(folder: Path, error: Exception) -> CheckpointError:
    """A library's error as one short sentence."""
    return CheckpointError(f"{folder} cannot be loaded: {' '.join(str(error).split())[:300]}")


def _written(folder: Path) -> torch.dtype:
    """The type that weights were written in."""
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as weights:
            for name in weights.keys():  # noqa: SIM118 - not a dictionary
                return weights.get_tensor(name).dtype
    raise CheckpointError(f"{folder} has no weights; wanted safetensors files")
