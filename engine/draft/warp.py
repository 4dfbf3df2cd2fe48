"""A whole picture from another place than the car was at: pixels by the depth of what they show, actors on their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.draft.blend import ALIKE, levelled
from engine.draft.crowd import Crowd
from engine.draft.gather import LENIENT, TURNED, Care, Source, Witnesses, in_picture, look_up
from engine.draft.inpaint import smoothed
from engine.draft.remove import Filled
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
    """What `camera` sees, taken from the first source that saw it; the rest is made up and comes back as unknown, and so do
    `lost` pixels in any case. What a view sees of the recording car itself goes along with the camera."""
    whole = Block(0, 0, camera.view.width, camera.view.height)
    target = surfaces(witnesses.backdrop, camera, crowd, whole)
    picture = np.zeros((camera.view.height, camera.view.width, 3), np.uint8)
    unknown = np.ones(picture.shape[:2], bool)
    own = witnesses.ego_body(camera.view.name)
    if own is not None:
        recorded = witnesses.recording.picture(sources[0].frame, sources[0].view)
        picture[own], unknown[own] = recorded[own], False
    if lost is not None:
        unknown &= ~lost
    boxed = target.actor != STATIC
    empty = target.emptied()
    if passing is not None:
        where = passing.where
        _take(picture, unknown, ~where, witnesses, target, sources[:1], TURNED)  # which the rest then meets
        _take(picture, unknown, where, witnesses, target, passing.sources, TURNED)
        _take(picture, unknown, where & boxed, witnesses, empty, passing.sources, TURNED)
    everywhere = np.ones_like(unknown)
    _take(picture, unknown, everywhere, witnesses, target, sources, TURNED)
    _take(picture, unknown, everywhere, witnesses, target, sources[:1], LENIENT)
    _take(picture, unknown, boxed, witnesses, empty, sources, TURNED)
    if lost is not None:
        unknown |= lost
    return Filled(smoothed(picture, unknown, ~unknown), unknown)


def _take(
    picture: NDArray[np.uint8],
    unknown: Mask,
    want: Mask,
    witnesses: Witnesses,
    surface: Surfaces,
    sources: Sequence[Source],
    care: Care,
) -> None:
    """Writes what sources show of the wanted ones among the unknown pixels, and takes those off them."""
    across = surface.camera.view.width
    for source in sources:
        wanted = unknown & want
        if wanted.mean() < ENOUGH:
            return
        part = surface.within(block_around(wanted, round(MEETS_SHARE * across)))
        account = look_up(witnesses, part, source, care) if _may_show(witnesses, part, wanted, source) else None
        if account is None:
            continue
        here = part.block.slices
        new = wanted[here] & account.known
        # Cameras and moments differ in exposure, and what shows something else says nothing of that.
        alike = account.known & ~unknown[here] & (np.abs(account.colours - picture[here]).max(axis=-1) < ALIKE)
        colours = levelled(account.colours, picture[here], alike, alike, grain=max(1, across // CELLS))
        picture[here][new] = colours[new].round().astype(np.uint8)
        unknown[here][new] = False


def _may_show(witnesses: Witnesses, part: Surfaces, wanted: Mask, source: Source) -> bool:
    """Whether a source looks at some of the wanted pixels; a few are asked."""
    rows, columns = np.nonzero(wanted[part.block.slices])
    few = slice(None, None, max(1, len(rows) // FEW))
    points = part.points()[rows[few], columns[few]]
    camera = witnesses.recording.camera(source.frame, source.view)
    return bool(in_picture(camera, *camera.pixels(points)).any())
