"""Which recorded picture shows an actor best for a wanted view of it, and how its pixels get there."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import fit
from editor.geometry import Array, Rigid, Vec3, footprint, vec3
from editor.scene import Actor, Scene, View
from editor.tracks import actor_at
from engine.draft.backdrop import Ground, nearest_known
from engine.draft.gather import Source, Witnesses
from engine.draft.silhouettes import Silhouettes
from engine.draft.sources import Camera
from engine.draft.surfaces import Block

LEAST_SHARE = 0.02  # of its hull that a picture holds of an actor to be a source for it where it stands
LENT_SHARE = 0.25  # and to be one for it elsewhere
SHORTLIST = 6
STAYED_M = 0.3
SAME_EYE_M = 0.05
ANNOTATED_WITHIN_M = 0.25  # of the ground; a box farther off is meant to be
SETTLED_SHARE = 0.5
SOFTNESS = 0.35  # pixels
WITHIN = 0.85  # of its box, by which a body's faces lie within it
PIVOT_SHARE = 0.6  # of the way from a box's middle to its face, where a standee stands


@dataclass(frozen=True, slots=True)
class Wanted:
    """An actor's box as it is to be seen."""

    T_world_box: Rigid
    size_lwh: Vec3
    camera: Camera


@dataclass(frozen=True, slots=True)
class Pick:
    """A source for an actor; `mirrored` when its other side is what is wanted."""

    source: Source
    mirrored: bool


@dataclass(frozen=True, eq=False)
class Lifted:
    """For one block: colours (h, w, 3), how much of each pixel is the actor, its depth, and which the source holds at all.

    `stayed`: the actor stands where it stood when it was lifted, so what surrounded it there surrounds it here.
    """

    block: Block
    colours: NDArray[np.float32]
    alpha: NDArray[np.float32]
    depth: NDArray[np.float32]
    seen: NDArray[np.bool_]
    stayed: bool

    def recoloured(self, colours: NDArray[np.float32]) -> "Lifted":
        """The same outline with other colours."""
        return replace(self, colours=colours)


@dataclass(frozen=True, eq=False)
class Sightings:
    """Where every recorded picture of a drive saw one actor from, in the box's own frame, in units of half its size."""

    sources: tuple[Source, ...]
    eyes: Array  # (n, 3) metres, box frame
    height_px: Array  # (n,) how tall it shows, at a view of 448 pixels across
    inside: Array  # (n,) how much of its hull the picture holds
    frames: Array  # (n,)
    views: NDArray[np.str_]  # (n,) names


def sightings(scene: Scene, actor: Actor) -> Sightings:
    """Every picture that exists and holds at least `LEAST_SHARE` of the actor."""
    pictures = [(number, p) for number, frame in enumerate(scene.frames) for p in frame.pictures if p.exists]
    views = {view.name: (view, fit(view, 448, round(448 * view.height / view.width)).view) for view in scene.views}
    sources, rows = [], []
    for number, picture in pictures:
        T_world_box = actor_at(actor, picture.t_us)
        if T_world_box is None:
            continue
        view, small = views[picture.view]
        seen = _seen(small, picture.T_world_ego @ view.T_ego_camera, T_world_box, actor.size_lwh)
        if seen is not None:
            sources.append(Source(number, picture.view))
            rows.append(seen)
    eyes, tall, inside = (np.array([row[k] for row in rows]) for k in range(3))
    at, by = np.array([s.frame for s in sources], int), np.array([s.view for s in sources], str)
    return Sightings(tuple(sources), eyes.reshape(-1, 3), tall, inside, at, by)


def _seen(view: View, T_world_camera: Rigid, T_world_box: Rigid, size_lwh: Vec3) -> tuple[Array, float, float] | None:
    T_camera_box = T_world_camera.inverse() @ T_world_box
    if T_camera_box.translation[2] < 1.0:
        return None
    corners = T_camera_box.apply(SIGNS * (np.asarray(size_lwh) / 2))
    z = np.maximum(corners[:, 2], 0.5)
    fx, fy, cx, cy, _ = view.intrinsics
    u, v = fx * corners[:, 0] / z + cx, fy * corners[:, 1] / z + cy
    wide = np.clip([u.min(), u.max()], 0, view.width), np.clip([v.min(), v.max()], 0, view.height)
    share = float(np.ptp(wide[0]) * np.ptp(wide[1]) / max(np.ptp(u) * np.ptp(v), 1e-6))
    if share < LEAST_SHARE:
        return None
    return np.asarray(T_camera_box.inverse().translation), float(fy * size_lwh[2] / T_camera_box.translation[2]), share


SIGNS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)


def best_picks(witnesses: Witnesses, actor: Actor, seen: Sightings, wanted: Wanted, frame: int) -> list[Pick]:
    """Sources that show it nearest to how it is wanted, best first; none where it is seen in strips only, from elsewhere."""
    T_box_camera = wanted.T_world_box.inverse() @ wanted.camera.T_world_camera
    eye = np.asarray(T_box_camera.translation)
    tall = (
        wanted.camera.view.intrinsics[1]
        * 448
        / wanted.camera.view.width
        * wanted.size_lwh[2]
        / max(float(np.linalg.norm(eye)), 0.5)
    )
    costs = []
    for mirrored in (False, True):
        eyes = seen.eyes * ((1, -1, 1) if mirrored else (1, 1, 1))
        turn = _angle(eyes[:, :2], eye[:2])
        tilt = np.abs(np.arctan2(eyes[:, 2], np.linalg.norm(eyes[:, :2], axis=1)) - np.arctan2(eye[2], np.linalg.norm(eye[:2])))
        coarse = np.maximum(np.log2(tall / np.maximum(seen.height_px, 1e-3)), 0)
        cost = np.degrees(turn) / 8 + np.degrees(tilt) / 10 + 0.8 * coarse + 7 * (1 - seen.inside)
        # Where it stands as it was recorded, its own picture leaves out only what the wanted one leaves out, too.
        own = (seen.frames == frame) & (seen.views == wanted.camera.view.name)
        higher = (0.0, 0.0, (wanted.size_lwh[2] - actor.size_lwh[2]) / 2)  # a box that grows keeps its foot, not its middle
        itself = own & (np.linalg.norm(eyes - eye - higher, axis=1) < SAME_EYE_M)
        cost = cost + 0.01 * np.abs(seen.frames - frame) + (2.0 if mirrored else 0.0) - 100.0 * itself
        costs.append(np.where(itself | (seen.inside >= LENT_SHARE), cost, np.inf))
    cost = np.concatenate(costs)
    order = [k for k in np.argsort(cost, kind="stable") if np.isfinite(cost[k])]
    short = [(cost[k] + 6 * _covered(witnesses, actor, seen.sources[k % len(seen.sources)]), k) for k in order[:SHORTLIST]]
    short.sort()
    return [Pick(seen.sources[k % len(seen.sources)], k >= len(seen.sources)) for _, k in short]


def _angle(a: Array, b: Array) -> Array:
    turned = np.arctan2(a[:, 1], a[:, 0]) - np.arctan2(b[1], b[0])
    return np.abs((turned + np.pi) % (2 * np.pi) - np.pi)


def _covered(witnesses: Witnesses, actor: Actor, source: Source) -> float:
    """How much of the actor's hull nearer actors' hulls cover in a source."""
    found = witnesses.hulls(source)
    if actor.id not in found:
        return 1.0
    mine, depth = found[actor.id]
    area = cv2.contourArea(mine)
    nearer = sum(
        cv2.intersectConvexConvex(mine, hull)[0] for name, (hull, away) in found.items() if away < depth and name != actor.id
    )
    return min(1.0, nearer / max(area, 1e-6))


def lifted(
    witnesses: Witnesses, silhouettes: Silhouettes, actor: Actor, wanted: Wanted, pick: Pick, block: Block
) -> Lifted | None:
    """The actor's pixels from one source, as a standee of it would show to the wanted view."""
    source = pick.source
    picture = witnesses.recording.glance(source.frame, source.view)
    alpha = silhouettes.of(str(actor.id), source)
    if picture is None or alpha is None:
        return None
    camera, ground = witnesses.recording.camera(source.frame, source.view), witnesses.backdrop.ground
    T_world_source_box = settled(ground, actor_at(actor, camera.t_us), actor.size_lwh)
    wanted = replace(wanted, T_world_box=settled(ground, wanted.T_world_box, wanted.size_lwh))
    side = np.array((1, -1, 1) if pick.mirrored else (1, 1, 1))
    eye = np.asarray((T_world_source_box.inverse() @ camera.T_world_camera).translation) * side
    points, depth = body_points(wanted, eye, block)
    # The body keeps its shape when the box has another size than the one lifted from.
    points = points * (np.asarray(actor.size_lwh) / np.asarray(wanted.size_lwh)) * side
    pixels, away = camera.pixels(T_world_source_box.apply(points))
    pixels[..., 1] += witnesses.nod(wanted.camera, source)
    where = np.where((away > 0.3)[..., None], pixels, -10).astype(np.float32)
    cover = cv2.remap(alpha, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    view = camera.view
    seen = (where[..., 0] >= 0) & (where[..., 1] >= 0) & (where[..., 0] <= view.width - 1) & (where[..., 1] <= view.height - 1)
    apart = np.linalg.norm(np.subtract(T_world_source_box.translation, wanted.T_world_box.translation))
    return Lifted(block, _sampled(picture, where), cover, depth, seen, bool(apart < STAYED_M) and not pick.mirrored)


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


def body_points(wanted: Wanted, eye_source: Array, block: Block) -> tuple[Array, NDArray[np.float32]]:
    """Where each pixel's ray meets the actor, in the box's frame as the source saw it (h, w, 3), and the depth there.

    Where the source saw every side that is wanted, on the faces of the box, drawn in a little as bodies are and carried on
    around them; otherwise on a standee.
    """
    T_box_world = wanted.T_world_box.inverse()
    start = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation))
    halves = np.asarray(wanted.size_lwh) / 2 * WITHIN
    shows, seen = np.abs(start[:2]) > halves[:2], np.abs(eye_source[:2]) > halves[:2]
    same_side = (np.sign(start[:2]) == np.sign(eye_source[:2])) & seen
    if not same_side[shows].all():
        return standee_points(wanted, eye_source, block)
    direction = wanted.camera.rays_world(block.pixels()) @ T_box_world.matrix()[:3, :3].T
    direction = np.where(np.abs(direction) < 1e-9, 1e-9, direction)
    one, two = (-halves - start) / direction, (halves - start) / direction
    enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
    meets = (enter < leave) & (enter > 0.1)
    if not meets.any():
        return standee_points(wanted, eye_source, block)
    depth = nearest_known(np.where(meets, enter, 0).astype(np.float32), meets)
    return start + direction * depth[..., None], depth


def standee_points(wanted: Wanted, eye_source: Array, block: Block) -> tuple[Array, NDArray[np.float32]]:
    """Where each pixel's ray meets the actor as a standee, in the box's frame (h, w, 3) as the source saw it, and the depth.

    The standee is a plane across the line of sight through the face of the box that the source looked at; for the wanted
    view it is turned about that face's middle. A source has no pixels of a side that it did not see, and a standee asks for
    none: over a few degrees it looks right, where a body would show its seen side twice.
    """
    T_box_world = wanted.T_world_box.inverse()
    start = T_box_world.apply(np.asarray(wanted.camera.T_world_camera.translation))
    direction = wanted.camera.rays_world(block.pixels()) @ T_box_world.matrix()[:3, :3].T
    pivot = _facing(eye_source, np.asarray(wanted.size_lwh) / 2)
    to_wanted, to_source = _level_direction(start - pivot), _level_direction(eye_source - pivot)
    away = direction @ to_wanted
    depth = ((pivot - start) @ to_wanted) / np.where(np.abs(away) < 1e-9, 1e-9, away)
    met = start + direction * depth[..., None] - pivot
    across = met @ np.array([-to_wanted[1], to_wanted[0], 0.0])
    points = pivot + across[..., None] * np.array([-to_source[1], to_source[0], 0.0]) + met[..., 2:] * np.array([0.0, 0.0, 1.0])
    return points, depth.astype(np.float32)


def _facing(eye: Array, halves: Array) -> Array:
    """Where, level with its middle, the line from a box's middle to an eye leaves the box (or comes near its rounded edge)."""
    towards = _level_direction(eye)
    scale = 1.0 / max(abs(towards[0]) / halves[0], abs(towards[1]) / halves[1])
    return towards * scale * PIVOT_SHARE


def _level_direction(v: Array) -> Array:
    level = np.array([v[0], v[1], 0.0])
    return level / max(float(np.linalg.norm(level)), 1e-9)
