"""Where vehicles of a kind are painted: not on glass, tyres, plates and lamps, which dark paint looks like.

As those of the shipped bank that are most alike have it in the same place: their paint is known, and their pictures show it
well. Several are asked, since no two bodies are alike, and one may have a name on its side. Ours.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Vec3
from engine.draft.backdrop import nearest_known
from engine.draft.bank import BankEntry, apart, bank, family
from engine.draft.from_bank import from_bank
from engine.draft.paint import coat_of
from engine.draft.picks import Wanted
from engine.draft.sources import coarser
from engine.draft.surfaces import Block

ASKED, MOST_APART = 3, 0.6  # of the bank's, those nearest in size, and how different in size any but the nearest may be
AGREE = 0.7  # from how much of their mean on a place is painted
ALIKE = ("vehicle.car", "vehicle.truck", "vehicle.emergency")  # vans are any of them, and so are pickups
TALL_PX = 48  # a vehicle is looked at in such a size: finer its bodies are not alike
ROAD = 118  # a grey one, which asks for no other light than the bank's own
BLURRED = 0.03  # of its height: bodies are no more alike than that


def bodywork(category: str, wanted: Wanted, block: Block) -> NDArray[np.float32] | None:
    """How much of each pixel (h, w) of a block is paint if a vehicle stands there, and beside it what is nearest; None of
    whatever else, and where too little of it shows."""
    alike = _most_alike(category, wanted.size_lwh)
    away = float((wanted.camera.T_world_camera.inverse() @ wanted.T_world_box).translation[2])
    tall_px = wanted.camera.view.intrinsics[1] * wanted.size_lwh[2] / max(away, wanted.size_lwh[2])
    step = max(1, int(tall_px / TALL_PX))
    small, around = replace(wanted, camera=coarser(wanted.camera, step)[0]), _around(block, step)
    shares = [share for entry in alike if (share := _painted(entry, small, around)) is not None]
    if not shares:
        return None
    agreed = cv2.GaussianBlur(np.mean(shares, axis=0), (0, 0), max(BLURRED * tall_px / step, 0.1))
    where = ((block.pixels() - (step - 1) / 2) / step - (around.left, around.top)).astype(np.float32)
    finer = cv2.remap(agreed, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(finer / AGREE, 0, 1)


def _most_alike(category: str, size_lwh: Vec3) -> list[BankEntry]:
    if not category.startswith("vehicle."):
        return []
    among = [entry for entry in bank().values() if entry.category.startswith(ALIKE)]
    if not category.startswith(ALIKE):
        among = family(bank().values(), category)
    near = sorted((apart(entry.size_lwh, size_lwh), k) for k, entry in enumerate(among))[:ASKED]
    return [among[k] for place, (away, k) in enumerate(near) if place == 0 or away < MOST_APART]


def _around(block: Block, step: int) -> Block:
    """The block in a picture whose pixels are so many times as large."""
    left, top = block.left // step, block.top // step
    right, bottom = -(-(block.left + block.width) // step), -(-(block.top + block.height) // step)
    return Block(left, top, right - left, bottom - top)


def _painted(entry: BankEntry, wanted: Wanted, block: Block) -> NDArray[np.float32] | None:
    view = wanted.camera.view
    shown = from_bank(entry, wanted, block, np.full((view.height, view.width, 3), ROAD, np.uint8), None)
    coat = coat_of(shown.colours, shown.alpha, np.ones_like(shown.alpha))
    if coat is None:
        return None
    hit = shown.alpha > 0.5
    return nearest_known(np.where(hit, coat.share, 0).astype(np.float32), hit)
