"""The draft: pictures of a scenario from the recording and geometry alone, one after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import box_hull
from editor.geometry import box_corners
from editor.scene import Actor, Scenario, Scene
from editor.tracks import actor_at, ego_at
from engine.draft.backdrop import FAR_M
from engine.draft.changes import Change, changes, same_pose
from engine.draft.crowd import Cast, Crowd
from engine.draft.egobody import body_mask
from engine.draft.gather import Source, Witnesses
from engine.draft.lift import Lifted, Wanted
from engine.draft.looks import Looks
from engine.draft.occlusion import before_boxes, before_recorded, before_static
from engine.draft.place import composite
from engine.draft.remove import SHADOW_M, fill, footprint_mask
from engine.draft.shadows import Fallen, darkened, fallen, fallen_at_most, lightened
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Camera, Recording
from engine.draft.standing import Standing
from engine.draft.surfaces import STATIC, Block, block_around, surfaces
from engine.draft.warp import warped
from engine.service.requests import Chunk, Origin, RenderError, Request

Mask = NDArray[np.bool_]
Bare = Callable[[Block], NDArray[np.float32]]  # how much of each pixel of a block nobody who stays covers

KEPT_DRAFTERS = 2  # the window's small size and a full-size view
BENT_STEPS = (3, -3, 8, -8, 15, -15)  # frames before and after that fill in what a bent path brings into view
BEYOND_STEPS = (-3, -8, -15, -30, -60)  # from the last frame, what fills in beyond it
DOWN = 0.02  # a slope: rays that fall by more come down on ground
MEASURED_M = 60.0  # about as far as LiDAR reaches: what is not measured after that way was farther when it was seen


def draft(request: Request) -> Iterator[Chunk]:
    """The pictures asked for, frame by frame; closing the iterator stops the work."""
    scene = request.scenario.scene
    for frame in request.frames:
        if not 0 <= frame < len(scene.frames):
            raise RenderError(f"Frame {frame} of scene {scene.name}: it has frames 0 to {len(scene.frames) - 1}.")
    for name in request.views:
        if all(name != view.name for view in scene.views):
            raise RenderError(f"Scene {scene.name} has no view {name}; it has {', '.join(v.name for v in scene.views)}.")
    drafter = drafter_of(request.dataroot, scene.as_recorded, request.size)
    wanted = replace(request, only=None).places()
    if not wanted:
        raise RenderError(f"Scene {scene.name}: none of the {len(request.frames)} frames asked for has a picture on disk.")
    with ThreadPoolExecutor(1) as ahead:  # the next picture is read while this one is drawn
        for done, (frame, view) in enumerate(wanted, start=1):
            if done < len(wanted):
                ahead.submit(drafter.read, *wanted[done])
            yield drafter.chunk(request.scenario, frame, view, done, len(wanted))


_kept: dict[tuple[object, ...], "Drafter"] = {}


def drafter_of(dataroot: Path, scene: Scene, size: tuple[int, int] | None) -> "Drafter":
    """The drafter of a scene and size; what it read stays for the next edit. It never changes what is drawn."""
    key = str(dataroot), scene.fingerprint, scene.name, size
    drafter = _kept.pop(key, None)
    if drafter is None or drafter.recording.scene is not scene and drafter.recording.scene != scene:
        alike = (d.standing for d in _kept.values() if d.standing.scene is scene and d.standing.dataroot == dataroot)
        drafter = Drafter(dataroot, scene, size, next(alike, None))
    _kept[key] = drafter
    while len(_kept) > KEPT_DRAFTERS:
        del _kept[next(iter(_kept))]
    return drafter


def forget() -> None:
    """Lets go of everything that was read."""
    _kept.clear()


@dataclass(frozen=True, eq=False)
class Canvas:
    """A picture being drawn: where nobody knows what it should show, and where it may differ from the recording."""

    picture: NDArray[np.uint8]
    unknown: Mask
    dirty: Mask


@dataclass(frozen=True, eq=False)
class Unmapped:
    """Where nothing measured stands behind a picture's pixels: `lost` ones cannot be told, `doubted` ones are a guess."""

    lost: Mask
    doubted: Mask


class Drafter:
    """What drafts of one scene at one size share: pictures read, the backdrop, cut-outs, sightings."""

    def __init__(self, dataroot: Path, scene: Scene, size: tuple[int, int] | None, standing: Standing | None = None) -> None:
        """Nothing is read before it is needed; `standing` is what a draft of the same drive at another size has read."""
        self.recording = Recording(dataroot, scene, size)
        self.standing = standing or Standing(dataroot, scene)
        self._recorded = {actor.id: actor for actor in scene.actors}
        self._bodies: dict[str, Mask | None] = {}

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
        return Looks(self.witnesses, self.silhouettes)

    def make_ready(self) -> None:
        """Reads and works out what the first edit would wait for: the LiDAR, who is where when, the recording car's body."""
        for number, frame in enumerate(self.recording.scene.frames):
            for picture in frame.pictures:
                self.witnesses.crowd(Source(number, picture.view))
        for view in self.recording.scene.views:
            self._body(view.name)
        _ = self.standing.sun

    def read(self, frame: int, view: str) -> None:
        """Has a picture at hand that is drawn next, where it is a recorded one."""
        if self._is_frame(frame):
            self.recording.picture(frame, view)

    def _has(self, frame: int, view: str) -> bool:
        picture = self.recording.scene.frames[frame].picture(view)
        return picture is not None and picture.exists

    def chunk(self, scenario: Scenario, frame: int, view: str, done: int, total: int) -> Chunk:
        """One picture of a scenario, whose scene is the drafter's or goes on beyond it."""
        if not self._is_frame(frame):
            return self._beyond(scenario, frame, view, done, total)
        here = Source(frame, view)
        shown = self.recording.picture(frame, view)
        picture = self.recording.scene.frames[frame].picture(view)
        if shown is None:
            raise RenderError(f"Picture {picture.file} of frame {frame} cannot be read.")
        nothing = np.zeros(shown.shape[:2], bool)
        canvas = Canvas(shown, nothing, nothing)
        changed = changes(scenario, self._recorded, picture.t_us)
        T_world_ego = ego_at(scenario, picture)
        if not same_pose(T_world_ego, picture.T_world_ego):
            camera = Camera(
                self.recording.camera(frame, view).view,
                T_world_ego @ scenario.scene.view(view).T_ego_camera,
                picture.t_us,
            )
            canvas = self._bent(camera, here, changed, BENT_STEPS)
        elif changed:
            canvas = self._kept_mode(self.recording.camera(frame, view), here, canvas, changed)
        origin: Origin = "draft" if canvas.dirty.any() else "recorded"
        return Chunk(frame, view, "draft", origin, canvas.picture.copy(), ~canvas.unknown, canvas.dirty.copy(), done, total)

    # ------------------------------------------------------------------------------------------- the ego path stands

    def _kept_mode(self, camera: Camera, here: Source, recorded: Canvas, changed: list[Change]) -> Canvas:
        """Outside what the changes take and give, the picture stays the recording's own."""
        gone, come, ids = _gone(changed), _come(changed), _ids(changed)

        def bare(block: Block) -> NDArray[np.float32]:
            return before_recorded(self.silhouettes, here, np.inf, ids, block) * self._off_body(here.view, block)

        # What is filled in meets ground in the sun; what other frames show there may have been in the same shadow.
        others = self._staying(changed, camera.t_us)
        shadows = self._shadows(gone, camera)
        canvas = self._unshaded(shadows, recorded, camera, bare, others)
        canvas, hole = self._without(gone, changed, camera, here, canvas)
        canvas = self._unshaded(shadows, canvas, camera, lambda block: bare(block) * hole[block.slices], others)
        canvas = self._shaded(come, canvas, camera, bare)
        for actor in _far_to_near([c.now for c in changed if c.now is not None], camera):
            wanted, depth = _wanted(actor, camera)
            lifted = self._lifted(actor, wanted, here)
            if lifted is None:
                continue
            free = before_static(self.witnesses, camera, lifted) * before_recorded(
                self.silhouettes, here, depth, ids, lifted.block
            )
            canvas = _set_in(canvas, lifted, free * self._off_body(here.view, lifted.block), wanted)
        if not canvas.dirty.any():
            return recorded
        drawn = np.where(canvas.dirty[..., None], canvas.picture, recorded.picture)
        return Canvas(drawn, canvas.unknown & canvas.dirty, canvas.dirty)

    def _without(
        self, gone: list[Actor], changed: list[Change], camera: Camera, here: Source, canvas: Canvas
    ) -> tuple[Canvas, Mask]:
        """The picture without some actors, and where it was filled for that."""
        hole = np.zeros_like(canvas.dirty)
        for actor in gone:
            hole |= self._taken(actor, camera, here)
        if not hole.any():
            return canvas, hole
        body = self._body(here.view)
        hole &= True if body is None else ~body
        filled = fill(self.witnesses, self._behind(gone, changed, camera), camera, canvas.picture, hole, here)
        return Canvas(filled.picture, filled.unknown, canvas.dirty | hole), hole

    def _staying(self, changed: list[Change], t_us: int) -> Crowd:
        ids = _ids(changed)
        return Cast(tuple(a for a in self.recording.scene.actors if str(a.id) not in ids)).at(t_us)

    def _behind(self, gone: list[Actor], changed: list[Change], camera: Camera) -> Crowd:
        """Who may come to light: all who stay, without those nearer, whose own pixels the hole already leaves out."""
        eye = np.asarray(camera.T_world_camera.translation)
        nearest = min(float(np.linalg.norm(np.subtract(actor_at(a, camera.t_us).translation, eye))) for a in gone)
        staying = self._staying(changed, camera.t_us)
        return staying.only(np.linalg.norm(staying.centres - eye, axis=1) > nearest)

    def _taken(self, actor: Actor, camera: Camera, here: Source) -> Mask:
        """The pixels that an actor and the dark under it took in a recorded picture."""
        alpha = self.silhouettes.of(str(actor.id), here)
        if alpha is None:
            return np.zeros((camera.view.height, camera.view.width), bool)
        grow = 2 * max(1, round(2.5 * camera.view.width / 448)) + 1
        body = cv2.dilate((alpha > 0.1).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow, grow)))
        ground = footprint_mask(actor_at(actor, camera.t_us), actor.size_lwh, camera, SHADOW_M)
        return ((body | ground) > 0) & ~self._before(str(actor.id), here)

    def _before(self, actor_id: str, here: Source) -> Mask:
        """Where recorded actors nearer than this one stand before it."""
        found = self.silhouettes.hulls(here)
        hull, depth = found[actor_id]
        before = np.zeros(self.recording.picture(here.frame, here.view).shape[:2], bool)
        for name, (other, away) in found.items():
            if name != actor_id and away < depth and cv2.intersectConvexConvex(hull, other)[0] > 0:
                before |= self.silhouettes.quick(name, here) > 0.5
        return before

    # ------------------------------------------------------------------------------------------- beyond the recording

    def _beyond(self, scenario: Scenario, frame: int, view: str, done: int, total: int) -> Chunk:
        """A picture that no camera took: what the last ones show of the place, and everybody where they have come to."""
        picture = scenario.scene.frames[frame].picture(view)
        last = max((k for k in range(len(self.recording.scene.frames)) if self._has(k, view)), default=None)
        here = None if last is None else Source(last, view)
        if here is None or self.recording.picture(last, view) is None:
            raise RenderError(f"Frame {frame} is beyond the recording, and no last picture of {view} can be read.")
        T_world_camera = ego_at(scenario, picture) @ scenario.scene.view(view).T_ego_camera
        camera = Camera(self.recording.camera(last, view).view, T_world_camera, picture.t_us)
        changed, unmapped = changes(scenario, self._recorded, picture.t_us), self._unmapped(camera, here)
        canvas = self._bent(camera, here, changed, BEYOND_STEPS, unmapped)
        return Chunk(frame, view, "draft", "draft", canvas.picture, ~canvas.unknown, canvas.dirty, done, total)

    def _unmapped(self, camera: Camera, last: Source) -> Unmapped:
        """What nothing measured stands behind: looking down it is near, and nobody knows what it shows; looking ahead it may
        be the far that the last picture shows, until the car has come to where that no longer can be."""
        pixels = Block(0, 0, camera.view.width, camera.view.height).pixels()
        empty = self.witnesses.backdrop.depth(camera, pixels) >= FAR_M
        body = self._body(last.view)
        empty &= True if body is None else ~body
        down = camera.rays_world(pixels)[..., 2] < -DOWN
        way = np.linalg.norm(camera.eye - self.recording.camera(last.frame, last.view).eye)
        return Unmapped(empty & down, empty & ~down & (way > MEASURED_M))

    # --------------------------------------------------------------------------------------------- a bent ego path

    def _bent(
        self, camera: Camera, here: Source, changed: list[Change], steps: tuple[int, ...], unmapped: Unmapped | None = None
    ) -> Canvas:
        """The whole picture from where the ego is asked to be."""
        views = [view.name for view in self.recording.scene.views]
        frames = [here.frame + step for step in steps if self._is_frame(here.frame + step)]
        sources = [here, *(Source(here.frame, v) for v in views if v != here.view), *(Source(f, here.view) for f in frames)]
        sources = [source for source in sources if self._has(source.frame, source.view)]
        crowd = self._staying(changed, camera.t_us)
        filled = warped(
            self.witnesses, crowd, camera, sources, {name: self._body(name) for name in views}, unmapped and unmapped.lost
        )
        unknown = filled.unknown if unmapped is None else filled.unknown | unmapped.doubted
        canvas = Canvas(filled.picture, unknown, np.ones(unknown.shape, bool))

        def bare(block: Block) -> NDArray[np.float32]:
            taken = surfaces(self.witnesses.backdrop, camera, crowd, block).actor != STATIC
            return (1 - taken.astype(np.float32)) * self._off_body(here.view, block)

        canvas = self._unshaded(self._shadows(_gone(changed), camera), canvas, camera, bare, crowd)
        canvas = self._shaded(_come(changed), canvas, camera, bare)
        for actor in _far_to_near([c.now for c in changed if c.now is not None], camera):
            wanted, _ = _wanted(actor, camera)
            lifted = self._lifted(actor, wanted, here)
            if lifted is None:
                continue
            others = surfaces(self.witnesses.backdrop, camera, crowd, lifted.block)
            free = before_static(self.witnesses, camera, lifted) * before_boxes(others, lifted)
            canvas = _set_in(canvas, lifted, free * self._off_body(here.view, lifted.block), wanted)
        return canvas

    def _is_frame(self, frame: int) -> bool:
        return 0 <= frame < len(self.recording.scene.frames)

    # -------------------------------------------------------------------------------------------------------- both

    def _shadows(self, gone: list[Actor], camera: Camera) -> list[Fallen]:
        """Where some actors may have thrown shadows; nowhere if the sun does not shine."""
        sun = self.standing.sun if gone else None
        found = [sun and fallen_at_most(sun, actor, camera, self.standing.backdrop) for actor in gone]
        return [shadow for shadow in found if shadow is not None]

    def _unshaded(self, shadows: list[Fallen], canvas: Canvas, camera: Camera, bare: Bare, others: Crowd) -> Canvas:
        """The ground without some shadows; `others` throw theirs."""
        for shadow in shadows:
            picture, new = lightened(canvas.picture, self.standing.sun, shadow, camera, bare(shadow.block), others)
            canvas = Canvas(picture, canvas.unknown, canvas.dirty | new)
        return canvas

    def _shaded(self, come: list[Actor], canvas: Canvas, camera: Camera, bare: Bare) -> Canvas:
        """Where the sun shines, the ground with the shadows of some actors."""
        sun = self.standing.sun if come else None
        for actor in come if sun is not None else ():
            shadow = fallen(sun, actor, camera, self.standing.backdrop)
            if shadow is not None:
                picture, new = darkened(canvas.picture, sun, shadow, camera, bare(shadow.block))
                canvas = Canvas(picture, canvas.unknown, canvas.dirty | new)
        return canvas

    def _lifted(self, actor: Actor, wanted: Wanted, here: Source) -> Lifted | None:
        corners = wanted.camera.T_world_camera.inverse().apply(box_corners(wanted.T_world_box, wanted.size_lwh))
        hull = box_hull(wanted.camera.view, corners)
        return None if hull is None else self.looks.lift(actor, wanted, here.frame, _block_of(hull, wanted.camera))

    def _body(self, view: str) -> Mask | None:
        if view not in self._bodies:
            self._bodies[view] = body_mask(self.recording, self.witnesses.backdrop.ground, view)
        return self._bodies[view]

    def _off_body(self, view: str, block: Block) -> NDArray[np.float32] | float:
        body = self._body(view)
        return 1.0 if body is None else 1 - body[block.slices].astype(np.float32)


def _ids(changed: list[Change]) -> set[str]:
    return {str(actor.id) for change in changed for actor in (change.was, change.now) if actor is not None}


def _gone(changed: list[Change]) -> list[Actor]:
    """As they were recorded, those who stand there no more."""
    return [c.was for c in changed if c.was is not None and not c.stays]


def _come(changed: list[Change]) -> list[Actor]:
    """As they are asked for, those who stand where nobody was recorded so."""
    return [c.now for c in changed if c.now is not None and not c.stays]


def _wanted(actor: Actor, camera: Camera) -> tuple[Wanted, float]:
    """How the actor is to be seen, and how far away it is."""
    wanted = Wanted(actor_at(actor, camera.t_us), actor.size_lwh, camera)
    return wanted, float(camera.T_world_camera.inverse().apply(np.asarray(wanted.T_world_box.translation))[2])


def _far_to_near(actors: list[Actor], camera: Camera) -> list[Actor]:
    eye = camera.T_world_camera.translation

    def distance(actor: Actor) -> float:
        return float(np.linalg.norm(np.subtract(actor_at(actor, camera.t_us).translation, eye)))

    return sorted(actors, key=lambda actor: (-distance(actor), actor.id))


def _set_in(canvas: Canvas, lifted: Lifted, free: NDArray[np.float32], wanted: Wanted) -> Canvas:
    placed = composite(canvas.picture, lifted, free, wanted)
    return Canvas(placed.picture, canvas.unknown & (placed.changed < 0.5), canvas.dirty | (placed.changed > 0.004))


def _block_of(hull: NDArray[np.float32], camera: Camera) -> Block:
    last = camera.view.width - 1, camera.view.height - 1
    low, high = (
        np.clip(np.floor(hull.min(axis=0)), 0, last).astype(int),
        np.clip(np.ceil(hull.max(axis=0)), 0, last).astype(int),
    )
    mask = np.zeros((camera.view.height, camera.view.width), bool)
    mask[low[1] : high[1] + 1, low[0] : high[0] + 1] = True
    return block_around(mask, round(0.15 * max(high - low)) + 6)
