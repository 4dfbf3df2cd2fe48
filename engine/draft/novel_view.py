"""A whole picture from where no camera was: from a bent ego path, or from beyond the recording."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.canvas import Canvas, shadows_gone, with_actors, with_shadows, without_shadows
from engine.draft.differences import Difference
from engine.draft.lift import Lifted
from engine.draft.occlusion import before_boxes
from engine.draft.picks import Wanted
from engine.draft.shot import Shot
from engine.draft.surfaces import STATIC, Block, Surfaces, surfaces
from engine.draft.vantage import Vantage, vantage
from engine.draft.warp import Passing, warped

Mask = NDArray[np.bool_]

BENT_STEPS = (3, -3, 8, -8, 15, -15)  # frames before and after that fill in what a bent path brings into view


@dataclass(frozen=True, eq=False)
class Unmapped:
    """Where nothing measured stands behind a picture's pixels: `lost` ones cannot be told, `doubted` ones are a guess."""

    lost: Mask
    doubted: Mask


def novel_view(shot: Shot, steps: tuple[int, ...] = BENT_STEPS, unmapped: Unmapped | None = None) -> Canvas:
    """`steps` are the frames to ask besides the shot's own, counted from that of the nearest picture."""
    ways = vantage(shot, steps)
    anew = tuple(Difference(actor, actor, stays=True) for actor in drawn_anew(ways))
    shot = replace(shot, differences=(*shot.differences, *anew))
    footage, here = shot.footage, shot.here

    def seen(block: Block) -> Surfaces:
        return surfaces(footage.witnesses.backdrop, shot.camera, shot.staying, block)

    def bare(block: Block) -> NDArray[np.float32]:
        taken = seen(block).actor != STATIC
        return (1 - taken.astype(np.float32)) * footage.off_body(here.view, block)

    def free(lifted: Lifted, _: float) -> NDArray[np.float32]:
        return before_boxes(seen(lifted.block), lifted)

    def taken(_: Actor, block: Block) -> NDArray[np.float32]:
        return np.zeros((block.height, block.width), np.float32)  # they were never in it

    canvas = without_shadows(_warped(shot, ways, unmapped), shot, shadows_gone(shot), bare)
    return with_actors(with_shadows(canvas, shot, bare), shot, free, taken)


def drawn_anew(ways: Vantage) -> list[Actor]:
    """Of those who are as recorded, whoever is seen from another side than his picture shows, if any shows him. Whom a border
    cuts off is continued by another in his paint: a car in two tones is better than half of one."""
    shot = ways.shot

    def is_shown(actor: Actor) -> bool:
        wanted = Wanted(actor_at(actor, shot.camera.t_us), actor.size_lwh, shot.camera)
        return shot.footage.looks.has_pictures(actor, wanted, shot.here.frame)

    return [actor for actor in shot.unchanged if ways.shows_another_side(actor) and is_shown(actor)]


def _warped(shot: Shot, ways: Vantage, unmapped: Unmapped | None) -> Canvas:
    """What stands still and those who stay, as other pictures show them."""
    passing = Passing(ways.passing(shot.staying), ways.of_that_time) if ways.place != ways.time else None
    filled = warped(shot.footage.witnesses, shot.staying, shot.camera, ways.sources, passing, unmapped and unmapped.lost)
    unknown = filled.unknown if unmapped is None else filled.unknown | unmapped.doubted
    return Canvas(filled.picture, unknown, np.ones(unknown.shape, bool))
