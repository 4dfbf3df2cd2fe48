import pytest
import torch
from torch.nn import functional as F

from engine.model.foreground import Foreground
from engine.model.instance_attention import InstanceMaskedAttention

DIM, HEADS, N, ACTORS = 32, 4, 60, 5


def layer(gate=0.7, dtype=torch.float32):
    torch.manual_seed(0)
    made = InstanceMaskedAttention(DIM, HEADS).to(dtype)
    with torch.no_grad():
        made.gate.fill_(gate)
    return made


def clip(share=0.2, seed=1):
    g = torch.Generator().manual_seed(seed)
    members = torch.rand((2, N, ACTORS), generator=g) < share / 2
    return torch.randn((2, N, DIM), generator=g), torch.randn((2, ACTORS, DIM), generator=g), members


def dense(layer, tokens, identities, members):
    """ConsisDrive's formula as it stands: both masks by their definitions, over all tokens."""
    out = []
    for x, g, own in zip(tokens, identities, members, strict=True):
        m, n = len(x), len(g)
        allowed = torch.zeros(m + n, m + n, dtype=torch.bool)
        for k in range(m):
            for j in range(m):
                allowed[k, j] = bool((own[k] & own[j]).any())  # the trajectory mask
        allowed[:m, m:], allowed[m:, :m] = own, own.T  # the identity mask
        allowed |= torch.eye(m + n, dtype=torch.bool)
        q, k, v = layer.attention.heads.qkv(layer.norm(torch.cat([x, g]))[None])
        seen = layer.attention.heads.out(F.scaled_dot_product_attention(q, k, v, attn_mask=allowed))[0, :m]
        out.append(x + torch.tanh(layer.gate) * seen * own.any(1, keepdim=True))
    return torch.stack(out)


def test_it_equals_the_dense_formula():
    tokens, identities, members = clip()
    sparse = layer()(tokens, identities, Foreground.of(members))
    torch.testing.assert_close(sparse, dense(layer(), tokens, identities, members), rtol=0, atol=1e-5)


def test_with_its_gate_at_0_it_is_the_identity_to_the_bit():
    tokens, identities, members = clip()
    assert torch.equal(layer(0.0)(tokens, identities, Foreground.of(members)), tokens)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_tokens_of_nobody_are_untouched_and_all_are_finite(dtype):
    tokens, identities, members = clip()
    tokens, identities = tokens.to(dtype), identities.to(dtype)
    out = layer(dtype=dtype)(tokens, identities, Foreground.of(members))
    assert torch.isfinite(out).all()
    nobody = ~members.any(-1)
    assert torch.equal(out[nobody], tokens[nobody])


def test_a_clip_of_nobody_is_untouched():
    tokens, identities, members = clip()
    assert torch.equal(layer()(tokens, identities, Foreground.of(members & False)), tokens)


def test_nothing_leaks_from_one_actor_to_another_or_to_the_background():
    tokens, identities, members = clip()
    identities.requires_grad_()
    tokens.requires_grad_()
    out = layer()(tokens, identities, Foreground.of(members))[0]
    mine = members[0, :, 0] & ~members[0, :, 1:].any(-1)
    assert mine.any()
    to_tokens, to_identities = torch.autograd.grad(out[mine].sum(), (tokens, identities), retain_graph=True)
    assert not to_identities[0, 1:].any()
    assert to_identities[0, 0].any()
    assert not to_tokens[0][~members[0, :, 0]].any()
    background = ~members[0].any(-1)
    assert not torch.autograd.grad(out[background].sum(), identities)[0].any()
