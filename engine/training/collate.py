"""Windows of clips as one batch of tensors."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from engine.model.asked import Asked
from engine.model.conditioning import category_words
from engine.model.drafts import share_of, tensor_of
from engine.model.text import TextEncoder
from engine.model.told import UNGUIDED, Instances, Told
from engine.training.clips import TrainingClip

# Each is left out of a clip with a probability of its own.
DROPPED = ("cameras", "waypoints", "action", "text", "change", "rate", "gbuffer")


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """(B, T, V, 3, H, W) from -1 to 1, with masks (B, T, V, 1, H, W)."""

    truth: torch.Tensor
    draft: torch.Tensor
    valid: torch.Tensor
    dirty: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """What a network is asked of clips, and the answer: latents (B, T, V, C, H, W), the draft's own where nothing may change,
    as they are when a clip is drawn."""

    shown: Pictures
    told: Told
    answer: torch.Tensor


def posed(networks: nn.ModuleDict, clips: list[TrainingClip], drop: float, rng: np.random.Generator) -> Posed:
    """Clips of the same shape, coded by a run's autoencoder and read by its text encoder; `drop` as in `told`."""
    codec, shown = networks["autoencoder"], pictures(clips)
    device = next(codec.parameters()).device
    with torch.no_grad():
        truth, draft = (_coded(codec, p.to(device)) for p in (shown.truth, shown.draft))
    what = _with_drafts(told(clips, networks["text_encoder"], drop, rng), shown, draft, codec.factor)
    return Posed(shown, what, torch.where(what.dirty > 0, truth, draft))


def pictures(clips: list[TrainingClip]) -> Pictures:
    """Of clips of the same shape."""
    return Pictures(
        torch.stack([tensor_of(c.truth) for c in clips]),
        torch.stack([tensor_of(c.drafts.pictures) for c in clips]),
        torch.stack([share_of(c.drafts.valid, 1) for c in clips]),
        torch.stack([share_of(c.drafts.dirty, 1) for c in clips]),
    )


def told(clips: list[TrainingClip], text: TextEncoder, drop: float, rng: np.random.Generator) -> Told:
    """Everything but the drafts themselves. Each condition is left out for a share `drop` of the clips, layout and instances
    for such a share of the batches; and in such a share of the batches all that guidance compares with being told."""
    asked = [clip.asked for clip in clips]
    words, before = text.encoded([a.text for a in asked]), text.encoded([a.recorded_text for a in asked])

    def rows(name: str) -> torch.Tensor:
        return torch.from_numpy(np.stack([getattr(a, name) for a in asked])).to(words.tokens.device)

    present = {name: torch.from_numpy(rng.random(len(clips)) >= drop).to(words.tokens.device) for name in DROPPED}
    layout = None if rng.random() < drop else rows("layout").to(words.tokens.dtype)
    instances = None if rng.random() < drop else _instances(asked, text, rng)
    whole = Told(
        times_s=rows("times_s"),
        cameras=rows("cameras"),
        waypoints=rows("waypoints"),
        action=rows("action"),
        text=words.tokens,
        text_mask=words.mask,
        change=words.bag - before.bag,
        layout=layout,
        gbuffer=torch.from_numpy(np.stack([clip.drafts.gbuffer for clip in clips])).to(words.tokens),
        instances=instances,
        present=present,
    )
    return whole.without(*UNGUIDED) if rng.random() < drop else whole


def _instances(asked: list[Asked], text: TextEncoder, rng: np.random.Generator) -> Instances | None:
    """Actors of all clips, as many for each as for the fullest."""
    most = max(len(a.categories) for a in asked)
    if most == 0:
        return None
    categories = [[category_words(c) for c in a.categories] + [""] * (most - len(a.categories)) for a in asked]
    encoded = text.encoded([words for row in categories for words in row]).whole.unflatten(0, (len(asked), most))
    sizes = np.stack([np.pad(a.size_lwh, ((0, most - len(a.size_lwh)), (0, 0))) for a in asked])
    members = np.stack([np.pad(a.members, [(0, 0)] * 4 + [(0, most - a.members.shape[-1])]) for a in asked])
    slots = np.stack([rng.permutation(most) / most for _ in asked]).astype(np.float32)
    device = encoded.device
    return Instances.of(encoded, *(torch.from_numpy(a).to(device) for a in (sizes, slots, members)))


def _coded(codec: nn.Module, p: torch.Tensor) -> torch.Tensor:
    return codec.latents(p.flatten(0, 2).to(codec.dtype)).unflatten(0, p.shape[:3]).float()


def _with_drafts(what: Told, shown: Pictures, draft: torch.Tensor, factor: int) -> Told:
    valid, dirty = (
        F.avg_pool2d(mask.flatten(0, 2), factor).unflatten(0, mask.shape[:3]).to(draft) for mask in (shown.valid, shown.dirty)
    )
    return replace(what, draft=draft, valid=valid, dirty=dirty)
