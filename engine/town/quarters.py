"""What kind of quarter lies at each side of each street: blocks between side streets, by the town's mood and the dice."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from engine.town.chance import dice
from engine.town.streets import Kind, Plan, Street

Quarter = Literal["old", "homes", "shops", "offices", "works", "park", "estate"]
QUARTERS: tuple[Quarter, ...] = ("old", "homes", "shops", "offices", "works", "park", "estate")
MOODS: dict[str, tuple[float, ...]] = {  # weights of the quarters
    "old town": (0.55, 0.04, 0.28, 0.02, 0.0, 0.09, 0.02),
    "suburb": (0.02, 0.66, 0.08, 0.0, 0.03, 0.13, 0.08),
    "centre": (0.10, 0.0, 0.34, 0.42, 0.0, 0.10, 0.04),
    "works": (0.0, 0.12, 0.08, 0.16, 0.52, 0.05, 0.07),
    "estate": (0.02, 0.12, 0.14, 0.06, 0.02, 0.14, 0.50),
    "mixed": (0.20, 0.20, 0.22, 0.12, 0.06, 0.10, 0.10),
}
MOODS_OF: dict[Kind, tuple[str, ...]] = {
    "junction": ("old town", "centre", "mixed", "estate", "works"), "tee": ("old town", "suburb", "mixed", "centre"),
    "curve": ("old town", "suburb", "mixed", "works"), "roundabout": ("suburb", "mixed", "works", "estate"),
    "slope": ("suburb", "old town", "mixed"), "parking": ("suburb", "estate", "old town", "mixed"),
    "boulevard": ("centre", "old town", "mixed", "estate"),
}  # fmt: skip
GREEN: tuple[Quarter, ...] = ("homes", "park", "estate")


@dataclass(frozen=True, slots=True)
class Block:
    """One side of a street between two stations. Side 1 is to the left of rising stations."""

    street: str
    side: int
    s0: float
    s1: float
    quarter: Quarter
    number: int  # tells it from all others of its street

    @property
    def green(self) -> bool:
        """Whether its ground is grass where nothing is built."""
        return self.quarter in GREEN


@lru_cache(maxsize=8)
def blocks(plan: Plan) -> tuple[Block, ...]:
    """All blocks of a town, street by street."""
    rng = dice("quarters", plan.seed)
    moods = MOODS_OF[plan.kind]
    mood = moods[int(rng.integers(len(moods)))]
    out: list[Block] = []
    for street in plan.streets:
        for side in (-1, 1):
            for s0, s1 in _cuts(plan, street, side):
                quarter = QUARTERS[int(rng.choice(len(QUARTERS), p=MOODS[mood]))]
                out.append(Block(street.name, side, s0, s1, quarter, len(out)))
    return tuple(out)


def _cuts(plan: Plan, street: Street, side: int) -> list[tuple[float, float]]:
    """Station ranges between the streets that leave to one side, the long ones in pieces."""
    ends = plan.ends(street)
    low, high = (0.0 if ends[0] else -40.0), street.length + (0.0 if ends[1] else 40.0)
    marks = [low, *(s for s, _, _ in plan.crossings_of(street) if low < s < high), high]
    out = []
    for a, b in zip(marks[:-1], marks[1:], strict=True):
        pieces = max(1, round((b - a) / 95))
        out += [(a + (b - a) * k / pieces, a + (b - a) * (k + 1) / pieces) for k in range(pieces)]
    return out


def block_at(plan: Plan, street: str, side: int, station: float) -> Block:
    """The block at a station; the street's outermost one beyond its ends."""
    there = [b for b in blocks(plan) if b.street == street and b.side == side]
    return next((b for b in there if station < b.s1), there[-1])
