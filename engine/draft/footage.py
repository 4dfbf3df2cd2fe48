"""What drafts of one scene at one size share: pictures read, the backdrop, cut-outs, sightings. It changes nothing drawn."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from editor.scene import Scene
from engine.draft.gather import Source, Witnesses
from engine.draft.looks import Looks
from engine.draft.near import near_scene
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Recording
from engine.draft.standing import Standing
from engine.draft.surfaces import Block

Mask = NDArray[np.bool_]

KEPT = 2  # the window's small size and a full-size view

_kept: dict[tuple[object, ...], "Footage"] = {}


def footage_of(dataroot: Path, scene: Scene, size: tuple[int, int] | None) -> "Footage":
    """The footage of a scene and size, about an origin of its own where the scene is far away (`engine.draft.near`); what it
    read stays for the next edit."""
    scene = near_scene(scene)
    key = str(dataroot), scene.fingerprint, scene.name, size
    footage = _kept.pop(key, None)
    if footage is None or footage.scene is not scene and footage.scene != scene:
        alike = (f.standing for f in _kept.values() if f.standing.scene is scene and f.standing.dataroot == dataroot)
        footage = Footage(dataroot, scene, size, next(alike, None))
    _kept[key] = footage
    while len(_kept) > KEPT:
        del _kept[next(iter(_kept))]
    return footage


def forget() -> None:
    """Lets go of everything that was read."""
    _kept.clear()


class Footage:
    """Each part is read or worked out once, when it is first needed."""

    def __init__(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None, standing: Standing | None = None) -> None:
        """Nothing is read yet; `standing` is what a draft of the same drive at another size has read."""
        self.scene, self.recording = scene, Recording(dataroot, scene, size)
        self.standing = standing or Standing(dataroot, scene)
        self.actors = {actor.id: actor for actor in scene.actors}

    @cached_property
    def witnesses(self) -> Witnesses:
        """The recorded pictures as sources; the LiDAR is read when they are first needed."""
        return Witnesses(self.recording, self.standing.cast, self.standing.backdrop)

    @cached_property
    def silhouettes(self) -> Silhouettes:
        """The recorded actors' outlines."""
        return Silhouettes(self.witnesses)

    @cached_property
    def looks(self) -> Looks:
        """The recorded actors' pixels."""
        return Looks(self.witnesses, self.silhouettes, self.standing)

    def make_ready(self) -> None:
        """Reads and works out what the first edit would wait for: the LiDAR, who is where when, the recording car's body."""
        for number, frame in enumerate(self.scene.frames):
            for picture in frame.pictures:
                self.witnesses.crowd(Source(number, picture.view))
        for view in self.scene.views:
            self.witnesses.ego_body(view.name)
        _ = self.standing.sun, self.standing.haze

    def holds(self, frame: int) -> bool:
        """Whether a frame was recorded; others lie beyond."""
        return 0 <= frame < len(self.scene.frames)

    def has_picture(self, frame: int, view: str) -> bool:
        """Whether a recorded frame has a picture of a view on disk."""
        picture = self.scene.frames[frame].picture(view)
        return picture is not None and picture.exists

    def off_body(self, view: str, block: Block) -> NDArray[np.float32] | float:
        """How much of each pixel of a block the recording car leaves free."""
        body = self.witnesses.ego_body(view)
        return 1.0 if body is None else 1 - body[block.slices].astype(np.float32)
