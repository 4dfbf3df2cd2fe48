"""A picture being drawn, and what is put on it and taken off: actors, and the shadows that they throw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.geometry import box_corners
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.crowd import Hull
from engine.draft.lift import Lifted
from engine.draft.occlusion import before_static
from engine.draft.picks import Wanted
from engine.draft.place import Share, composite
from engine.draft.shadows import Fallen, darkened, fallen, fallen_at_most, lightened
from engine.draft.shot import Shot
from engine.draft.sources import Camera
from engine.draft.surfaces import Block, block_around

Mask = NDArray[np.bool_]
Bare = Callable[[Block], Share]  # how much of each pixel of a block nobody who stays covers
Taken = Callable[[Actor, Block], Share]  # how much of each pixel of a block was of others who are gone
Free = Callable[[Lifted, float], Share]  # how much of a lifted actor so many metres ahead nobody who stays covers


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where nobody knows what the picture should show, and where it may differ from the recording."""

    picture: NDArray[np.uint8]
    unknown: Mask
    dirty: Mask


# ------------------------------------------------------------------------------------------------------------ actors


def with_actors(canvas: Canvas, shot: Shot, free: Free, taken: Taken) -> Canvas:
    """Everyone who is asked for otherwise, set in behind what stands nearer."""
    drawn = np.zeros(canvas.dirty.shape, np.float32)
    for actor in shot.shown:
        wanted = Wanted(actor_at(actor, shot.camera.t_us), actor.size_lwh, shot.camera)
        lifted = _lifted(actor, wanted, shot)
        if lifted is not None:
            ahead = shot.camera.T_world_camera.inverse().apply(np.asarray(wanted.T_world_box.translation))[2]
            share = before_static(shot.footage.witnesses, shot.camera, lifted) * free(lifted, float(ahead))
            share = share * shot.footage.off_body(shot.here.view, lifted.block)
            part = lifted.block.slices
            canvas = _set_in(canvas, lifted, share, wanted, np.maximum(drawn[part], taken(actor, lifted.block)))
            drawn[part] = np.maximum(drawn[part], lifted.alpha * share)
    return canvas


def _lifted(actor: Actor, wanted: Wanted, shot: Shot) -> Lifted | None:
    corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
    hull = box_hull(wanted.camera.view, corners)
    return None if hull is None else shot.footage.looks.lift(actor, wanted, shot.here.frame, _block_of(hull, wanted.camera))


def _block_of(hull: Hull, camera: Camera) -> Block:
    last = camera.view.width - 1, camera.view.height - 1
    low = np.clip(np.floor(hull.min(axis=0)), 0, last).astype(int)
    high = np.clip(np.ceil(hull.max(axis=0)), 0, last).astype(int)
    mask = np.zeros((camera.view.height, camera.view.width), bool)
    mask[low[1] : high[1] + 1, low[0] : high[0] + 1] = True
    return block_around(mask, round(0.15 * max(high - low)) + 6)


def _set_in(canvas: Canvas, lifted: Lifted, free: Share, wanted: Wanted, kept: Share) -> Canvas:
    placed = composite(canvas.picture, lifted, free, wanted, kept)
    return Canvas(placed.picture, canvas.unknown & (placed.changed < 0.5), canvas.dirty | (placed.changed > 0.004))


# ----------------------------------------------------------------------------------------------------------- shadows


def shadows_gone(shot: Shot) -> list[Fallen]:
    """Where those who are gone may have thrown shadows; nowhere if the sun does not shine."""
    standing = shot.footage.standing
    sun = standing.sun if shot.gone else None
    found = [sun and fallen_at_most(sun, actor, shot.camera, standing.backdrop) for actor in shot.gone]
    return [shadow for shadow in found if shadow is not None]


def without_shadows(canvas: Canvas, shot: Shot, shadows: Sequence[Fallen], bare: Bare) -> Canvas:
    """The ground without some shadows; those who stay throw theirs."""
    for shadow in shadows:
        sun, free = shot.footage.standing.sun, bare(shadow.block)
        picture, new = lightened(canvas.picture, sun, shadow, shot.camera, free, shot.left)
        canvas = Canvas(picture, canvas.unknown, canvas.dirty | new)
    return canvas


def with_shadows(canvas: Canvas, shot: Shot, bare: Bare) -> Canvas:
    """Where the sun shines, the ground with the shadows of those who have come."""
    standing = shot.footage.standing
    sun = standing.sun if shot.come else None
    for actor in shot.come if sun is not None else ():
        shadow = fallen(sun, actor, shot.camera, standing.backdrop)
        if shadow is not None:
            picture, new = darkened(canvas.picture, sun, shadow, shot.camera, bare(shadow.block))
            canvas = Canvas(picture, canvas.unknown, canvas.dirty | new)
    return canvas
