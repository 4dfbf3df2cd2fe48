"""An actor placed again: lifted at one time and drawn at its own recorded pose at another.

The target's 2-D rectangle is painted over in the target picture, so the draft draws all of it: what is behind from other
pictures, the actor from the source alone. Only actors that show: wholly in both pictures, `SMALLEST_PX` or more each way,
`COVERED_SHARE` covered at most.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.crowd import Cast, Hull
from engine.draft.gather import Source, Witnesses
from engine.draft.lift import lifted
from engine.draft.occlusion import before_static
from engine.draft.picks import Pick, Wanted
from engine.draft.place import composite
from engine.draft.remove import fill
from engine.draft.silhouettes import Silhouettes
from engine.draft.surfaces import block_around
from engine.teacher.drive import Drive, Mask, Veiled
from engine.teacher.exercise import Exercise, untouched

APART_US = (500_000, 3_000_000)
SMALLEST_PX = 12
COVERED_SHARE = 0.3
VEIL_PX = 2  # beyond the rectangle, so that interpolation takes nothing from it
APART_S = 0.5  # of the frames of a clip


@dataclass(frozen=True, slots=True)
class Placement:
    """An actor to be lifted at the source frame and placed at the target."""

    kind: ClassVar[str] = "move"
    actor: Actor
    view: str
    source: int
    target: int

    @property
    def frame(self) -> int:
        """See `Task`."""
        return self.target

    def frames(self, drive: Drive, count: int) -> tuple[int, ...]:
        """See `Task`."""
        return drive.around(self.target, self.view, count, APART_S)

    def region(self, drive: Drive) -> Mask:
        """See `Task`."""
        return self._region(drive, self.target)

    def rectangle(self, drive: Drive, frame: int) -> tuple[slice, slice]:
        """Around the actor's hull in a frame's picture."""
        camera = drive.recording.camera(frame, self.view)
        hull = drive.witnesses.hulls(Source(frame, self.view))[str(self.actor.id)][0]
        low = np.maximum(np.floor(hull.min(axis=0)).astype(int), 0)
        high = np.minimum(np.ceil(hull.max(axis=0)).astype(int) + 1, (camera.view.width, camera.view.height))
        return slice(low[1], high[1]), slice(low[0], high[0])

    def exercises(self, drive: Drive, frames: Sequence[int]) -> list[Exercise]:
        """See `Task`; the source frame, and frames that show nothing of the actor, stay as they were recorded."""
        return [self._exercise(drive, frame) for frame in frames]

    def _region(self, drive: Drive, frame: int) -> Mask:
        camera = drive.recording.camera(frame, self.view)
        region = np.zeros((camera.view.height, camera.view.width), bool)
        region[self.rectangle(drive, frame)] = True
        return region

    def _exercise(self, drive: Drive, frame: int) -> Exercise:
        true, here = drive.recording.picture(frame, self.view), Source(frame, self.view)
        if frame == self.source or str(self.actor.id) not in drive.witnesses.hulls(here):
            return untouched(true)
        region, camera = self._region(drive, frame), drive.recording.camera(frame, self.view)
        hole = cv2.dilate(region.astype(np.uint8), np.ones((2 * VEIL_PX + 1,) * 2, np.uint8)) > 0
        veiled = Veiled(drive.recording, lambda f, v: hole if (f, v) == (frame, self.view) else None)
        witnesses = Witnesses(veiled, drive.cast, drive.backdrop, ego_bodies=drive.witnesses.ego_bodies)
        others = Cast(tuple(a for a in drive.scene.actors if a.id != self.actor.id)).at(camera.t_us)
        behind = fill(witnesses, others, camera, veiled.picture(frame, self.view), hole, here)
        wanted = Wanted(actor_at(self.actor, camera.t_us), self.actor.size_lwh, camera)
        pick = Pick(Source(self.source, self.view), False)
        lift = lifted(witnesses, Silhouettes(witnesses), self.actor, wanted, pick, block_around(region, 8), None)
        if lift is None:
            return Exercise(behind.picture, ~behind.unknown, hole, region, true)
        placed = composite(behind.picture, lift, before_static(witnesses, camera, lift), wanted)
        unknown = behind.unknown & (placed.changed < 0.5)
        return Exercise(placed.picture, ~unknown, hole | (placed.changed > 0.004), region, true)


def placements(drive: Drive, random: np.random.Generator) -> Iterator[Placement | None]:
    """Without end, actors that chance picks; None each time that one does not show well enough."""
    while drive.scene.actors:
        actor = drive.scene.actors[random.integers(len(drive.scene.actors))]
        view = drive.views[random.integers(len(drive.views))]
        source = int(random.integers(len(drive.scene.frames)))
        target = _apart(drive, source, random)
        there = target is not None and all(_shows(drive, actor, Source(k, view)) for k in (source, target))
        yield Placement(actor, view, source, target) if there else None


def _apart(drive: Drive, source: int, random: np.random.Generator) -> int | None:
    """Another frame, 0.5 to 3 s before or after."""
    frames = drive.scene.frames
    step_us = max((frames[-1].t_us - frames[0].t_us) / max(len(frames) - 1, 1), 1.0)
    nearest, farthest = (max(1, round(apart / step_us)) for apart in APART_US)
    target = source + int(random.integers(nearest, farthest + 1)) * (1 if random.integers(2) else -1)
    return target if 0 <= target < len(frames) else None


def _shows(drive: Drive, actor: Actor, source: Source) -> bool:
    if not drive.has(source.frame, source.view):
        return False
    found = drive.witnesses.hulls(source)
    if str(actor.id) not in found:
        return False
    hull, depth = found[str(actor.id)]
    camera = drive.recording.camera(source.frame, source.view)
    low, high = hull.min(axis=0), hull.max(axis=0)
    if min(low) < 0 or high[0] > camera.view.width - 1 or high[1] > camera.view.height - 1 or min(high - low) < SMALLEST_PX:
        return False
    nearer = [other for name, (other, away) in found.items() if name != str(actor.id) and away < depth]
    area = max(cv2.contourArea(hull), 1.0)
    if sum(cv2.intersectConvexConvex(hull, other)[0] for other in nearer) / area > COVERED_SHARE:
        return False
    return _covered_by_static(drive, actor, source, hull) <= COVERED_SHARE


def _covered_by_static(drive: Drive, actor: Actor, source: Source, hull: Hull) -> float:
    """The share of the hull before which the LiDAR has seen something a metre nearer that stands still."""
    camera = drive.recording.camera(source.frame, source.view)
    mask = np.zeros((camera.view.height, camera.view.width), np.uint8)
    cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    block = block_around(mask.astype(bool), 0)
    inside = mask[block.slices] > 0
    T_world_box = actor_at(actor, camera.t_us)
    away = float(camera.T_world_camera.inverse().apply(np.asarray(T_world_box.translation))[2])
    nearest = away - float(np.linalg.norm(actor.size_lwh[:2])) / 2
    return float((drive.backdrop.depth(camera, block.pixels())[inside] < nearest - 1.0).mean())
