"""Wet streets: whoever is moved, added or taken away takes its mirror image in the street along. Ours.

A wet street shows its own colour and a share of what it mirrors. The share is read off the recorded picture, place by place: by
how much ground gets lighter where what it mirrors does. An edit changes what is mirrored, and the street by that share of it.
"""

import re
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Rigid, vec3
from editor.scene import Scene
from engine.draft.backdrop import Backdrop
from engine.draft.crowd import Crowd
from engine.draft.mirrored import Colours, Mask, ground_of, mirrored
from engine.draft.sources import Camera, coarser
from engine.draft.surfaces import Block, surfaces

Picture8 = NDArray[np.uint8]

WORDS = re.compile(r"\b(rain\w*|wet)\b", re.IGNORECASE)
STEP = 4  # pixels of a picture 448 across for one ray; mirror images in streets are blurred
AROUND = 15  # rays across a neighbourhood that is asked for its share
# The share where what is mirrored is all alike, and how much it must vary (variance) to count as much.
LIKELY, DOUBT = 0.4, 0.02


def is_wet(scene: Scene) -> bool:
    """Whether the recording's notes say so; nuScenes' say "rain"."""
    return WORDS.search(scene.description) is not None


@dataclass(frozen=True, eq=False)
class Street:
    """Of one picture: what its ground mirrors (h, w, 3), 0 to 1, where that is known, and how much of it the ground shows."""

    backdrop: Backdrop
    camera: Camera
    mirrored: Colours
    known: Mask
    share: NDArray[np.float32]

    @classmethod
    def of(cls, backdrop: Backdrop, camera: Camera, crowd: Crowd, picture: Picture8) -> "Street":
        """As a recorded picture (H, W, 3) shows it, with all who were recorded there."""
        shown, above, known = _seen(backdrop, camera, crowd, picture)
        return cls(backdrop, camera, above, known, _share(shown, above, known))

    def mirroring(self, crowd: Crowd, picture: Picture8, where: Mask) -> tuple[Picture8, "Street"]:
        """A picture that shows a crowd, its ground mirroring what it shows now `where` (H, W) it mirrored what it did, and the
        street that does."""
        _, above, known = _seen(self.backdrop, self.camera, crowd, picture)
        both = (self.known & known)[..., None]
        change = np.where(both, self.share[..., None] * (above - self.mirrored), 0).astype(np.float32)
        levels = 255 * cv2.resize(change, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR) * where[..., None]
        drawn = np.clip(np.rint(picture + levels), 0, 255).astype(np.uint8)
        return drawn, replace(self, mirrored=above, known=known)


def mirror_images(crowd: Crowd) -> Crowd:
    """The boxes of a crowd upside down below the ground that they stand on: where wet ground may show who is in them."""
    centres = crowd.centres - 2 * crowd.halves * (0, 0, 1)
    poses = tuple(Rigid(vec3(centre), pose.rotation) for centre, pose in zip(centres, crowd.poses, strict=True))
    return replace(crowd, poses=poses, centres=centres)


def _seen(backdrop: Backdrop, camera: Camera, crowd: Crowd, picture: Picture8) -> tuple[Colours, Colours, Mask]:
    """A picture's colours, what its ground mirrors and where that is known, ray by ray."""
    small, pixels = coarser(camera, STEP * max(1, round(camera.view.width / 448)))
    seen = surfaces(backdrop, small, crowd, Block(0, 0, small.view.width, small.view.height))
    is_ground = ground_of(backdrop, seen)
    shown = cv2.resize(picture, pixels.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return shown, *_carried_down(*mirrored(backdrop, seen, shown, is_ground), is_ground)


def _share(shown: Colours, above: Colours, known: Mask) -> NDArray[np.float32]:
    """The slope of the one over the other in each neighbourhood, by brightness."""
    counts = known.astype(np.float32)
    around = _mean(counts) + 1e-4
    ground, height = shown.mean(axis=-1), above.mean(axis=-1)
    of_ground, of_height = _mean(ground * counts) / around, _mean(height * counts) / around
    both = _mean(ground * height * counts) / around - of_ground * of_height
    spread = _mean(height * height * counts) / around - of_height * of_height
    return np.clip((both + DOUBT * LIKELY) / (spread + DOUBT), 0, 1)


def _carried_down(colours: Colours, known: Mask, is_ground: Mask) -> tuple[Colours, Mask]:
    """What stands above the picture's border is not in it; it looks like what is seen below it."""
    last = np.maximum.accumulate(np.where(known, np.arange(len(known))[:, None], -1), axis=0)
    carried = np.take_along_axis(colours, np.maximum(last, 0)[..., None], axis=0)
    return np.where(is_ground[..., None], carried, 0), is_ground & (last >= 0)


def _mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.boxFilter(values, -1, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT)
