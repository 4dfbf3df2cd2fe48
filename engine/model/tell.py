"""From what is asked of a clip, and its drafts, to the tensors that the network is told."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from engine.model.asked import Asked
from engine.model.text import TextEncoder
from engine.model.told import Instances, Told


@dataclass(frozen=True, slots=True, eq=False)
class Drafts:
    """The drafts of a clip: pictures (T, V, H, W, 3) RGB bytes, where they are valid and where they may change (T, V, H, W),
    and their G-buffers (T, V, channels, H / 8, W / 8; see `engine.gbuffer`), None where nobody has worked them out."""

    pictures: NDArray[np.uint8]
    valid: NDArray[np.bool_]
    dirty: NDArray[np.bool_]
    gbuffer: NDArray[np.float16] | None = None


def tensor_of(pictures: NDArray[np.uint8]) -> torch.Tensor:
    """Pictures (..., H, W, 3) as (..., 3, H, W) from -1 to 1."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).movedim(-1, -3).float() / 127.5 - 1


def pictures_of(tensor: torch.Tensor) -> NDArray[np.uint8]:
    """The way back, rounded and clipped."""
    return ((tensor.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).movedim(-3, -1).contiguous().cpu().numpy()


def share_of(mask: NDArray[np.bool_], factor: int) -> torch.Tensor:
    """A mask (..., H, W) as shares (..., 1, H / factor, W / factor)."""
    whole = torch.from_numpy(np.ascontiguousarray(mask)).float()
    return F.avg_pool2d(whole.flatten(0, -3)[:, None], factor).unflatten(0, whole.shape[:-2])


def tell(
    what: Asked,
    drafts: tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None,
    text: TextEncoder,
    seed: int,
    dtype: torch.dtype,
    gbuffer: NDArray[np.float16] | None = None,
) -> Told:
    """The conditions of one clip, a batch of one. `seed` deals out the actors' slots."""
    words, before = text.encoded([what.text]), text.encoded([what.recorded_text])
    latents, valid, dirty = (None, None, None) if drafts is None else (part[None] for part in drafts)

    def row(array: NDArray) -> torch.Tensor:
        return torch.from_numpy(array)[None]

    told = Told(
        times_s=row(what.times_s),
        cameras=row(what.cameras),
        waypoints=row(what.waypoints),
        action=row(what.action),
        text=words.tokens,
        text_mask=words.mask,
        change=words.bag - before.bag,
        layout=row(what.layout),
        draft=latents,
        valid=valid,
        dirty=dirty,
        gbuffer=None if gbuffer is None else row(gbuffer),
        instances=instances(what, text, seed),
    )
    return told.to(words.tokens.device, dtype)


def instances(what: Asked, text: TextEncoder, seed: int) -> Instances | None:
    """The clip's actors, or None. Slots are dealt out at random, so that a slot says nothing but "another one"."""
    number = len(what.categories)
    if number == 0:
        return None
    encoded = text.encoded([category_words(c) for c in what.categories]).whole
    slots = torch.randperm(number, generator=torch.Generator().manual_seed(seed)) / number
    return Instances(encoded[None], torch.from_numpy(what.size_lwh)[None], slots[None], torch.from_numpy(what.members)[None])


def category_words(category: str) -> str:
    """A nuScenes category in words: "vehicle.bus.rigid" is "vehicle bus rigid"."""
    return category.replace(".", " ").replace("_", " ")
