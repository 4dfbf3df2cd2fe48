"""Pixels of a place from other frames and views that saw it: which to ask, and what they show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

import cv2
import numpy as np
from cachetools import cachedmethod
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.backdrop import FAR_M, Backdrop
from engine.draft.crowd import Cast, Crowd, Hull, hidden, hit_map, hulls, occupancy
from engine.draft.egobody import body_mask
from engine.draft.fullness import fullness
from engine.draft.nods import Glimpse, glimpse, nod, working_step
from engine.draft.room import room_for
from engine.draft.sources import Camera, Recording, coarser
from engine.draft.surfaces import STATIC, Surfaces
from engine.draft.wet import is_wet, mirror_images

Mask = NDArray[np.bool_]

FRAME_STEPS = (1, 2, 3, 5, 7, 10, 13, 17, 22, 28, 35, 43, 52, 62, 75, 100, 150, 200)
SAMPLES = 72
MAX_SOURCES = 8
HIDE_MARGIN_M = 0.15
MIRRORED_M = 40.0  # whoever is farther has a mirror image that is too small to matter
DEPTH_STEP = 3
MAPS_BYTES = 128 * 2**20  # of each kind of map: a long drive at the window's size, a picture's sources at a camera's own
STILL_M = 0.2  # who is no farther from where he was stands still
CLOSE_SHARE = 0.06  # of the way to a place: from no farther aside it looks the same
LEAST_DETAIL = 0.05  # of a pixel; drawn out farther, one source's pixels are as bad as another's
UNTURNED, SLIGHT = np.eye(3), 1e-12 + 1e-5 * np.eye(3)  # a rotation's diagonal says little of a small turn


@dataclass(frozen=True, slots=True)
class Source:
    """One recorded picture, by frame and view."""

    frame: int
    view: str


@dataclass(frozen=True, slots=True)
class Care:
    """How sure a source must be. A box's face shows its actor from nearly the same side only; hulls fit no better than a few
    pixels; and the depth of what stands still is known to a share. From almost the same place none of that hides anything."""

    turn: float  # radians
    grow_px: int  # at 448 pixels across
    depth_share: float
    aside_px: float = 0.0  # by which one thing may move against another and still be beside it, at 448 pixels across


CAREFUL = Care(np.radians(14), 2, 1.1)
TURNED = Care(np.radians(75), 2, 1.1, 8.0)
LENIENT = Care(np.radians(75), 0, 1.4)


@dataclass(frozen=True, eq=False)
class Account:
    """What one source shows of a block (h, w): colours, where it saw it, and at which of its pixels (h, w, 2)."""

    colours: NDArray[np.float32]
    known: Mask
    pixels: Array

    @cached_property
    def detail(self) -> NDArray[np.float32]:
        """How many pixels of the source are under each pixel of the block, along whichever way there are fewest; 1 where there
        are more."""
        at = self.pixels.astype(np.float32)
        across, down = np.ones_like(at), np.ones_like(at)
        np.subtract(at[:, 1:], at[:, :-1], out=across[:, 1:])
        np.subtract(at[1:], at[:-1], out=down[1:])
        one, other, both = (np.einsum("hwc,hwc->hw", a, b) for a, b in ((across, across), (down, down), (across, down)))
        least = 0.5 * (one + other - np.sqrt((one - other) ** 2 + 4 * both**2))
        return np.sqrt(np.clip(np.nan_to_num(least), LEAST_DETAIL**2, 1))


def depth_step(camera: Camera) -> int:
    """Of how many pixels of a picture the depth of what stands still is looked at once: the same grain at any size."""
    return DEPTH_STEP * max(1, round(camera.view.width / 448))


class Witnesses:
    """The recorded pictures as sources for a place: where each was free of actors, read when needed."""

    def __init__(
        self,
        recording: Recording,
        cast: Cast,
        backdrop: Backdrop,
        veils: dict[str, int] | None = None,
        ego_bodies: dict[str, Mask | None] | None = None,
    ) -> None:
        """`cast` are those who stood in the recording; their hulls, grown a little, hide what is behind them. The
        hulls of `veils`, grown by so many pixels, hide what is before them as well. `ego_bodies` are known already."""
        self.recording, self.cast, self.backdrop, self.veils = recording, cast, backdrop, veils or {}
        self.ego_bodies = {} if ego_bodies is None else ego_bodies
        self._is_wet = is_wet(recording.scene)
        self._depth: dict[Source, NDArray[np.float32]] = {}
        self._hit, self._occupancy = (room_for(MAPS_BYTES) for _ in range(2))
        self._hulls: dict[Source, dict[str, tuple[Hull, float]]] = {}
        self._glimpses: dict[Source, Glimpse | None] = {}
        self._nods: dict[tuple[Source, Source], float] = {}

    def ego_body(self, view: str) -> Mask | None:
        """The pixels of a view that are the recording car itself; None where it does not show."""
        if view not in self.ego_bodies:
            self.ego_bodies[view] = body_mask(self.recording, self.backdrop.ground, view)
        return self.ego_bodies[view]

    @cached_property
    def fullness(self) -> float:
        """How much of their boxes vehicles fill."""
        return fullness(self.cast.actors, self.backdrop.on_actors)

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

    @cachedmethod(attrgetter("_hit"))
    def hit(self, source: Source) -> NDArray[np.int16]:
        """Per pixel of a source, which actor of its crowd the LiDAR has seen there, nearest first, or STATIC where none."""
        camera = self.recording.camera(source.frame, source.view)
        return hit_map(self.crowd(source), self.hulls(source), self.backdrop.on_actors, camera)

    def hulls(self, source: Source) -> dict[str, tuple[Hull, float]]:
        """The outline and the depth of everyone whom the source holds some of."""
        if source not in self._hulls:
            self._hulls[source] = hulls(self.crowd(source), self.recording.camera(source.frame, source.view))
        return self._hulls[source]

    @cachedmethod(attrgetter("_occupancy"))
    def occupancy(self, source: Source, grow_px: int) -> NDArray[np.int16]:
        """Per pixel, whose hull covers it, or on a wet street its mirror image; hulls are grown by pixels of a picture 448
        across."""
        camera = self.recording.camera(source.frame, source.view)
        grow = round(grow_px * camera.view.width / 448)
        crowd = self.crowd(source)
        taken = occupancy(crowd, self.hulls(source), camera, grow, self.veils)
        if not self._is_wet:
            return taken
        below = mirror_images(crowd)
        near = {name: found for name, found in hulls(below, camera).items() if found[1] < MIRRORED_M}
        return np.where(taken >= 0, taken, occupancy(below, near, camera, 0, {}))

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
                picture, camera, self.occupancy(source, CAREFUL.grow_px) == STATIC, self.depth(source), depth_step(camera)
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
    inside = in_picture(camera, *camera.pixels(moved))
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
        free &= ~np.isin(witnesses.occupancy(source, CAREFUL.grow_px)[at[:, 1], at[:, 0]], veiled)
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


def _turned_away(target: Surfaces, camera: Camera, there: Crowd) -> Mask:
    """Which pixels of a target show a side of somebody's box that a source saw from behind: there lies another side of his."""
    out = np.zeros(target.actor.shape, bool)
    points, others = target.points(), target.crowd.indices_in(there)
    for index in np.unique(target.actor[target.actor != STATIC]):
        other, mine = others[index], target.actor == index
        if other < 0:
            continue
        halves = target.crowd.halves[index]
        local = (points[mine] - target.crowd.centres[index]) @ target.crowd.rotations[index] / halves
        eye = (camera.eye - there.centres[other]) @ there.rotations[other] / halves
        side = np.abs(local).argmax(axis=1)
        at = np.arange(len(local)), side
        out[mine] = np.sign(local[at]) * eye[side] < 1
    return out


def in_picture(camera: Camera, pixels: Array, depth: Array) -> Mask:
    """Which places (..., 2) at these depths before a camera are in its picture."""
    with np.errstate(invalid="ignore"):
        u, v = pixels[..., 0], pixels[..., 1]
        return (depth > 0.3) & (u >= 1) & (v >= 1) & (u <= camera.view.width - 2) & (v <= camera.view.height - 2)


def look_up(
    witnesses: Witnesses, target: Surfaces, source: Source, care: Care = CAREFUL, barred: Mask | None = None
) -> Account | None:
    """What one source shows of each pixel of a block, but for its `barred` pixels; None where its file is missing."""
    picture = witnesses.recording.glance(source.frame, source.view)
    if picture is None:
        return None
    camera = witnesses.recording.camera(source.frame, source.view)
    there = witnesses.crowd(source)
    moved = moved_points(target.points(), target.actor, target.crowd, there)
    pixels, depth = camera.pixels(moved)
    bearings = target.crowd.bearings(target.camera.eye)
    inside = in_picture(camera, pixels, depth) & ~_other_side(target.crowd, bearings, camera, there, care.turn)[target.actor]
    inside &= ~_turned_away(target, camera, there)
    where = np.where(inside[..., None], pixels, -10).astype(np.float32)
    colours = cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    nearest = np.clip(np.round(where), 0, (camera.view.width - 1, camera.view.height - 1)).astype(np.int32)
    owner = witnesses.occupancy(source, care.grow_px)[nearest[..., 1], nearest[..., 0]]
    step = depth_step(camera)
    standing = witnesses.depth(source)
    behind = standing[
        np.minimum(nearest[..., 1] // step, standing.shape[0] - 1), np.minimum(nearest[..., 0] // step, standing.shape[1] - 1)
    ]
    hit = witnesses.hit(source)[nearest[..., 1], nearest[..., 0]]
    others = target.crowd.indices_in(there)
    expected = np.append(np.where(others < 0, -2, others), STATIC)
    shows = (target.actor != STATIC) | (target.depth >= FAR_M) | (depth < behind * care.depth_share + 0.6)
    fits = (owner == expected[target.actor]) & ((hit == STATIC) | (hit == owner))
    if care.aside_px > 0:
        aside_px = care.aside_px * camera.view.width / 448
        shows |= _shift_px(camera, target, behind) < aside_px
        fits |= _stands_alike(camera, target, there, owner, aside_px) & ~_elsewhere(target.crowd, there)[hit]
    inside &= shows & fits
    for mask in (witnesses.ego_body(source.view), barred):
        if mask is not None:
            inside &= ~mask[nearest[..., 1], nearest[..., 0]]
    return Account(colours.astype(np.float32), inside, pixels)


def _shift_px(camera: Camera, target: Surfaces, depth: Array) -> Array:
    """By how many pixels what a source sees at a depth moves there, against what the target sees, on the way between them."""
    way = np.linalg.norm(camera.eye - target.camera.eye)
    return camera.view.intrinsics[0] * way * (1 / depth - 1 / target.depth)


def _stands_alike(camera: Camera, target: Surfaces, there: Crowd, owner: NDArray[np.int16], aside_px: float) -> Mask:
    """Where a source is almost where the target is, so that whoever is before whom there is so here: of those alone who stand
    still and are about as far as what is looked for."""
    is_close = np.linalg.norm(camera.eye - target.camera.eye) < CLOSE_SHARE * target.depth
    away = np.append(np.linalg.norm(there.centres - camera.eye, axis=1), np.inf)[owner]
    as_far = np.where(owner == STATIC, is_close, np.abs(_shift_px(camera, target, away)) < aside_px)
    return as_far & ~_elsewhere(there, target.crowd)[target.actor] & ~_elsewhere(target.crowd, there)[owner]


def _elsewhere(here: Crowd, there: Crowd) -> Mask:
    """Per actor of `there`, whether `here` has him elsewhere or not at all; one more at the end, False, for what stands
    still."""
    others = there.indices_in(here)
    places = np.append(here.centres, [[np.inf] * 3], axis=0)[others]
    return np.append(~(np.linalg.norm(there.centres - places, axis=1) < STILL_M), False)
