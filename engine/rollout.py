"""Coarse to refined: anchors of a clip drawn jointly, then the segments that somebody picks, each between its anchors (MiLA).

Anchors go in windows of at most `WINDOW`, each beginning with the last of the one before, so that drives of any length can be
drawn; a segment is drawn at once, however many frames whoever asks puts between its anchors. What no edit touches is a
reference: it stays as it was recorded, and the frames that are drawn look at it. Drawing yields pictures, and None wherever it
may be stopped without one.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from editor.map import StreetMap
from editor.scene import Scenario
from engine.model.asked import asking
from engine.model.drafts import Drafts
from engine.model.reach import reach
from engine.pipeline import Clip, Preview, Sampling, WorldPipeline
from engine.requests import NUM_BEFORE, WINDOW, Chunk, Place, Request, Tier

SHARED = 1  # frames of a window that the one before has drawn
PixelsByPlace = Mapping[Place, NDArray[np.uint8]]
Drafted = Callable[[int, str], Chunk]  # the draft of a place
Seen = Callable[[int, str], NDArray[np.float16]]  # the G-buffer of a place's draft


@dataclass(frozen=True, slots=True, eq=False)
class Rollout:
    """What draws a scenario: the networks, the streets under it, its drafts, and their G-buffers where the networks read
    them."""

    pipeline: WorldPipeline
    scenario: Scenario
    streets: StreetMap
    drafted: Drafted
    size: tuple[int, int]
    sampling: Sampling
    previewed: Place | None = None  # whose previews are shown, where it is among what is drawn; else those of the first place
    preview_first: bool = False  # of an anchor, in another light of all views of its frame, before the others are drafted
    seen: Seen | None = None

    def anchors(self, frames: tuple[int, ...], views: tuple[str, ...], drawn: PixelsByPlace) -> Iterator[Chunk | None]:
        """The anchors at these frames, in windows; previews as they form, then each once for good.

        `drawn` are anchors that are right already; they are references like what was recorded, and not answered again.
        """
        if self.preview_first:
            yield from self._first_sight([(frame, view) for frame in frames for view in views if (frame, view) not in drawn])
        done = dict(drawn)
        for window in windows(tuple(sorted(frames))):
            for chunk in self._window("anchor", window, views, done, {}):
                if chunk is not None and not chunk.preview:
                    done[chunk.frame, chunk.view] = chunk.picture
                yield chunk

    def segment(
        self, frames: tuple[int, ...], views: tuple[str, ...], anchors: PixelsByPlace, drawn: PixelsByPlace
    ) -> Iterator[Chunk | None]:
        """The refined pictures of one segment, its two anchors at its ends.

        The first anchor stays as it is, the last one is corrected together with the frames between (MiLA's joint denoising and
        correcting); both are answered, since a refined picture need not be its anchor. `drawn` are refined pictures that are
        right already, in this segment or before it: references, and not answered again. Of those before, the nearest two
        frames count. ValueError where an anchor is neither given nor refined.
        """
        first, last = frames[0], frames[-1]
        ends = {(frame, view) for frame in (first, last) for view in views if (frame, view) not in drawn}
        if not ends <= set(anchors):
            frame, view = min(ends - set(anchors))
            raise ValueError(f"a segment from frame {first} to {last}, and no anchor at {frame} of {view}; wanted both ends")
        earlier = (f for f in sorted({frame for frame, _ in drawn if frame < first}) if all((f, v) in drawn for v in views))
        before = tuple(earlier)[-NUM_BEFORE:]
        for place in sorted(ends & {(first, view) for view in views}):
            chunk = self._draft(place)
            touched = {"origin": "generated", "picture": anchors[place]} if chunk.dirty.any() else {}
            yield replace(chunk, tier="refined", **touched)
        references = {place: picture for place, picture in drawn.items() if place[0] in (*before, *frames)}
        levels = {place: self.pipeline.scheduler.correcting_start for place in ends if place[0] == last}
        yield from self._window(
            "refined", (*before, *frames), views, references | {place: anchors[place] for place in ends}, levels
        )

    def _first_sight(self, places: list[Place]) -> Iterator[Chunk | None]:
        """Previews of what is waited for most, where it is among these places and may change; each as if nothing stood beside
        it.

        Where drafts are relit that alone shows another light, and soon in all views of a frame; else it is one picture, in a
        single step of the network that is none of a window's."""
        if self.previewed not in places:
            return
        is_relit = whole(self.scenario) and self.pipeline.relight is not None
        for place in [(f, v) for f, v in places if f == self.previewed[0]] if is_relit else [self.previewed]:
            chunk = self._draft(place)
            yield None
            if not chunk.dirty.any():
                continue
            clip = yield from self._clip(place[:1], place[1:], {place: chunk}, {}, {place: 1.0})
            picture = clip.drafts.pictures[0, 0] if is_relit else self._in_one_step(clip)
            yield replace(chunk, tier="anchor", origin="generated", picture=picture, preview=True, done=0, total=0)

    def _in_one_step(self, clip: Clip) -> NDArray[np.uint8]:
        step = next(self.pipeline.stream(clip, replace(self.sampling, num_steps=1)))
        (picture,) = self.pipeline.pictures(step, clip.drafts, ((0, 0),))
        return picture

    def _draft(self, place: Place) -> Chunk:
        """The draft of a place, dirty wherever the model may change it."""
        chunk = self.drafted(*place)
        dirty = np.ones_like(chunk.dirty) if whole(self.scenario) else chunk.dirty | reach(self.scenario, *place, self.size)
        return replace(chunk, dirty=dirty)

    def _window(
        self, tier: Tier, frames: tuple[int, ...], views: tuple[str, ...], known: PixelsByPlace, levels: Mapping[Place, float]
    ) -> Iterator[Chunk | None]:
        """Draw what of a window is neither untouched nor known; `levels` are those at which known places are corrected."""
        places = [(frame, view) for frame in frames for view in views]
        if all(place in known and place not in levels for place in places):
            return
        chunks: dict[Place, Chunk] = {}
        for place in places:
            chunks[place] = self._draft(place)
            yield None
        touched = {place for place, chunk in chunks.items() if chunk.dirty.any()}
        wanted = [place for place in places if place in touched and (place not in known or place in levels)]
        for place in places:
            if place not in touched and (place not in known or place in levels):
                yield replace(chunks[place], tier=tier)
        shown = tuple(view for view in views if any(place[1] == view for place in wanted))
        if not shown:
            return
        clip = yield from self._clip(frames, shown, chunks, known, {place: levels.get(place, 1.0) for place in wanted})
        for step in self.pipeline.stream(clip, self.sampling):
            yield None
            yield from self._answers(tier, step, clip, chunks, wanted)

    def _clip(
        self,
        frames: tuple[int, ...],
        views: tuple[str, ...],
        chunks: Mapping[Place, Chunk],
        known: PixelsByPlace,
        start: Mapping[Place, float],
    ) -> Generator[None, None, Clip]:
        def grid(value: Callable[[Place], NDArray]) -> NDArray:
            return np.array([[value((frame, view)) for view in views] for frame in frames])

        parts = (grid(lambda place, n=name: getattr(chunks[place], n)) for name in ("picture", "valid", "dirty"))
        seen: dict[Place, NDArray[np.float16]] = {}
        for place in [] if self.seen is None else [(frame, view) for frame in frames for view in views]:
            seen[place] = self.seen(*place)
            yield None
        gbuffers = grid(seen.__getitem__) if seen else None
        what = yield from asking(self.scenario, self.streets, frames, views, self.size)
        return Clip(
            what,
            self.pipeline.relit(what, Drafts(*parts, gbuffers)),
            frames,
            views,
            grid(lambda place: np.float32(start.get(place, 0.0))),
            grid(lambda place: known.get(place, chunks[place].picture)),
        )

    def _answers(
        self, tier: Tier, step: Preview, clip: Clip, chunks: Mapping[Place, Chunk], wanted: list[Place]
    ) -> Iterator[Chunk]:
        """All pictures of the last step; of an earlier one a single preview, which shows that something is under way.

        `done` and `total` of a chunk count the steps of its window.
        """
        preview = [self.previewed] if self.previewed in wanted else wanted[:1]
        places = wanted if step.is_final else preview
        at = tuple((clip.frames.index(frame), clip.views.index(view)) for frame, view in places)
        for place, index in zip(places, at, strict=True):
            picture = self.pipeline.pictures(step, clip.drafts, (index,))[0]
            chunk = replace(chunks[place], tier=tier, origin="generated", picture=picture, preview=not step.is_final)
            yield replace(chunk, done=step.number, total=step.total)


def windows(frames: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Runs of at most `WINDOW` of the frames; each begins with the last `SHARED` of the one before."""
    at = 0
    while True:
        yield frames[at : at + WINDOW]
        at += WINDOW - SHARED
        if at + SHARED >= len(frames):
            return


def whole(scenario: Scenario) -> bool:
    """Whether every picture is drawn anew, all of it: for another hour or weather.

    Where the ego goes elsewhere, its drafts are dirty all over already, and where it does not, the recording stands.
    """
    return scenario.time_of_day != "as recorded" or scenario.weather != "as recorded"


def of_request(
    pipeline: WorldPipeline,
    request: Request,
    streets: StreetMap,
    drafted: Drafted,
    sampling: Sampling,
    seen: Seen | None = None,
) -> Rollout:
    """A rollout for what a request asks, with previews of its most important picture.

    ValueError for the recorded size, which no network was trained at."""
    if request.size is None:
        raise ValueError("generated pictures at the recorded size; wanted a size such as 448 x 256")
    seeded, is_first = replace(sampling, seed=request.seed), request.preview_first and request.tier == "anchor"
    asked_first = request.asked()[0]
    return Rollout(pipeline, request.scenario, streets, drafted, request.size, seeded, asked_first, is_first, seen)
