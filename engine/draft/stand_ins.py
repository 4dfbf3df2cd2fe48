"""Who stands in for an actor that is wanted from a side which none of its own pictures shows.

A car that was only ever seen from behind has no flank to turn. Another of its kind that was seen from there, in the first one's
paint, is nearer to the truth than a back turned to whoever looks. Ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from editor.geometry import Vec3
from editor.scene import Actor
from engine.draft.bank import BankEntry, apart, bank, family
from engine.draft.from_bank import own_paint
from engine.draft.gather import Source
from engine.draft.paint import colours_apart
from engine.draft.picks import Pick

MOST_UNSEEN = 0.35  # of the sides that are wanted, before anybody stands in
MOST_COST = 8.0  # of its best picture, before anybody is asked whether he fits better
MOST_APART = 0.5  # in size
SEARCHED, COMPARED = 24, 8  # of the others, those nearest in size; and of these the best seen, whose paint is looked at
UNSEEN_PRICE, APART_PRICE, PAINT_PRICE = 10.0, 6.0, 0.15  # as a pick counts costs; the last for each unit of ΔE
UNTOLD = 20.0  # how far apart paints count where one cannot be told
OTHERS_PRICE, SHIPPED_PRICE = 4.0, 7.0  # for being another, and for being made up, which shows
REPAINTED_PRICE = 0.04  # for each unit of ΔE, of which repainting leaves a little


def shows_ill(best: Pick) -> bool:
    """Whether the best of an actor's own pictures shows too little of what is wanted of it, or fits ill."""
    return best.lacks > MOST_UNSEEN or best.cost > MOST_COST


@dataclass(frozen=True, slots=True)
class Role:
    """Whom somebody stands in for: its `paint`, "#rrggbb" if it can be told, and the best of its `own` pictures for what is
    wanted."""

    category: str
    size_lwh: Vec3
    paint: str | None
    own: Pick


def stand_in(
    role: Role,
    others: Sequence[Actor],
    picks: Callable[[Actor], list[Pick]],
    paint_in: Callable[[Actor, Source], str | None],
) -> Actor | BankEntry | None:
    """Who of the others, or of the shipped bank, is most like it and was seen from where it is wanted; None where its own
    picture serves better, or nobody's does.

    `picks` are an actor's pictures for what is wanted, best first, and `paint_in` is its paint in one, if that can be told."""
    near = sorted((apart(other.size_lwh, role.size_lwh), k) for k, other in enumerate(others))[:SEARCHED]
    best = [(away, k, next(iter(picks(others[k])), None)) for away, k in near if away <= MOST_APART]
    seen = [(_price(p) + APART_PRICE * away, k, p) for away, k, p in best if p and p.lacks <= MOST_UNSEEN]
    offers = [
        (OTHERS_PRICE + price + PAINT_PRICE * _paint_apart(role.paint, paint_in(others[k], pick.source)), k, others[k])
        for price, k, pick in sorted(seen, key=lambda offer: offer[:2])[:COMPARED]
    ]
    shipped = min(family(bank().values(), role.category), key=lambda entry: _unlike(entry, role), default=None)
    if shipped is not None:
        offers.append((SHIPPED_PRICE + APART_PRICE * apart(shipped.size_lwh, role.size_lwh), len(others), shipped))
    price, _, who = min(offers, key=lambda offer: offer[:2], default=(np.inf, 0, None))
    return who if role.own.lacks > MOST_UNSEEN or price < _price(role.own) else None


def _price(pick: Pick) -> float:
    return pick.cost + UNSEEN_PRICE * pick.lacks


def _unlike(entry: BankEntry, role: Role) -> float:
    away = APART_PRICE * apart(entry.size_lwh, role.size_lwh)
    return away + REPAINTED_PRICE * _paint_apart(role.paint, own_paint(entry))


def _paint_apart(one: str | None, other: str | None) -> float:
    """Dark paint shows little of the light on it, and is ill painted over."""
    return colours_apart(one, other) if one and other else UNTOLD
