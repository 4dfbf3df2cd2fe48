"""How much of their boxes vehicles fill: annotators leave some air around them, in one data set more than in another. Ours."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from editor.scene import Actor
from engine.draft.bank import bank, of_family
from engine.draft.shapes import meet_about

SIDES = 0.25  # of a box's height, above and below its middle, where bodies are widest
FEWEST_POINTS, FEWEST_ACTORS = 30, 3
OUTERMOST = 75  # percentile of points: what lies further out are mirrors and drops, further in windows and wheels
LIMITS, USUAL = (0.8, 1.0), 0.95
FAR_M = 50.0
THIN_M = 1.0


def fullness(actors: Iterable[Actor], on_actors: Mapping[str, NDArray[np.float32]]) -> float:
    """How long and wide a drive's vehicles are, as a share of their boxes: the median over those that LiDAR has hit well, and
    `USUAL` where there are too few. `on_actors` are its points (n, 3) on each actor by id, in the frame of the box."""
    shares = [share for actor in actors if (share := _share(actor, on_actors.get(str(actor.id)))) is not None]
    return float(np.clip(np.median(shares), *LIMITS)) if len(shares) >= FEWEST_ACTORS else USUAL


def _share(actor: Actor, points: NDArray[np.float32] | None) -> float | None:
    """How far out its points lie, where its shape as the bank has it, as large as the box, has 1."""
    like = of_family(bank().values(), actor.category, actor.size_lwh) if actor.category.startswith("vehicle.") else None
    if points is None or like is None or min(actor.size_lwh[:2]) < THIN_M:
        return None
    points = points[np.abs(points[:, 2]) < SIDES * actor.size_lwh[2]].astype(np.float64)
    points = points * np.divide(like.size_lwh, actor.size_lwh)
    out = np.linalg.norm(points[:, :2], axis=1)
    points, out = points[out > 0], out[out > 0]
    if len(points) < FEWEST_POINTS:
        return None
    away: Array = np.column_stack([points[:, :2] / out[:, None], np.zeros(len(points))])
    eyes = away * FAR_M + [0.0, 0.0, 1.0] * points
    surface = FAR_M - meet_about(like.mesh, eyes, -away)
    return float(np.percentile(out / surface, OUTERMOST)) if (surface > 0).all() else None
