"""Who stands in for an actor that is wanted from a side which none of its own pictures shows.

A car that was only ever seen from behind has no flank to turn. Another of its kind that was seen from there, in the first one's
paint, is nearer to the truth than a back turned to whoever looks. Ours.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from editor.geometry import Vec3
from editor.scene import Actor
from engine.draft.bank import BankEntry, bank, of_family
from engine.draft.gather import Source
from engine.draft.paint import colours_apart
from engine.draft.picks import Pick

MOST_UNSEEN = 0.35  # of the sides that are wanted, before anybody stands in
MOST_APART = 0.5  # in size
SEARCHED, COMPARED = 24, 8  # of the others, those nearest in size; and of these the best seen, whose paint is looked at
UNSEEN_PRICE, APART_PRICE, PAINT_PRICE = 10.0, 6.0, 0.15  # as a pick counts costs; the last for each unit of ΔE
UNTOLD = 20.0  # how far apart paints count where one cannot be told
SHIPPED_PRICE = 4.5  # who is made up looks made up


def lacks_too_much(picks: Iterable[Pick]) -> bool:
    """Whether the best of an actor's own pictures shows too little of what is wanted of it."""
    return next((pick.lacks for pick in picks), 0.0) > MOST_UNSEEN


def stand_in(
    actor: Actor,
    others: Sequence[Actor],
    picks: Callable[[Actor], list[Pick]],
    paint: str | None,
    paint_in: Callable[[Actor, Source], str | None],
) -> Actor | BankEntry | None:
    """Who of the others, or of the shipped bank, is most like an actor of this paint and was seen from where it is wanted; None
    if nobody.

    `picks` are an actor's pictures for what is wanted, best first, and `paint_in` is its colour in one, if that can be told."""
    near = sorted((apart(other.size_lwh, actor.size_lwh), k) for k, other in enumerate(others))[:SEARCHED]
    best = [(away, k, next(iter(picks(others[k])), None)) for away, k in near if away <= MOST_APART]
    seen = [(p.cost + UNSEEN_PRICE * p.lacks + APART_PRICE * away, k, p) for away, k, p in best if p and p.lacks <= MOST_UNSEEN]
    offers = [
        (price + PAINT_PRICE * _paint_apart(paint, paint_in(others[k], pick.source)), k)
        for price, k, pick in sorted(seen, key=lambda offer: offer[:2])[:COMPARED]
    ]
    price, k = min(offers, default=(np.inf, -1))
    shipped = of_family(bank().values(), actor.category, actor.size_lwh)
    if shipped is not None and SHIPPED_PRICE + APART_PRICE * apart(shipped.size_lwh, actor.size_lwh) < price:
        return shipped
    return others[k] if k >= 0 else None


def apart(one: Vec3, other: Vec3) -> float:
    """How different two sizes are: the sum of the logarithms of their ratios."""
    return float(np.abs(np.log(np.divide(one, other))).sum())


def _paint_apart(one: str | None, other: str | None) -> float:
    """Dark paint shows little of the light on it, and is ill painted over."""
    return colours_apart(one, other) if one and other else UNTOLD
