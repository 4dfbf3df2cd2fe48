"""Which pixels inside its hull are the actor: GrabCut seeded from the projected box, steadied by the frames around."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import cv2
import numpy as np
from cachetools import cachedmethod
from numpy.typing import NDArray

from engine.draft.body import Body, body_of
from engine.draft.crowd import Hull, filled
from engine.draft.gather import Source, Witnesses
from engine.draft.room import Crop, room_for
from engine.draft.surfaces import Block, block_around

Alpha = NDArray[np.float32]  # (H, W), 0 to 1
Mask = NDArray[np.bool_]

WORKING_PX = 80  # the longer side of a hull as GrabCut sees it
SMALLEST_PX = 10  # hulls smaller than this are taken whole
ROUNDS = 2
CUTS_BYTES = 64 * 2**20  # of each kind
OWN, OTHERS = 1, 2  # what the LiDAR has hit in a pixel
AROUND = (-2, 0, 2)  # frames whose outlines vote
DOT_PX, WIDEST_GAP_PX = 3, 20  # in a picture 448 across: how large a LiDAR hit is marked, and over what gap it may reach
GAPS = 1.5  # of the mean distance between an actor's own hits: so near to them no farther actor shows through
NEAR_PX = 24.0  # a pixel at the working size may be so many of the picture's
FINE_ENOUGH, REACH, FLAT, STEEPER = 1.25, 1.5, 2e-4, 2.0  # of outlines that are laid along edges
MEASURED_SHARE = 0.2  # of a person's outline, that the LiDAR must have hit to tell its shape
MOST_GROWN = 2.0  # by which a hull may be larger than the one that votes on it


@dataclass(frozen=True, slots=True)
class Outline:
    """Of an actor's box in a picture, and of the body in it, if that is known."""

    hull: Hull
    body: Body | None = None
    is_person: bool = False


class Silhouettes:
    """Cut-outs of recorded actors in recorded pictures; each is made once."""

    def __init__(self, witnesses: Witnesses) -> None:
        """Nothing is cut yet."""
        self._witnesses = witnesses
        self._categories = {str(actor.id): actor.category for actor in witnesses.cast.actors}
        self._single, self._steady = (room_for(CUTS_BYTES) for _ in range(2))

    def of(self, actor_id: str, source: Source) -> Alpha | None:
        """How much of each pixel is the actor, what stands before it left out; None where the picture holds none of it."""
        steady = self._voted(actor_id, source)
        return None if steady is None else steady.whole()

    def quick(self, actor_id: str, source: Source) -> Alpha | None:
        """The same without the votes of other frames, and giving way to whoever the LiDAR has hit: for what merely stands
        before something."""
        return self._cut(actor_id, source, solid=False)

    def before(self, actor_id: str, source: Source) -> Mask | None:
        """Where recorded actors nearer than this one stand before it; None where the picture holds none of it."""
        found = self.hulls(source)
        if actor_id not in found:
            return None
        hull, depth = found[actor_id]
        view = self._witnesses.recording.camera(source.frame, source.view).view
        before = np.zeros((view.height, view.width), bool)
        for name, (other, away) in found.items():
            meets = name != actor_id and away < depth and cv2.intersectConvexConvex(hull, other)[0] > 0
            alpha = self.quick(name, source) if meets else None
            before |= False if alpha is None else alpha > 0.5
        return before

    def hulls(self, source: Source) -> dict[str, tuple[Hull, float]]:
        """The outlines and depths of everyone in a recorded picture."""
        return self._witnesses.hulls(source)

    @cachedmethod(attrgetter("_steady"))
    def _voted(self, actor_id: str, source: Source) -> Crop | None:
        mine = self.hulls(source).get(actor_id)
        cut = self._cut(actor_id, source, solid=True)
        if mine is None or cut is None:
            return None
        total, votes = cut, np.ones_like(cut)
        for step in AROUND:
            other = Source(source.frame + step, source.view)
            if step == 0 or not self._is_recorded(other):
                continue
            theirs, alpha = self.hulls(other).get(actor_id), self._cut(actor_id, other, solid=True)
            if theirs is not None and alpha is not None and _comparable(theirs[0], mine[0]):
                carried = _carried(alpha, theirs[0], mine[0])
                seen = carried >= 0
                total[seen] += carried[seen]
                votes += seen
        soft = cv2.GaussianBlur(total / votes, (0, 0), 0.6)
        steady, own = np.clip((soft - 0.5) * 2.5 + 0.5, 0, 1), self._witnesses.ego_body(source.view)
        return Crop.of(steady if own is None else steady * ~own)

    def _is_recorded(self, source: Source) -> bool:
        recording = self._witnesses.recording
        return 0 <= source.frame < len(recording.scene.frames) and recording.camera(source.frame, source.view) is not None

    def _cut(self, actor_id: str, source: Source, solid: bool) -> Alpha | None:
        single = self._single_cut(actor_id, source, solid)
        return None if single is None else single.whole()

    @cachedmethod(attrgetter("_single"))
    def _single_cut(self, actor_id: str, source: Source, solid: bool) -> Crop | None:
        found = self.hulls(source)
        picture = self._witnesses.recording.glance(source.frame, source.view) if actor_id in found else None
        if picture is None:
            return None
        hull, depth = found[actor_id]
        met = {name: each for name, each in found.items() if name != actor_id and _meet(each[0], hull)}
        nearer = [self._outline(name, source) for name, (_, away) in met.items() if away < depth]
        farther = [Outline(other) for other, away in met.values() if away >= depth]
        ids, hit = self._witnesses.crowd(source).ids, self._witnesses.hit(source)
        seeds = np.where(hit == ids.index(actor_id), OWN, np.where(hit >= 0, OTHERS, 0)).astype(np.uint8)
        # LiDAR stands higher than cameras: it has hit who shows behind an actor over its roof, and through its windows.
        mine = self._outline(actor_id, source)
        is_farther = np.array([name in found and found[name][1] > depth for name in ids] + [False])[hit]  # the last is nobody
        if solid:
            seeds[between(seeds == OWN, hull) & is_farther] = 0
        for part in mine.body.sure if mine.body else ():
            seeds[(filled(part, seeds.shape) > 0) & is_farther] = 0
        own = self._witnesses.ego_body(source.view)
        if own is not None:
            seeds[own] = OTHERS
        alpha = cut_out(picture, mine, nearer, farther, seeds, solid)
        return None if alpha is None else Crop.of(alpha if own is None else alpha * ~own)

    def _outline(self, actor_id: str, source: Source) -> Outline:
        crowd, camera = self._witnesses.crowd(source), self._witnesses.recording.camera(source.frame, source.view)
        k, (hull, _) = crowd.index(actor_id), self.hulls(source)[actor_id]
        category = self._categories[actor_id]
        return Outline(hull, body_of(category, crowd.poses[k], crowd.halves[k], camera), category.startswith("human."))


def between(dots: Mask, hull: Hull) -> Mask:
    """The dots (H, W) of one body and the gaps between them, told from how far apart they lie in its outline."""
    if not dots.any():
        return dots
    scale = max(1.0, dots.shape[1] / 448)
    apart = float(filled(hull, dots.shape).sum() / dots.sum()) ** 0.5 * DOT_PX * scale
    reach = round(min(GAPS * apart, WIDEST_GAP_PX * scale))
    block = block_around(dots, 0)
    out = np.zeros_like(dots)
    closed = cv2.morphologyEx(dots[block.slices].astype(np.uint8), cv2.MORPH_CLOSE, np.ones((2 * reach + 1,) * 2, np.uint8))
    out[block.slices] = closed > 0
    return out


def cut_out(
    picture: NDArray[np.uint8],
    mine: Outline,
    nearer: Sequence[Outline],
    farther: Sequence[Outline],
    hit: NDArray[np.uint8],
    whole: bool = True,
) -> Alpha | None:
    """GrabCut inside a hull, at a working size, begun with what the body fills of it, or else with its middle; what bodies of
    others fill counts as probably not the actor; what the LiDAR has hit (OWN, OTHERS) counts for more.

    Where nothing is sure to begin with, since the picture ends before more than a margin of the box, or others cover the rest:
    all that is inside the hull is the actor if `whole`, or else none, since a box's margin is mostly air."""
    hull = mine.hull
    shape = picture.shape[:2]
    inside = filled(hull, shape)
    if not inside.any():
        return None
    size = hull.max(axis=0) - hull.min(axis=0)
    if min(size) < SMALLEST_PX:
        return inside.astype(np.float32)
    block = block_around(inside.astype(bool), round(0.12 * max(size)) + 4)
    scale = min(1.0, WORKING_PX / max(block.width, block.height))
    crop = cv2.resize(picture[block.slices], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seeds = _seeds(mine, nearer, farther, block, scale, crop.shape[:2])
    hit = cv2.resize(hit[block.slices], (crop.shape[1], crop.shape[0]), interpolation=cv2.INTER_NEAREST)
    seeds[hit == OTHERS] = cv2.GC_BGD
    if mine.is_person:
        hidden = [part for each in nearer if each.body for part in each.body.sure]
        _measure(seeds, hit == OWN, *((part - (block.left, block.top)) * scale for part in (hull, *hidden)))
    else:
        _put(seeds, hit == OWN, cv2.GC_FGD)
    if not (seeds == cv2.GC_FGD).any() or not (seeds == cv2.GC_BGD).any():
        return inside.astype(np.float32) * (whole or (seeds == cv2.GC_FGD).any())
    cv2.setRNGSeed(7)
    cv2.grabCut(crop, seeds, None, np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    mask = _one_piece(np.isin(seeds, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    out = np.zeros(shape, np.float32)
    rough = cv2.resize(mask.astype(np.float32), (block.width, block.height), interpolation=cv2.INTER_LINEAR)
    out[block.slices] = _along_edges(rough, picture[block.slices], 1 / scale)
    return out


def _measure(seeds: NDArray[np.uint8], hit: Mask, hull: Hull, *hidden: Hull) -> None:
    """Set a person's seeds by what the LiDAR has hit of it, or by its body where that is too little to tell a shape. Over those
    who hide some of it, the LiDAR, which stands higher than cameras, has hit what does not show."""
    before = np.any([filled(part, hit.shape) > 0 for part in hidden], axis=0) if hidden else np.zeros_like(hit)
    _put(seeds, before, cv2.GC_PR_BGD)
    shape = cv2.morphologyEx((hit & ~before).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    if shape.sum() < MEASURED_SHARE * ((filled(hull, hit.shape) > 0) & ~before).sum():
        _put(seeds, hit & ~before, cv2.GC_FGD)
        return
    _put(seeds, np.ones_like(hit), cv2.GC_PR_BGD)
    _put(seeds, cv2.dilate(shape, np.ones((3, 3), np.uint8)) > 0, cv2.GC_PR_FGD)
    _put(seeds, cv2.erode(shape, np.ones((3, 3), np.uint8)) > 0, cv2.GC_FGD)


def _put(seeds: NDArray[np.uint8], where: Mask, seed: int) -> None:
    """What is surely not the actor stays so."""
    seeds[where & (seeds != cv2.GC_BGD)] = seed


def _along_edges(rough: Alpha, picture: NDArray[np.uint8], step_px: float) -> Alpha:
    """An outline that was found at a coarser size, of which a pixel is so many here, laid along the picture's own edges by the
    guided filter of He, Sun and Tang (2010), equations 5, 6 and 8; its window reaches as far as the outline may be off."""
    if step_px <= FINE_ENOUGH:
        return rough
    guide, reach = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255, 2 * round(REACH * step_px) + 1

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return cv2.blur(values, (reach, reach))

    level, share = mean(guide), mean(rough)
    slope = (mean(guide * rough) - level * share) / (mean(guide * guide) - level * level + FLAT)
    laid = mean(slope) * guide + mean(share - slope * level)
    return np.clip((laid - 0.5) * STEEPER + 0.5, 0, 1)


def _seeds(
    mine: Outline, nearer: Sequence[Outline], farther: Sequence[Outline], block: Block, scale: float, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    def drawn(*hulls: Hull) -> Mask:
        masks = [filled((hull - (block.left, block.top)) * scale, shape) > 0 for hull in hulls]
        return np.any(masks, axis=0) if masks else np.zeros(shape, bool)

    def middle(outline: Outline, share: tuple[float, float]) -> Hull:
        in_crop = np.clip(outline.hull, (block.left, block.top), (block.left + block.width, block.top + block.height))
        centre = (in_crop.min(axis=0) + in_crop.max(axis=0)) / 2
        return centre + (in_crop - centre) * share

    def body(outline: Outline, share: tuple[float, float]) -> tuple[Hull, ...]:
        return outline.body.around if outline.body and outline.body.around else (middle(outline, share),)

    grown = cv2.dilate(drawn(mine.hull).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    sure = mine.body.sure if mine.body else (middle(mine, (0.62, 0.55)),)
    seeds = np.where(grown, cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    seeds[drawn(*body(mine, (0.9, 0.9)))] = cv2.GC_PR_FGD
    seeds[drawn(*(middle(each, (0.7, 0.7)) for each in farther)) & grown] = cv2.GC_PR_BGD
    seeds[drawn(*sure)] = cv2.GC_FGD
    seeds[drawn(*(hull for each in nearer for hull in body(each, (0.85, 0.85)))) & grown] = cv2.GC_PR_BGD
    return seeds


def _one_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece, its holes filled: a car's windows are the car's."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    piece = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    piece = cv2.morphologyEx(piece, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    out = np.zeros_like(piece)
    cv2.drawContours(out, outlines, -1, 1, cv2.FILLED)
    return out.astype(bool)


def _meet(one: Hull, other: Hull) -> bool:
    """Whether the rectangles around two hulls touch, or nearly."""
    return bool(
        (one.min(axis=0) <= other.max(axis=0) + NEAR_PX).all() and (one.max(axis=0) >= other.min(axis=0) - NEAR_PX).all()
    )


def _comparable(theirs: Hull, mine: Hull) -> bool:
    """Whether a hull can be laid onto another: those that pass the camera reach as far as they may, and mean another part."""
    ratio = np.ptp(mine, axis=0) / np.maximum(np.ptp(theirs, axis=0), 1.0)
    return bool((ratio < MOST_GROWN).all() and (ratio > 1 / MOST_GROWN).all())


def _carried(alpha: Alpha, theirs: Hull, mine: Hull) -> Alpha:
    """Another frame's cut-out, laid from its hull's rectangle onto this one's; negative where its picture ends before."""
    low, high, to_low, to_high = theirs.min(axis=0), theirs.max(axis=0), mine.min(axis=0), mine.max(axis=0)
    scale = (to_high - to_low) / np.maximum(high - low, 1.0)
    shift = to_low - low * scale
    M = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]], np.float32)
    size = alpha.shape[1], alpha.shape[0]
    return cv2.warpAffine(alpha, M, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
