"""The bundle's instance masks: 16-bit PNG pictures whose values are `mask_value` of the report's actors; 0 is nobody."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from app.export.order import Exported, Order
from app.export.pixels import write_png
from editor.masks import instance_mask


def write_masks(order: Order, pictures: Iterable[Exported], folder: Path) -> Iterator[int]:
    """One mask per picture that exists, of its size and named like it; yields the number done."""
    scene = order.scenario.scene
    for view in order.views:
        (folder / "masks" / view).mkdir(parents=True)
    for done, exported in enumerate(pictures, start=1):
        picture = scene.frames[exported.frame].picture(exported.view)
        mask = instance_mask(order.scenario, picture, scene.view(exported.view))
        write_png(folder / mask_file(exported), mask.astype(np.uint16))
        yield done


def mask_file(exported: Exported) -> str:
    """Where a picture's mask is, below the bundle's root."""
    return f"masks/{exported.view}/{Path(exported.file).stem}.png"


def mask_values(order: Order) -> dict[str, int]:
    """Each actor's value in the masks."""
    return {actor.id: index for index, actor in enumerate(order.scenario.actors, start=1)}
