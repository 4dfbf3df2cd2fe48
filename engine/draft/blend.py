"""Several accounts of a place made into one picture of it, which meets what stands around."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.gather import Account

Mask = NDArray[np.bool_]

GAIN_WORTH = 0.95  # of the error: a gain that leaves more makes other things alike, and not the light
SHIFT = 3  # pixels by which a source may lie off: calibration and boxes are not perfect
LEAST_RING = 30  # pixels of what stands around that a source must hold to be fitted to it
UNFITTED = 40.0  # levels of error that count for one that does not
ALIKE = 28  # levels by which accounts may differ and still show the same


@dataclass(frozen=True, eq=False)
class Gathered:
    """What was found for a block: colours (h, w, 3), where they are known, and how well they fit what stands around."""

    colours: NDArray[np.float32]
    known: Mask


def merge(accounts: Sequence[Account], around: NDArray[np.uint8], ring: Mask, want: Mask) -> Gathered:
    """One picture from several: each laid onto the surroundings, those that fit them best and show most detail weigh most, the
    seam levelled."""
    shape = want.shape
    fitted = sorted((_fitted(account, around, ring) for account in accounts), key=lambda fit: fit[1])
    limit = 2.0 * fitted[0][1] + 8.0
    best, lowest = np.zeros((*shape, 3), np.float32), np.full(shape, np.inf, np.float32)
    scores = []
    for account, error in fitted:
        known = account.known & (np.isinf(lowest) if error > limit else True)
        score = np.where(known, np.float32((error + 2.0) ** 3) / account.detail, np.float32(np.inf))
        better = score < lowest
        best[better], lowest[better] = account.colours[better], score[better]
        scores.append(score)
    total, mass = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
    for (account, _), score in zip(fitted, scores, strict=True):
        weight = (np.abs(account.colours - best).max(axis=-1) < ALIKE) / score
        total += account.colours * weight[..., None]
        mass += weight
    colours = total / np.maximum(mass, 1e-12)[..., None]
    return Gathered(levelled(colours, around, ring & (mass > 0), (mass > 0)), (mass > 0) & want)


def levelled(
    colours: NDArray[np.float32], around: NDArray[np.uint8], ring: Mask, known: Mask, grain: int = 1
) -> NDArray[np.float32]:
    """Colours shifted smoothly so that they meet what stands around: the step at the border, carried inwards. By cells of
    `grain` pixels, as many times as far."""
    near = ring & known
    step = np.clip(around.astype(np.float32) - colours, -40, 40) * near[..., None]
    weight, (h, w) = near.astype(np.float32), near.shape
    if grain > 1:
        size = -(-w // grain), -(-h // grain)
        step, weight = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (step, weight))
    total, mass = np.zeros_like(step), np.zeros_like(weight)
    for sigma, trust in ((2.0, 1.0), (6.0, 0.05), (18.0, 0.002)):
        total += trust * cv2.GaussianBlur(step, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        mass += trust * cv2.GaussianBlur(weight, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    shift = total / np.maximum(mass, 1e-4)[..., None]
    shift = shift if grain == 1 else cv2.resize(shift, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.clip(colours + shift, 0, 255)


def _fitted(account: Account, around: NDArray[np.uint8], ring: Mask) -> tuple[Account, float]:
    """A source's account, shifted and gained so that its ring meets the ring around; and the error that is left there."""
    colours, known = _aligned(account.colours, account.known, around, ring)
    both = known & ring
    if both.sum() < LEAST_RING:  # of a narrow one a shift may leave nothing
        colours, known, both = account.colours, account.known, account.known & ring
    if both.sum() < LEAST_RING:
        return account, UNFITTED
    mine, theirs = colours[both], around[both].astype(np.float32)
    gain = np.clip(np.median((theirs + 4.0) / (mine + 4.0), axis=0), 0.6, 1.6)
    plain, gained = (float(np.minimum(np.abs(mine * g - theirs).mean(axis=-1), 60).mean()) for g in (1.0, gain))
    if gained >= GAIN_WORTH * plain:
        return replace(account, colours=colours, known=known), plain
    return replace(account, colours=np.clip(colours * gain, 0, 255), known=known), gained


def _aligned(
    colours: NDArray[np.float32], known: Mask, around: NDArray[np.uint8], ring: Mask
) -> tuple[NDArray[np.float32], Mask]:
    """Shifted by the whole pixels, up to SHIFT, that bring the ring's gradients together."""
    theirs, mine = (cv2.cvtColor(x.astype(np.float32), cv2.COLOR_RGB2GRAY) for x in (around, colours))
    theirs, mine = (x - cv2.GaussianBlur(x, (0, 0), 6) for x in (theirs, mine))
    padded = cv2.copyMakeBorder(mine, SHIFT, SHIFT, SHIFT, SHIFT, cv2.BORDER_REPLICATE)
    mask = cv2.erode((known & ring).astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    if mask.sum() < 60:
        return colours, known
    costs = cv2.matchTemplate(padded, theirs, cv2.TM_SQDIFF, mask=mask)
    v, u = np.unravel_index(int(np.argmin(costs)), costs.shape)
    if costs[v, u] > 0.9 * costs[SHIFT, SHIFT]:
        return colours, known
    M = np.array([[1, 0, SHIFT - u], [0, 1, SHIFT - v]], np.float32)
    h, w = known.shape
    moved = cv2.warpAffine(colours, M, (w, h), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return moved, cv2.warpAffine(known.astype(np.uint8), M, (w, h), flags=cv2.INTER_NEAREST).astype(bool)
