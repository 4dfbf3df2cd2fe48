"""The sizes that the network comes in, by name. All have the same parts; what differs is how wide and how deep they are."""

from types import MappingProxyType

# tiny: for tests, trains in seconds. small: the shipped one, made for two CPU cores. The others are for GPUs.
SIZES = MappingProxyType(
    {
        "tiny": {
            "dim": 64,
            "num_blocks": 2,
            "num_heads": 2,
            "num_control": 1,
            "num_inject": 1,
            "text_dim": 32,
            "detail_dim": 16,
        },
        "small": {"dim": 256, "num_blocks": 4, "num_heads": 4, "mlp_ratio": 3.0, "num_control": 2, "num_inject": 2},
        "base": {
            "dim": 768,
            "num_blocks": 12,
            "num_heads": 12,
            "num_control": 6,
            "num_inject": 4,
            "text_dim": 768,
            "detail_dim": 192,
        },
        "large": {
            "dim": 1152,
            "num_blocks": 18,
            "num_heads": 18,
            "num_control": 9,
            "num_inject": 6,
            "text_dim": 768,
            "detail_dim": 256,
        },
        "2B": {
            "dim": 1536,
            "num_blocks": 24,
            "num_heads": 24,
            "num_control": 12,
            "num_inject": 8,
            "text_dim": 1024,
            "detail_dim": 320,
        },
    }
)


def size(name: str) -> dict[str, int | float]:
    """The configuration of a named size; ValueError for another name."""
    if name not in SIZES:
        raise ValueError(f"size {name!r} of the network; wanted one of {', '.join(SIZES)}")
    return dict(SIZES[name])
