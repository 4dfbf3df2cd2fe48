"""A whole picture from another place than the car was at: pixels by the depth of what they show, actors on their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.draft.blend import ALIKE, levelled
from engine.draft.crowd import Crowd
from engine.draft.gather import LENIENT, TURNED, Care, Source, Witnesses, in_picture, look_up, moved_points
from engine.draft.inpaint import FLOWS_PX, MIN_KNOWN_PX, smoothed
from engine.draft.remove import Filled, ground_mask
from engine.draft.sources import Camera
from engine.draft.surfaces import STATIC, Block, Surfaces, block_around, surfaces

Mask = NDArray[np.bool_]
ENOUGH = 0.002  # of a picture may stay unknown before another source is asked
MEETS_SHARE = 0.1  # of a picture's width, about what is unknown: where sources meet what is known
CELLS = 112  # across a picture, in which light is levelled
FEW = 400  # pixels tell whether a source looks there


@dataclass(frozen=True, eq=False)
class Passing:
    """Where a picture shows what is there at one time only, and the sources to ask about that."""

    where: Mask
    sources: Sequence[Source]


def warped(
    witnesses: Witnesses,
    crowd: Crowd,
    camera: Camera,
    sources: Sequence[Source],
    passing: Passing | None = None,
    lost: Mask | None = None,
) -> Filled:
    """What `camera` sees, taken from the first source that saw it, of what passes from the first of that time; the rest is
    made up and comes back as unknown, and so do `lost` pixels in any case. What a view sees of the recording car itself goes
    along with the camera."""
    whole = Block(0, 0, camera.view.width, camera.view.height)
    target = surfaces(witnesses.backdrop, camera, crowd, whole)
    sheet = _Sheet.blank(camera, witnesses.ego_body(camera.view.name), lost)
    boxed, empty = target.actor != STATIC, target.emptied()
    everywhere = np.ones_like(boxed)
    if passing is not None:
        where = passing.where
        sheet.take(~where, witnesses, target, sources[:1], TURNED)  # which the rest then meets
        sheet.take(where, witnesses, target, passing.sources, TURNED)
        sheet.take(where & boxed, witnesses, empty, passing.sources, TURNED)
    sheet.take(everywhere, witnesses, target, sources, TURNED)
    sheet.take(everywhere, witnesses, target, sources[:1], LENIENT)
    sheet.take(boxed, witnesses, empty, sources, TURNED)
    here = sources[0] if passing is None else passing.sources[0]
    ground = ground_mask(witnesses, camera) & ~boxed
    return sheet.filled(witnesses.recording.picture(here.frame, here.view), (boxed, ground, ~(boxed | ground)))


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A picture that is being put together: what is still to be told of it, what sources have told, what shows the recording
    car, and what nobody can tell."""

    picture: NDArray[np.uint8]
    open: Mask
    told: Mask
    body: Mask
    lost: Mask

    @classmethod
    def blank(cls, camera: Camera, body: Mask | None, lost: Mask | None) -> "_Sheet":
        nothing = np.zeros((camera.view.height, camera.view.width), bool)
        body, lost = (nothing if mask is None else mask for mask in (body, lost))
        return cls(np.zeros((*nothing.shape, 3), np.uint8), ~(body | lost), nothing.copy(), body, lost)

    def take(self, want: Mask, witnesses: Witnesses, surface: Surfaces, sources: Sequence[Source], care: Care) -> None:
        """Writes what sources show of the wanted ones among the open pixels, and closes those."""
        across = surface.camera.view.width
        for source in sources:
            wanted = self.open & want
            if wanted.mean() < ENOUGH:
                return
            part = surface.within(block_around(wanted, round(MEETS_SHARE * across)))
            account = look_up(witnesses, part, source, care) if _may_show(witnesses, part, wanted, source) else None
            if account is None:
                continue
            here = part.block.slices
            new, known = wanted[here] & account.known, account.known & self.told[here]
            # Cameras and moments differ in exposure, and what shows something else says nothing of that.
            alike = known & (np.abs(account.colours - self.picture[here]).max(axis=-1) < ALIKE)
            colours = levelled(account.colours, self.picture[here], alike, alike, grain=max(1, across // CELLS))
            self.picture[here][new] = colours[new].round().astype(np.uint8)
            self.open[here][new], self.told[here][new] = False, True

    def filled(self, here: NDArray[np.uint8], layers: Sequence[Mask]) -> Filled:
        """With the recording car as a picture shows it, and the rest made up."""
        picture = self.picture.copy()
        picture[self.body] = here[self.body]
        unknown = ~(self.told | self.body) | self.lost
        return Filled(made_up(picture, unknown, ~(unknown | self.body), layers), unknown)


def made_up(picture: NDArray[np.uint8], unknown: Mask, known: Mask, layers: Sequence[Mask]) -> NDArray[np.uint8]:
    """A picture whose unknown pixels known ones flow into, those of each layer its own where it has some near by: what a car's
    paint or a hedge flows into is no road."""
    for layer in layers:
        hole, of_layer = unknown & layer, known & layer
        if hole.any():
            near = block_around(hole, FLOWS_PX).slices
            picture = smoothed(picture, hole, of_layer if of_layer[near].sum() > MIN_KNOWN_PX else known)
    return picture


def _may_show(witnesses: Witnesses, part: Surfaces, wanted: Mask, source: Source) -> bool:
    """Whether a source looks at some of the wanted pixels; a few are asked."""
    rows, columns = np.nonzero(wanted[part.block.slices])
    few = slice(None, None, max(1, len(rows) // FEW))
    at = rows[few], columns[few]
    camera = witnesses.recording.camera(source.frame, source.view)
    points = moved_points(part.points()[at], part.actor[at], part.crowd, witnesses.crowd(source))
    return bool(in_picture(camera, *camera.pixels(points)).any())
