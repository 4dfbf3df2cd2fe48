"""The actors that an edit asks for, and which pictures show enough of them to say whether they were drawn."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from editor.boxes import seen_boxes
from editor.dirty import changes
from editor.masks import hull_masks
from editor.scene import ActorId, Scenario
from engine.benchmark.worlds import World

VISIBLE_PX = 200  # of an actor in a picture, below which its silhouette says little


def edited(world: World, scenario: Scenario) -> frozenset[ActorId]:
    """Who is otherwise than recorded; not those who are gone."""
    found = changes(world.as_recorded, scenario)
    return frozenset(change.now.id for change in found if change.now is not None)


def outline(world: World, scenario: Scenario, actors: Collection[ActorId], view: str, frame: int) -> NDArray[np.bool_]:
    """The pixels (H, W) that the boxes of some actors cover in a picture, whatever stands before them."""
    picture, camera = world.scene.frames[frame].picture(view), world.scene.view(view)
    some = replace(scenario, actors=tuple(actor for actor in scenario.actors if actor.id in actors))
    boxes = seen_boxes(some, picture, camera)
    return hull_masks(boxes, camera).any(axis=0) if boxes else np.zeros((camera.height, camera.width), bool)
