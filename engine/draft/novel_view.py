"""A whole picture from where no camera was: from a bent ego path, or from beyond the recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.scene import Actor
from engine.draft.canvas import Canvas, shadows_gone, with_actors, with_shadows, without_shadows
from engine.draft.gather import Source
from engine.draft.lift import Lifted
from engine.draft.occlusion import before_boxes
from engine.draft.shot import Shot
from engine.draft.surfaces import STATIC, Block, Surfaces, surfaces
from engine.draft.warp import warped

Mask = NDArray[np.bool_]

BENT_STEPS = (3, -3, 8, -8, 15, -15)  # frames before and after that fill in what a bent path brings into view


@dataclass(frozen=True, eq=False)
class Unmapped:
    """Where nothing measured stands behind a picture's pixels: `lost` ones cannot be told, `doubted` ones are a guess."""

    lost: Mask
    doubted: Mask


def novel_view(shot: Shot, steps: tuple[int, ...] = BENT_STEPS, unmapped: Unmapped | None = None) -> Canvas:
    """`steps` are the frames to ask, counted from the shot's recorded picture, after it and the other views of its frame."""
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

    canvas = without_shadows(_warped(shot, steps, unmapped), shot, shadows_gone(shot), bare)
    return with_actors(with_shadows(canvas, shot, bare), shot, free, taken)


def _warped(shot: Shot, steps: tuple[int, ...], unmapped: Unmapped | None) -> Canvas:
    """What stands still and those who stay, as other pictures show them."""
    footage, here = shot.footage, shot.here
    views = [view.name for view in footage.scene.views]
    frames = [here.frame + step for step in steps if footage.holds(here.frame + step)]
    sources = [here, *(Source(here.frame, v) for v in views if v != here.view), *(Source(f, here.view) for f in frames)]
    sources = [source for source in sources if footage.has_picture(source.frame, source.view)]
    filled = warped(footage.witnesses, shot.staying, shot.camera, sources, unmapped and unmapped.lost)
    unknown = filled.unknown if unmapped is None else filled.unknown | unmapped.doubted
    return Canvas(filled.picture, unknown, np.ones(unknown.shape, bool))
