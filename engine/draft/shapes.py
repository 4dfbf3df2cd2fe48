"""Where rays meet the shapes of the shipped bank's actors, and bodies that are shaped about like them."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from editor.geometry import Array
from engine.draft.bank import FOLDER

if TYPE_CHECKING:
    from open3d.core import Tensor
    from open3d.t.geometry import RaycastingScene, TriangleMesh


def meet(mesh: str, eye: Array, directions: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How many times a direction (…, 3) away each ray from an eye (3,) meets a shape first, inf where it passes; and the faces'
    normals (…, 3) there. All in the frame of the shape's box."""
    hits = _cast(_scene(mesh), eye, directions)
    return hits["t_hit"].numpy(), hits["primitive_normals"].numpy()


def meet_about(mesh: str, eyes: Array, directions: Array) -> NDArray[np.float32]:
    """How many times a direction (…, 3) away each ray, from one eye (3,) or from its own (…, 3), meets what bodies of a shape's
    kind have in common, inf where it passes: its convex hull, whose lower half goes straight down to the ground."""
    return _cast(_about(mesh), eyes, directions)["t_hit"].numpy()


def _cast(scene: "RaycastingScene", eyes: Array, directions: Array) -> "dict[str, Tensor]":
    from open3d import core

    rays = np.concatenate([np.broadcast_to(eyes, directions.shape), directions], axis=-1).astype(np.float32)
    return scene.cast_rays(core.Tensor(rays), nthreads=1)


@lru_cache(maxsize=64)
def _scene(mesh: str) -> "RaycastingScene":
    return _ready(_shape(mesh))


@lru_cache(maxsize=64)
def _about(mesh: str) -> "RaycastingScene":
    from open3d import core, t

    corners = _shape(mesh).vertex.positions.numpy()
    below = corners[corners[:, 2] < 0] * [1, 1, 0] + [0, 0, corners[:, 2].min()]
    points = core.Tensor(np.concatenate([corners, below]).astype(np.float32))
    return _ready(t.geometry.PointCloud(points).compute_convex_hull())


def _shape(mesh: str) -> "TriangleMesh":
    from open3d import t  # here, since machines for training have none, and draw no drafts

    shape = t.io.read_triangle_mesh(str(FOLDER / mesh))
    if "positions" not in shape.vertex or "indices" not in shape.triangle:
        raise OSError(f"{FOLDER / mesh} is not a mesh of triangles")
    return shape


def _ready(shape: "TriangleMesh") -> "RaycastingScene":
    from open3d import core, t

    scene = t.geometry.RaycastingScene(nthreads=1)
    corners, triangles = shape.vertex.positions.numpy(), shape.triangle.indices.numpy()
    scene.add_triangles(core.Tensor(corners.astype(np.float32)), core.Tensor(triangles.astype(np.uint32)))
    return scene
