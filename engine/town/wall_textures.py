"""How light and dark what a wall is made of is: courses of brick or stone, panels, boards, sheet metal, concrete."""

from collections.abc import Callable

import torch

from engine.town.facades import Style
from engine.town.finish import fade, inside
from engine.town.light import smooth
from engine.town.noise import hashed, noise


def _bricks(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    return _blocks(u, h, f, 0.225, 0.075, 0.006, 0.42) * (
        1 + 0.20 * (hashed(torch.floor(u / 0.9), torch.floor(h / 0.45)) - 0.5) * fade(0.5, f)
    )


def _blocks(
    u: torch.Tensor, h: torch.Tensor, f: torch.Tensor, long: float, tall: float, joint: float, spread: float
) -> torch.Tensor:
    """Tone of bricks or blocks in bond; mortar is light between small ones, dark between large ones."""
    course = torch.floor(h / tall)
    x = u / long + 0.5 * (course % 2)
    column = torch.floor(x)
    edge = torch.minimum((0.5 - (x - column - 0.5).abs()) * long, (0.5 - (h / tall - course - 0.5).abs()) * tall)
    mortar = inside(edge - joint, f.clamp(min=0.004)) * fade(tall * 0.27, f)
    each = 1 + spread * (hashed(column, course) - 0.5) * fade(tall * 1.3, f)
    return each * (1 - 0.25 * mortar) + (0.35 if tall < 0.2 else -0.12) * mortar


def _ashlar(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    return _blocks(u, h, f, 0.85, 0.36, 0.008, 0.18)


def _panels(u: torch.Tensor, h: torch.Tensor, du: torch.Tensor, dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    panel = torch.minimum((du - 0.35).abs(), (dh - 0.02).abs())
    return 1 - 0.35 * inside(panel - 0.015, f) * fade(0.06, f)


def _boards(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    lap = h / 0.15 - torch.floor(h / 0.15)
    each = 1 + 0.10 * (hashed(torch.floor(h / 0.15), torch.floor(u / 3.1)) - 0.5) * fade(0.15, f)
    return each * (1 - (0.45 * smooth(0.80, 1.0, lap) - 0.06 * lap) * fade(0.10, f))


def _sheet(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, _dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    rib = torch.sin(u * (2 * torch.pi / 0.30)) * fade(0.16, f)
    seam = inside((h / 3.2 - torch.floor(h / 3.2) - 0.5).abs() * 3.2 - 0.02, f) * fade(0.05, f)
    rust = smooth(1.3, 2.2, noise("patch", u / 17.0, h / 40.0)) * 0.22
    return (1 + 0.16 * rib) * (1 - 0.25 * seam) * (1 - rust)


def _concrete(u: torch.Tensor, h: torch.Tensor, _du: torch.Tensor, dh: torch.Tensor, f: torch.Tensor) -> torch.Tensor:
    form = inside((u / 2.4 - torch.floor(u / 2.4) - 0.5).abs() * 2.4 - 0.008, f) * fade(0.04, f)
    stain = smooth(0.4, 1.8, noise("grain", u / 2.2, h / 50.0)) * 0.16
    return (1 - 0.25 * form) * (1 - stain) * (1 - 0.12 * inside(dh - 0.12, f))


Texture = Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
TEXTURES: dict[Style, Texture] = {
    Style.BRICK: _bricks, Style.PANELS: _panels, Style.BOARDS: _boards, Style.SHEET: _sheet, Style.BANDS: _concrete,
    Style.STONE: _ashlar,
}  # fmt: skip
