"""What people wear, by dice and by what they do."""

from dataclasses import dataclass

import numpy as np

from engine.town.mesh import Colour, Kind, Surface, rgb

SKIN = ("#e0b896", "#c99470", "#9a6a48", "#6e4a34", "#ecc8a8", "#b27f5c", "#4f3426", "#d8a884")
HAIR = ("#1a1512", "#2c211a", "#4a3524", "#7a5a34", "#8a8480", "#120f0e", "#a87a44", "#c8c2b8")
TOPS = ("#7a2426", "#24406a", "#2e4a3a", "#c8c4ba", "#1d1f22", "#b8862e", "#5a5f66", "#8a4a66", "#d8d4cc", "#3a5f7a", "#a8543a",
        "#4a3a5a", "#2f6a6a", "#6a7a3a", "#c86a5a", "#30343a", "#8a9aa8", "#e0dcd0")  # fmt: skip
LEGS = ("#22304a", "#1a1c20", "#3a3a3c", "#6a5a48", "#2e3a4e", "#7a7468", "#141518", "#4a5568", "#8a8072")
SHOES = ("#141414", "#3a2a20", "#d8d8d4", "#5a2020", "#26303e")
HELMETS = ("#e9e4da", "#1d1f22", "#a31d1a", "#24436e", "#c8ccce", "#d8a21c")
VEST, BAND = "#e8641a", "#d8dad2"


@dataclass(frozen=True, slots=True)
class Outfit:
    """What someone looks like. `role` is "", "worker" or "police"."""

    skin: Colour
    hair: Colour
    top: Colour
    legs: Colour
    shoes: Colour
    helmet: Colour
    long_hair: bool
    coat: bool
    backpack: bool
    bag: bool
    bare_arms: bool
    role: str
    seed: float

    def cloth(self, colour: Colour, more: float = 0.0) -> Surface:
        """A garment."""
        return Surface(Kind.CLOTH, colour, self.seed + more)

    @property
    def sleeve(self) -> Surface:
        """What covers the forearms."""
        return Surface(Kind.PLAIN, self.skin) if self.bare_arms else self.cloth(self.top)


def outfit(rng: np.random.Generator, colour: str | None, role: str = "") -> Outfit:
    """Clothes by dice; a colour given is the top's."""

    def pick(codes: tuple[str, ...]) -> Colour:
        return rgb(codes[int(rng.integers(len(codes)))])

    skin, hair, top, legs, shoes, helmet = (pick(c) for c in (SKIN, HAIR, TOPS, LEGS, SHOES, HELMETS))
    long_hair, coat, backpack, bag, bare = (bool(rng.random() < p) for p in (0.4, 0.3, 0.26, 0.25, 0.35))
    seed = float(rng.integers(1, 99)) / 7
    if role == "worker":
        top, legs, helmet, coat, backpack, bag = (
            rgb(VEST),
            rgb("#c8561a") if bare else legs,
            rgb("#e6b81e"),
            False,
            False,
            False,
        )
        bare = False
    if role == "police":
        top, legs, helmet, coat, backpack, bag, bare = (
            rgb("#141c30"),
            rgb("#10141f"),
            rgb("#10141f"),
            False,
            False,
            False,
            False,
        )
    return Outfit(skin, hair, rgb(colour) if colour else top, legs, shoes, helmet, long_hair, coat, backpack, bag,
                  bare and not coat, role, seed)  # fmt: skip
