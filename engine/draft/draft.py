"""The draft: pictures of a scenario from the recording and geometry alone, one after the other."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.geometry import Rigid, box_corners
from editor.scene import Actor, Picture, Scenario, Scene
from editor.tracks import actor_at
from engine.draft.backdrop import backdrop_of
from engine.draft.crowd import Cast
from engine.draft.gather import Source, Witnesses
from engine.draft.lift import Lifted, Sightings, Wanted, best_picks, lifted, sightings
from engine.draft.place import composite
from engine.draft.remove import SHADOW_M, fill, footprint_mask
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Camera, Recording
from engine.draft.surfaces import Block, block_around
from engine.service.requests import Chunk, Origin, RenderError, Request

SAME_M, SAME_TURN = 1e-6, 1e-9  # poses no further apart are the same: floats that came and went
Mask = NDArray[np.bool_]


def draft(request: Request) -> Iterator[Chunk]:
    """The pictures asked for, frame by frame; closing the iterator stops the work."""
    scenario = request.scenario
    drafter = Drafter(request.dataroot, scenario.scene, request.size)
    wanted = [(frame, view) for frame in request.frames for view in request.views if drafter.has(frame, view)]
    if not wanted:
        raise RenderError(
            f"Scene {scenario.scene.name}: none of the {len(request.frames)} frames asked for has a picture on disk."
        )
    for done, (frame, view) in enumerate(wanted, start=1):
        yield drafter.chunk(scenario, frame, view, done, len(wanted))


def same_pose(a: Rigid | None, b: Rigid | None) -> bool:
    """Whether two poses differ by no more than rounding."""
    if a is None or b is None:
        return a is b
    apart = np.abs(np.subtract(a.translation, b.translation)).max()
    turned = 1 - abs(float(np.dot(a.rotation, b.rotation))) / float(np.linalg.norm(a.rotation) * np.linalg.norm(b.rotation))
    return bool(apart <= SAME_M and turned <= SAME_TURN)


class Drafter:
    """What drafts of one scene at one size share: pictures read, the backdrop, cut-outs, sightings."""

    def __init__(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None) -> None:
        """Nothing is read before it is needed."""
        self.recording = Recording(dataroot, scene, size)
        self._recorded = {actor.id: actor for actor in scene.actors}
        self._sightings: dict[str, Sightings] = {}

    @cached_property
    def witnesses(self) -> Witnesses:
        """The recorded pictures as sources; the LiDAR is read when they are first needed."""
        return Witnesses(self.recording, Cast(self.recording.scene.actors), backdrop_of(self.recording))

    @cached_property
    def silhouettes(self) -> Silhouettes:
        """The recorded actors' outlines."""
        return Silhouettes(self.witnesses)

    def has(self, frame: int, view: str) -> bool:
        """Whether there is a picture on disk."""
        picture = self.recording.scene.frames[frame].picture(view)
        return picture is not None and picture.exists

    def chunk(self, scenario: Scenario, frame: int, view: str, done: int, total: int) -> Chunk:
        """One picture of a scenario."""
        here = Source(frame, view)
        recorded = self.recording.picture(frame, view)
        picture = self.recording.scene.frames[frame].picture(view)
        if recorded is None or picture is None:
            raise RenderError(f"picture {picture.file if picture else view} of frame {frame} cannot be read")
        edited = self._edited(scenario, picture)
        drawn, unknown, dirty = self._drawn(scenario, here, recorded, picture, edited)
        origin: Origin = "draft" if dirty.any() else "recorded"
        return Chunk(frame, view, "draft", origin, drawn, ~unknown, dirty, done, total)

    def _edited(self, scenario: Scenario, picture: Picture) -> list[tuple[Actor | None, Actor | None]]:
        """Who stands elsewhere or looks otherwise than recorded at a picture's time: (as recorded, as asked)."""
        asked = {actor.id: actor for actor in scenario.actors}
        pairs = [(self._recorded.get(name), asked.get(name)) for name in {**self._recorded, **asked}]
        return [(was, now) for was, now in pairs if was is not now and _differs(was, now, picture.t_us)]

    def _drawn(
        self,
        scenario: Scenario,
        here: Source,
        recorded: NDArray[np.uint8],
        picture: Picture,
        edited: list[tuple[Actor | None, Actor | None]],
    ) -> tuple[NDArray[np.uint8], Mask, Mask]:
        camera = self.recording.camera(here.frame, here.view)
        nothing = np.zeros(recorded.shape[:2], bool)
        hole = nothing.copy()
        for was, _ in edited:
            if was is not None:
                hole |= self._taken(was, camera, here)
        drawn, unknown = recorded, nothing
        edited_ids = {str(actor.id) for pair in edited for actor in pair if actor is not None}
        if hole.any():
            staying = Cast(tuple(a for a in self.recording.scene.actors if str(a.id) not in edited_ids)).at(camera.t_us)
            filled = fill(self.witnesses, staying, camera, recorded, hole, here)
            drawn, unknown = filled.picture, filled.unknown
        dirty = hole
        for now in self._far_to_near([now for _, now in edited if now is not None], camera):
            drawn, changed, seen = self._with(now, drawn, camera, here, edited_ids)
            dirty = dirty | changed
            unknown = unknown & ~seen
        out = np.where(dirty[..., None], drawn, recorded)
        return out, unknown & dirty, dirty

    def _far_to_near(self, actors: list[Actor], camera: Camera) -> list[Actor]:
        posed = [(actor, actor_at(actor, camera.t_us)) for actor in actors]
        away = [
            (float(np.linalg.norm(np.subtract(T.translation, camera.T_world_camera.translation))), k)
            for k, (_, T) in enumerate(posed)
            if T is not None
        ]
        return [actors[k] for _, k in sorted(away, reverse=True)]

    def _taken(self, actor: Actor, camera: Camera, here: Source) -> Mask:
        """The pixels that an actor and the dark under it took in a recorded picture."""
        T_world_box = actor_at(actor, camera.t_us)
        alpha = self.silhouettes.of(str(actor.id), here) if T_world_box is not None else None
        if alpha is None:
            return np.zeros((camera.view.height, camera.view.width), bool)
        grow = max(1, round(2.5 * camera.view.width / 448))
        body = cv2.dilate(
            (alpha > 0.1).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
        )
        ground = footprint_mask(T_world_box, actor.size_lwh, camera, SHADOW_M)
        return ((body | ground) > 0) & ~self._before(str(actor.id), here)

    def _before(self, actor_id: str, here: Source) -> Mask:
        """Where recorded actors nearer than this one stand before it."""
        found = self.silhouettes.hulls(here)
        hull, depth = found[actor_id]
        picture = self.recording.picture(here.frame, here.view)
        before = np.zeros(picture.shape[:2], bool)
        for name, (other, away) in found.items():
            if name != actor_id and away < depth and cv2.intersectConvexConvex(hull, other)[0] > 0:
                before |= self.silhouettes.quick(name, here) > 0.5
        return before

    def _with(
        self, actor: Actor, drawn: NDArray[np.uint8], camera: Camera, here: Source, edited_ids: set[str]
    ) -> tuple[NDArray[np.uint8], Mask, Mask]:
        """The picture with an edited actor set in; where it changed; where the actor's own pixels cover the guess."""
        wanted = Wanted(actor_at(actor, camera.t_us), actor.size_lwh, camera)
        nothing = np.zeros(drawn.shape[:2], bool)
        corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
        hull = box_hull(camera.view, corners)
        if hull is None:
            return drawn, nothing, nothing
        block = _block_of(hull, camera)
        lift = self._lift(actor, wanted, here, block)
        if lift is None:
            return drawn, nothing, nothing
        free = self._free(wanted, lift, here, edited_ids, float(corners[:, 2].mean()))
        placed = composite(drawn, lift, free, wanted)
        return placed.picture, placed.changed > 0.004, placed.changed > 0.5

    def _lift(self, actor: Actor, wanted: Wanted, here: Source, block: Block) -> Lifted | None:
        origin = self._recorded.get(actor.id)
        if origin is None:
            return None
        if origin.id not in self._sightings:
            self._sightings[origin.id] = sightings(self.recording.scene, origin)
        picks = best_picks(self.witnesses, origin, self._sightings[origin.id], wanted, here.frame)
        for pick in picks:
            lift = lifted(self.witnesses, self.silhouettes, origin, wanted, pick, block)
            if lift is not None:
                return lift
        return None

    def _free(self, wanted: Wanted, lift: Lifted, here: Source, edited_ids: set[str], depth: float) -> NDArray[np.float32]:
        """How much of each pixel of a block nothing nearer covers: recorded actors, and what stands still."""
        block = lift.block
        standing = self.witnesses.backdrop.depth(wanted.camera, block.pixels())
        ground = self.witnesses.backdrop.ground.depth(wanted.camera, block.pixels())
        blocked = ((standing < ground - 0.3) & (standing < lift.depth - 1.0)).astype(np.float32)
        free = 1 - cv2.GaussianBlur(blocked, (0, 0), 0.8)
        for name, (_, away) in self.silhouettes.hulls(here).items():
            if name not in edited_ids and away < depth:
                alpha = self.silhouettes.quick(name, here)[block.slices]
                free = free * (1 - alpha)
        return free


def _block_of(hull: NDArray[np.float32], camera: Camera) -> Block:
    mask = np.zeros((camera.view.height, camera.view.width), bool)
    low = np.clip(np.floor(hull.min(axis=0)), 0, (camera.view.width - 1, camera.view.height - 1)).astype(int)
    high = np.clip(np.ceil(hull.max(axis=0)), 0, (camera.view.width - 1, camera.view.height - 1)).astype(int)
    mask[low[1] : high[1] + 1, low[0] : high[0] + 1] = True
    return block_around(mask, round(0.15 * max(high - low)) + 6)


def _differs(was: Actor | None, now: Actor | None, t_us: int) -> bool:
    """Whether what a picture at this time shows of an actor changes."""
    before = None if was is None else actor_at(was, t_us)
    after = None if now is None else actor_at(now, t_us)
    if before is None and after is None:
        return False
    if not same_pose(before, after):
        return True
    return was.look != now.look or was.size_lwh != now.size_lwh
