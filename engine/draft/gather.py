"""Pixels of a place from other frames and views that saw it: which to ask, what they show, and what to make of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.crowd import Cast, Crowd, Hull, hidden, hit_map, hulls, occupancy
from engine.draft.nods import Glimpse, glimpse, nod, working_step
from engine.draft.sources import Camera, Recording, coarser
from engine.draft.surfaces import STATIC, Surfaces

Mask = NDArray[np.bool_]

FRAME_STEPS = (1, 2, 3, 5, 7, 10, 13, 17, 22, 28, 35, 43, 52, 62, 75, 100, 150, 200)
SAMPLES = 72
MAX_SOURCES = 8
HIDE_MARGIN_M = 0.15
DEPTH_STEP = 3
UNTURNED, SLIGHT = np.eye(3), 1e-12 + 1e-5 * np.eye(3)  # a rotation's diagonal says little of a small turn


@dataclass(frozen=True, slots=True)
class Source:
    """One recorded picture, by frame and view."""

    frame: int
    view: str


@dataclass(frozen=True, slots=True)
class Care:
    """How sure a source must be. A box's face shows its actor from nearly the same side only; hulls fit no better than a few
    pixels; and the depth of what stands still is known to a share."""

    turn: float  # radians
    grow_px: int  # at 448 pixels across
    depth_share: float


CAREFUL = Care(np.radians(14), 2, 1.1)
TURNED = Care(np.radians(75), 2, 1.1)
LENIENT = Care(np.radians(75), 0, 1.4)


@dataclass(frozen=True, eq=False)
class Gathered:
    """What was found for a block: colours (h, w, 3), where they are known, and how well they fit what stands around."""

    colours: NDArray[np.float32]
    known: Mask


def depth_step(camera: Camera) -> int:
    """Of how many pixels of a picture the depth of what stands still is looked at once: the same grain at any size."""
    return DEPTH_STEP * max(1, round(camera.view.width / 448))


class Witnesses:
    """The recorded pictures as sources for a place: where each was free of actors, read when needed."""

    def __init__(self, recording: Recording, cast: Cast, backdrop: Backdrop, veils: dict[str, int] | None = None) -> None:
        """`cast` are those who stood in the recording; their hulls, grown a little, hide what is behind them. The
        hulls of `veils`, grown by so many pixels, hide what is before them as well."""
        self.recording, self.cast, self.backdrop, self.veils = recording, cast, backdrop, veils or {}
        self._depth: dict[Source, NDArray[np.float32]] = {}
        self._hit: dict[Source, NDArray[np.int16]] = {}
        self._occupancy: dict[tuple[Source, int], NDArray[np.int16]] = {}
        self._hulls: dict[Source, dict[str, tuple[Hull, float]]] = {}
        self._glimpses: dict[Source, Glimpse | None] = {}
        self._nods: dict[tuple[Source, Source], float] = {}

    def crowd(self, source: Source) -> Crowd:
        """Who was there when the source was taken."""
        camera = self.recording.camera(source.frame, source.view)
        return self.cast.at(camera.t_us)

    def depth(self, source: Source) -> NDArray[np.float32]:
        """How far what stands still is, in every `depth_step`-th pixel of a source."""
        if source not in self._depth:
            camera = self.recording.camera(source.frame, source.view)
            self._depth[source] = self.backdrop.depth(*coarser(camera, depth_step(camera)))
        return self._depth[source]

    def hit(self, source: Source) -> NDArray[np.int16]:
        """Per pixel of a source, which actor of its crowd the LiDAR has seen there, nearest first, or STATIC where none."""
        if source not in self._hit:
            camera = self.recording.camera(source.frame, source.view)
            self._hit[source] = hit_map(self.crowd(source), self.hulls(source), self.backdrop.on_actors, camera)
        return self._hit[source]

    def hulls(self, source: Source) -> dict[str, tuple[Hull, float]]:
        """The outline and the depth of everyone whom the source holds some of."""
        if source not in self._hulls:
            self._hulls[source] = hulls(self.crowd(source), self.recording.camera(source.frame, source.view))
        return self._hulls[source]

    def occupancy(self, source: Source, grow_px: int = CAREFUL.grow_px) -> NDArray[np.int16]:
        """Per pixel, whose hull covers it; hulls are grown by pixels of a picture 448 across."""
        key = source, grow_px
        if key not in self._occupancy:
            camera = self.recording.camera(source.frame, source.view)
            grow = round(grow_px * camera.view.width / 448)
            self._occupancy[key] = occupancy(self.crowd(source), self.hulls(source), camera, grow, self.veils)
        return self._occupancy[key]

    def nod(self, camera: Camera, there: Source) -> float:
        """By how many pixels what stands still lies lower in a recorded picture than a camera and the poses say; 0 where that
        camera took no picture of the same view."""
        frame = self.recording.taken_at(camera)
        if frame is None or frame == there.frame or camera.view.name != there.view:
            return 0.0
        key = Source(frame, there.view), there
        if key not in self._nods:
            one, other = (self._glimpse(source) for source in key)
            self._nods[key] = 0.0 if one is None or other is None else nod(one, other) * working_step(camera)
        return self._nods[key]

    def _glimpse(self, source: Source) -> Glimpse | None:
        if source not in self._glimpses:
            picture, camera = (
                self.recording.glance(source.frame, source.view),
                self.recording.camera(source.frame, source.view),
            )
            found = picture is not None and glimpse(
                picture, camera, self.occupancy(source) == STATIC, self.depth(source), depth_step(camera)
            )
            self._glimpses[source] = found or None
        return self._glimpses[source]


def moved_points(points: Array, owner: NDArray[np.int16], here: Crowd, there: Crowd) -> Array:
    """Points (..., 3) at another time: each actor's go with its box, NaN where it is not there; others stay."""
    out = points.copy()
    others = here.indices_in(there)
    for index in np.unique(owner[owner != STATIC]):
        other, mine = others[index], owner == index
        if other < 0:
            out[mine] = np.nan
            continue
        turn = there.rotations[other] @ here.rotations[index].T
        if not (np.array_equal(here.centres[index], there.centres[other]) and (np.abs(turn - UNTURNED) < SLIGHT).all()):
            out[mine] = (points[mine] - here.centres[index]) @ turn.T + there.centres[other]
    return out


def nearby(recording: Recording, frame: int, view_names: Sequence[str]) -> list[Source]:
    """Every source worth asking for a frame's picture: all views, at steps that grow with the distance in time."""
    last = len(recording.scene.frames) - 1
    frames = [frame] + [frame + sign * step for step in FRAME_STEPS for sign in (-1, 1)]
    return [Source(f, v) for f in frames if 0 <= f <= last for v in view_names]


def choose(
    witnesses: Witnesses, target: Surfaces, want: Mask, sources: Sequence[Source], cost: Callable[[Source], float]
) -> list[Source]:
    """The few sources that together see most of the wanted pixels, cheap ones first; every pixel likes to be seen thrice."""
    rows, columns = np.nonzero(want)
    picked = np.linspace(0, len(rows) - 1, min(SAMPLES, len(rows))).astype(int)
    at = rows[picked], columns[picked]
    samples = _samples(target, at)
    seen, weights = [], []
    for source in sources:
        mask = _sees(witnesses, samples, source)
        if mask is not None and mask.any():
            seen.append((source, mask))
            weights.append(cost(source))
    chosen: list[Source] = []
    times = np.zeros(len(picked))
    while seen and len(chosen) < MAX_SOURCES:
        worth = [
            float((mask * np.array([1.0, 0.3, 0.15, 0.0])[np.minimum(times, 3).astype(int)]).sum()) * w
            for (_, mask), w in zip(seen, weights, strict=True)
        ]
        best = int(np.argmax(worth))
        if worth[best] < 0.004 * len(picked):
            break
        source, mask = seen.pop(best)
        weights.pop(best)
        times += mask
        chosen.append(source)
    return chosen


@dataclass(frozen=True, eq=False)
class _Samples:
    """A few places of a target: points (n, 3), whose they are, of only those actors whom some are of, and their middle."""

    points: Array
    owner: NDArray[np.int16]
    crowd: Crowd
    bearings: Array  # from which side the target sees each of the crowd
    middle: Array


def _samples(target: Surfaces, at: tuple[Array, Array]) -> _Samples:
    points, owner = target.points()[at], target.actor[at]
    present = np.unique(owner[owner != STATIC])
    crowd = target.crowd.only(np.isin(np.arange(len(target.crowd.ids)), present))
    renamed = np.where(owner == STATIC, STATIC, np.searchsorted(present, owner)).astype(np.int16)
    return _Samples(points, renamed, crowd, crowd.bearings(target.camera.eye), points.mean(axis=0))


def _sees(witnesses: Witnesses, samples: _Samples, source: Source) -> Mask | None:
    points, owner, middle = samples.points, samples.owner, samples.middle
    camera = witnesses.recording.camera(source.frame, source.view)
    recorded = witnesses.recording.scene.frames[source.frame].picture(source.view)
    if camera is None or not recorded.exists:
        return None
    eye = camera.eye
    if (middle - eye) @ camera.ahead < 0:  # another camera's side of the car
        return None
    moved, of_actors = points, len(samples.crowd.ids) > 0
    if of_actors:
        moved = moved_points(points, owner, samples.crowd, witnesses.crowd(source))
    inside = _inside(camera, *camera.pixels(moved))
    if not inside.any():
        return None
    there = witnesses.crowd(source)  # which takes its time, and most sources do not even look there
    if of_actors:
        inside &= ~_other_side(samples.crowd, samples.bearings, camera, there, CAREFUL.turn)[owner]
    # An actor's own box does not hide it: its points lie on the near side, a margin before them is all that is tested.
    free = np.zeros(len(points), bool)
    static = inside & (owner == STATIC)
    free[static] = ~hidden(moved[static], eye, there, HIDE_MARGIN_M)
    mine = inside & (owner != STATIC)
    if mine.any():
        free[mine] = ~hidden(moved[mine], eye, there, -0.25)
    if witnesses.veils:
        pixels, _ = camera.pixels(moved)
        at = np.clip(np.nan_to_num(pixels), 0, (camera.view.width - 1, camera.view.height - 1)).astype(int)
        veiled = [k for k, name in enumerate(there.ids) if name in witnesses.veils]
        free &= ~np.isin(witnesses.occupancy(source)[at[:, 1], at[:, 0]], veiled)
    return free


def _other_side(crowd: Crowd, bearings: Array, camera: Camera, there: Crowd, limit: float) -> Mask:
    """Per actor of a target's, whether a source saw it from elsewhere; one more at the end, False, for what stands still."""
    others = crowd.indices_in(there)
    out = np.ones(len(others) + 1, bool)
    out[-1] = False
    both = np.flatnonzero(others >= 0)
    seen = there.bearings(camera.eye)[others[both]]
    out[both] = np.abs((bearings[both] - seen + np.pi) % (2 * np.pi) - np.pi) > limit
    return out


def _inside(camera: Camera, pixels: Array, depth: Array) -> Mask:
    with np.errstate(invalid="ignore"):
        u, v = pixels[..., 0], pixels[..., 1]
        return (depth > 0.3) & (u >= 1) & (v >= 1) & (u <= camera.view.width - 2) & (v <= camera.view.height - 2)


def look_up(
    witnesses: Witnesses, target: Surfaces, source: Source, care: Care = CAREFUL, body: Mask | None = None
) -> tuple[NDArray[np.float32], Mask] | None:
    """What one source shows of each pixel of a block (h, w, 3), and where it saw it; None where its file is missing."""
    picture = witnesses.recording.glance(source.frame, source.view)
    if picture is None:
        return None
    camera = witnesses.recording.camera(source.frame, source.view)
    there = witnesses.crowd(source)
    moved = moved_points(target.points(), target.actor, target.crowd, there)
    pixels, depth = camera.pixels(moved)
    bearings = target.crowd.bearings(target.camera.eye)
    inside = _inside(camera, pixels, depth) & ~_other_side(target.crowd, bearings, camera, there, care.turn)[target.actor]
    where = np.where(inside[..., None], pixels, -10).astype(np.float32)
    colours = cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    nearest = np.clip(np.round(where), 0, (camera.view.width - 1, camera.view.height - 1)).astype(np.int32)
    owner = witnesses.occupancy(source, care.grow_px)[nearest[..., 1], nearest[..., 0]]
    step = depth_step(camera)
    standing = witnesses.depth(source)
    behind = standing[
        np.minimum(nearest[..., 1] // step, standing.shape[0] - 1), np.minimum(nearest[..., 0] // step, standing.shape[1] - 1)
    ]
    inside &= (target.actor != STATIC) | (target.depth >= FAR_M) | (depth < behind * care.depth_share + 0.6)
    if body is not None:
        inside &= ~body[nearest[..., 1], nearest[..., 0]]
    others = target.crowd.indices_in(there)
    expected = np.append(np.where(others < 0, -2, others), STATIC)
    hit = witnesses.hit(source)[nearest[..., 1], nearest[..., 0]]
    return colours.astype(np.float32), inside & (owner == expected[target.actor]) & ((hit == STATIC) | (hit == owner))


def merge(looks: Sequence[tuple[NDArray[np.float32], Mask]], around: NDArray[np.uint8], ring: Mask, want: Mask) -> Gathered:
    """One picture from several: each laid onto the surroundings, those that fit them best weigh most, the seam levelled."""
    shape = want.shape
    fitted = sorted((_fitted(colours, known, around, ring) for colours, known in looks), key=lambda fit: fit[2])
    limit = 2.0 * fitted[0][2] + 8.0
    total, mass, best = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32), np.zeros((*shape, 3), np.float32)
    for colours, known, error in fitted:
        first = known & (mass == 0)
        if error > limit:
            known = first
        best[first] = colours[first]
        weight = (known & (np.abs(colours - best).max(axis=-1) < 28)) / np.float32((error + 2.0) ** 3)
        total += colours * weight[..., None]
        mass += weight
    colours = total / np.maximum(mass, 1e-9)[..., None]
    return Gathered(levelled(colours, around, ring & (mass > 0), (mass > 0)), (mass > 0) & want)


def levelled(colours: NDArray[np.float32], around: NDArray[np.uint8], ring: Mask, known: Mask) -> NDArray[np.float32]:
    """Colours shifted smoothly so that they meet what stands around: the step at the border, carried inwards."""
    near = ring & known
    step = np.clip(around.astype(np.float32) - colours, -40, 40) * near[..., None]
    total, mass = np.zeros_like(colours), np.zeros(ring.shape, np.float32)
    for sigma, trust in ((2.0, 1.0), (6.0, 0.05), (18.0, 0.002)):
        total += trust * cv2.GaussianBlur(step, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
        mass += trust * cv2.GaussianBlur(near.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    return np.clip(colours + total / np.maximum(mass, 1e-4)[..., None], 0, 255)


GAIN_WORTH = 0.95  # of the error: a gain that leaves more makes other things alike, and not the light
SHIFT = 3  # pixels by which a source may lie off: calibration and boxes are not perfect


def _fitted(
    colours: NDArray[np.float32], known: Mask, around: NDArray[np.uint8], ring: Mask
) -> tuple[NDArray[np.float32], Mask, float]:
    """A source's colours, shifted and gained so that its ring meets the ring around; and the error that is left there."""
    both = known & ring
    if both.sum() < 30:
        return colours, known, 40.0
    colours, known = _aligned(colours, known, around, ring)
    both = known & ring
    mine, theirs = colours[both], around[both].astype(np.float32)
    gain = np.clip(np.median((theirs + 4.0) / (mine + 4.0), axis=0), 0.6, 1.6)
    plain, gained = (float(np.minimum(np.abs(mine * g - theirs).mean(axis=-1), 60).mean()) for g in (1.0, gain))
    if gained >= GAIN_WORTH * plain:
        return colours, known, plain
    return np.clip(colours * gain, 0, 255), known, gained


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
