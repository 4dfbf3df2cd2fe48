"""What a surface's rule says of each point, before light falls on it."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch

from engine.town import columns


@dataclass(frozen=True, eq=False)
class Finish:
    """Arrays of n, colours and normals kept by columns; a number that all share may be one in memory. `mirror` is how much of
    the surroundings Fresnel's share shows; `sunlit` what a rule's own relief leaves of the sun; `open` what it leaves of the
    sky; `through` how much sunlight comes through from behind, as in leaves."""

    albedo: torch.Tensor  # (n, 3)
    normal: torch.Tensor  # (n, 3)
    mirror: torch.Tensor  # (n,)
    base: torch.Tensor  # (n,) reflectance at normal incidence
    glow: torch.Tensor  # (n, 3)
    sunlit: torch.Tensor  # (n,)
    open: torch.Tensor  # (n,)
    through: torch.Tensor  # (n,)

    @classmethod
    def dull(cls, albedo: torch.Tensor, normal: torch.Tensor, **changed: torch.Tensor) -> "Finish":
        """A matt surface, but for what is given."""
        zero, one, some = (torch.tensor(value).expand(len(albedo)) for value in (0.0, 1.0, 0.04))
        plain = {"mirror": zero, "base": some, "glow": zero.expand(3, -1).T, "sunlit": one, "open": one, "through": zero}
        return cls(albedo, normal, **(plain | changed))

    def but(self, index: torch.Tensor, other: "Finish") -> "Finish":
        """The same with another's values at these places."""
        changed = [columns.copied(getattr(self, f.name)) for f in fields(self)]
        for values, f in zip(changed, fields(self), strict=True):
            columns.put(values, index, getattr(other, f.name))
        return Finish(*changed)

    @classmethod
    def joined(cls, several: "list[Finish]") -> "Finish":
        """One after the other."""
        return cls(*(columns.joined([getattr(one, f.name) for one in several]) for f in fields(cls)))


def mix(a: torch.Tensor, b: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Colours (n, 3) from a to b by shares (n,)."""
    return a + share[:, None] * (b - a)


def inside(distance: torch.Tensor, footprint: torch.Tensor) -> torch.Tensor:
    """Coverage of what lies where a signed distance is negative, softened to a pixel's footprint."""
    return (0.5 - distance / footprint.clamp(min=1e-3)).clamp(0, 1)


def faded(size_m: float, footprint: torch.Tensor, made: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """A detail (n,) of some size as far as pixels that cover `footprint` (n,) show it: `made` gives it at those points, by
    their index, of which anything is left; elsewhere it is 0."""
    left = fade(size_m, footprint)
    index = columns.index_of(left)
    out = torch.zeros_like(left)
    columns.put(out, index, made(index) * left.index_select(0, index))
    return out


def fade(size_m: float, footprint: torch.Tensor) -> torch.Tensor:
    """How much of a detail of some size is left when a pixel covers `footprint`."""
    return (size_m / footprint.clamp(min=1e-4) - 0.5).clamp(0, 1)
