"""Who is ahead of the car: the actors that the front view shows most of, which edits are made to."""

from collections.abc import Sequence

from editor.boxes import seen_boxes
from editor.masks import hull_masks
from editor.scene import ActorId, Scene, recorded

FRONT = "CAM_FRONT"


def largest(scene: Scene, frames: Sequence[int]) -> list[ActorId]:
    """The actors whose boxes cover most of the front view in some frames, the largest first."""
    pixels: dict[ActorId, int] = {}
    scenario, view = recorded(scene), scene.view(FRONT)
    for frame in frames:
        boxes = seen_boxes(scenario, scene.frames[frame].picture(FRONT), view)
        for box, mask in zip(boxes, hull_masks(boxes, view), strict=True):
            pixels[box.actor.id] = pixels.get(box.actor.id, 0) + int(mask.sum())
    return sorted(pixels, key=lambda actor: (-pixels[actor], actor))
