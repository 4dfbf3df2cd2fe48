"""How much faster instance-masked attention is for computing foreground tokens alone: the layer, gather and scatter included.

Dense: all visual and identity tokens with the full mask, as the paper writes it. Both give the same tokens to 1e-5.
"""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn import functional as F

from engine.model.foreground import Foreground
from engine.model.instance_attention import InstanceMaskedAttention
from tests.bench.row import Row

PART = "model"
DIM, HEADS = 384, 6
TOKENS, ACTORS, FOREGROUND = 6 * 9 * 112, 40, 0.12
REPEATS, QUICK_REPEATS = 10, 3


def rows(quick: bool) -> Iterator[Row]:
    """The ratio of the medians within one run, alternating."""
    repeats, threads = QUICK_REPEATS if quick else REPEATS, torch.get_num_threads()
    torch.set_num_threads(1)  # processor time of one thread does not depend on what else the machine does
    layer, tokens, identities, members = _clip()
    with torch.inference_mode():
        allowed = _allowed(members[0])
        sparse, dense = [], []
        for _ in range(repeats + 1):
            foreground = Foreground.of(members)
            sparse.append(_seconds(lambda f=foreground: layer(tokens, identities, f)))
            dense.append(_seconds(lambda: _dense(layer, tokens, identities, members, allowed)))
        apart = float((layer(tokens, identities, foreground) - _dense(layer, tokens, identities, members, allowed)).abs().max())
    torch.set_num_threads(threads)
    yield Row("ima.speedup", float(np.median(dense[1:]) / np.median(sparse[1:])), "x", repeats)
    yield Row("ima.max_abs_difference", apart, "", repeats)


def _clip() -> tuple[InstanceMaskedAttention, torch.Tensor, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    layer = InstanceMaskedAttention(DIM, HEADS).eval()
    torch.nn.init.constant_(layer.gate, 0.5)
    members = torch.zeros(1, TOKENS, ACTORS, dtype=torch.bool)
    some = torch.randperm(TOKENS)[: round(FOREGROUND * TOKENS)]
    members[0, some, torch.randint(ACTORS, (len(some),))] = True
    return layer, torch.randn(1, TOKENS, DIM), torch.randn(1, ACTORS, DIM), members


def _allowed(members: torch.Tensor) -> torch.Tensor:
    own = torch.cat([members.float(), torch.eye(ACTORS)])
    return (own @ own.T > 0).fill_diagonal_(True)


def _dense(
    layer: InstanceMaskedAttention,
    tokens: torch.Tensor,
    identities: torch.Tensor,
    members: torch.Tensor,
    allowed: torch.Tensor,
) -> torch.Tensor:
    heads = layer.attention.heads
    q, k, v = heads.qkv(layer.norm(torch.cat([tokens, identities], dim=1)))
    seen = heads.out(F.scaled_dot_product_attention(q, k, v, attn_mask=allowed))[:, :TOKENS]
    return tokens + torch.tanh(layer.gate) * seen * members.any(-1, keepdim=True)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
