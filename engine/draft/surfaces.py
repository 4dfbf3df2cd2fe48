"""What a camera sees where: per pixel the depth of the nearest thing, and whose it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.backdrop import Backdrop
from engine.draft.crowd import Crowd, nobody, ray_box
from engine.draft.sources import Camera

STATIC = -1


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of a picture."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """To index an array (H, W, …) with."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def pixels(self) -> Array:
        """Pixel positions (h, w, 2), x first."""
        u = np.arange(self.left, self.left + self.width, dtype=np.float64)
        v = np.arange(self.top, self.top + self.height, dtype=np.float64)
        return np.stack(np.meshgrid(u, v), axis=-1)


def block_around(mask: NDArray[np.bool_], margin: int) -> Block:
    """The rectangle around what is set, with a margin where the picture leaves room for one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = max(int(rows[0]) - margin, 0), max(int(columns[0]) - margin, 0)
    bottom, right = min(int(rows[-1]) + margin + 1, mask.shape[0]), min(int(columns[-1]) + margin + 1, mask.shape[1])
    return Block(left, top, right - left, bottom - top)


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Of one block of one camera: depth (h, w), the actor's index in the crowd or STATIC, and the rays (h, w, 3).

    `standing` is the depth of what stands still, whoever is before it.
    """

    camera: Camera
    block: Block
    crowd: Crowd
    depth: NDArray[np.float32]
    actor: NDArray[np.int16]
    rays: Array
    standing: NDArray[np.float32]

    def emptied(self) -> "Surfaces":
        """The same without anyone."""
        everywhere = np.full(self.actor.shape, STATIC, np.int16)
        return Surfaces(self.camera, self.block, nobody(), self.standing, everywhere, self.rays, self.standing)

    def within(self, block: Block) -> "Surfaces":
        """A part of them, by a block of the same picture."""
        top, left = block.top - self.block.top, block.left - self.block.left
        part = slice(top, top + block.height), slice(left, left + block.width)
        return Surfaces(
            self.camera, block, self.crowd, self.depth[part], self.actor[part], self.rays[part], self.standing[part]
        )

    def points(self) -> Array:
        """Where in the world each pixel (h, w, 3) looks at."""
        return self.rays * self.depth[..., None] + np.asarray(self.camera.T_world_camera.translation)


def surfaces(backdrop: Backdrop, camera: Camera, crowd: Crowd, block: Block) -> Surfaces:
    """The backdrop with the crowd's boxes before it."""
    pixels = block.pixels()
    rays = camera.rays_world(pixels)
    standing = backdrop.depth(camera, pixels)
    depth = standing.copy()
    actor = np.full(depth.shape, STATIC, np.int16)
    eye = np.asarray(camera.T_world_camera.translation)
    for index, part in _in_block(crowd, camera, block):
        enter, leave = ray_box(eye, rays[part], crowd.poses[index], crowd.halves[index])
        # A box stands on the ground that its bottom lies in: half a metre of doubt goes to the box.
        nearer = (enter < leave) & (enter > 0.1) & (enter < depth[part] + 0.5)
        depth[part] = np.where(nearer, enter, depth[part])
        actor[part] = np.where(nearer, index, actor[part])
    return Surfaces(camera, block, crowd, depth, actor, rays, standing)


def _in_block(crowd: Crowd, camera: Camera, block: Block) -> list[tuple[int, tuple[slice, slice]]]:
    """Which boxes may show in a block, farthest first, and in which part of it."""
    corners = crowd.corners_camera(camera)
    if not len(corners):
        return []
    fx, fy, cx, cy, skew = camera.view.intrinsics
    z = np.maximum(corners[..., 2], 0.1)
    u = (fx * corners[..., 0] + skew * corners[..., 1]) / z + cx - block.left
    v = fy * corners[..., 1] / z + cy - block.top
    found = []
    for k in np.argsort(-corners[..., 2].mean(axis=1), kind="stable"):
        crosses = (corners[k, :, 2] < 0.1).any()
        if (corners[k, :, 2] < 0.1).all():
            continue
        left, right = (0, block.width) if crosses else (int(max(u[k].min(), 0)), int(min(u[k].max() + 2, block.width)))
        top, bottom = (0, block.height) if crosses else (int(max(v[k].min(), 0)), int(min(v[k].max() + 2, block.height)))
        if right > left and bottom > top:
            found.append((int(k), (slice(top, bottom), slice(left, right))))
    return found
