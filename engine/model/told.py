"""What the network is told of a clip, as tensors.

B clips, T frames, V views; a token stands for a square of a view's latents. Every field but the frames' times may be None,
which is how a condition is left out for guidance. `present` leaves one out for some samples of a batch only, as training
does.
"""

from dataclasses import dataclass, field, fields, replace

import torch

from engine.model.foreground import Foreground

NUM_CAMERA = 16  # fx, fy, cx, cy by the picture's width or height, then the rotation and place of the camera in the ego frame
NUM_WAYPOINTS = 6  # of the ego, half a second apart
NUM_ACTION = 2  # speed in 10 m/s, turn rate in rad/s
NUM_GBUFFER = 8  # channels of `engine.gbuffer`, of which these are
UNGUIDED = ("text", "change", "layout", "instances", "waypoints", "action")  # what guidance compares with not being told
NEAR, MIDDLE, FAR, GROUND, SKY, MIRRORED = 0, 1, 2, 3, 4, slice(5, 8)


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """The actors of a clip, n of them (padded with such as no token belongs to)."""

    category: torch.Tensor  # (B, n, D of text) the category's words, encoded
    size_lwh: torch.Tensor  # (B, n, 3) metres
    slot: torch.Tensor  # (B, n) 0 to 1, dealt out anew for every clip, or it would be an index into the data set
    members: torch.Tensor  # (B, T, V, rows, columns, n) bool: whose box covers any pixel of a token
    foreground: Foreground  # of these members, which `of` makes

    @classmethod
    def of(cls, category: torch.Tensor, size_lwh: torch.Tensor, slot: torch.Tensor, members: torch.Tensor) -> "Instances":
        """Those with such categories, sizes, slots and members."""
        return cls(category, size_lwh, slot, members, Foreground.of(members.flatten(1, 4)))


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The conditions of clips."""

    times_s: torch.Tensor  # (B, T) since the clip's first frame
    cameras: torch.Tensor | None = None  # (B, V, NUM_CAMERA)
    waypoints: torch.Tensor | None = None  # (B, T, NUM_WAYPOINTS, 3) x, y, heading in the ego frame of the time, by 10 m
    action: torch.Tensor | None = None  # (B, T, NUM_ACTION)
    text: torch.Tensor | None = None  # (B, L, D of text)
    text_mask: torch.Tensor | None = None  # (B, L) False for padding
    change: torch.Tensor | None = None  # (B, D of text) words that are asked for, less those of the recording
    layout: torch.Tensor | None = None  # (B, T, V, channels, rows * cell, columns * cell): see `engine.model.layout`
    draft: torch.Tensor | None = None  # (B, T, V, C, H, W) latents
    valid: torch.Tensor | None = None  # (B, T, V, 1, H, W) the share of each place that the draft knows
    dirty: torch.Tensor | None = None  # (B, T, V, 1, H, W) the share that may change
    gbuffer: torch.Tensor | None = None  # (B, T, V, channels, H, W): see `engine.gbuffer`
    instances: Instances | None = None
    present: dict[str, torch.Tensor] = field(default_factory=dict)  # name of a field -> (B,) bool

    def without(self, *names: str) -> "Told":
        """The same with these left out."""
        return replace(self, **dict.fromkeys(names))

    def to(self, device: torch.device | str, dtype: torch.dtype) -> "Told":
        """The same elsewhere; what is not a yes or no, nor a time, in another type."""
        moved = {f.name: _moved(getattr(self, f.name), device, None if f.name == "times_s" else dtype) for f in fields(self)}
        return Told(**moved)


def _moved(value: object, device: torch.device | str, dtype: torch.dtype | None) -> object:
    if isinstance(value, torch.Tensor):
        return value.to(device, dtype if value.is_floating_point() else None)
    if isinstance(value, Foreground):
        return value.to(device)
    if isinstance(value, Instances):
        return Instances(*(_moved(getattr(value, f.name), device, dtype) for f in fields(value)))
    if isinstance(value, dict):
        return {name: _moved(v, device, dtype) for name, v in value.items()}
    return value
