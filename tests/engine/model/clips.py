"""Tiny clips to run real networks on."""

import torch

from engine.model.layout import NUM_CHANNELS
from engine.model.sizes import size
from engine.model.told import NUM_ACTION, NUM_CAMERA, NUM_GBUFFER, NUM_WAYPOINTS, Instances, Told
from engine.model.transformer import WorldTransformer

B, T, V, C, H, W = 2, 3, 2, 16, 8, 16
ROWS, COLUMNS, NUM_ACTORS, WORDS = H // 2, W // 2, 4, 32


def network(seed=0, zero=True, **config):
    """A tiny network; with `zero` False, no layer of it is at 0, as after training."""
    torch.manual_seed(seed)
    net = WorldTransformer(**size("tiny"), **{"gbuffer_channels": NUM_GBUFFER} | config)
    if not zero:
        with torch.no_grad():
            for parameter in net.parameters():
                if not parameter.any():
                    parameter.normal_(std=0.05)
    return net.eval()


def clip(seed=1, shape=(B, T, V)):
    """A noisy clip: latents and levels."""
    g = torch.Generator().manual_seed(seed)
    return torch.randn((*shape, C, H, W), generator=g), torch.rand(shape, generator=g) * 0.9 + 0.1


def instances(seed=3, shape=(B, T, V)):
    """Actors, some of whose boxes cover the same tokens."""
    g = torch.Generator().manual_seed(seed)
    members = torch.rand((*shape, ROWS, COLUMNS, NUM_ACTORS), generator=g) > 0.9
    n = shape[0], NUM_ACTORS
    return Instances.of(
        torch.randn((*n, WORDS), generator=g), torch.rand((*n, 3), generator=g), torch.rand(n, generator=g), members
    )


def told(seed=2, shape=(B, T, V)):
    """All there is to tell."""
    g = torch.Generator().manual_seed(seed)
    b, t, v = shape
    cameras = torch.rand((b, v, NUM_CAMERA), generator=g) + 0.1
    return Told(
        times_s=0.5 * torch.arange(t)[None].expand(b, t),
        cameras=cameras,
        waypoints=torch.randn((b, t, NUM_WAYPOINTS, 3), generator=g),
        action=torch.randn((b, t, NUM_ACTION), generator=g),
        text=torch.randn((b, 5, WORDS), generator=g),
        text_mask=torch.arange(5)[None] < torch.tensor([[3], [5]])[:b],
        change=torch.randn((b, WORDS), generator=g),
        layout=torch.rand((*shape, NUM_CHANNELS, 4 * ROWS, 4 * COLUMNS), generator=g),
        draft=torch.randn((*shape, C, H, W), generator=g),
        valid=torch.rand((*shape, 1, H, W), generator=g),
        dirty=torch.rand((*shape, 1, H, W), generator=g),
        gbuffer=torch.rand((*shape, NUM_GBUFFER, H, W), generator=g),
        instances=instances(shape=shape),
    )
