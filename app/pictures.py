"""Pictures for the page: recorded ones at a draft's size, drawn ones as they come, as JPEG bytes kept on disk by content."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import diskcache
import numpy as np
from numpy.typing import NDArray

from app.session import Document
from app.weights import Manner
from editor.cameras import fit_picture
from editor.datasets.recorded import read_lidar, read_picture
from editor.map import Raster
from editor.scene import LidarSweep, Picture, Scene, View
from engine.requests import SIZE, Chunk, Place, RenderError, Request, Tier
from engine.service.protocol import Service
from engine.service.store import REFUSED

QUALITY = 90
SIZE_LIMIT_BYTES = 2 * 2**30
NEARLY_FULL = 0.9  # of that: before, nothing has been let go of
MOST_STATES = 500  # of takes, whose drawn pictures are remembered
MOST_IN_MEMORY = 2000  # some 50 MB: previews, which a page fetches at once or never; and all where the disk takes nothing
PORTION = 48  # pictures asked for at a time
MOST_POINTS = 45_000  # of a LiDAR sweep: what a screen can show
RASTER_PER_M = 2.5
log = logging.getLogger(__name__)


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3) in RGB as the bytes of a JPEG file."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError(f"a picture of {picture.shape} that is no JPEG's; wanted height x width x 3")
    return data.tobytes()


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where the page finds a drawn picture. `manner` says how the world model drew it; a draft has none."""

    frame: int
    view: str
    key: str
    origin: str
    tier: Tier = "draft"
    manner: Manner | None = None

    @property
    def is_generated(self) -> bool:
        """Whether the world model drew it, or found that nothing was to be drawn."""
        return self.tier != "draft"


class Pictures:
    """JPEG bytes by key, in memory and on disk, and which of them show which state of a take."""

    def __init__(self, dataroot: Path, folder: Path) -> None:
        self._dataroot, self._folder, self._has_complained = dataroot, folder, False
        self._cache = diskcache.Cache(str(folder), size_limit=SIZE_LIMIT_BYTES, eviction_policy="least-recently-stored")
        self._drawn: OrderedDict[str, dict[tuple[int, str, Tier, Manner | None], Drawn]] = OrderedDict()
        self._onward: OrderedDict[str, dict[str, set[Place]]] = OrderedDict()
        self._in_memory: OrderedDict[str, bytes] = OrderedDict()
        self._refused: set[str] = set()  # keys of what the disk did not take
        self._lock = threading.Lock()

    # ---------------------------------------------------------------------------------------------- recorded

    def recorded(self, picture: Picture, view: View) -> bytes | None:
        """A recorded picture at a draft's size; None where its file is missing."""
        path = self.file(picture)
        if path is None:
            return None
        about = path.stat()
        key = f"recorded/{hashlib.sha256(str(path).encode()).hexdigest()[:24]}/{about.st_size}/{about.st_mtime_ns}"
        data = self._on_disk(key)
        if data is None:
            pixels = read_picture(self._dataroot, picture, view)
            if pixels is None:
                return None
            data = jpeg(fit_picture(pixels, view, *SIZE)[0])
            self._stored(key, data)
        return data

    def file(self, picture: Picture) -> Path | None:
        """The recorded file itself, if it is there. Tables name files below the data set's root alone
        (`editor.datasets.records`); links there may lead anywhere, as those of data sets that are spread over disks do."""
        path = self._dataroot / picture.file
        return path if path.is_file() else None

    # ---------------------------------------------------------------------------------------------- drawn

    def drawn(self, state: str) -> tuple[Drawn, ...]:
        """What is drawn already of a state of a take, and has not been let go of since."""
        with self._lock:
            known = tuple(self._drawn.get(state, {}).values())
            here = tuple(drawn for drawn in known if drawn.key in self._in_memory)
            let_go = self._refused - self._in_memory.keys()
        try:
            is_nearly_full = self._cache.volume() >= NEARLY_FULL * SIZE_LIMIT_BYTES
            kept = {drawn.key for drawn in known if not is_nearly_full or f"drawn/{drawn.key}" in self._cache}
        except REFUSED as error:
            self._complain(error)
            return here
        return tuple(drawn for drawn in known if drawn in here or drawn.key in kept - let_go)

    def has_generated(self, state: str, manner: Manner) -> bool:
        """Whether anything is known that the world model drew of a state in a manner."""
        with self._lock:
            return any(drawn.is_generated and drawn.manner == manner for drawn in self._drawn.get(state, {}).values())

    def by_key(self, key: str) -> bytes | None:
        """A drawn picture, or a preview of one."""
        return self._in_memory.get(key) or self._on_disk(f"drawn/{key}")

    def keep(self, state: str, chunk: Chunk, manner: Manner | None = None) -> Drawn:
        """Remember a picture that has just been drawn; a preview only for a moment, and what the disk does not take as long as
        there is room for it in memory."""
        data = jpeg(chunk.picture)
        drawn = Drawn(chunk.frame, chunk.view, hashlib.sha256(data).hexdigest()[:32], chunk.origin, chunk.tier, manner)
        is_kept = not chunk.preview and self._stored(f"drawn/{drawn.key}", data)
        with self._lock:
            if not is_kept:
                self._hold(drawn.key, data)
            if chunk.preview:
                return drawn
            (self._refused.discard if is_kept else self._refused.add)(drawn.key)
            self._remember(state, [drawn])
            for after in self._reached(state, (drawn.frame, drawn.view)) if drawn.is_generated else ():
                self._remember(after, [drawn])
        return drawn

    def _hold(self, key: str, data: bytes) -> None:
        self._in_memory[key] = data
        while len(self._in_memory) > MOST_IN_MEMORY:
            self._in_memory.popitem(last=False)

    def _stored(self, key: str, data: bytes) -> bool:
        """Whether the disk takes a picture."""
        try:
            return self._cache.set(key, data)
        except REFUSED as error:
            self._complain(error)
            return False

    def _on_disk(self, key: str) -> bytes | None:
        """A picture that the disk has and gives."""
        try:
            return self._cache.get(key)
        except REFUSED as error:
            self._complain(error)
            return None

    def _complain(self, error: Exception) -> None:
        """Once."""
        if not self._has_complained:
            log.warning("Pictures are shown, but cannot be kept in %s (%s: %s).", self._folder, type(error).__name__, error)
        self._has_complained = True

    def carry(self, before: str, after: str, stale: Mapping[str, Sequence[int]]) -> None:
        """What the world model drew of one state of a take, or has still to finish, shows another state too, but for the
        pictures that are stale."""
        gone = {(frame, view) for view, frames in stale.items() for frame in frames}
        with self._lock:
            known = self._drawn.get(before, {}).values()
            self._remember(after, [d for d in known if d.is_generated and (d.frame, d.view) not in gone])
            self._onward.setdefault(before, {})[after] = gone
            _keep_latest(self._onward, before)

    def _reached(self, state: str, place: Place) -> set[str]:
        """The states that a picture of another was carried on to, or would have been, had it been there."""
        found, left = {state}, [state]
        while left:
            further = {after for after, gone in self._onward.get(left.pop(), {}).items() if place not in gone} - found
            found |= further
            left.extend(further)
        return found - {state}

    def _remember(self, state: str, pictures: Iterable[Drawn]) -> None:
        known = self._drawn.setdefault(state, {})
        known.update({(d.frame, d.view, d.tier, d.manner): d for d in pictures})
        _keep_latest(self._drawn, state)


def _keep_latest(by_state: OrderedDict[str, dict], state: str) -> None:
    by_state.move_to_end(state)
    while len(by_state) > MOST_STATES:
        by_state.popitem(last=False)


# ------------------------------------------------------------------------------------------------ what is to be drawn


def missing(document: Document, drawn: Iterable[Drawn]) -> list[Place]:
    """The changed pictures of a take that are not drawn yet, frame by frame."""
    done = {(d.frame, d.view) for d in drawn if not d.is_generated}
    scene = document.scenario.scene
    places: list[Place] = []
    for view, frames in document.dirty.draft.items():
        places += [(i, view) for i in frames if scene.frames[i].picture(view).can_be_drawn and (i, view) not in done]
    return places


def by_importance(places: list[Place], scene: Scene, frame: int) -> list[Place]:
    """The frame that is looked at, then keyframes near it, then the others, the nearest first."""

    def rank(place: Place) -> tuple[bool, bool, int, int]:
        i = place[0]
        return i != frame, not scene.frames[i].is_keyframe, abs(i - frame), i

    return sorted(places, key=rank)


def draw(
    service: Service,
    pictures: Pictures,
    document: Document,
    dataroot: Path,
    frame: int,
    asker: tuple[str, int],
    among: Container[int] | None = None,
) -> Iterator[dict]:
    """Draw what is missing of a take, or of some frames; a message for every picture, and the count from the start, with what
    is drawn already: the page may have gone away from a stream before it heard of all that was drawn. What cannot be drawn
    keeps back no other picture, but the end is a RenderError."""
    known = [drawn for drawn in pictures.drawn(document.state) if not drawn.is_generated]
    places = by_importance(
        [place for place in missing(document, known) if among is None or place[0] in among], document.scenario.scene, frame
    )
    yield {"kind": "start", "done": 0, "total": len(places), "pictures": [drawn_json(drawn) for drawn in known]}
    session, turn = asker
    plain = Request(dataroot, document.scenario, (), (), SIZE, seed=document.take.seed, session=session, turn=turn)
    done, failure = 0, None
    for some in portions(places):
        try:
            for chunk in service.render(replace(plain, only=some)):
                done += 1
                progress = {"done": done, "total": len(places)}
                yield drawn_json(pictures.keep(document.state, chunk)) | {"kind": "picture"} | progress
        except RenderError as error:
            failure = failure or error
    if failure is not None:
        raise failure


def portions(places: Sequence[Place]) -> Iterator[tuple[Place, ...]]:
    """The first frame by itself, then some at a time: what asking costs is paid as the pictures come, not before the first."""
    first = sum(1 for place in places if place[0] == places[0][0])
    cuts = [0, *range(first, len(places), PORTION), len(places)]
    yield from (tuple(places[a:b]) for a, b in pairwise(cuts) if b > a)


def drawn_json(drawn: Drawn) -> dict[str, object]:
    """A drawn picture as the page learns of it."""
    return {
        "frame": drawn.frame,
        "view": drawn.view,
        "url": f"drawn/{drawn.key}",
        "origin": drawn.origin,
        "tier": drawn.tier,
        "manner": drawn.manner and drawn.manner.as_asked(),
    }


# ------------------------------------------------------------------------------------------------ LiDAR and streets


def lidar_bytes(dataroot: Path, scene: Scene, sweep: LidarSweep) -> bytes | None:
    """The points of a sweep as float32 x, y from the scene's first ego place, and height above the ego's ground."""
    points = read_lidar(dataroot, sweep)
    if points is None:
        return None
    points = points[:: max(1, -(-len(points) // MOST_POINTS)), :3]
    world = sweep.T_world_lidar.apply(points.astype(np.float64))
    ego = min(scene.ego, key=lambda pose: abs(pose.t_us - sweep.t_us)).T_world.translation
    x, y, _ = scene.ego[0].T_world.translation
    return (world - (x, y, ego[2])).astype("<f4").tobytes()


def raster_png(raster: Raster) -> bytes:
    """The drivable area as a picture, north up, clear where one cannot drive."""
    scale = RASTER_PER_M / raster.pixels_per_m
    mask = raster.drivable.astype(np.uint8) * 255
    if scale < 1:
        mask = cv2.resize(mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    colour = np.zeros((*mask.shape, 4), np.uint8)
    colour[...] = (0x2B, 0x21, 0x1B, 0)  # blue, green, red: the page's colour of streets
    colour[..., 3] = mask
    return cv2.imencode(".png", colour)[1].tobytes()
