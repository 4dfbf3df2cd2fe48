"""From what is asked of a clip, and its drafts, to the tensors that the network is told."""

import numpy as np
import torch
from numpy.typing import NDArray

from engine.model.asked import Asked
from engine.model.text import TextEncoder
from engine.model.told import Instances, Told


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
    parts = torch.from_numpy(what.size_lwh), slots, torch.from_numpy(what.members)
    return Instances.of(encoded[None], *(part[None].to(encoded.device) for part in parts))


def category_words(category: str) -> str:
    """A nuScenes category in words: "vehicle.bus.rigid" is "vehicle bus rigid"."""
    return category.replace(".", " ").replace("_", " ")
