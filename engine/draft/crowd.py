"""All actors at one time as arrays: which box a line of sight meets first, and who stands before whom."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.cameras import NEAR_M, box_hull, matrix_of
from editor.geometry import CORNER_SIGNS, Array, Rigid
from editor.scene import Actor
from editor.tracks import actor_at
from engine.draft.sources import Camera

Hull = NDArray[np.float32]  # (n, 2) pixels
HIT_REACH_M = 60.0  # farther actors are too small for their outlines to matter


@dataclass(frozen=True, eq=False)
class Crowd:
    """The actors that are there at a time, in one order: identities, poses, halves of their sizes."""

    ids: tuple[str, ...]
    poses: tuple[Rigid, ...]
    centres: Array  # (n, 3)
    rotations: Array  # (n, 3, 3), world from box
    halves: Array  # (n, 3)

    @cached_property
    def _where(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.ids)}

    def index(self, actor_id: str) -> int | None:
        """Where an actor stands in the arrays; None where it is not there."""
        return self._where.get(actor_id)

    def indices_in(self, other: "Crowd") -> NDArray[np.int64]:
        """Where each of these stands in another crowd's arrays; -1 where it is not there."""
        return np.array([other._where.get(name, -1) for name in self.ids], np.int64)

    def bearings(self, eye: Array) -> Array:
        """From which side (radians about its own vertical) each is seen by an eye in the world."""
        local = np.einsum("nij,ni->nj", self.rotations, eye - self.centres)
        return np.arctan2(local[:, 1], local[:, 0])

    def only(self, keep: NDArray[np.bool_]) -> "Crowd":
        """Some of them."""
        k = np.flatnonzero(keep)
        ids, poses = tuple(self.ids[i] for i in k), tuple(self.poses[i] for i in k)
        return Crowd(ids, poses, self.centres[k], self.rotations[k], self.halves[k])

    def corners_camera(self, camera: Camera) -> Array:
        """The boxes' corners (n, 8, 3) in the camera's frame."""
        T = camera.from_world
        local = CORNER_SIGNS[None] * self.halves[:, None]
        world = np.einsum("nij,nkj->nki", self.rotations, local) + self.centres[:, None]
        return world @ T[:3, :3].T + T[:3, 3]


class Cast:
    """Some actors, and who of them is where at each time that was asked about."""

    def __init__(self, actors: tuple[Actor, ...]) -> None:
        """Nothing is worked out yet."""
        self.actors = actors
        self._at: dict[int, Crowd] = {}

    def at(self, t_us: int) -> Crowd:
        """Everyone who is there at a time."""
        if t_us not in self._at:
            self._at[t_us] = _crowd_at(self.actors, t_us)
        return self._at[t_us]


def _crowd_at(actors: tuple[Actor, ...], t_us: int) -> Crowd:
    posed = [(actor, T) for actor in actors if (T := actor_at(actor, t_us)) is not None]
    matrices = np.array([T.matrix() for _, T in posed]).reshape(-1, 4, 4)
    halves = np.array([actor.size_lwh for actor, _ in posed]).reshape(-1, 3) / 2
    ids, poses = tuple(str(a.id) for a, _ in posed), tuple(T for _, T in posed)
    return Crowd(ids, poses, matrices[:, :3, 3], matrices[:, :3, :3], halves)


def nobody() -> Crowd:
    """No one at all."""
    return _crowd_at((), 0)


def filled(hull: Hull, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The inside of an outline."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(hull).astype(np.int32), 1)
    return mask


def hulls(crowd: Crowd, camera: Camera) -> dict[str, tuple[Hull, float]]:
    """The outline and the depth of each actor that the picture holds some of."""
    corners = crowd.corners_camera(camera)
    on_sensor = corners @ matrix_of(camera.view).T
    pixels = (on_sensor[..., :2] / np.maximum(on_sensor[..., 2:], NEAR_M)).astype(np.float32)
    last = camera.view.width - 1, camera.view.height - 1
    whole = (corners[..., 2] > NEAR_M).all(axis=1) & ((pixels >= 0) & (pixels <= last)).all(axis=(1, 2))
    out = {}
    for k in np.flatnonzero(_may_show(corners, camera)):
        hull = cv2.convexHull(pixels[k])[:, 0] if whole[k] else box_hull(camera.view, corners[k])
        if hull is not None:
            out[crowd.ids[k]] = hull, float(corners[k, :, 2].mean())
    return out


def _may_show(corners: Array, camera: Camera) -> NDArray[np.bool_]:
    """Which boxes (n, 8, 3) cannot be ruled out at a glance: those that pass the camera, those that project into it."""
    z = corners[..., 2]
    ahead = np.maximum(z, NEAR_M)
    fx, fy, cx, cy, skew = camera.view.intrinsics
    u, v = (fx * corners[..., 0] + skew * corners[..., 1]) / ahead + cx, fy * corners[..., 1] / ahead + cy
    apart = (
        (u.max(axis=1) < -1) | (u.min(axis=1) > camera.view.width) | (v.max(axis=1) < -1) | (v.min(axis=1) > camera.view.height)
    )
    passes = (z < NEAR_M).any(axis=1)
    return (z > NEAR_M).any(axis=1) & (passes | ~apart)


def ray_box(origin: Array, rays: Array, pose: Rigid, halves: Array) -> tuple[Array, Array]:
    """Where rays (..., 3) enter and leave a box, in ray lengths; they miss where entering is not before leaving."""
    rotation = pose.matrix()[:3, :3]
    start = (origin - np.asarray(pose.translation)) @ rotation
    local = rays @ rotation
    local = np.where(np.abs(local) < 1e-9, 1e-9, local)
    one, two = (-halves - start) / local, (halves - start) / local
    return np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)


def hidden(points: Array, eye: Array, crowd: Crowd, margin_m: float) -> NDArray[np.bool_]:
    """For each point (p, 3): whether some box, grown by a margin, lies between it and the eye."""
    if not len(crowd.ids) or not len(points):
        return np.zeros(len(points), bool)
    crowd = _between(points, eye, crowd)
    starts = np.einsum("nij,ni->nj", crowd.rotations, eye - crowd.centres)  # (n, 3) eye in each box's frame
    rays = np.einsum("nij,pi->npj", crowd.rotations, points - eye)
    rays = np.where(np.abs(rays) < 1e-9, 1e-9, rays)
    grown = (crowd.halves + margin_m)[:, None]
    one, two = (-grown - starts[:, None]) / rays, (grown - starts[:, None]) / rays
    enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
    return ((enter < leave) & (leave > 0) & (enter < 0.99)).any(axis=0)


def _between(points: Array, eye: Array, crowd: Crowd) -> Crowd:
    """Those of a crowd who stand anywhere near the lines from the points to the eye."""
    reach = np.linalg.norm(crowd.halves, axis=1) + 1.0
    low, high = np.minimum(points.min(axis=0), eye)[:2], np.maximum(points.max(axis=0), eye)[:2]
    near = ((crowd.centres[:, :2] > low - reach[:, None]) & (crowd.centres[:, :2] < high + reach[:, None])).all(axis=1)
    middle = points.mean(axis=0) - eye
    along = np.clip((crowd.centres - eye) @ middle / max(float(middle @ middle), 1e-9), 0, 1)
    spread = np.linalg.norm(points - points.mean(axis=0), axis=1).max()
    near &= np.linalg.norm(crowd.centres - eye - along[:, None] * middle, axis=1) < reach + spread
    return crowd.only(near)


def occupancy(
    crowd: Crowd, found: dict[str, tuple[Hull, float]], camera: Camera, grow_px: int, veils: dict[str, int]
) -> NDArray[np.int16]:
    """Per pixel the index of the actor whose hull covers it, nearest first, or -1.

    Hulls are grown by some pixels; those of `veils` by their own number, and they cover what is nearer too.
    """
    view = camera.view
    out = np.full((view.height, view.width), -1, np.int16)
    for actor_id in sorted(found, key=lambda name: (name in veils, -found[name][1])):
        outline = np.round(found[actor_id][0]).astype(np.int32)
        grow, index = veils.get(actor_id, grow_px), crowd.index(actor_id)
        cv2.fillConvexPoly(out, outline, index)
        if grow > 0:
            cv2.polylines(out, [outline], True, index, 2 * grow + 1)
    return out


def hit_map(
    crowd: Crowd, found: dict[str, tuple[Hull, float]], on_actors: dict[str, NDArray[np.float32]], camera: Camera
) -> NDArray[np.int16]:
    """Per pixel the index of the actor of whom a LiDAR point lies nearest to the camera there; -1 where none does."""
    view = camera.view
    out = np.full((view.height, view.width), -1, np.int16)
    rows, columns, depths, owners = [], [], [], []
    for actor_id in found:
        if actor_id not in on_actors or found[actor_id][1] > HIT_REACH_M:
            continue
        index = crowd.index(actor_id)
        pixels, depth = camera.pixels(crowd.poses[index].apply(on_actors[actor_id].astype(np.float64)))
        u, v = np.round(pixels[:, 0]), np.round(pixels[:, 1])
        inside = (depth > 0.5) & (u >= 0) & (v >= 0) & (u < view.width) & (v < view.height)
        columns.append(u[inside].astype(int)), rows.append(v[inside].astype(int)), depths.append(depth[inside])
        owners.append(np.full(int(inside.sum()), index, np.int16))
    if rows:
        column, row, depth, owner = (np.concatenate(parts) for parts in (columns, rows, depths, owners))
        order = np.argsort(-depth, kind="stable")
        out[row[order], column[order]] = owner[order]  # the nearest is written last
        reach = max(1, round(1.2 * view.width / 448))  # a point stands for the pixels around it
        spread = cv2.dilate(out, np.ones((2 * reach + 1,) * 2, np.uint8))
        out = np.where(out >= 0, out, spread)
    return out
