"""How an actor's pixels get from a recorded picture to a wanted view of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array, Rigid, Vec3, footprint, vec3
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.backdrop import Ground
from engine.draft.gather import Witnesses
from engine.draft.met import met_by
from engine.draft.picks import Pick, Wanted
from engine.draft.silhouettes import Silhouettes
from engine.draft.sunlight import Sun
from engine.draft.sunlit import lit, relit
from engine.draft.surfaces import Block

STAYED_M, STAYED_RAD = 0.3, 0.1
SAME_SIDE = 0.15  # of an actor's distance: an eye that is no farther from where it was sees the same beside it
ANNOTATED_WITHIN_M = 0.25  # of the ground; a box farther off is meant to be
SETTLED_SHARE = 0.5
SOFTNESS = 0.35  # pixels
BESIDE_PX = 2.5  # at 448 pixels across: so near to somebody's outline some of him may still show
SEAM_SHARE = 0.01  # of a block's width
PAINT_PERCENTILE = 75  # of levels: glass is darker than paint, and bodies differ in where they have it
LEAST_SHARED, GAIN = 60, (0.3, 2.0)  # pixels of both, and by how much one is made as light as the other


@dataclass(frozen=True, eq=False)
class Lifted:
    """For one block: colours (h, w, 3), how much of each pixel is the actor, its depth, and which the source holds at all, with
    nobody before them.

    `stayed`: the actor stands where it stood when it was lifted, and is seen from there, so what surrounded it there surrounds
    it here.
    """

    block: Block
    colours: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]
    seen: NDArray[np.bool_]
    stayed: bool

    def continued(self, other: "Lifted") -> "Lifted":
        """The same with another's pixels, as light as its own, where the source's picture ends."""
        held = cv2.erode(self.seen.astype(np.float32), np.ones((3, 3), np.uint8))
        held = cv2.GaussianBlur(held, (0, 0), SEAM_SHARE * held.shape[1])
        shared = (held > 0.9) & (self.alpha > 0.9) & (other.alpha > 0.9)
        if shared.sum() >= LEAST_SHARED:
            mine, theirs = (np.percentile(each.colours[shared], PAINT_PERCENTILE, axis=0) for each in (self, other))
            gain = (mine + 4) / (theirs + 4)
            other = other.recoloured(np.clip(other.colours * np.clip(gain, *GAIN), 0, 255))

        def both(mine: NDArray[np.float32], theirs: NDArray[np.float32]) -> NDArray[np.float32]:
            share = held[..., None] if mine.ndim == 3 else held
            return mine * share + theirs * (1 - share)

        colours, alpha = both(self.colours, other.colours), both(self.alpha, other.alpha)
        return replace(self, colours=colours, alpha=alpha, depth=both(self.depth, other.depth))

    def recoloured(self, colours: NDArray[np.float32]) -> "Lifted":
        """The same outline with other colours."""
        return replace(self, colours=colours)


def lifted(
    witnesses: Witnesses, silhouettes: Silhouettes, actor: Actor, wanted: Wanted, pick: Pick, block: Block, sun: Sun | None
) -> Lifted | None:
    """The actor's pixels from one source, as its body or a standee of it would show to the wanted view, with the sun on the
    side where it stands there."""
    source = pick.source
    picture = witnesses.recording.glance(source.frame, source.view)
    alpha, before = silhouettes.of(str(actor.id), source), silhouettes.before(str(actor.id), source)
    if picture is None or alpha is None or before is None:
        return None
    camera, ground = witnesses.recording.camera(source.frame, source.view), witnesses.backdrop.ground
    T_world_source_box = settled(ground, actor_at(actor, camera.t_us), actor.size_lwh)
    wanted = replace(wanted, T_world_box=settled(ground, wanted.T_world_box, wanted.size_lwh))
    side = np.array((1, -1, 1) if pick.mirrored else (1, 1, 1))
    eye = np.asarray((T_world_source_box.inverse() @ camera.T_world_camera).translation) * side
    larger = np.divide(wanted.size_lwh, actor.size_lwh)
    met = met_by(wanted, eye * larger, block, actor.category, witnesses.fullness)
    # The body keeps its shape when the box has another size than the one lifted from.
    points = met.points / larger * side
    pixels, away = camera.pixels(T_world_source_box.apply(points))
    pixels[..., 1] += witnesses.nod(wanted.camera, source)
    where = np.where((away > 0.3)[..., None], pixels, -10).astype(np.float32)
    cover = cv2.remap(alpha, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    view = camera.view
    seen = (where[..., 0] >= 0) & (where[..., 1] >= 0) & (where[..., 0] <= view.width - 1) & (where[..., 1] <= view.height - 1)
    beside = 2 * max(1, round(BESIDE_PX * view.width / 448)) + 1
    before = cv2.dilate(before.astype(np.uint8), np.ones((beside, beside), np.uint8))
    seen &= cv2.remap(before, where[..., 0], where[..., 1], cv2.INTER_NEAREST) == 0
    stayed = not pick.mirrored and _stands_there(T_world_source_box, wanted.T_world_box) and _same_side(eye, wanted)
    cover = cover * (met.near if stayed else ~met.twice)
    colours = _sampled(picture, where)
    if sun is not None and not stayed and min(cover.shape) > 1:
        normals = met.normals(eye * larger)
        colours = relit(colours, _turned(sun, normals * side, T_world_source_box, normals, wanted.T_world_box))
    return Lifted(block, colours, cover, met.depth, seen, stayed)


def _turned(sun: Sun, were: Array, there: Rigid, are: Array, here: Rigid) -> NDArray[np.float32]:
    """How many times as light faces get that were turned so (h, w, 3) in one box and are turned so in another. Whether the sun
    reaches either place is known too roughly to say more of it than how much of it is turned away."""
    over_sky = (sun.over_sky(there) + sun.over_sky(here)) / 2
    towards = (box.matrix()[:3, :3].T @ np.asarray(sun.towards) for box in (there, here))
    before, after = (lit(normals, way, over_sky) for normals, way in zip((were, are), towards, strict=True))
    return after / before


def _stands_there(there: Rigid, here: Rigid) -> bool:
    apart = np.linalg.norm(np.subtract(there.translation, here.translation))
    along = there.matrix()[:3, 0] @ here.matrix()[:3, 0]
    return bool(apart < STAYED_M and along > np.cos(STAYED_RAD))


def _same_side(eye: Array, wanted: Wanted) -> bool:
    """Whether an eye in a box's frame sees an actor, and what is beside it, as it is wanted."""
    other = np.asarray((wanted.T_world_box.inverse() @ wanted.camera.T_world_camera).translation)
    return bool(np.linalg.norm(eye - other) < SAME_SIDE * np.linalg.norm(other))


def settled(ground: Ground, T_world_box: Rigid, size_lwh: Vec3) -> Rigid:
    """The box moved part of the way onto the ground, up or down.

    Annotated boxes keep one height for a while and then change it by steps of five centimetres, and what is lifted at one
    time and placed at another hovers or sinks by the difference. The ground is known to about as much, so half of it counts.
    """
    short = float(ground.at(footprint(T_world_box, size_lwh)).mean()) + size_lwh[2] / 2 - T_world_box.translation[2]
    if abs(short) > ANNOTATED_WITHIN_M:
        return T_world_box
    return Rigid(vec3(np.add(T_world_box.translation, (0.0, 0.0, SETTLED_SHARE * short))), T_world_box.rotation)


def _sampled(picture: NDArray[np.uint8], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours at places, averaged over the pixels that fall together where the source is larger.

    A third of a pixel of softness stays in any case: outlines and faces fit no better.
    """
    step = max(1.0, float(np.nanmedian(np.abs(np.diff(where[..., 0], axis=1)))) if where.shape[1] > 1 else 1.0)
    picture = cv2.GaussianBlur(picture, (0, 0), SOFTNESS * step)
    # Linear interpolation would take half of what is left of the fine detail.
    return cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
