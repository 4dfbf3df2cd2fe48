"""What stands before an actor that is set into a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.gather import Source, Witnesses
from engine.draft.lift import Lifted
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Camera
from engine.draft.surfaces import STATIC, Block, Surfaces

CLEARANCE_M = 1.0  # by which something must be nearer than an actor's face to hide it
STANDS_M = 0.3  # nearer than the ground by this much, the LiDAR has seen something upright


def before_static(witnesses: Witnesses, camera: Camera, lifted: Lifted) -> NDArray[np.float32]:
    """How much of each pixel of a block something upright that stands still leaves free."""
    standing, ground = witnesses.backdrop.depths(camera, lifted.block.pixels())
    blocked = ((standing < ground - STANDS_M) & (standing < lifted.depth - CLEARANCE_M)).astype(np.float32)
    return 1 - cv2.GaussianBlur(blocked, (0, 0), 0.8)


def before_recorded(silhouettes: Silhouettes, here: Source, depth: float, but: set[str], block: Block) -> NDArray[np.float32]:
    """How much of a block recorded actors nearer than a depth leave free, in a picture taken where it was recorded."""
    free = np.ones((block.height, block.width), np.float32)
    for name, (hull, away) in silhouettes.hulls(here).items():
        if name in but or away >= depth or not _meets(hull, block):
            continue
        alpha = silhouettes.quick(name, here)
        if alpha is not None:
            free = free * (1 - alpha[block.slices])
    return free


def before_boxes(target: Surfaces, lifted: Lifted) -> NDArray[np.float32]:
    """How much the boxes of others leave free, where no recorded picture shows their outlines."""
    blocked = ((target.actor != STATIC) & (target.depth < lifted.depth - CLEARANCE_M)).astype(np.float32)
    return 1 - cv2.GaussianBlur(blocked, (0, 0), 0.8)


def _meets(hull: NDArray[np.float32], block: Block) -> bool:
    low, high = hull.min(axis=0), hull.max(axis=0)
    return bool(
        low[0] < block.left + block.width and high[0] > block.left and low[1] < block.top + block.height and high[1] > block.top
    )
