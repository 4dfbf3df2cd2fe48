"""Words as vectors, by a small encoder with a vocabulary of its own. CLIP and T5 can take its place; see
`engine.model.pretrained`."""

from dataclasses import dataclass
from typing import Protocol

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import nn

from engine.model.attention import SelfAttention
from engine.model.blocks import FeedForward
from engine.model.words import words_of

UNKNOWN = 0  # the number of every word that was never learned
NUM_TOKENS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Texts: vectors (B, L, D), which of them are no padding (B, L), one vector (B, D) for the whole of each, and another, the
    `bag`, to subtract texts by: the sum of what their known words are by themselves, or the whole again where an encoder has no
    such vectors."""

    tokens: torch.Tensor
    mask: torch.Tensor
    whole: torch.Tensor
    bag: torch.Tensor


class TextEncoder(Protocol):
    """What the pipeline asks of a text encoder."""

    dim: int

    def encoded(self, texts: list[str]) -> Encoded:
        """Vectors of texts."""
        ...


class WordEncoder(ModelMixin, ConfigMixin):
    """Words of a fixed vocabulary, one block of attention; trained together with the network that reads it."""

    @register_to_config
    def __init__(self, vocabulary: list[str], dim: int = 128, num_heads: int = 4) -> None:
        super().__init__()
        if len(set(vocabulary)) != len(vocabulary):
            raise ValueError("a vocabulary with a word in it twice; wanted each word once")
        self._number = {word: i for i, word in enumerate(vocabulary, UNKNOWN + 1)}
        self.words = nn.Embedding(len(vocabulary) + 1, dim)
        self.places = nn.Parameter(0.02 * torch.randn(NUM_TOKENS, dim))
        self.norm = nn.LayerNorm(dim)
        self.attention = SelfAttention(dim, num_heads)
        self.norm_mlp = nn.LayerNorm(dim)
        self.mlp = FeedForward(dim, 2.0)

    @property
    def dim(self) -> int:
        """Of the vectors."""
        return self.config.dim

    def encoded(self, texts: list[str]) -> Encoded:
        """See `TextEncoder`; words beyond the first `NUM_TOKENS` are not read."""
        numbers = [[self._number.get(word, UNKNOWN) for word in words_of(text)][:NUM_TOKENS] for text in texts]
        length = max(1, *(len(row) for row in numbers))
        device = self.places.device
        ids = torch.tensor([row + [UNKNOWN] * (length - len(row)) for row in numbers], device=device)
        counts = torch.tensor([max(1, len(row)) for row in numbers], device=device)
        mask = torch.arange(length, device=device)[None] < counts[:, None]
        words = self.words(ids)
        x = words + self.places[:length]
        x = x + self.attention(self.norm(x), allowed=mask[:, None, None])
        x = x + self.mlp(self.norm_mlp(x))
        known = mask & (ids != UNKNOWN)
        return Encoded(x, mask, (x * mask[..., None]).sum(1) / counts[:, None], (words * known[..., None]).sum(1))
