"""A scenario's conditions as layout pictures: what the control branch reads.

The same code serves training and editing.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.conditions import FACES, MAP_LAYERS, Conditions

GROUPS = (
    "vehicle.car",
    "vehicle.truck",
    "vehicle.bus",
    "vehicle.trailer",
    "vehicle.construction",
    "vehicle.motorcycle",
    "vehicle.bicycle",
    "vehicle",
    "human",
    "movable_object.trafficcone",
    "movable_object.barrier",
    "",
)  # the first that a category begins with is its group
DEPTH_M = 10.0  # at this depth the depth channel is a half
CHANNELS = (
    *(f"face {face}" for face in FACES),
    "depth",
    "heading sine",
    "heading cosine",
    *MAP_LAYERS,
    "ego path",
    "actor paths",
    *(f"group {group or 'other'}" for group in GROUPS),
)
NUM_CHANNELS = len(CHANNELS)
PIXELS = 4  # of a picture for one of its layout, each way


def group_of(category: str) -> int:
    """The index in `GROUPS` of a nuScenes category."""
    return next(i for i, group in enumerate(GROUPS) if f"{category}.".startswith(f"{group}." if group else ""))


def layout(conditions: Conditions, pixels: int = PIXELS) -> NDArray[np.float32]:
    """(NUM_CHANNELS, H / pixels, W / pixels) averages, 0 to 1 but for the headings; ValueError where pixels do not divide the
    size."""
    height, width = conditions.actor.shape
    if height % pixels or width % pixels:
        raise ValueError(f"conditions of {width} x {height} pixels; wanted multiples of {pixels}")
    out = np.zeros((NUM_CHANNELS, height, width), np.float32)
    out[: len(FACES)] = conditions.face == np.arange(1, len(FACES) + 1)[:, None, None]
    at = len(FACES)
    out[at] = DEPTH_M / (DEPTH_M + conditions.depth)  # 0 where the depth is infinite
    out[at + 1 : at + 3] = conditions.heading.transpose(2, 0, 1)
    at += 3
    out[at : at + len(MAP_LAYERS)] = conditions.map
    at += len(MAP_LAYERS)
    out[at], out[at + 1] = conditions.ego_path / 255, conditions.actor_paths / 255
    at += 2
    for box in conditions.boxes:
        out[at + group_of(box.actor.category)][conditions.actor == box.index + 1] = 1
    small = width // pixels, height // pixels
    return np.stack([cv2.resize(channel, small, interpolation=cv2.INTER_AREA) for channel in out])
