"""Ground that nobody saw, continued along the road: kerbs, markings and tarmac go on as they do beside the hole."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from editor.geometry import Rigid, rotation_matrix, vec3
from engine.draft.blend import levelled
from engine.draft.crowd import nobody
from engine.draft.gather import LENIENT, Account, Source, Witnesses, look_up
from engine.draft.sources import Camera
from engine.draft.surfaces import STATIC, Surfaces, block_around

Mask = NDArray[np.bool_]

STEPS_M = (1.5, 3.0, 4.5, 6.5, 9.0)  # ahead and back, from where ground is borrowed
WHEN = (0, -7, 7, -15, 15)  # frames before and after that are looked at; other views may hold the ego itself
WORTH_SHARE = 0.01  # of a picture that must be unknown ground
FARTHEST_M = 30.0
RING_PX = 10
MIXED_PX = 2  # how far interpolation reaches


def continued(
    witnesses: Witnesses, camera: Camera, picture: NDArray[np.uint8], hole: Mask, unknown: Mask, ground: Mask, here: Source
) -> tuple[NDArray[np.uint8], Mask]:
    """The picture with unknown ground borrowed from along the road, and what of it that could not tell.

    Nothing is borrowed from the `hole`, of which the unknown is a part: the recorded picture shows there who is taken out.
    """
    want = unknown & ground
    if want.mean() < WORTH_SHARE:
        return picture, unknown
    block = block_around(want, round(RING_PX * camera.view.width / 448))
    part, pixels = block.slices, block.pixels()
    depth, rays = witnesses.backdrop.ground.depth(camera, pixels), camera.rays_world(pixels)
    near = depth < FARTHEST_M
    flat = Surfaces(camera, block, nobody(), depth, np.full(depth.shape, STATIC, np.int16), rays, depth)
    total, mass = np.zeros((*depth.shape, 3), np.float32), np.zeros(depth.shape, np.float32)
    barred = cv2.dilate(hole.astype(np.uint8), np.ones((2 * MIXED_PX + 1,) * 2, np.uint8)) > 0
    for sign in (1.0, -1.0):
        colours, weight = _one_way(witnesses, flat, sign * _road(witnesses, here), here, near, barred)
        total += colours * weight[..., None]
        mass += weight
    known = mass > 0
    colours = levelled(total / np.maximum(mass, 1e-9)[..., None], picture[part], ~unknown[part] & ground[part], known)
    out, left = picture.copy(), unknown.copy()
    new = want[part] & known
    out[part][new] = colours[new].round().astype(np.uint8)
    left[part] &= ~new
    return out, left


def _road(witnesses: Witnesses, here: Source) -> NDArray[np.float64]:
    """The direction that the ego drives in."""
    ego = witnesses.recording.scene.frames[here.frame].picture(here.view).T_world_ego
    return rotation_matrix(ego.rotation) @ np.array([1.0, 0.0, 0.0])


def _one_way(
    witnesses: Witnesses, flat: Surfaces, along: NDArray[np.float64], here: Source, near: Mask, barred: Mask
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Per pixel the colour of the nearest place that way which this view shows, now or a while ago; and how near it is."""
    colours, weight = np.zeros((*near.shape, 3), np.float32), np.zeros(near.shape, np.float32)
    last = len(witnesses.recording.scene.frames) - 1
    for frame in (here.frame + k for k in WHEN if 0 <= here.frame + k <= last):
        for step in STEPS_M:
            source = Source(frame, here.view)
            account = _account(witnesses, _moved(flat, along * step), source, barred if source == here else None)
            if account is not None:
                new = account.known & near & (weight == 0)
                colours[new], weight[new] = account.colours[new], 1 / step
            if (weight > 0)[near].all():
                return colours, weight
    return colours, weight


def _account(witnesses: Witnesses, target: Surfaces, source: Source, barred: Mask | None) -> Account | None:
    """None also where the source looks the other way."""
    recorded = witnesses.recording.scene.frames[source.frame].picture(source.view)
    if recorded is None or not recorded.exists:
        return None
    camera = witnesses.recording.camera(source.frame, source.view)
    step = max(1, min(target.depth.shape) // 8)
    pixels, depth = camera.pixels(target.points()[::step, ::step])
    inside = (depth > 0.5) & (pixels > 0).all(axis=-1) & (pixels < (camera.view.width, camera.view.height)).all(axis=-1)
    return look_up(witnesses, target, source, LENIENT, barred) if inside.any() else None


def _moved(surface: Surfaces, by: NDArray[np.float64]) -> Surfaces:
    T = surface.camera.T_world_camera
    moved = Rigid(vec3(np.asarray(T.translation) + by), T.rotation)
    return replace(surface, camera=replace(surface.camera, T_world_camera=moved))
