"""What a camera sees of its own car (a bonnet, a boot): the part of the picture that never moves while the car does."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.draft.backdrop import Ground
from engine.draft.sources import Recording

Mask = NDArray[np.bool_]

FRAMES, FEWEST = 8, 5
LEAST_EDGE = 6.0  # of a Sobel filter
MOVED_M = 3.0  # how far the car must have come for what stays put in the picture to tell anything
NEAR_M = 6.5  # a line of sight over the end of a bonnet or boot comes down no further off than this
ALONG = 0.75  # views across the drive see kerbs and lane lines stay put, and hardly their own car
ACROSS_SHARE = 0.9  # of the columns must show its edge: lane lines also stay put, but not across the whole picture


def body_mask(recording: Recording, ground: Ground, view_name: str) -> Mask | None:
    """The pixels of one view that are the recording car itself; None where it does not show or cannot be told."""
    with_picture = [k for k, f in enumerate(recording.scene.frames) if (p := f.picture(view_name)) is not None and p.exists]
    if len(with_picture) < FRAMES:
        return None
    chosen = _along_the_way(recording, view_name, with_picture)
    pictures = [p for k in chosen if (p := recording.glance(k, view_name)) is not None]
    if len(pictures) < FEWEST:
        return None
    camera = recording.camera(chosen[0], view_name)
    ahead = recording.scene.view(view_name).T_ego_camera.matrix()[:3, 2]
    if abs(ahead[0]) < ALONG:
        return None
    grey = np.array([cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures], np.float32)
    middle = np.stack([np.full(grey.shape[1], grey.shape[2] / 2), np.arange(grey.shape[1])], axis=-1)[:, None]
    near = ground.depth(camera, middle.astype(np.float64))[:, 0] < NEAR_M
    top = _edge_that_stays(grey, near) if near.any() else None
    if top is None:
        return None
    return np.arange(pictures[0].shape[0])[:, None] >= top[None, :] - 1


def _along_the_way(recording: Recording, view_name: str, frames: list[int]) -> list[int]:
    """A few frames, as far from one another as the way allows: while the car waits, stop lines stay put as well. None at all
    where it has not come far."""
    at = np.array([recording.camera(k, view_name).T_world_camera.translation for k in frames])
    if np.linalg.norm(np.ptp(at, axis=0)) < MOVED_M:
        return []
    way = np.concatenate([[0.0], np.linalg.norm(np.diff(at, axis=0), axis=1).cumsum()])
    nearest = {int(np.abs(way - m).argmin()) for m in np.linspace(0, way[-1], FRAMES)}
    return [frames[k] for k in sorted(nearest)]


def _edge_that_stays(grey: NDArray[np.float32], rows_to_search: Mask) -> NDArray[np.float32] | None:
    """Per column, the highest row of those to search at which all pictures but one have an edge; None where too few have."""
    _, h, w = grey.shape
    vertical = np.array([cv2.Sobel(cv2.GaussianBlur(g, (0, 0), 1.2), cv2.CV_32F, 0, 1) for g in grey])
    # One picture may lack it, for glare or a shadow; a mean of all would find lane lines, which most of them have.
    strong = np.sort(vertical * np.sign(vertical.mean(axis=0)), axis=0)[1] > LEAST_EDGE
    strong[~rows_to_search] = False
    strong = cv2.morphologyEx(strong.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, round(w * 0.04) | 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong)
    widest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_WIDTH])) if len(stats) > 1 else 0
    if widest == 0 or stats[widest, cv2.CC_STAT_WIDTH] < ACROSS_SHARE * w:
        return None
    edge = labels == widest
    rows = np.where(edge.any(axis=0), edge.argmax(axis=0), np.nan)
    known = np.flatnonzero(np.isfinite(rows))
    return np.interp(np.arange(w), known, rows[known]).astype(np.float32)
