"""Attention as the blocks use it: queries and keys normalised, positions by rotation, PyTorch's own kernels."""

import torch
from torch import nn
from torch.nn import functional as F

# Of the rotations that encode time: from a frame of a fast camera to a long drive.
SHORTEST_S, LONGEST_S = 0.1, 200.0


class Heads(nn.Module):
    """Queries, keys and values of tokens (..., L, D) as (..., heads, L, D / heads), and the way back."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"width {dim} with {num_heads} heads; wanted a width that the heads divide")
        self.num_heads = num_heads
        self.to_qkv = nn.Linear(dim, 3 * dim)
        self.norm_q = nn.LayerNorm(dim // num_heads, eps=1e-6, bias=False)  # RMSNorm has no fused kernel on CPU
        self.norm_k = nn.LayerNorm(dim // num_heads, eps=1e-6, bias=False)
        self.to_out = nn.Linear(dim, dim)

    def qkv(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys, values."""
        q, k, v = self.to_qkv(x).unflatten(-1, (3, self.num_heads, -1)).unbind(-3)
        return self.norm_q(q).transpose(-2, -3), self.norm_k(k).transpose(-2, -3), v.transpose(-2, -3)

    def out(self, x: torch.Tensor) -> torch.Tensor:
        """Heads together again, (..., L, D)."""
        return self.to_out(x.transpose(-2, -3).flatten(-2))


class SelfAttention(nn.Module):
    """Attention among tokens (N, L, D); `angles` (L, D / heads / 2) or (N, L, D / heads / 2) rotate queries and keys."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.heads = Heads(dim, num_heads)

    def forward(self, x: torch.Tensor, angles: torch.Tensor | None = None, allowed: torch.Tensor | None = None) -> torch.Tensor:
        """Tokens that have seen one another; `allowed` (L, L) or (N, 1, L, L) says who may see whom."""
        q, k, v = self.heads.qkv(x)
        if angles is not None:
            q, k = rotated(q, angles), rotated(k, angles)
        return self.heads.out(F.scaled_dot_product_attention(q, k, v, attn_mask=allowed))


class JointAttention(nn.Module):
    """Tokens of a picture and of a text attend to all of both, each with projections of its own (SD3's MMDiT)."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.picture = Heads(dim, num_heads)
        self.text = Heads(dim, num_heads)

    def forward(self, picture: torch.Tensor, text: torch.Tensor, allowed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Both (N, L, D); `allowed` (N, 1, 1, L of both) is False for the padding of texts."""
        length = picture.shape[1]
        pairs = zip(self.picture.qkv(picture), self.text.qkv(text), strict=True)
        q, k, v = (torch.cat(pair, dim=-2) for pair in pairs)
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        return self.picture.out(seen[:, :, :length]), self.text.out(seen[:, :, length:])


def time_angles(seconds: torch.Tensor, head_dim: int) -> torch.Tensor:
    """Angles (..., head_dim / 2) of times (...): periods from `SHORTEST_S` to `LONGEST_S`, so that any frame rate has a
    place."""
    share = torch.linspace(0, 1, head_dim // 2, device=seconds.device)
    periods = SHORTEST_S * (LONGEST_S / SHORTEST_S) ** share
    return seconds[..., None] * (2 * torch.pi / periods)


def rotated(x: torch.Tensor, angles: torch.Tensor) -> torch.Tensor:
    """Vectors (N, heads, L, D) turned in pairs by angles (L, D / 2) or (N, L, D / 2): rotary position embedding."""
    angles = angles[:, None] if angles.dim() == 3 else angles
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
