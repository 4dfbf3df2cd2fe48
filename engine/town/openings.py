"""A façade's grid of bays and storeys, and the window, door, gate or shop front in each."""

from dataclasses import dataclass, fields

import torch

from engine.town.columns import some
from engine.town.facades import GRID, SEED, Front, Style
from engine.town.noise import hashed
from engine.town.stage import Spots


@dataclass(frozen=True, eq=False)
class Opening:
    """Where points on a façade lie in their bay and storey, and the window, door or shop front there; all arrays of n."""

    u: torch.Tensor  # metres along the wall
    h: torch.Tensor  # metres above ground
    du: torch.Tensor  # from the bay's middle
    dh: torch.Tensor  # from the storey's floor
    half_w: torch.Tensor  # of the opening
    sill: torch.Tensor  # its lower edge, above the floor
    top: torch.Tensor  # its upper edge
    distance: torch.Tensor  # to its edge, negative inside
    die: torch.Tensor  # in [0, 1), one per opening
    shop: torch.Tensor  # whether it is a shop front
    door: torch.Tensor
    curtain: torch.Tensor  # whether it is a field of a curtain wall
    fits: torch.Tensor  # whether the wall has room for it
    lobby: torch.Tensor  # whether it is glass down to the ground
    gates: torch.Tensor  # whether it is in a hall's ground floor
    bands: torch.Tensor  # whether it runs on into the next one

    def __getitem__(self, index: torch.Tensor) -> "Opening":
        """Some of them."""
        return Opening(*(some(getattr(self, f.name), index) for f in fields(self)))

    @property
    def middle(self) -> torch.Tensor:
        """Height of the opening's middle above the floor."""
        return (self.sill + self.top) / 2

    @property
    def half_h(self) -> torch.Tensor:
        """Half its height."""
        return (self.top - self.sill) / 2


def opening(spots: Spots) -> Opening:
    """The grid of bays and storeys."""
    u, h, length = spots.rest.unbind(1)
    storey, bay_w, win_w, win_h, style, front, height, ground = spots.row[:, GRID].unbind(1)
    seed = spots.row[:, SEED]
    low = h < ground
    shop, lobby = low & (front == Front.SHOPS), low & (front == Front.LOBBY)
    gates, porch = low & (front == Front.GATES), low & (front == Front.PORCH)
    curtain, bands = (style == Style.CURTAIN) & ~low, (style == Style.BANDS) & ~low
    bays = torch.round(length / bay_w).clamp(min=1)
    bay = length / bays
    bay = torch.where(shop & (bays > 2), 2 * bay, bay)
    k = torch.floor(u / bay)
    level = torch.where(low, torch.zeros_like(h), torch.floor((h - ground) / storey) + 1)
    floor_at = torch.where(low, torch.zeros_like(h), ground + (level - 1) * storey)
    du, dh = (u / bay - k - 0.5) * bay, h - floor_at
    die = hashed(k, level, seed)
    chance = torch.where(shop, 0.34, torch.where(gates, 0.55, torch.full_like(h, 0.22)))
    door = low & torch.where(porch, k == torch.floor(bays / 2), hashed(k, seed, seed + 9) < chance)
    glass = shop | lobby

    half_w = torch.where(glass, 0.5 * bay - 0.22, torch.minimum(0.5 * win_w, 0.5 * bay - 0.2))
    half_w = torch.where(door & ~glass, 0.55, half_w)
    half_w = torch.where(gates & door, (0.5 * bay - 0.35).clamp(max=2.1), half_w)
    half_w = torch.where(curtain, 0.5 * bay - 0.05, half_w)
    half_w = torch.where(bands, 0.5 * bay + 0.01, half_w)

    above_floor = torch.where(shop, 0.55, torch.where(lobby, 0.12, torch.full_like(h, 0.9)))
    above_floor = torch.where(door, 0.05, torch.where(gates, 2.6, above_floor))
    sill = torch.where(bands, 0.95, torch.where(curtain, 0.75, above_floor))

    top = torch.where(low, above_floor + win_h, torch.minimum(above_floor + win_h, storey - 0.3))
    top = torch.where(shop, 2.95, torch.where(lobby, 3.5, top))
    top = torch.where(door & ~glass, 2.3, top)
    top = torch.where(gates & door, (ground - 0.5).clamp(max=4.3), top)
    top = torch.where(bands, storey - 0.35, torch.where(curtain, storey - 0.08, top))

    fits = (u > 0.25) & (u < length - 0.25) & (floor_at + top < height - 0.3) & (h > 0) & (win_w > 0)
    fits &= ~((style == Style.SHEET) & (die > 0.72) & ~door)
    distance = torch.maximum(du.abs() - half_w, (dh - (sill + top) / 2).abs() - (top - sill) / 2)
    distance = torch.where(~fits, 1.0, distance)
    return Opening(u, h, du, dh, half_w, sill, top, distance, die, shop, door, curtain, fits, lobby, gates, bands)
