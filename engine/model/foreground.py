"""Who sees whom in instance-masked attention, by whose boxes cover which tokens. Of the attention itself it knows nothing."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """Per clip: which tokens belong to somebody, and who of them and of the identity tokens may see whom.

    Made once per clip, where it is told: with thousands of tokens that takes half a second, and no step changes it.
    """

    index: tuple[torch.Tensor, ...]  # (m,) into the clip's tokens
    allowed: tuple[torch.Tensor, ...]  # (m + n, m + n) bool

    @classmethod
    def of(cls, members: torch.Tensor) -> "Foreground":
        """From the membership (B, N, n) of all tokens."""
        index = tuple(torch.nonzero(clip.any(-1))[:, 0] for clip in members)
        own = torch.eye(members.shape[-1], device=members.device)
        allowed = tuple(_sharing(torch.cat([clip[i].float(), own])) for clip, i in zip(members, index, strict=True))
        return cls(index, allowed)

    def to(self, device: torch.device | str) -> "Foreground":
        """The same elsewhere."""
        return Foreground(*(tuple(clip.to(device) for clip in clips) for clips in (self.index, self.allowed)))


def _sharing(membership: torch.Tensor) -> torch.Tensor:
    alike = membership @ membership.T > 0
    return alike.fill_diagonal_(True)
