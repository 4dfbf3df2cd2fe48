"""A recorded picture with changes in it: outside what they take and give, it stays the recording's own."""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.canvas import Canvas, shadows_gone, with_actors, with_shadows, without_shadows
from engine.draft.crowd import Crowd
from engine.draft.lift import Lifted
from engine.draft.occlusion import before_recorded
from engine.draft.remove import SHADOW_M, fill, footprint_mask
from engine.draft.shot import Shot
from engine.draft.surfaces import Block
from engine.draft.wet import Street, is_wet

Mask = NDArray[np.bool_]


def retouched(shot: Shot, recorded: Canvas) -> Canvas:
    """`recorded` is the picture that the shot's camera took."""
    footage, here = shot.footage, shot.here

    def bare(block: Block) -> NDArray[np.float32]:
        return before_recorded(footage.silhouettes, here, np.inf, shot.changed_ids, block) * footage.off_body(here.view, block)

    def free(lifted: Lifted, ahead: float) -> NDArray[np.float32]:
        return before_recorded(footage.silhouettes, here, ahead, shot.changed_ids, lifted.block)

    def taken(actor: Actor, block: Block) -> NDArray[np.float32]:
        others = [footage.silhouettes.of(str(other.id), here) for other in shot.gone if other.id != actor.id]
        return np.max(
            [np.zeros((block.height, block.width), np.float32), *(a[block.slices] for a in others if a is not None)], axis=0
        )

    street = _street(shot, recorded)
    # What is filled in meets ground in the sun; what other frames show there may have been in the same shadow.
    shadows = shadows_gone(shot)
    canvas = without_shadows(recorded, shot, shadows, bare)
    canvas, hole = _without_actors(canvas, shot)
    canvas = without_shadows(canvas, shot, shadows, lambda block: bare(block) * hole[block.slices])
    if shot.gone:
        canvas, street = _mirroring(canvas, shot, street, shot.left, hole)
    canvas = with_actors(with_shadows(canvas, shot, bare), shot, free, taken)
    canvas, _ = _mirroring(canvas, shot, street, shot.asked, np.zeros_like(hole))
    if not canvas.dirty.any():
        return recorded
    drawn = np.where(canvas.dirty[..., None], canvas.picture, recorded.picture)
    return Canvas(drawn, canvas.unknown & canvas.dirty, canvas.dirty)


def _street(shot: Shot, recorded: Canvas) -> Street | None:
    """What the recorded ground mirrors, where it is wet."""
    if not is_wet(shot.footage.scene):
        return None
    everyone = shot.footage.standing.cast.at(shot.camera.t_us)
    return Street.of(shot.footage.witnesses.backdrop, shot.camera, everyone, recorded.picture)


def _mirroring(canvas: Canvas, shot: Shot, street: Street | None, crowd: Crowd, but: Mask) -> tuple[Canvas, Street | None]:
    """The picture with a crowd in it, whom a wet street mirrors, `but` where it mirrors something else already."""
    if street is None:
        return canvas, None
    body = shot.footage.witnesses.ego_body(shot.here.view)
    picture, street = street.mirroring(crowd, canvas.picture, ~but if body is None else ~but & ~body)
    return Canvas(picture, canvas.unknown, canvas.dirty | (picture != canvas.picture).any(axis=-1)), street


def _without_actors(canvas: Canvas, shot: Shot) -> tuple[Canvas, Mask]:
    """The picture without those who are gone, and where it was filled for that."""
    hole = np.zeros_like(canvas.dirty)
    for actor in shot.gone:
        hole |= _taken(actor, shot)
    if not hole.any():
        return canvas, hole
    body = shot.footage.witnesses.ego_body(shot.here.view)
    hole &= True if body is None else ~body
    filled = fill(shot.footage.witnesses, _behind(shot), shot.camera, canvas.picture, hole, shot.here)
    return Canvas(filled.picture, filled.unknown, canvas.dirty | hole), hole


def _behind(shot: Shot) -> Crowd:
    """Who may come to light: all who stay, without those nearer, whose own pixels the hole already leaves out."""
    nearest = min(shot.distance(actor) for actor in shot.gone)
    return shot.left.only(np.linalg.norm(shot.left.centres - shot.camera.eye, axis=1) > nearest)


def _taken(actor: Actor, shot: Shot) -> Mask:
    """The pixels that an actor and the dark under it took in the recorded picture."""
    view = shot.camera.view
    alpha = shot.footage.silhouettes.of(str(actor.id), shot.here)
    if alpha is None:
        return np.zeros((view.height, view.width), bool)
    grow = 2 * max(1, round(2.5 * view.width / 448)) + 1
    body = cv2.dilate((alpha > 0.1).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow, grow)))
    ground = footprint_mask(actor_at(actor, shot.camera.t_us), actor.size_lwh, shot.camera, SHADOW_M)
    return ((body | ground) > 0) & ~shot.footage.silhouettes.before(str(actor.id), shot.here)
