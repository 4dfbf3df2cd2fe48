"""A whole picture from another place than the car was at: pixels by the depth of what they show, actors on their boxes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.draft.crowd import Crowd
from engine.draft.gather import LENIENT, TURNED, Care, Source, Witnesses, look_up
from engine.draft.inpaint import smoothed
from engine.draft.remove import Filled
from engine.draft.sources import Camera
from engine.draft.surfaces import Block, Surfaces, surfaces

Mask = NDArray[np.bool_]
ENOUGH = 0.002  # of a picture may stay unknown before another source is asked


def warped(
    witnesses: Witnesses,
    crowd: Crowd,
    camera: Camera,
    sources: Sequence[Source],
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
    empty = target.emptied()
    for surface, asked, care in ((target, sources, TURNED), (target, sources[:1], LENIENT), (empty, sources, TURNED)):
        _take(picture, unknown, witnesses, surface, asked, care)
    if lost is not None:
        unknown |= lost
    return Filled(smoothed(picture, unknown, ~unknown), unknown)


def _take(
    picture: NDArray[np.uint8],
    unknown: Mask,
    witnesses: Witnesses,
    surface: Surfaces,
    sources: Sequence[Source],
    care: Care,
) -> None:
    for source in sources:
        if unknown.mean() < ENOUGH:
            return
        account = look_up(witnesses, surface, source, care)
        if account is not None:
            new = unknown & account.known
            picture[new] = np.clip(account.colours[new], 0, 255).round().astype(np.uint8)
            unknown &= ~new
