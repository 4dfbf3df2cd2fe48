"""Instance-masked attention (ConsisDrive, Eqs. 1 to 5): an actor's tokens see its own tokens and its identity, nobody else's.

The identity mask lets a visual token and an identity token see each other only where the actor's box covers the visual one; the
trajectory mask lets two visual tokens see each other only where they share an actor. With A the membership of tokens in actors,
identity tokens belonging to themselves, both are one formula (ours): allowed = (A A^T > 0) or the diagonal.

Readings of ours where the paper is silent: a token of nobody sees only itself and is left exactly as it was; a token of several
actors belongs to all of them; identity tokens see none but their own; one sequence runs over all frames and views of a clip.
Only tokens of somebody can change, so only they are computed: the result is that of the dense formula, at a cost that falls
with the square of their share.
"""

import torch
from torch import nn

from engine.model.attention import SelfAttention
from engine.model.embeddings import Embedder, fourier
from engine.model.foreground import Foreground
from engine.model.told import Instances


class IdentityTokens(nn.Module):
    """One token (B, n, D) for each actor: its category's words, its size, its slot (ConsisDrive, Eq. 1)."""

    def __init__(self, text_dim: int, dim: int, num_freqs: int = 4) -> None:
        super().__init__()
        self.num_freqs = num_freqs
        self.embed = Embedder(text_dim + 4 * (1 + 2 * num_freqs), dim)

    def forward(self, instances: Instances) -> torch.Tensor:
        """The tokens."""
        numbers = torch.cat([instances.size_lwh / 5, 2 * torch.pi * instances.slot[..., None]], dim=-1)
        known = torch.cat([instances.category, fourier(numbers, self.num_freqs).to(instances.category.dtype)], dim=-1)
        return self.embed(known)


class InstanceMaskedAttention(nn.Module):
    """V + tanh(w) * masked attention over [V, G], with w 0 at first, so that at first it changes nothing."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.attention = SelfAttention(dim, num_heads)
        self.gate = nn.Parameter(torch.zeros(()))

    def forward(self, tokens: torch.Tensor, identities: torch.Tensor, foreground: Foreground) -> torch.Tensor:
        """Visual tokens (B, N, D) with identity tokens (B, n, D)."""
        return torch.stack(
            [self._clip(*each) for each in zip(tokens, identities, foreground.index, foreground.allowed, strict=True)]
        )

    def _clip(self, tokens: torch.Tensor, identities: torch.Tensor, index: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        some = torch.cat([tokens.index_select(0, index), identities])
        seen = self.attention(self.norm(some)[None], allowed=allowed)[0, : len(index)]
        return tokens.index_add(0, index, (torch.tanh(self.gate) * seen).to(tokens))
