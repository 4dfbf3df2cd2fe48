"""What adapting to a drive never sees, so that it can be judged there: the end of its time, and a sector of its places.

The sector is a quarter of the surroundings of where the ego is in the middle of that time: ahead to the left of it, where
traffic comes from that was not beside it before.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, yaw_of
from editor.scene import Actor, Scene
from editor.tracks import actor_at, track_at
from engine.draft.crowd import hulls
from engine.draft.gather import depth_step
from engine.draft.sources import coarser
from engine.teacher.drive import Drive, Mask, Veiled, inside
from engine.teacher.exercise import Task

RULE = 1  # changes whenever the rule does
LAST_SHARE = 0.3  # of the frames
MIDDLE, HALF = math.pi / 4, math.pi / 4  # of the sector, from straight ahead
GREY = (112, 112, 112)
GROWN_PX = 4  # by which the hulls of actors in the sector are painted over
SPECKS = 7  # of the grain of depth: smaller gaps are wrong depths, not other places
REGION_SHARE = 0.9  # of what is judged must lie in the sector


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Frames from `first` on; places in the sector around `heading` (world, radians) seen from `apex` (world x, y)."""

    first: int
    apex: tuple[float, float]
    heading: float

    def has(self, points: Array) -> NDArray[np.bool_]:
        """Which places (..., 2 or 3) of the world lie in the sector."""
        away = points[..., :2] - np.asarray(self.apex)
        turn = np.arctan2(away[..., 1], away[..., 0]) - self.heading
        return np.abs((turn + np.pi) % (2 * np.pi) - np.pi) < HALF

    def pixels(self, drive: Drive, frame: int, view: str) -> Mask:
        """The pixels (H, W) of a picture that show any of the sector, or an actor in it."""
        packed, shape = _pixels(self, drive, frame, view)
        return np.unpackbits(packed, count=shape[0] * shape[1]).reshape(shape).astype(bool)

    def never_shown(self, actor: Actor, scene: Scene) -> bool:
        """Whether an actor was nowhere but in the sector before the held-out time."""
        poses = (actor_at(actor, frame.t_us) for frame in scene.frames[: self.first])
        return all(self.has(np.asarray(T.translation)) for T in poses if T is not None)

    def judges(self, drive: Drive, task: Task, share: float = REGION_SHARE) -> bool:
        """Whether a task may be judged: in the held-out time, its actor and at least a share of its region never seen."""
        if task.frame < self.first or (task.actor is not None and not self.never_shown(task.actor, drive.scene)):
            return False
        return bool(self.pixels(drive, task.frame, task.view)[task.region(drive)].mean() >= share)


def held_out(scene: Scene) -> HeldOut:
    """By rule, the same for whoever adapts and whoever judges."""
    first = round((1 - LAST_SHARE) * len(scene.frames))
    T_world_ego = track_at(scene.ego, scene.frames[(first + len(scene.frames)) // 2].t_us)
    x, y, _ = T_world_ego.translation
    return HeldOut(first, (x, y), yaw_of(T_world_ego.rotation) + MIDDLE)


def without(drive: Drive, left_out: HeldOut) -> Drive:
    """The drive as adapting sees it: shorter, and painted over wherever a picture shows held-out places."""
    scene = replace(drive.scene, frames=drive.scene.frames[: left_out.first])

    def withheld(frame: int, view: str) -> Mask:
        return left_out.pixels(drive, frame, view)

    return replace(drive, scene=scene, recording=Veiled(drive.recording, withheld, scene, GREY), withheld=withheld)


@lru_cache(maxsize=2048)
def _pixels(left_out: HeldOut, drive: Drive, frame: int, view: str) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Bits and shape of a mask, since they are asked for again and again."""
    camera = drive.recording.camera(frame, view)
    step = depth_step(camera)
    small, at = coarser(camera, step)
    depth = drive.backdrop.depth(small, at)
    coarse = left_out.has(small.rays_world(at) * depth[..., None] + camera.eye)
    whole = cv2.morphologyEx(coarse.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((SPECKS,) * 2, np.uint8))
    mask = np.ascontiguousarray(whole.repeat(step, 0).repeat(step, 1)[: camera.view.height, : camera.view.width])
    crowd = drive.cast.at(camera.t_us)
    for name, (hull, _) in hulls(crowd, camera).items():
        if left_out.has(crowd.centres[crowd.index(name)]):
            mask |= inside(hull, mask.shape, GROWN_PX)
    return np.packbits(mask), mask.shape
